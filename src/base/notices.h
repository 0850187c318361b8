/* SPDX-License-Identifier: MIT
 *
 * base/notices.h - a list of texts for the user, a line each.
 */
#ifndef BASE_NOTICES_H
#define BASE_NOTICES_H

#include "base/error.h"

/* All zero: the list is empty. Lines beyond the room are cut off. */
typedef struct gfn_notices {
    char text[2000];
} gfn_notices;

void gfn_notices_add(gfn_notices *notices, const char *format, ...) GFN_PRINTF(2, 3);

#endif
