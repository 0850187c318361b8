/* SPDX-License-Identifier: MIT
 *
 * io/npy_values.h - the types of NumPy's numbers, and what an array of them is in a type of ours.
 */
#ifndef IO_NPY_VALUES_H
#define IO_NPY_VALUES_H

#include <gfn/status.h>

#include "io/array.h"

/* Numbers as a file holds them: 'b' truth values, 'i' and 'u' integers, 'f' floats. */
struct gfn_npy_type {
    char kind;
    bool is_big; /* big-endian */
    size_t size; /* bytes of a number */
};

/* Find the type that NumPy names "<f8", ">i2" or "|b1"; false if there is no such type, or its
 * numbers cannot be read here. */
bool gfn_npy_type_find(const char *descr, struct gfn_npy_type *type);

/* Replace *bytes, a block of gfn_allocate() with numbers of this type in the order of the file, by
 * one that holds them as array->dtype, GFN_F64 or GFN_I32, in row-major order. The shape is that of
 * `array`, and gfn_array_bytes() accepts it. is_fortran: the first axis is the fastest in the file.
 * Errors: GFN_EDATA (a value that the wanted type does not hold exactly), GFN_ENOMEM. */
gfn_status gfn_npy_convert(const struct gfn_npy_type *type, bool is_fortran,
                           const struct gfn_array *array, void **bytes);

#endif
