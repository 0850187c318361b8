/* SPDX-License-Identifier: MIT
 *
 * io/npy.h - one array in NumPy's format, version 1.0, row-major: numpy.load() opens it.
 */
#ifndef IO_NPY_H
#define IO_NPY_H

#include <gfn/status.h>

#include "io/array.h"

/* Replace the file `path` atomically. The name of the array is not written.
 * Errors: GFN_EINVAL (an impossible shape), GFN_EIO, GFN_ENOMEM, GFN_EEXIST. */
gfn_status gfn_npy_save(const char *path, const struct gfn_array *array);

/* Read a whole file; it may come from anybody. Sets all of `array`; its name is NULL, its data is
 * to be freed with gfn_release(&array->data).
 * Errors: GFN_EDATA, also for what NumPy can write and this cannot read: column-major or
 * big-endian arrays, other versions, other types; GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_npy_load(const char *path, struct gfn_array *array);

/* The same of n bytes that gfn_allocate() gave; they are taken over, also where this fails.
 * `source` names them in messages. */
gfn_status gfn_npy_parse(void *bytes, size_t n, const char *source, struct gfn_array *array);

#endif
