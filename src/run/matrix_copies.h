/* SPDX-License-Identifier: MIT
 *
 * run/matrix_copies.h - copies of the files of numbers that options of the type GFN_OPTION_MATRIX
 * name. A run directory has them, and later runs from this directory read them: the files
 * themselves may have been changed or removed.
 */
#ifndef RUN_MATRIX_COPIES_H
#define RUN_MATRIX_COPIES_H

#include <gfn/options.h>

#include "base/memory.h"

/* Checksum of shape, numbers and names of columns. */
uint32_t gfn_matrix_crc(const gfn_matrix *matrix);

/* Save the numbers of all options that have some: input-NAME.npy in float64 and, if columns have
 * names, input-NAME-names.csv, one per line. On rank 0. Errors: those of gfn_npy_save(). */
gfn_status gfn_matrix_copies_save(const gfn_options *options, const char *directory);

/* Whether `directory` (NULL: none) has a copy of the numbers of an option. */
bool gfn_matrix_copy_is_there(const char *directory, const char *option);

/* Read it. The members belong to the arena. Errors: GFN_EDATA, GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_matrix_copy_load(const char *directory, const char *option, gfn_arena *arena,
                                gfn_matrix *matrix);

/* Check that the file that an option names has the numbers of the copy, if there is one. Errors:
 * GFN_EIO, GFN_EINVAL (of the file), GFN_EDATA (of the copy), GFN_ENOMEM. */
gfn_status gfn_matrix_copy_compare(const gfn_options *options, const char *option,
                                   const char *directory);

#endif
