/* SPDX-License-Identifier: MIT
 *
 * base/notices.h - a list of notices for the user, one line each.
 */
#ifndef BASE_NOTICES_H
#define BASE_NOTICES_H

#include "base/error.h"

/* Lines, separated by newlines. A zeroed struct is an empty list. Text beyond the size is cut. */
typedef struct gfn_notices {
    char text[2000];
} gfn_notices;

/* Append a line, formatted as by printf(). */
void gfn_notices_add(gfn_notices *notices, const char *format, ...) GFN_PRINTF(2, 3);

#endif
