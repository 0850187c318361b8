/* SPDX-License-Identifier: MIT
 *
 * io/npy.h - one row-major array in NumPy's format, version 1.0, as numpy.load() reads it.
 */
#ifndef IO_NPY_H
#define IO_NPY_H

#include <gfn/status.h>

#include "io/array.h"

/* Replace the file `path` atomically. The name of the array is not written.
 * Errors: GFN_EINVAL (an impossible shape), GFN_EIO, GFN_ENOMEM, GFN_EEXIST. */
gfn_status gfn_npy_save(const char *path, const struct gfn_array *array);

/* Read a whole file, which need not be trusted. Sets all members of `array`; its name is NULL, its
 * data must be freed with gfn_release(&array->data).
 * Errors: GFN_EDATA, also for arrays that NumPy can write but this cannot read: column-major,
 * big-endian, another version, another type; GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_npy_load(const char *path, struct gfn_array *array);

/* As gfn_npy_load(), from n bytes of gfn_allocate(), which this function takes over even if it
 * fails. `source` names them in messages. */
gfn_status gfn_npy_parse(void *bytes, size_t n, const char *source, struct gfn_array *array);

#endif
