/* SPDX-License-Identifier: MIT */
#include "io/array.h"

#include <string.h>

#include "base/format.h"
#include "base/memory.h"

static const struct {
    const char *name, *npy;
    size_t size;
} types[] = {
    [GFN_F64] = {"F64", "<f8", 8}, [GFN_F32] = {"F32", "<f4", 4}, [GFN_I64] = {"I64", "<i8", 8},
    [GFN_I32] = {"I32", "<i4", 4}, [GFN_U64] = {"U64", "<u8", 8}, [GFN_U32] = {"U32", "<u4", 4},
    [GFN_U8] = {"U8", "|u1", 1},
};

enum { N_TYPES = sizeof types / sizeof types[0] };

const char *gfn_dtype_name(enum gfn_dtype dtype)
{
    return types[dtype].name;
}

const char *gfn_dtype_npy(enum gfn_dtype dtype)
{
    return types[dtype].npy;
}

size_t gfn_dtype_size(enum gfn_dtype dtype)
{
    return types[dtype].size;
}

bool gfn_dtype_find(const char *name, enum gfn_dtype *dtype)
{
    int i = 0;
    while (i < N_TYPES && strcmp(types[i].name, name) != 0)
        i++;
    *dtype = (enum gfn_dtype)i;
    return i < N_TYPES;
}

bool gfn_array_bytes(const struct gfn_array *array, size_t *bytes)
{
    if ((unsigned)array->dtype >= N_TYPES || array->ndim < 0 || array->ndim > GFN_ARRAY_NDIM)
        return false;
    int64_t product = (int64_t)types[array->dtype].size;
    for (int i = 0; i < array->ndim; i++)
        if (array->shape[i] < 0 || !gfn_multiply_i64(product, array->shape[i], &product))
            return false;
    *bytes = (size_t)product;
    return (uint64_t)product <= SIZE_MAX / 2;
}

const char *gfn_array_describe(const struct gfn_array *array, char *text, size_t size)
{
    size_t used = (size_t)gfn_format(text, size, "%s [", gfn_dtype_name(array->dtype));
    for (int i = 0; i < array->ndim && used < size; i++)
        used += (size_t)gfn_format(text + used, size - used, "%s%lld", i ? ", " : "",
                                   (long long)array->shape[i]);
    if (used < size)
        gfn_format(text + used, size - used, "]");
    return text;
}

bool gfn_array_is_like(const struct gfn_array *a, const struct gfn_array *b)
{
    return a->dtype == b->dtype && a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof a->shape[0]) == 0;
}
