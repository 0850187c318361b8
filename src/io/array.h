/* SPDX-License-Identifier: MIT
 *
 * io/array.h - description of a named array in a file: element type, shape, data.
 */
#ifndef IO_ARRAY_H
#define IO_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "files hold little-endian numbers, but this machine is not little-endian"
#endif

enum gfn_dtype { GFN_F64, GFN_F32, GFN_I64, GFN_I32, GFN_U64, GFN_U32, GFN_U8 };

enum { GFN_ARRAY_NDIM = 32 }; /* as in NumPy */

/* Row-major; ndim = 0 is a single number. */
struct gfn_array {
    const char *name;
    enum gfn_dtype dtype;
    int ndim;
    int64_t shape[GFN_ARRAY_NDIM];
    const void *data; /* borrowed */
};

/* Name in safetensors, "F32"; name in NumPy, "<f4"; bytes per element, 4. */
const char *gfn_dtype_name(enum gfn_dtype dtype);
const char *gfn_dtype_npy(enum gfn_dtype dtype);
size_t gfn_dtype_size(enum gfn_dtype dtype);

/* Find a type by its name in safetensors; false if it is unknown. */
bool gfn_dtype_find(const char *name, enum gfn_dtype *dtype);

/* Bytes of the data; false if dtype, ndim or a length is out of range or the product overflows. */
bool gfn_array_bytes(const struct gfn_array *array, size_t *bytes);

/* "F32 [4, 32]", at most size - 1 characters. Returns text. */
const char *gfn_array_describe(const struct gfn_array *array, char *text, size_t size);

/* Same dtype, ndim and shape. */
bool gfn_array_is_like(const struct gfn_array *a, const struct gfn_array *b);

#endif
