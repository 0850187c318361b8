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

#endif
