/* SPDX-License-Identifier: MIT
 *
 * base/parse.h - numbers and names out of text.
 *
 * The whole text must be the value: no blanks around it, nothing after it. The program's locale
 * plays no part, overflow is refused, and so are hexadecimal numbers, infinities and NaN.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True and *value where the text is a value, otherwise false. */
bool gfn_parse_integer(const char *text, int64_t *value); /* "-12" */
bool gfn_parse_number(const char *text, double *value);   /* "1e-3" */
bool gfn_parse_seconds(const char *text, double *value);  /* "90", "90s", "1.5h", "2d"; >= 0 */
bool gfn_parse_flag(const char *text, bool *value);       /* yes no true false 1 0 */

/* "256,128": at most `max` integers. "none" is no integer. */
bool gfn_parse_integers(const char *text, size_t max, int64_t *values, size_t *n);

/* "0-9,12": numbers from 0 on and ranges of them, at most `max` in all, each once. */
bool gfn_parse_ranges(const char *text, size_t max, int64_t *values, size_t *n);

/* Insertions, deletions and replacements that turn a into b (of each, the first 63 bytes). */
size_t gfn_parse_distance(const char *a, const char *b);

#endif
