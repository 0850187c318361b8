/* SPDX-License-Identifier: MIT
 *
 * reward/object_lines.h - text files with one object per line.
 */
#ifndef REWARD_OBJECT_LINES_H
#define REWARD_OBJECT_LINES_H

#include <gfn/env.h>

/* Whether the name of a file ends as that of text, with or without .gz: .txt, .csv or .tsv. */
bool gfn_object_lines_is_text(const char *path);

/* Read a file of at least one object, as `gfn-dist sample --out` writes it: the first columns of a
 * .csv or .tsv, or whole lines of any other file. A first line "object" is a heading. *object
 * [*n][state_width] is released by gfn_release(); NULL and 0 if this fails.
 * Errors: GFN_EINVAL (a line is no object; the message names file and line), GFN_EDATA (damaged, or
 * no objects), GFN_EIO, GFN_ENOMEM, GFN_EENV. */
gfn_status gfn_object_lines_read(const char *path, const gfn_env *env, int32_t **object, size_t *n);

#endif
