/* SPDX-License-Identifier: MIT
 *
 * Fuzzes arrays in NumPy's format: read as doubles and as integers, they are the same numbers.
 */
#include "fuzz.h"

#include <math.h>

#include "io/npy.h"

/* Whether the bytes are such an array; if so, it has a shape and numbers of the wanted type. */
static bool read_as(const uint8_t *data, size_t n, enum gfn_dtype wanted, struct gfn_array *array)
{
    size_t bytes;
    const gfn_status status = gfn_npy_parse(fuzz_copy(data, n), n, "input", wanted, array);
    if (status != GFN_OK) {
        claim_refused(status);
        return false;
    }
    claim(array->dtype == wanted, "dtype %d", (int)array->dtype);
    /* A number takes at least one byte of the file. */
    claim(gfn_array_bytes(array, &bytes) && bytes / gfn_dtype_size(wanted) < n, "%zu bytes of %zu",
          bytes, n);
    return true;
}

static size_t count(const struct gfn_array *array)
{
    size_t bytes;
    claim(gfn_array_bytes(array, &bytes), "no size");
    return bytes / gfn_dtype_size(array->dtype);
}

static void compare(const struct gfn_array *real, const struct gfn_array *whole)
{
    const double *x = real->data;
    const int32_t *k = whole->data;
    claim(real->ndim == whole->ndim, "%d axes, %d", real->ndim, whole->ndim);
    for (size_t i = 0; i < count(whole); i++)
        claim(fabs(x[i] - k[i]) < 0.5, "number %zu is %g and %d", i, x[i], (int)k[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct gfn_array real = {0}, whole = {0};
    const bool is_real = read_as(data, n, GFN_F64, &real);
    const bool is_whole = read_as(data, n, GFN_I32, &whole);
    /* Lengths before one of 0 may overflow with 8 bytes per number, and not with 4. */
    claim(is_real || !is_whole || count(&whole) == 0, "integers that are no doubles");
    if (is_real && is_whole)
        compare(&real, &whole);
    gfn_release(&real.data);
    gfn_release(&whole.data);
    return 0;
}
