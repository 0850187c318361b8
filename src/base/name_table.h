/* SPDX-License-Identifier: MIT
 *
 * base/name_table.h - look up a name in a list. The message about an unknown name lists the known
 * ones and suggests the nearest.
 */
#ifndef BASE_NAME_TABLE_H
#define BASE_NAME_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <gfn/status.h>

/* Start with {.text = ...} and offer all names. Of equally near names the first is kept. Case does
 * not count. A name that begins with the text has distance 0; letters that are left out after the
 * first count half. */
struct gfn_nearest {
    const char *text; /* the unknown name */
    const char *name; /* the nearest so far, `length` bytes of it; NULL: none was offered */
    size_t length, distance;
    const char *list; /* the command that lists all names; NULL: gfn-dist --help */
};

void gfn_nearest_offer(struct gfn_nearest *nearest, const char *name, size_t length);

/* The hint of the message: the nearest name, `length` bytes of it. If more than half of the text
 * would have to change, or no name was offered, it is the command that lists all names: by default
 * gfn-dist --help. */
struct gfn_hint {
    const char *text;
    int length;
};
struct gfn_hint gfn_nearest_hint(const struct gfn_nearest *nearest);

/* Fail with GFN_EINVAL: WHAT: expected one of KNOWN, found "TEXT" (hint: NEAREST). */
gfn_status gfn_refuse_name(const char *what, const char *known, const struct gfn_nearest *nearest);

/* Name `index` of a list, e.g. of the objectives; NULL past its end. */
typedef const char *gfn_name_at(size_t index);

/* Set *index to the place of the name in a list. If it is not there, fail with GFN_EINVAL as
 * gfn_refuse_name() does, except that the command is gfn-dist list; KNOWN is "a, b, c" followed by
 * `others`, e.g. ", or the path of a file". */
gfn_status gfn_find_name(const char *what, gfn_name_at *name_at, const char *others,
                         const char *text, size_t *index);

/* Whether the list, which ends with NULL, has the name. */
bool gfn_is_among(const char *const *names, const char *name);

#endif
