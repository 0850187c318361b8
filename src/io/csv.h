/* SPDX-License-Identifier: MIT
 *
 * io/csv.h - writing comma-separated values (RFC 4180).
 *
 *     gfn_csv csv = {0};
 *     gfn_csv_text(&csv, "object"), gfn_csv_text(&csv, "value"), gfn_csv_end(&csv);
 *     status = gfn_csv_save(&csv, path);
 */
#ifndef IO_CSV_H
#define IO_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

typedef struct gfn_csv {
    char *text;
    size_t n, room;
    bool is_inside;    /* a line */
    gfn_status status; /* of the first failure */
} gfn_csv;

/* Add a field; a text is quoted if that is necessary, and a number that is NAN is an empty field.
 */
void gfn_csv_text(gfn_csv *csv, const char *text);
void gfn_csv_number(gfn_csv *csv, double number);
void gfn_csv_integer(gfn_csv *csv, int64_t number);

/* Add fields that are joined by commas already. */
void gfn_csv_fields(gfn_csv *csv, const char *fields);
void gfn_csv_end(gfn_csv *csv);

/* Replace the file `path` atomically and free the text. Errors: GFN_ENOMEM (of any call before),
 * GFN_EIO, GFN_EEXIST. */
gfn_status gfn_csv_save(gfn_csv *csv, const char *path);

#endif
