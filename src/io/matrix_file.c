/* SPDX-License-Identifier: MIT */
#include "io/matrix_file.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/parse.h"
#include "io/fields.h"
#include "io/json.h"
#include "io/npy.h"

#define MOST_BYTES ((size_t)1 << 30)

/* ---- .npy ---- */

static gfn_status check_array(const char *path, const struct gfn_array *array)
{
    char text[200];
    const double *value = array->data;
    size_t n = 1;
    for (int i = 0; i < array->ndim; i++)
        n *= (size_t)array->shape[i];
    if (array->ndim < 1 || array->ndim > 2 || n == 0)
        return gfn_fail(GFN_EDATA,
                        "%s: expected numbers along one axis or two, found %s (hint: "
                        "array.reshape())",
                        path, gfn_array_describe(array, text, sizeof text));
    const size_t columns = array->ndim > 1 ? (size_t)array->shape[1] : 1;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(value[i]))
            return gfn_fail(GFN_EDATA,
                            "%s: expected finite numbers, found %g in row %zu, column %zu, counted "
                            "from 0 (hint: numpy.nan_to_num)",
                            path, value[i], i / columns, i % columns);
    return GFN_OK;
}

static gfn_status load_array(const char *path, gfn_arena *arena, gfn_matrix *matrix)
{
    struct gfn_array array;
    double *value;
    GFN_TRY(gfn_npy_load(path, GFN_F64, &array));
    gfn_status status = check_array(path, &array);
    if (status == GFN_OK) {
        *matrix = (gfn_matrix){.n_rows = array.shape[0],
                               .n_columns = array.ndim > 1 ? array.shape[1] : 1};
        const size_t n = (size_t)(matrix->n_rows * matrix->n_columns);
        status = gfn_arena_take(arena, n, sizeof *value, &value);
        if (status == GFN_OK)
            matrix->value = memcpy(value, array.data, n * sizeof *value);
    }
    gfn_release(&array.data);
    return status;
}

/* ---- text ---- */

typedef struct reader {
    gfn_fields fields;
    gfn_arena *arena;
    size_t columns, used, room;
    double *value; /* [room] */
    char **name;   /* [columns]; NULL: there are none */
} reader;

static gfn_status keep_names(reader *r)
{
    GFN_TRY(gfn_arena_take(r->arena, r->columns, sizeof *r->name, &r->name));
    for (size_t i = 0; i < r->columns; i++) {
        const size_t size = strlen(r->fields.field[i]) + 1;
        if (!gfn_json_is_utf8(r->fields.field[i]))
            return gfn_fail(GFN_EDATA,
                            "%s: line %lld: expected names in UTF-8, found that of column %zu in "
                            "another encoding (hint: iconv -f latin1 -t utf-8)",
                            r->fields.path, (long long)r->fields.line, i + 1);
        GFN_TRY(gfn_arena_take(r->arena, size, 1, &r->name[i]));
        memcpy(r->name[i], r->fields.field[i], size);
    }
    return GFN_OK;
}

/* A line of names has no field that is like a number. */
static bool has_names(const gfn_fields *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (gfn_fields_is_like_number(f->field[i]))
            return false;
    return true;
}

/* Files of other programs are divided in other ways; then no field is a number. */
static gfn_status refuse_separator(const gfn_fields *f, const char *found)
{
    return gfn_fail(GFN_EDATA,
                    "%s: line %lld: expected numbers with commas or tabs between them, found %s "
                    "(hint: " GFN_FIELDS_HINT ")",
                    f->path, (long long)f->line, found);
}

/* The column without a name in a line of names; the number of fields: there is none. */
static size_t find_unnamed(const gfn_fields *f)
{
    size_t names = 0, empty = f->n;
    for (size_t i = 0; i < f->n; i++) {
        names += !gfn_fields_is_like_number(f->field[i]);
        if (f->field[i][0] == '\0' && empty == f->n)
            empty = i;
    }
    return names > 0 ? empty : f->n;
}

/* Some programs write the numbers of rows as a first column without a name. */
static gfn_status refuse_no_name(const reader *r, size_t column)
{
    return gfn_fail(GFN_EDATA,
                    "%s: line %lld: expected numbers, or a name of each column, found none of "
                    "column %zu (hint: leave this column out, as by to_csv(index=False))",
                    r->fields.path, (long long)r->fields.line, column + 1);
}

static gfn_status refuse_value(const reader *r, size_t column)
{
    char place[200];
    const char *text = r->fields.field[column];
    const char *separator = gfn_fields_other_separator(&r->fields);
    if (separator)
        return refuse_separator(&r->fields, separator);
    const bool is_first = r->name == NULL && r->used <= r->columns;
    const size_t unnamed = is_first ? find_unnamed(&r->fields) : r->columns;
    if (unnamed < r->columns)
        return refuse_no_name(r, unnamed);
    if (r->name)
        gfn_format(place, sizeof place, "\"%.150s\"", r->name[column]);
    else
        gfn_format(place, sizeof place, "%zu", column + 1);
    return gfn_fail(GFN_EDATA,
                    "%s: line %lld, column %s: expected a number, found %s%.100s%s (hint: leave "
                    "out columns of text, and lines with missing values; commas or tabs separate "
                    "numbers)",
                    r->fields.path, (long long)r->fields.line, place, text[0] ? "\"" : "",
                    text[0] ? text : "nothing", text[0] ? "\"" : "");
}

static gfn_status add_line(reader *r)
{
    const gfn_fields *f = &r->fields;
    const char *separator = f->n != r->columns ? gfn_fields_other_separator(f) : NULL;
    if (separator)
        return refuse_separator(f, separator);
    if (f->n != r->columns)
        return gfn_fail(
            GFN_EDATA, "%s: line %lld: expected %zu value%s as in the first line, found %zu",
            f->path, (long long)f->line, r->columns, gfn_plural((int64_t)r->columns), f->n);
    GFN_TRY(
        gfn_grow("numbers of a file", r->used + r->columns, sizeof *r->value, &r->room, &r->value));
    for (size_t i = 0; i < r->columns; i++)
        if (!gfn_parse_number(f->field[i], &r->value[r->used++]))
            return refuse_value(r, i);
    return GFN_OK;
}

static gfn_status read_lines(reader *r)
{
    GFN_TRY(gfn_fields_next(&r->fields));
    r->columns = r->fields.n;
    const char *separator = gfn_fields_other_separator(&r->fields);
    const gfn_fields first = r->fields;
    if (r->columns > 0 && has_names(&r->fields)) {
        GFN_TRY(keep_names(r));
        GFN_TRY(gfn_fields_next(&r->fields));
    }
    for (; r->fields.n > 0;) {
        GFN_TRY(add_line(r));
        GFN_TRY(gfn_fields_next(&r->fields));
    }
    if (r->used > 0)
        return GFN_OK;
    if (separator)
        return refuse_separator(&first, separator);
    return gfn_fail(GFN_EDATA, "%s: expected lines of numbers, found none", r->fields.path);
}

static gfn_status load_text(const char *path, gfn_arena *arena, gfn_matrix *matrix)
{
    reader r = {.arena = arena};
    double *value;
    gfn_status status = gfn_fields_open(path, MOST_BYTES, GFN_TABS_OR_COMMAS, &r.fields);
    if (status == GFN_OK)
        status = read_lines(&r);
    if (status == GFN_OK)
        status = gfn_arena_take(arena, r.used, sizeof *value, &value);
    if (status == GFN_OK)
        *matrix = (gfn_matrix){.n_rows = (int64_t)(r.used / r.columns),
                               .n_columns = (int64_t)r.columns,
                               .value = memcpy(value, r.value, r.used * sizeof *value),
                               .column = (const char *const *)r.name};
    gfn_release(&r.value);
    gfn_fields_close(&r.fields);
    return status;
}

gfn_status gfn_matrix_load(const char *path, gfn_arena *arena, gfn_matrix *matrix)
{
    const size_t n = strlen(path);
    const bool is_array = n > 4 && strcmp(path + n - 4, ".npy") == 0;
    return is_array ? load_array(path, arena, matrix) : load_text(path, arena, matrix);
}
