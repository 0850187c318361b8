/* SPDX-License-Identifier: MIT */
#include "io/jsonl.h"

#include <jansson.h>
#include <string.h>

#include "base/error.h"
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

/* Read the two fields of a line; false if it is not an object with a valid number. */
static bool read_line(const char *line, size_t n, const struct gfn_jsonl_key *key,
                      struct gfn_jsonl_end *found)
{
    json_t *object = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
    const json_t *field = json_object_get(object, key->number);
    const bool is_good = json_is_integer(field) && json_integer_value(field) >= 0;
    if (is_good) {
        found->number = json_integer_value(field);
        found->value = json_number_value(json_object_get(object, key->value));
    }
    json_decref(object);
    return is_good;
}

gfn_status gfn_jsonl_find_end(const char *text, size_t n, const char *source,
                              const struct gfn_jsonl_key *key, struct gfn_jsonl_end *end)
{
    struct gfn_jsonl_end found = {0};
    const char *newline;
    size_t count = 0, cut = 0; /* lines so far; the first line to be cut, 0: none yet */
    *end = (struct gfn_jsonl_end){.number = -1};
    for (size_t at = 0; at < n; at = (size_t)(newline - text) + 1) {
        newline = memchr(text + at, '\n', n - at);
        if (newline == NULL) /* incomplete, so it is the last line */
            break;
        count++;
        const bool is_whole = read_line(text + at, (size_t)(newline - text) - at, key, &found);
        if (is_whole && found.number > end->number && found.number <= key->last && cut == 0) {
            found.bytes = (size_t)(newline - text) + 1;
            *end = found;
            continue;
        }
        cut = cut ? cut : count;
        if (is_whole && found.number <= key->last)
            return gfn_fail(GFN_EDATA,
                            "%s: expected lines whose %s grows, found another one in line %zu and "
                            "%s %lld in line %zu (hint: delete the wrong line)",
                            source, key->number, cut, key->number, (long long)found.number, count);
    }
    return GFN_OK;
}

size_t gfn_jsonl_keep_growing(char *text, size_t n, const struct gfn_jsonl_key *key,
                              size_t *dropped)
{
    struct gfn_jsonl_end found = {0};
    int64_t last = -1;
    const char *newline;
    size_t kept = 0, size;
    *dropped = 0;
    for (size_t at = 0; at < n && (newline = memchr(text + at, '\n', n - at)); at += size) {
        size = (size_t)(newline - text) + 1 - at;
        if (!read_line(text + at, size - 1, key, &found) || found.number <= last ||
            found.number > key->last) {
            ++*dropped;
            continue;
        }
        last = found.number;
        memmove(text + kept, text + at, size);
        kept += size;
    }
    return kept;
}
