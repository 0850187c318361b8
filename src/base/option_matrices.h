/* SPDX-License-Identifier: MIT
 *
 * base/option_matrices.h - the numbers of files that options name, and words beside paths.
 */
#ifndef BASE_OPTION_MATRICES_H
#define BASE_OPTION_MATRICES_H

#include <gfn/options.h>

/* Whether a value of a row of paths is a word: it begins with one of its choices. */
bool gfn_option_is_word(const gfn_option *row, const char *text);

/* Copy a matrix with its names into one block of memory, which gfn_matrix_free() frees. Errors:
 * GFN_ENOMEM. */
gfn_status gfn_matrix_copy(const gfn_matrix *from, gfn_matrix **matrix);
void gfn_matrix_free(gfn_matrix **matrix);

#endif
