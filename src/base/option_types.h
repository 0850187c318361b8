/* SPDX-License-Identifier: MIT
 *
 * base/option_types.h - the types of options: reading a value from text, and refusing one.
 */
#ifndef BASE_OPTION_TYPES_H
#define BASE_OPTION_TYPES_H

#include <gfn/options.h>

enum { GFN_MAX_WIDTHS = 16 };

typedef struct gfn_option_value {
    int64_t integer;
    double number;
    bool flag;
    size_t n_widths;
    int64_t widths[GFN_MAX_WIDTHS];
} gfn_option_value;

/* Read `text` as a value of the row's type; false if it is not one. */
bool gfn_option_read(const gfn_option *row, const char *text, gfn_option_value *value);

/* Refuse a text that is not a value of the row: GFN_EINVAL. */
gfn_status gfn_option_reject(const gfn_option *row, const char *text);

/* Whether two values of the row whose texts differ are the same. */
bool gfn_option_is_same(const gfn_option *row, const gfn_option_value *x,
                        const gfn_option_value *y);

#endif
