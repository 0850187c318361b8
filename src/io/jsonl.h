/* SPDX-License-Identifier: MIT
 *
 * io/jsonl.h - JSON Lines: files with one JSON object per line, to which lines are appended.
 */
#ifndef IO_JSONL_H
#define IO_JSONL_H

#include "io/file.h"
#include "io/json.h"

/* Append one line with the fields in order.
 * Errors: those of gfn_json_text() and gfn_appender_write(); the file holds only complete lines. */
gfn_status gfn_jsonl_append(gfn_appender *appender, const struct gfn_field *fields, size_t n);

/* Which lines of a file to keep: those up to a number. */
struct gfn_jsonl_key {
    const char *number; /* field with the number of a line, an integer >= 0 */
    const char *value;  /* another field, whose value in the last kept line is wanted */
    int64_t last;       /* largest number to keep */
};

/* Where to cut a file, so that writing can continue after the last kept line. */
struct gfn_jsonl_end {
    size_t bytes;   /* length of the kept lines */
    int64_t number; /* number of the last kept line; -1: none is kept */
    double value;   /* its field key->value; 0 if it has none */
};

/* Find the end of the complete lines whose number is at most key->last; numbers must grow from line
 * to line. `source` names the text in messages. Errors: GFN_EDATA: a line to be kept follows one
 * that cannot be read, or one whose number is not less. */
gfn_status gfn_jsonl_find_end(const char *text, size_t n, const char *source,
                              const struct gfn_jsonl_key *key, struct gfn_jsonl_end *end);

/* Keep in `text` only the complete lines that gfn_jsonl_find_end() accepts; those after a line that
 * cannot be read or whose number is too large count as well. Returns the new length; *dropped: how
 * many lines are gone. */
size_t gfn_jsonl_keep_growing(char *text, size_t n, const struct gfn_jsonl_key *key,
                              size_t *dropped);

/* Some fields of the lines of a file as columns of numbers. */
struct gfn_jsonl_columns {
    size_t n;       /* lines */
    double *number; /* [names][n] NAN if a line has no such number; free with gfn_release() */
};

/* Read the complete lines of a text; the numbers of a line that cannot be read are NAN. Lines are
 * divided into those with the field `rare` and those without. Of each kind at most `most` lines are
 * read, spread evenly. Errors: GFN_ENOMEM. */
gfn_status gfn_jsonl_read_columns(const char *text, size_t n, size_t names, const char *const *name,
                                  const char *rare, size_t most, struct gfn_jsonl_columns *columns);

#endif
