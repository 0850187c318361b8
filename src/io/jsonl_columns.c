/* SPDX-License-Identifier: MIT */
#include "config.h" /* memmem() */

#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/jsonl.h"

/* Iterates over the complete lines of a text. */
struct lines {
    const char *at, *end;
    char mark[64]; /* the name of the rare field as it is written in a line: "name": */
    const char *line;
    size_t length;
    bool is_rare;
};

static struct lines begin(const char *text, size_t n, const char *rare)
{
    struct lines lines = {.at = text, .end = text + n};
    gfn_format(lines.mark, sizeof lines.mark, "\"%s\":", rare);
    return lines;
}

/* Go to the next line; false if there is no other complete line. */
static bool next(struct lines *lines)
{
    const char *newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
    if (newline == NULL)
        return false;
    lines->line = lines->at;
    lines->length = (size_t)(newline - lines->at);
    lines->is_rare = memmem(lines->line, lines->length, lines->mark, strlen(lines->mark)) != NULL;
    lines->at = newline + 1;
    return true;
}

/* Whether line i of n is among at most `most` that are spread evenly over them; the last one is. */
static bool is_taken(size_t i, size_t n, size_t most)
{
    const size_t stride = (n + most - 1) / most;
    return (n - 1 - i) % stride == 0;
}

static void read_numbers(const struct lines *lines, size_t names, const char *const *name,
                         double *number, size_t stride)
{
    json_t *object = json_loadb(lines->line, lines->length, 0, NULL);
    for (size_t i = 0; i < names; i++)
        number[i * stride] = gfn_json_number_of(json_object_get(object, name[i]));
    json_decref(object);
}

gfn_status gfn_jsonl_read_columns(const char *text, size_t n, size_t names, const char *const *name,
                                  const char *rare, size_t most, struct gfn_jsonl_columns *columns)
{
    size_t count[2] = {0, 0}, seen[2] = {0, 0}, room = 0, taken = 0;
    *columns = (struct gfn_jsonl_columns){.n = 0};
    for (struct lines lines = begin(text, n, rare); next(&lines);)
        count[lines.is_rare]++;
    for (struct lines lines = begin(text, n, rare); next(&lines);)
        room += is_taken(seen[lines.is_rare]++, count[lines.is_rare], most);
    GFN_TRY(gfn_allocate("metrics", names * room, sizeof(double), &columns->number));
    memset(seen, 0, sizeof seen);
    for (struct lines lines = begin(text, n, rare); next(&lines);)
        if (is_taken(seen[lines.is_rare]++, count[lines.is_rare], most))
            read_numbers(&lines, names, name, columns->number + taken++, room);
    columns->n = taken;
    return GFN_OK;
}
