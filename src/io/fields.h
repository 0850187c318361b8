/* SPDX-License-Identifier: MIT
 *
 * io/fields.h - the lines of a text file as fields: comma-separated values (RFC 4180), with tabs
 * instead of commas, or whole lines. The file may be compressed by gzip.
 */
#ifndef IO_FIELDS_H
#define IO_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

typedef struct gfn_fields {
    const char *path; /* borrowed */
    int64_t line;     /* number of the current line, from 1 */
    size_t n;         /* its fields; 0: there is no further line */
    char **field;     /* [n] without the quotes and the blanks around them */

    char *bytes;
    size_t size, at, room;
    char separator; /* '\0': lines are not divided */
} gfn_fields;

/* What divides a line: nothing; or a tab, if the first line has one outside quotes, else a comma.
 */
enum gfn_separator { GFN_WHOLE_LINES, GFN_TABS_OR_COMMAS };

/* Read a file of at most `most` bytes, compressed or not. `path` is borrowed. Close it in the end,
 * even if this fails. Errors: GFN_EIO, GFN_ENOMEM, GFN_EDATA (too large, damaged). */
gfn_status gfn_fields_open(const char *path, size_t most, enum gfn_separator separator,
                           gfn_fields *fields);
void gfn_fields_close(gfn_fields *fields);

/* Go to the next line that is not blank and does not begin with '#'.
 * Errors: GFN_EDATA (a quote that does not end, a byte 0), GFN_ENOMEM. */
gfn_status gfn_fields_next(gfn_fields *fields);

/* What divides the current line instead, "semicolons" or "blanks": it has semicolons outside
 * quotes, or one field with blanks inside. NULL: there is nothing of this kind. */
const char *gfn_fields_other_separator(const gfn_fields *fields);

/* What to do about it, for a message. */
#define GFN_FIELDS_HINT "save it with commas or tabs, and points in numbers"

/* Whether a text is a number, finite or not, or stands for one that is missing, such as NA or
 * nothing. */
bool gfn_fields_is_like_number(const char *text);

/* gunzip.c: whether bytes are compressed by gzip. */
bool gfn_is_gzip(const void *bytes, size_t n);

/* gunzip.c: replace *n bytes from gfn_allocate() by what they are uncompressed, at most `most`
 * bytes, with a '\0' behind them. Errors: GFN_EDATA, GFN_ENOMEM; then nothing has changed. */
gfn_status gfn_gunzip(const char *path, size_t most, char **bytes, size_t *n);

#endif
