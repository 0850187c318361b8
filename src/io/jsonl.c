/* SPDX-License-Identifier: MIT */
#include "io/jsonl.h"

#include "base/fail.h"
#include "base/memory.h"

gfn_status gfn_jsonl_append(gfn_appender *appender, const struct gfn_field *fields, size_t n)
{
    char *line;
    size_t length;
    GFN_TRY(gfn_json_text(fields, n, 0, &line, &length));
    gfn_status status = gfn_appender_write(appender, line, length);
    gfn_release(&line);
    return status;
}
