/* SPDX-License-Identifier: MIT */
#include "reward/object_lines.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/fields.h"

#define MOST_TEXT ((size_t)4 << 30)

typedef struct lines {
    const gfn_env *env;
    gfn_fields fields;
    size_t n, room, width;
    int32_t *object; /* [room][width] */
} lines;

static bool has_end(const char *path, const char *end)
{
    const size_t n = strlen(path), m = strlen(end);
    return n > m && strcmp(path + n - m, end) == 0;
}

static bool has_columns(const char *path)
{
    return has_end(path, ".csv") || has_end(path, ".csv.gz") || has_end(path, ".tsv") ||
           has_end(path, ".tsv.gz");
}

bool gfn_object_lines_is_text(const char *path)
{
    return has_columns(path) || has_end(path, ".txt") || has_end(path, ".txt.gz");
}

static gfn_status add_line(lines *l)
{
    const gfn_fields *f = &l->fields;
    GFN_TRY(gfn_grow("objects", l->n + 1, l->width * sizeof *l->object, &l->room, &l->object));
    const gfn_status status = gfn_env_read(l->env, f->field[0], l->object + l->n * l->width);
    if (status != GFN_OK && f->separator && strchr(f->field[0], ';'))
        gfn_fail(status, "expected an object, and other columns after a comma or a tab, found "
                         "semicolons (hint: " GFN_FIELDS_HINT ")");
    if (status != GFN_OK)
        return gfn_fail_in(status, "%s: line %lld: ", f->path, (long long)f->line);
    l->n++;
    return GFN_OK;
}

static gfn_status read_lines(lines *l)
{
    gfn_fields *f = &l->fields;
    GFN_TRY(gfn_fields_next(f));
    if (f->n > 0 && strcmp(f->field[0], "object") == 0)
        GFN_TRY(gfn_fields_next(f));
    while (f->n > 0) {
        GFN_TRY(add_line(l));
        GFN_TRY(gfn_fields_next(f));
    }
    if (l->n > 0)
        return GFN_OK;
    return gfn_fail(GFN_EDATA, "%s: expected lines of one object each, found none", f->path);
}

gfn_status gfn_object_lines_read(const char *path, const gfn_env *env, int32_t **object, size_t *n)
{
    lines l = {.env = env, .width = (size_t)gfn_env_spec_of(env)->state_width};
    const enum gfn_separator separator = has_columns(path) ? GFN_TABS_OR_COMMAS : GFN_WHOLE_LINES;
    gfn_status status = gfn_fields_open(path, MOST_TEXT, separator, &l.fields);
    if (status == GFN_OK)
        status = read_lines(&l);
    gfn_fields_close(&l.fields);
    if (status != GFN_OK)
        gfn_release(&l.object);
    *object = l.object;
    *n = status == GFN_OK ? l.n : 0;
    return status;
}
