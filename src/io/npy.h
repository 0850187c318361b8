/* SPDX-License-Identifier: MIT
 *
 * io/npy.h - one array in NumPy's format, which numpy.load() reads and many programs write.
 */
#ifndef IO_NPY_H
#define IO_NPY_H

#include <gfn/status.h>

#include "io/array.h"

/* Replace the file `path` atomically: version 1.0, row-major. The name of the array is not written.
 * Errors: GFN_EINVAL (an impossible shape), GFN_EIO, GFN_ENOMEM, GFN_EEXIST. */
gfn_status gfn_npy_save(const char *path, const struct gfn_array *array);

/* Read a whole file, which need not be trusted, as row-major numbers of the type `wanted`, GFN_F64
 * or GFN_I32. The file may have any type of truth values, integers or floats up to 64 bits, either
 * byte order, either order of the axes, and version 1, 2 or 3. No value is rounded.
 * Sets all members of `array`; its name is NULL, its data must be freed with
 * gfn_release(&array->data).
 * Errors: GFN_EDATA, also for arrays of other types and for values that the wanted type does not
 * hold; the hint names the NumPy call that converts the file. GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_npy_load(const char *path, enum gfn_dtype wanted, struct gfn_array *array);

/* As gfn_npy_load(), from n bytes of gfn_allocate(), which this function takes over even if it
 * fails. `source` names them in messages. */
gfn_status gfn_npy_parse(void *bytes, size_t n, const char *source, enum gfn_dtype wanted,
                         struct gfn_array *array);

#endif
