/* SPDX-License-Identifier: MIT
 *
 * base/parse.h - read numbers from text.
 *
 * The whole text must be the value: no blanks around it, nothing after it. The program's locale has
 * no effect. Overflow, hexadecimal numbers, infinities and NaN are rejected.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if the text is a value, which is then stored in *value. */
bool gfn_parse_integer(const char *text, int64_t *value); /* "-12" */
bool gfn_parse_number(const char *text, double *value);   /* "1e-3" */
bool gfn_parse_seconds(const char *text, double *value);  /* "90", "90s", "1.5h", "2d"; >= 0 */
bool gfn_parse_flag(const char *text, bool *value);       /* yes no true false 1 0 */

/* "256,128": at most `max` integers. "none" means 0 integers. */
bool gfn_parse_integers(const char *text, size_t max, int64_t *values, size_t *n);

/* "0-9,12": non-negative integers and ranges of them, at most `max` in all; rejects duplicates. */
bool gfn_parse_ranges(const char *text, size_t max, int64_t *values, size_t *n);

/* Edit distance: the fewest insertions, deletions and replacements of bytes that turn a into b.
 * Only the first 63 bytes of each count. */
size_t gfn_parse_distance(const char *a, const char *b);

#endif
