/* SPDX-License-Identifier: MIT
 *
 * base/name_table.h - a name looked up in a list; the message about one that is not there, and
 * which one it is most like.
 */
#ifndef BASE_NAME_TABLE_H
#define BASE_NAME_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <gfn/status.h>

/* Begin with {.text = ...}, then offer name after name: the first of the nearest ones stays. None
 * is nearer than one that begins with the text. */
struct gfn_nearest {
    const char *text; /* what was found */
    const char *name; /* the nearest so far, `length` bytes of it; NULL: none was offered */
    size_t length, distance;
};

void gfn_nearest_offer(struct gfn_nearest *nearest, const char *name, size_t length);

/* The hint of a message about the text: the nearest name, `length` bytes of it; or what lists them
 * all, if over half of the text would have to change (or nothing was offered). */
struct gfn_hint {
    const char *text;
    int length;
};
struct gfn_hint gfn_nearest_hint(const struct gfn_nearest *nearest);

/* Fail: "WHAT: expected one of KNOWN, found "TEXT" (hint: the nearest)". GFN_EINVAL. */
gfn_status gfn_refuse_name(const char *what, const char *known, const struct gfn_nearest *nearest);

/* The names of a list, such as of the objectives: NULL past its end. */
typedef const char *gfn_name_at(size_t index);

/* *index of the name in a list; otherwise it is refused: KNOWN is "a, b, c" and then OTHERS, such
 * as ", or the path of a file". GFN_EINVAL. */
gfn_status gfn_find_name(const char *what, gfn_name_at *name_at, const char *others,
                         const char *text, size_t *index);

/* Whether the name is one of the list, which ends with NULL. */
bool gfn_is_among(const char *const *names, const char *name);

#endif
