/* SPDX-License-Identifier: MIT */
#include "run/terminal_states.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "io/fields.h"
#include "io/npy.h"
#include "run/run.h"

#define MOST_TEXT ((size_t)4 << 30)

static bool has_end(const char *path, const char *end)
{
    const size_t n = strlen(path), m = strlen(end);
    return n > m && strcmp(path + n - m, end) == 0;
}

static bool is_text(const char *path)
{
    static const char *const ends[] = {".txt", ".csv", ".tsv", ".txt.gz", ".csv.gz", ".tsv.gz"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (has_end(path, ends[i]))
            return true;
    return false;
}

static gfn_status check_shape(const struct gfn_array *array, const gfn_env *env)
{
    const int64_t width = env->spec.state_width;
    char text[200];
    if (array->ndim == 2 && array->shape[1] == width && array->shape[0] > 0 &&
        array->shape[0] < INT64_C(1) << 30)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "expected objects of %s as an array of whole numbers, [n, %lld], found %s "
                    "(hint: gfn-dist sample RUN --out FILE writes one)",
                    env->ops->name, (long long)width,
                    strchr(gfn_array_describe(array, text, sizeof text), '['));
}

static gfn_status copy_objects(const struct gfn_array *array, const gfn_env *env, int32_t **objects)
{
    GFN_TRY(check_shape(array, env));
    const size_t words = (size_t)array->shape[0] * (size_t)array->shape[1];
    GFN_TRY(gfn_allocate("terminal states", words, sizeof(int32_t), objects));
    memcpy(*objects, array->data, words * sizeof(int32_t));
    return gfn_env_check_objects(env, (size_t)array->shape[0], *objects);
}

/* ---- text ---- */

typedef struct lines {
    gfn_fields fields;
    size_t n, room, width;
    int32_t *object; /* [room][width] */
} lines;

static gfn_status make_room(lines *l)
{
    const size_t room = l->room ? 2 * l->room : 256;
    int32_t *larger;
    if (l->n < l->room)
        return GFN_OK;
    GFN_TRY(gfn_allocate("terminal states", room, l->width * sizeof *larger, &larger));
    if (l->n > 0)
        memcpy(larger, l->object, l->n * l->width * sizeof *larger);
    gfn_release(&l->object);
    l->object = larger;
    l->room = room;
    return GFN_OK;
}

/* The first line of a .csv may be a heading: "object". */
static gfn_status read_lines(lines *l, const gfn_env *env)
{
    GFN_TRY(gfn_fields_next(&l->fields));
    if (l->fields.n > 0 && strcmp(l->fields.field[0], "object") == 0)
        GFN_TRY(gfn_fields_next(&l->fields));
    while (l->fields.n > 0) {
        GFN_TRY(make_room(l));
        const gfn_status status =
            gfn_env_read(env, l->fields.field[0], l->object + l->n++ * l->width);
        if (status != GFN_OK && l->fields.separator && strchr(l->fields.field[0], ';'))
            gfn_fail(status, "expected an object, and other columns after a comma or a tab, found "
                             "semicolons (hint: " GFN_FIELDS_HINT ")");
        if (status != GFN_OK)
            return gfn_fail_in(status, "%s: line %lld: ", l->fields.path,
                               (long long)l->fields.line);
        GFN_TRY(gfn_fields_next(&l->fields));
    }
    return l->n > 0 ? GFN_OK
                    : gfn_fail(GFN_EINVAL, "%s: expected lines with objects, found none",
                               l->fields.path);
}

static gfn_status load_lines(const char *path, const gfn_env *env, int32_t **objects, size_t *n)
{
    lines l = {.width = (size_t)env->spec.state_width};
    const bool is_whole = has_end(path, ".txt") || has_end(path, ".txt.gz");
    gfn_status status = gfn_fields_open(path, MOST_TEXT,
                                        is_whole ? GFN_WHOLE_LINES : GFN_TABS_OR_COMMAS, &l.fields);
    if (status == GFN_OK)
        status = read_lines(&l, env);
    if (status == GFN_OK) {
        *objects = l.object;
        *n = l.n;
    } else {
        gfn_release(&l.object);
    }
    gfn_fields_close(&l.fields);
    return status;
}

static gfn_status load_array(const char *path, const gfn_env *env, int32_t **objects, size_t *n)
{
    struct gfn_array array;
    GFN_TRY(gfn_npy_load(path, GFN_I32, &array));
    *n = (size_t)array.shape[0];
    const gfn_status status = copy_objects(&array, env, objects);
    gfn_release(&array.data);
    return status == GFN_EINVAL ? gfn_fail_in(status, "%s: ", path) : status;
}

static gfn_status load(const char *path, const gfn_env *env, int32_t **objects, size_t *n)
{
    gfn_status status =
        is_text(path) ? load_lines(path, env, objects, n) : load_array(path, env, objects, n);
    if (status == GFN_OK)
        return GFN_OK;
    gfn_release(objects);
    gfn_fail_in(status, "terminal-states: ");
    return status == GFN_EDATA ? GFN_EINVAL : status; /* of a user's file: a bad option */
}

gfn_status gfn_run_load_terminal_states(const gfn_run *run, int32_t **objects, size_t *n)
{
    const char *path = gfn_options_text(run->options, "terminal-states");
    *objects = NULL;
    *n = 0;
    if (path[0] == 0 || gfn_comm_rank(run->comm) != 0)
        return GFN_OK;
    return load(path, run->env, objects, n);
}
