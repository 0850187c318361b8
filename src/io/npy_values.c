/* SPDX-License-Identifier: MIT
 *
 * Numbers that other programs wrote: of any type, either byte order, either order of the axes. No
 * value is rounded: one that does not fit is an error.
 */
#include "io/npy_values.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

bool gfn_npy_type_find(const char *descr, struct gfn_npy_type *type)
{
    static const char *const known[] = {"b1", "i1", "i2", "i4", "i8", "u1",
                                        "u2", "u4", "u8", "f2", "f4", "f8"};
    /* Without a mark, and after '=' or '|', it is the order of the machine: little-endian. */
    const char *name = descr + (descr[0] != '\0' && strchr("<>=|", descr[0]) != NULL);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i], name) == 0) {
            *type = (struct gfn_npy_type){name[0], descr[0] == '>', (size_t)(name[1] - '0')};
            return true;
        }
    }
    return false;
}

/* ---- one number ---- */

struct number {
    bool is_real, is_negative;
    uint64_t magnitude; /* of an integer */
    double real;
};

/* IEEE 754 binary16: 1 bit of sign, 5 of the exponent, 10 of the fraction. */
static double half(unsigned bits)
{
    const unsigned exponent = bits >> 10 & 31, fraction = bits & 1023;
    double size = fraction;
    if (exponent == 31)
        size = fraction ? (double)NAN : (double)INFINITY;
    else if (exponent == 0)
        size = ldexp(size, -24);
    else
        size = ldexp(1024 + size, (int)exponent - 25);
    return bits >> 15 ? -size : size;
}

static double real_of(size_t size, uint64_t bits)
{
    double wide;
    float narrow;
    const uint32_t low = (uint32_t)bits;
    if (size == 2)
        return half((unsigned)bits);
    if (size == 4) {
        memcpy(&narrow, &low, sizeof narrow);
        return (double)narrow;
    }
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

static struct number read_number(const struct gfn_npy_type *type, const unsigned char *at)
{
    struct number x = {.is_real = type->kind == 'f'};
    uint64_t bits = 0;
    for (size_t i = 0; i < type->size; i++)
        bits |= (uint64_t)at[type->is_big ? type->size - 1 - i : i] << (8 * i);
    if (x.is_real) {
        x.real = real_of(type->size, bits);
        return x;
    }
    const uint64_t sign = UINT64_C(1) << (8 * type->size - 1);
    x.is_negative = type->kind == 'i' && (bits & sign) != 0;
    /* two's complement: the value is bits - 2 * sign */
    x.magnitude = x.is_negative ? sign - (bits - sign) : bits;
    if (type->kind == 'b')
        x.magnitude = bits != 0;
    return x;
}

static bool to_f64(const struct number *x, double *value)
{
    *value = (double)x->magnitude;
    /* 2^64 itself is not a magnitude; numbers near it are rounded to it */
    const bool is_exact = *value < 0x1p64 && (uint64_t)*value == x->magnitude;
    if (x->is_negative)
        *value = -*value;
    if (x->is_real)
        *value = x->real;
    return x->is_real || is_exact;
}

static bool to_i32(const struct number *x, int32_t *value)
{
    const double real = x->is_real           ? x->real
                        : x->magnitude >> 32 ? INFINITY
                        : x->is_negative     ? -(double)x->magnitude
                                             : (double)x->magnitude;
    if (!(real >= INT32_MIN && real <= INT32_MAX)) /* also rejects NaN */
        return false;
    *value = (int32_t)real;
    return !(real < *value) && !(real > *value);
}

/* ---- all numbers ---- */

/* The number at `index`, which the wanted type does not hold. */
static gfn_status reject(const struct gfn_array *array, const int64_t *index,
                         const struct number *x)
{
    char place[200] = "", found[40];
    size_t used = 0;
    for (int d = 0; d < array->ndim && used < sizeof place; d++)
        used += (size_t)gfn_format(place + used, sizeof place - used, "%s%" PRId64, d ? ", " : "",
                                   index[d]);
    if (x->is_real)
        gfn_format(found, sizeof found, "%.17g", x->real);
    else
        gfn_format(found, sizeof found, "%s%" PRIu64, x->is_negative ? "-" : "", x->magnitude);
    if (array->dtype == GFN_F64)
        return gfn_fail(GFN_EDATA,
                        "element [%s]: expected a number that float64 holds exactly, found %s "
                        "(hint: array.astype(\"<f8\") rounds it)",
                        place, found);
    const bool is_small = x->is_real && fabs(x->real) < 0x1p31;
    return gfn_fail(GFN_EDATA,
                    "element [%s]: expected a whole number of 32 bits, found %s (hint: %s)", place,
                    found,
                    is_small ? "array.round().astype(\"<i4\")"
                             : "numpy.abs(array).max() must be less than 2147483648");
}

/* Steps of the numbers of a file along each axis, in numbers. */
static void find_steps(const struct gfn_array *array, bool is_fortran, int64_t *step)
{
    int64_t product = 1;
    for (int i = 0; i < array->ndim; i++) {
        const int d = is_fortran ? i : array->ndim - 1 - i;
        step[d] = product;
        product *= array->shape[d];
    }
}

static bool put(const struct number *x, enum gfn_dtype wanted, size_t k, void *to)
{
    return wanted == GFN_F64 ? to_f64(x, (double *)to + k) : to_i32(x, (int32_t *)to + k);
}

static gfn_status copy_numbers(const struct gfn_npy_type *type, const int64_t *step,
                               const struct gfn_array *array, const unsigned char *from, void *to)
{
    int64_t index[GFN_ARRAY_NDIM] = {0}, at = 0;
    size_t n;
    gfn_array_bytes(array, &n);
    n /= gfn_dtype_size(array->dtype);
    for (size_t k = 0; k < n; k++) {
        const struct number x = read_number(type, from + (size_t)at * type->size);
        if (!put(&x, array->dtype, k, to))
            return reject(array, index, &x);
        for (int d = array->ndim - 1; d >= 0; d--) {
            at += step[d];
            if (++index[d] < array->shape[d])
                break;
            at -= step[d] * array->shape[d];
            index[d] = 0;
        }
    }
    return GFN_OK;
}

/* Whether the file holds just what is wanted. */
static bool is_ours(const struct gfn_npy_type *type, bool is_fortran, const struct gfn_array *array)
{
    return type->kind == (array->dtype == GFN_F64 ? 'f' : 'i') && !type->is_big &&
           type->size == gfn_dtype_size(array->dtype) && !(is_fortran && array->ndim > 1);
}

gfn_status gfn_npy_convert(const struct gfn_npy_type *type, bool is_fortran,
                           const struct gfn_array *array, void **bytes)
{
    int64_t step[GFN_ARRAY_NDIM];
    size_t size;
    void *converted;
    if (is_ours(type, is_fortran, array))
        return GFN_OK;
    gfn_array_bytes(array, &size);
    GFN_TRY(gfn_allocate("numbers", size, 1, &converted));
    gfn_status status = GFN_OK;
    if (size > 0) { /* then no product of lengths overflows */
        find_steps(array, is_fortran, step);
        status = copy_numbers(type, step, array, *bytes, converted);
    }
    gfn_release(status == GFN_OK ? bytes : &converted);
    if (status == GFN_OK)
        *bytes = converted;
    return status;
}
