/* SPDX-License-Identifier: MIT
 *
 * io/matrix_file.h - matrices of numbers in files that people make.
 */
#ifndef IO_MATRIX_FILE_H
#define IO_MATRIX_FILE_H

#include <gfn/options.h>

#include "base/memory.h"

/* Read a file of finite numbers: an array of one axis (a column) or two, .npy; or lines of numbers
 * with commas or tabs, compressed or not, perhaps below a line of names. The members belong to the
 * arena.
 * Errors: GFN_EIO, GFN_ENOMEM, GFN_EDATA (another shape; lines of different lengths; a value that
 * is no number: file, line and column are named). */
gfn_status gfn_matrix_load(const char *path, gfn_arena *arena, gfn_matrix *matrix);

#endif
