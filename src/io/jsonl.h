/* SPDX-License-Identifier: MIT
 *
 * io/jsonl.h - records that arrive one after another, one JSON object a line.
 */
#ifndef IO_JSONL_H
#define IO_JSONL_H

#include "io/file.h"
#include "io/json.h"

/* Append one line with the fields in order.
 * Errors: those of gfn_json_text() and gfn_appender_write(); the file holds whole lines only. */
gfn_status gfn_jsonl_append(gfn_appender *appender, const struct gfn_field *fields, size_t n);

/* The fields by which lines are told apart, and how far they shall go. */
struct gfn_jsonl_key {
    const char *number; /* an integer, >= 0 */
    const char *value;  /* another number that is wanted */
    int64_t last;       /* number */
};

/* Where such a text is to be cut so that what comes after a number can be written again. */
struct gfn_jsonl_end {
    size_t bytes;   /* of the lines that stay */
    int64_t number; /* of the last of them; -1: none stays */
    double value;   /* its field `value`; 0 where there is none */
};

/* Of lines whose numbers grow, those stay that are whole and whose number is at most key->last.
 * `source` names the text in messages. Errors: GFN_EDATA: a line that would stay follows one that
 * cannot be read or that has no greater number than the line before. */
gfn_status gfn_jsonl_find_end(const char *text, size_t n, const char *source,
                              const struct gfn_jsonl_key *key, struct gfn_jsonl_end *end);

/* Numbers of such a text by column, to look at. */
struct gfn_jsonl_columns {
    size_t n;       /* lines that were taken */
    double *number; /* [names][n] NAN where a line has none of that name; to be freed with
                     * gfn_release() */
};

/* Read the whole lines of a text; one that cannot be read has no numbers. Of more than `most` lines
 * that many are taken, evenly, and of those that have `rare` (which few may have) as many more.
 * Errors: GFN_ENOMEM. */
gfn_status gfn_jsonl_read_columns(const char *text, size_t n, size_t names, const char *const *name,
                                  const char *rare, size_t most, struct gfn_jsonl_columns *columns);

#endif
