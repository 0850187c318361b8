/* SPDX-License-Identifier: MIT
 *
 * Reading the values of all objects: from an array with one axis per slot of an object, or from
 * lines of object and value. Lines become an array too if objects have places in one.
 */
#include "reward/table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/parse.h"
#include "data/state_set.h"
#include "env/env_internal.h"
#include "io/fields.h"
#include "io/file.h"
#include "io/npy.h"

/* A header of a .npy takes at most 64 KiB. */
#define MOST_BYTES ((size_t)GFN_ENV_MAX_REWARDS * sizeof(double) + (1 << 17))
#define MOST_TEXT ((size_t)4 << 30)

/* ---- places ---- */

bool gfn_reward_axes(const gfn_env *env, int *ndim, const int64_t **axis)
{
    const gfn_env_spec *spec = &env->spec;
    *ndim = spec->table_ndim;
    *axis = spec->table_axis;
    if (*ndim == 0 && spec->n_states > 0) {
        *ndim = spec->ndim > 0 ? spec->ndim : 1;
        *axis = spec->ndim > 0 ? spec->axis : &spec->n_states;
    }
    return *ndim > 0;
}

bool gfn_reward_has_places(const gfn_env *env, size_t *places)
{
    const int64_t *axis;
    int ndim;
    int64_t n = 1;
    if (!gfn_reward_axes(env, &ndim, &axis))
        return false;
    for (int d = 0; d < ndim; d++)
        if (!gfn_multiply_i64(n, axis[d], &n) || n > GFN_ENV_MAX_REWARDS)
            return false;
    *places = (size_t)n;
    return true;
}

void gfn_reward_find_place(const gfn_env *env, size_t n, const int32_t *state, int64_t *place)
{
    if (env->spec.table_ndim > 0)
        env->ops->table_place(env->world, n, state, place);
    else
        env->ops->number(env->world, n, state, place);
}

/* ---- .npy ---- */

static gfn_status check_shape(const gfn_env *env, const struct gfn_array *array)
{
    const int64_t *axis;
    int ndim;
    size_t places;
    char expected[400], found[400];
    if (!gfn_reward_has_places(env, &places))
        return gfn_fail(GFN_EINVAL,
                        "%s: expected lines of object and value, because its objects have no "
                        "places in an array of at most %" PRId64 " values, found an array (hint: "
                        "a .csv)",
                        env->ops->name, GFN_ENV_MAX_REWARDS);
    gfn_reward_axes(env, &ndim, &axis);
    if (ndim == array->ndim && memcmp(axis, array->shape, (size_t)ndim * sizeof *axis) == 0)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "%s: expected %s values, one per %s, found %s (hint: reshape the array, or "
                    "choose options of the environment that fit it)",
                    env->ops->name, gfn_env_shape_text(ndim, axis, expected, sizeof expected),
                    env->spec.table_ndim > 0 ? "object" : "state",
                    gfn_env_shape_text(array->ndim, array->shape, found, sizeof found));
}

static gfn_status check_numbers(const gfn_env *env, size_t n, const double *value)
{
    char text[400];
    for (size_t i = 0; i < n; i++)
        if (!isfinite(value[i]))
            return gfn_fail(GFN_EINVAL,
                            "%s: expected finite values, found %g for %s (hint: "
                            "numpy.nan_to_num)",
                            env->ops->name, value[i],
                            gfn_reward_place_text(env, i, text, sizeof text));
    return GFN_OK;
}

static gfn_status read_array(const char *path, const gfn_env *env, gfn_reward_values *values)
{
    struct gfn_array array = {.data = NULL};
    void *bytes;
    size_t size;
    GFN_TRY(gfn_file_read(path, MOST_BYTES, &bytes, &size));
    GFN_TRY(gfn_npy_parse(bytes, size, path, GFN_F64, &array));
    gfn_status status = check_shape(env, &array);
    if (status == GFN_OK) {
        gfn_reward_has_places(env, &values->n);
        status = check_numbers(env, values->n, array.data);
    }
    if (status == GFN_OK)
        memcpy(&values->value, &array.data, sizeof values->value);
    else
        gfn_release(&array.data);
    return status == GFN_OK ? status : gfn_fail_in(status, "%s: ", path);
}

/* ---- lines ---- */

typedef struct reader {
    const gfn_env *env;
    gfn_fields fields;
    size_t n, room, width;
    int32_t *object; /* [room][width] */
    double *value;   /* [room] */
    int64_t *line;   /* [room] */
} reader;

/* Room for one more object. The arrays have the same room, unless there is no memory for all. */
static gfn_status make_room(reader *r)
{
    const struct {
        void *array;
        size_t size;
    } rows[] = {
        {&r->object, r->width * sizeof *r->object},
        {&r->value, sizeof *r->value},
        {&r->line, sizeof *r->line},
    };
    const size_t before = r->room;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        r->room = before;
        GFN_TRY(gfn_grow("values of objects", r->n + 1, rows[i].size, &r->room, rows[i].array));
    }
    return GFN_OK;
}

static gfn_status say_line(gfn_status status, const gfn_fields *f)
{
    return gfn_fail_in(status, "%s: line %lld: ", f->path, (long long)f->line);
}

static gfn_status add_line(reader *r)
{
    const gfn_fields *f = &r->fields;
    const char *separator = f->n != 2 ? gfn_fields_other_separator(f) : NULL;
    if (separator)
        return say_line(gfn_fail(GFN_EDATA,
                                 "expected an object and a value with a comma or a tab between "
                                 "them, found %s (hint: " GFN_FIELDS_HINT ")",
                                 separator),
                        f);
    if (f->n != 2)
        return say_line(gfn_fail(GFN_EDATA,
                                 "expected an object and a value, found %zu field%s (hint: an "
                                 "object with commas stands in double quotes)",
                                 f->n, gfn_plural((int64_t)f->n)),
                        f);
    GFN_TRY(make_room(r));
    if (!gfn_parse_number(f->field[1], &r->value[r->n]))
        return say_line(
            gfn_fail(GFN_EDATA, "expected a finite number as the value of %.100s, found \"%.100s\"",
                     f->field[0], f->field[1]),
            f);
    const gfn_status status = gfn_env_read(r->env, f->field[0], r->object + r->n * r->width);
    if (status != GFN_OK)
        return say_line(status, f);
    r->line[r->n++] = f->line;
    return GFN_OK;
}

/* The first line is a heading if its value is not like a number. */
static gfn_status read_lines(reader *r)
{
    GFN_TRY(gfn_fields_next(&r->fields));
    if (r->fields.n == 2 && !gfn_fields_is_like_number(r->fields.field[1]))
        GFN_TRY(gfn_fields_next(&r->fields));
    while (r->fields.n > 0) {
        GFN_TRY(add_line(r));
        GFN_TRY(gfn_fields_next(&r->fields));
    }
    if (r->n > 0)
        return GFN_OK;
    return gfn_fail(GFN_EDATA, "%s: expected lines of object and value, found none",
                    r->fields.path);
}

static gfn_status refuse_double(const reader *r, size_t first, size_t second)
{
    char text[200];
    return gfn_fail(GFN_EDATA, "%s: line %lld: expected each object once, found %s as in line %lld",
                    r->fields.path, (long long)r->line[second],
                    gfn_env_state_text(r->env, r->object + second * r->width, text, sizeof text),
                    (long long)r->line[first]);
}

/* Objects without places stay a list. */
static gfn_status keep_list(reader *r, gfn_reward_values *values)
{
    gfn_state_set *set;
    GFN_TRY(gfn_state_set_create(r->n, r->width, &set));
    gfn_status status = GFN_OK;
    for (size_t i = 0; i < r->n && status == GFN_OK; i++) {
        const size_t place = (size_t)gfn_state_set_add(set, r->object + i * r->width);
        if (place != i)
            status = refuse_double(r, place, i);
    }
    gfn_state_set_destroy(&set);
    GFN_TRY(status);
    *values = (gfn_reward_values){.n = r->n, .value = r->value, .object = r->object};
    r->value = NULL;
    r->object = NULL;
    return GFN_OK;
}

static gfn_status find_missing(const reader *r, size_t places, const double *value)
{
    char text[400];
    const bool are_all_objects = r->env->spec.table_ndim > 0 || r->env->spec.all_terminal;
    for (size_t i = 0; i < places && are_all_objects; i++)
        if (isnan(value[i]))
            return gfn_fail(GFN_EDATA,
                            "%s: expected a value of each of %zu objects, found %zu values, and "
                            "none of %s",
                            r->fields.path, places, r->n,
                            gfn_reward_place_text(r->env, i, text, sizeof text));
    return GFN_OK;
}

/* Write the values to their places; NAN: none. */
static gfn_status fill_places(const reader *r, size_t places, double *value, int64_t *first)
{
    for (size_t i = 0; i < places; i++)
        value[i] = NAN;
    for (size_t i = 0; i < r->n; i++) {
        int64_t place;
        gfn_reward_find_place(r->env, 1, r->object + i * r->width, &place);
        GFN_TRY(gfn_env_failure(r->env));
        if (first[place] > 0)
            return refuse_double(r, (size_t)first[place] - 1, i);
        first[place] = (int64_t)i + 1;
        value[place] = r->value[i];
    }
    return find_missing(r, places, value);
}

static gfn_status keep_places(reader *r, size_t places, gfn_reward_values *values)
{
    int64_t *first = NULL; /* [places] number of the line from 1; 0: none */
    double *value = NULL;
    gfn_status status = gfn_allocate("values of objects", places, sizeof *value, &value);
    if (status == GFN_OK)
        status = gfn_allocate("lines of objects", places, sizeof *first, &first);
    if (status == GFN_OK)
        status = fill_places(r, places, value, first);
    if (status == GFN_OK)
        *values = (gfn_reward_values){.n = places, .value = value};
    else
        gfn_release(&value);
    gfn_release(&first);
    return status;
}

static gfn_status read_text(const char *path, const gfn_env *env, gfn_reward_values *values)
{
    reader r = {.env = env, .width = (size_t)env->spec.state_width};
    size_t places;
    gfn_status status = gfn_fields_open(path, MOST_TEXT, GFN_TABS_OR_COMMAS, &r.fields);
    if (status == GFN_OK)
        status = read_lines(&r);
    if (status == GFN_OK)
        status = gfn_reward_has_places(env, &places) ? keep_places(&r, places, values)
                                                     : keep_list(&r, values);
    gfn_release(&r.object);
    gfn_release(&r.value);
    gfn_release(&r.line);
    gfn_fields_close(&r.fields);
    return status;
}

gfn_status gfn_reward_read_table(const char *path, const gfn_env *env, gfn_reward_values *values)
{
    const size_t n = strlen(path);
    *values = (gfn_reward_values){.n = 0};
    return n > 4 && strcmp(path + n - 4, ".npy") == 0 ? read_array(path, env, values)
                                                      : read_text(path, env, values);
}
