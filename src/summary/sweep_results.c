/* SPDX-License-Identifier: MIT
 *
 * The results of a sweep, per run and over all runs. They are read from the summaries of the runs
 * alone, so a sweep that was killed at any moment loses none.
 */
#include "summary/sweep.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/file.h"
#include "io/folder.h"
#include "io/json.h"
#include "run/run.h"
#include "run/statistics.h"
#include "store/names.h"

/* Columns are the metrics of the table that are shown in sweeps. */
size_t gfn_sweep_columns(void)
{
    size_t n = 0;
    for (size_t i = 0; i < gfn_metric_count(); i++)
        n += (gfn_metric_of(i)->shown & GFN_IN_SWEEP) != 0;
    return n;
}

const gfn_sweep_column *gfn_sweep_column_of(size_t column)
{
    for (size_t i = 0; i < gfn_metric_count(); i++)
        if ((gfn_metric_of(i)->shown & GFN_IN_SWEEP) && column-- == 0)
            return gfn_metric_of(i);
    return NULL;
}

size_t gfn_sweep_column_find(const char *name)
{
    const size_t n = gfn_sweep_columns();
    size_t i = 0;
    while (i < n && strcmp(gfn_sweep_column_of(i)->name, name) != 0)
        i++;
    return i;
}

double gfn_sweep_value(const gfn_sweep *sweep, size_t index, size_t column)
{
    return sweep->value && sweep->is_done[index]
               ? sweep->value[index * gfn_sweep_columns() + column]
               : NAN;
}

/* ---- the summary of a run ---- */

static void take(gfn_sweep *sweep, size_t index, const gfn_json *json)
{
    const char *crc = gfn_json_string(json, "params_crc");
    const double iteration = gfn_json_number(json, "iteration");
    sweep->iteration[index] =
        iteration >= 0 && iteration <= (double)GFN_MAX_COUNT ? (int64_t)iteration : -1;
    sweep->is_done[index] =
        gfn_json_flag(json, "complete") &&
        sweep->iteration[index] == gfn_options_int(sweep->options, "iterations");
    for (size_t i = 0, n = gfn_sweep_columns(); i < n; i++)
        sweep->value[index * n + i] = gfn_json_number(json, gfn_sweep_column_of(i)->field);
    gfn_format(sweep->crc[index], sizeof sweep->crc[index], "%s", crc ? crc : "");
}

gfn_status gfn_sweep_load_result(gfn_sweep *sweep, size_t index)
{
    char *path = NULL;
    gfn_json *json = NULL;
    gfn_status status = GFN_OK;
    sweep->is_done[index] = false;
    sweep->iteration[index] = -1;
    GFN_TRY(gfn_folder_path(gfn_sweep_place(sweep, index), GFN_SUMMARY_FILE, &path));
    if (gfn_file_exists(path))
        status = gfn_json_load(path, &json);
    gfn_release(&path);
    if (json)
        take(sweep, index, json);
    gfn_json_destroy(&json);
    return status == GFN_EDATA ? GFN_OK : status; /* the run writes it again */
}

/* ---- statistics over runs ---- */

static void add_worst(gfn_statistics *s, const gfn_sweep_column *column, double x, int64_t seed)
{
    if (s->worst_seed >= 0 && (column->more_is_better ? x >= s->worst : x <= s->worst))
        return;
    s->worst = x;
    s->worst_seed = seed;
}

void gfn_sweep_statistics(const gfn_sweep *sweep, size_t column, gfn_statistics *s)
{
    const gfn_sweep_column *c = gfn_sweep_column_of(column);
    double x[GFN_MAX_SEEDS];
    *s = (gfn_statistics){0, NAN, NAN, NAN, NAN, NAN, NAN, -1};
    for (size_t i = 0; i < sweep->n; i++) {
        const double value = gfn_sweep_value(sweep, i, column);
        if (isnan(value))
            continue;
        x[s->n] = c->is_signed ? fabs(value) : value;
        add_worst(s, c, x[s->n++], sweep->seed[i]);
    }
    if (s->n == 0)
        return;
    gfn_sort(s->n, x);
    const gfn_estimate mean = gfn_estimate_mean(s->n, x);
    s->min = x[0];
    s->max = x[s->n - 1];
    s->median = (x[(s->n - 1) / 2] + x[s->n / 2]) / 2;
    s->mean = mean.mean;
    s->standard_error = mean.error;
}

/* ---- sweep.json ---- */

enum { NAME = 64, OF_COLUMN = 7, OF_RUN = 4, OF_SWEEP = 4 };

typedef struct fields {
    size_t n;
    struct gfn_field *field;
    char (*name)[NAME];
} fields;

/* Add the name GROUP.OWNER.NAME of a field; the caller adds its value. */
static const char *add_name(fields *f, const char *group, const char *owner, const char *name)
{
    gfn_format(f->name[f->n], NAME, "%s.%s.%s", group, owner, name);
    return f->name[f->n];
}

static void add(fields *f, struct gfn_field field)
{
    f->field[f->n++] = field;
}

static void add_statistics(fields *f, const gfn_sweep *sweep, size_t column)
{
    const gfn_sweep_column *c = gfn_sweep_column_of(column);
    gfn_statistics s;
    char owner[32];
    gfn_sweep_statistics(sweep, column, &s);
    gfn_format(owner, sizeof owner, "%s%s", c->is_signed ? "abs_" : "", c->name);
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"median", s.median}, {"worst", s.worst}, {"min", s.min},
                   {"max", s.max},       {"mean", s.mean},   {"standard_error", s.standard_error}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        add(f,
            gfn_field_number(add_name(f, "statistics", owner, numbers[i].name), numbers[i].value));
    const char *name = add_name(f, "statistics", owner, "worst_seed");
    add(f, s.n > 0 ? gfn_field_int(name, s.worst_seed) : gfn_field_number(name, NAN));
}

static void add_run(fields *f, const gfn_sweep *sweep, size_t index)
{
    char owner[32];
    gfn_format(owner, sizeof owner, "seed-%" PRId64, sweep->seed[index]);
    add(f, gfn_field_int(add_name(f, "runs", owner, "seed"), sweep->seed[index]));
    add(f, gfn_field_flag(add_name(f, "runs", owner, "complete"), sweep->is_done[index]));
    add(f, gfn_field_int(add_name(f, "runs", owner, "iteration"), sweep->iteration[index]));
    for (size_t i = 0; i < gfn_sweep_columns(); i++)
        add(f, gfn_field_number(add_name(f, "runs", owner, gfn_sweep_column_of(i)->name),
                                gfn_sweep_value(sweep, index, i)));
    add(f, gfn_field_text(add_name(f, "runs", owner, "params_crc"), sweep->crc[index]));
}

static void fill(fields *f, const gfn_sweep *sweep)
{
    int64_t done = 0;
    for (size_t i = 0; i < sweep->n; i++)
        done += sweep->is_done[i];
    add(f, gfn_field_flag("complete", done == (int64_t)sweep->n));
    add(f, gfn_field_text("seeds", sweep->text));
    add(f, gfn_field_int("done", done));
    add(f, gfn_field_int("planned", (int64_t)sweep->n));
    for (size_t i = 0; i < gfn_sweep_columns(); i++)
        add_statistics(f, sweep, i);
    for (size_t i = 0; i < sweep->n; i++)
        if (sweep->iteration[i] >= 0)
            add_run(f, sweep, i);
}

gfn_status gfn_sweep_save(const gfn_sweep *sweep)
{
    const size_t columns = gfn_sweep_columns();
    const size_t most = OF_SWEEP + OF_COLUMN * columns + (OF_RUN + columns) * sweep->n;
    fields f = {0};
    char *path = NULL;
    gfn_status status = gfn_folder_path(sweep->directory, GFN_SWEEP_FILE, &path);
    if (status == GFN_OK)
        status = gfn_allocate("sweep", most, sizeof *f.field, &f.field);
    if (status == GFN_OK)
        status = gfn_allocate("sweep", most, sizeof *f.name, &f.name);
    if (status == GFN_OK) {
        fill(&f, sweep);
        status = gfn_json_save(path, f.field, f.n);
    }
    gfn_release(&f.field);
    gfn_release(&f.name);
    gfn_release(&path);
    return status;
}
