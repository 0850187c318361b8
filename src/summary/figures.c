/* SPDX-License-Identifier: MIT */
#include "summary/figures.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include <gfn/sweep.h>

#include "base/error.h"
#include "base/format.h"
#include "run/statistics.h"

enum { MOST_CELL = 80 };

/* ---- statistics ---- */

static double absolute_if_signed(size_t metric, double x)
{
    return gfn_metric_of(metric)->is_signed ? fabs(x) : x;
}

static void add(gfn_figure *figure, double kept[GFN_MAX_SEEDS], double x)
{
    assert(figure->n < GFN_MAX_SEEDS);
    if (!isnan(x))
        kept[figure->n++] = x;
}

static gfn_figure summarize(gfn_figure figure, double *x)
{
    figure.mean = figure.error = figure.min = figure.max = NAN;
    if (figure.n == 0)
        return figure;
    gfn_sort(figure.n, x);
    const gfn_estimate mean = gfn_estimate_mean(figure.n, x);
    figure.mean = mean.mean;
    figure.error = isfinite(mean.mean) ? mean.error : NAN;
    figure.min = x[0];
    figure.max = x[figure.n - 1];
    return figure;
}

gfn_figure gfn_figure_of(const gfn_group *group, size_t metric)
{
    double x[GFN_MAX_SEEDS];
    gfn_figure figure = {.n = 0};
    for (size_t i = 0; i < group->n; i++)
        add(&figure, x, absolute_if_signed(metric, group->run[i]->metric[metric]));
    return summarize(figure, x);
}

gfn_figure gfn_figure_of_trajectories(const gfn_group *group)
{
    double x[GFN_MAX_SEEDS];
    gfn_figure figure = {.n = 0};
    for (size_t i = 0; i < group->n; i++)
        add(&figure, x, group->run[i]->trajectories_done);
    return summarize(figure, x);
}

/* ---- the table ---- */

/* The cells while they are written. */
typedef struct writer {
    gfn_arena *arena;
    const gfn_groups *groups;
    const gfn_table_form *form;
    size_t used;
    const char **cell;
} writer;

/* Whether there is a column of the metric. */
static bool is_shown(const writer *w, size_t metric)
{
    const gfn_groups *groups = w->groups;
    if (!(gfn_metric_of(metric)->shown & GFN_IN_COMPARISON) ||
        (!w->form->has_times && strcmp(gfn_metric_of(metric)->name, "time_s") == 0))
        return false;
    for (size_t i = 0; i < groups->n; i++)
        for (size_t k = 0; k < groups->group[i].n; k++)
            if (!isnan(groups->group[i].run[k]->metric[metric]))
                return true;
    return false;
}

static gfn_status add_cell(writer *w, const char *text)
{
    char *made;
    GFN_TRY(gfn_arena_take(w->arena, strlen(text) + 1, 1, &made));
    strcpy(made, text);
    w->cell[w->used++] = made;
    return GFN_OK;
}

/* "0.0278 +- 0.0083", "(1.20 +- 0.39)e-04": two digits of the error, and as many decimals. */
static size_t write_estimate(const gfn_figure *figure, const char *sign, char text[MOST_CELL])
{
    const double mean = figure->mean, error = figure->error;
    const double power = floor(log10(fmax(fabs(mean), error)));
    const bool is_plain = power >= -3 && power < 7;
    const double unit = is_plain ? 1 : pow(10, power);
    const double decimals = fmin(fmax(1 - floor(log10(error / unit)), 0), 12);
    if (is_plain)
        return (size_t)gfn_format(text, MOST_CELL, "%.*f %s %.*f", (int)decimals, mean, sign,
                                  (int)decimals, error);
    return (size_t)gfn_format(text, MOST_CELL, "(%.*f %s %.*f)e%+03d", (int)decimals, mean / unit,
                              sign, (int)decimals, error / unit, (int)power);
}

/* A mean and its error, with the number of seeds if not all n of them are known; "-": none is. */
static gfn_status add_figure(writer *w, const gfn_figure *figure, size_t n, int digits)
{
    char text[MOST_CELL] = "-";
    size_t used = 1;
    if (figure->n > 0 && figure->error > 0)
        used = write_estimate(figure, w->form->sign, text);
    else if (figure->n > 0)
        used = (size_t)gfn_format(text, sizeof text, "%.*g", digits, figure->mean);
    if (figure->n > 0 && figure->n < n)
        gfn_format(text + used, sizeof text - used, " (%zu of %zu)", figure->n, n);
    return add_cell(w, text);
}

/* A count, or its range. */
static gfn_status add_range(writer *w, const gfn_figure *figure)
{
    char text[MOST_CELL] = "-";
    if (figure->n > 0 && figure->min == figure->max)
        gfn_format(text, sizeof text, "%.0f", figure->min);
    else if (figure->n > 0)
        gfn_format(text, sizeof text, "%.0f-%.0f", figure->min, figure->max);
    return add_cell(w, text);
}

static gfn_status add_row(writer *w, const gfn_group *group, const char *label)
{
    const gfn_figure trajectories = gfn_figure_of_trajectories(group);
    char count[32];
    GFN_TRY(add_cell(w, label));
    gfn_format(count, sizeof count, "%zu", group->n);
    GFN_TRY(add_cell(w, count));
    GFN_TRY(add_range(w, &trajectories));
    for (size_t i = 0; i < gfn_metric_count(); i++) {
        const gfn_figure figure = gfn_figure_of(group, i);
        if (is_shown(w, i))
            GFN_TRY(add_figure(w, &figure, group->n, gfn_metric_of(i)->digits));
    }
    return GFN_OK;
}

static gfn_status add_head(writer *w)
{
    static const char *const headings[] = {"", "seeds", "trajectories"};
    for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++)
        GFN_TRY(add_cell(w, headings[i]));
    for (size_t i = 0; i < gfn_metric_count(); i++)
        if (is_shown(w, i))
            GFN_TRY(add_cell(w, gfn_metric_of(i)->heading));
    return GFN_OK;
}

/* The rows of the only group: its runs and their mean. */
static gfn_status add_runs(writer *w, size_t most)
{
    const gfn_group *all = w->groups->group;
    for (size_t i = 0; i < all->n && i < most; i++) {
        const gfn_group one = {1, all->run + i, NULL};
        char label[64];
        gfn_format(label, sizeof label, "seed %s", gfn_options_text(all->run[i]->options, "seed"));
        GFN_TRY(add_row(w, &one, label));
    }
    return GFN_OK;
}

static const char note[] = "%s: standard error of the mean over seeds";

static gfn_status add_note(writer *w, size_t left_out, gfn_table *table)
{
    char text[200];
    size_t used = 0;
    if (w->groups->n_runs > w->groups->n)
        used += (size_t)gfn_format(text, sizeof text, note, w->form->sign);
    if (left_out > 0)
        used += (size_t)gfn_format(text + used, sizeof text - used,
                                   "%s%zu more row%s: gfn-dist plot prints them", used ? "; " : "",
                                   left_out, gfn_plural((int64_t)left_out));
    if (used == 0)
        return GFN_OK;
    GFN_TRY(add_cell(w, text));
    table->note = w->cell[--w->used];
    return GFN_OK;
}

static gfn_status add_rows(writer *w, size_t rows, bool has_runs)
{
    const gfn_groups *groups = w->groups;
    GFN_TRY(add_head(w));
    if (has_runs) {
        GFN_TRY(add_row(w, groups->group, "mean"));
        return add_runs(w, rows);
    }
    for (size_t i = 0; i < rows; i++)
        GFN_TRY(add_row(w, &groups->group[i], groups->group[i].label));
    return GFN_OK;
}

gfn_status gfn_figures_tabulate(gfn_arena *arena, const gfn_groups *groups,
                                const gfn_table_form *form, gfn_table *table)
{
    const bool has_runs = groups->n == 1 && groups->n_runs > 1;
    const size_t n = has_runs ? groups->n_runs : groups->n;
    const size_t rows = form->most_rows > 0 && n > form->most_rows ? form->most_rows : n;
    writer w = {.arena = arena, .groups = groups, .form = form};
    int *style;
    *table = (gfn_table){.rows = rows + has_runs, .columns = 3};
    for (size_t i = 0; i < gfn_metric_count(); i++)
        table->columns += is_shown(&w, i);
    GFN_TRY(gfn_arena_take(arena, (table->rows + 1) * table->columns + 1, sizeof *w.cell, &w.cell));
    GFN_TRY(gfn_arena_take(arena, table->rows, sizeof *style, &style));
    GFN_TRY(add_rows(&w, rows, has_runs));
    for (size_t i = 0; i < table->rows; i++)
        style[i] = (has_runs && i > 0) || i >= GFN_PICTURE_STYLES ? -1 : (int)i;
    table->heading = w.cell;
    table->cell = w.cell + table->columns;
    table->style = style;
    return add_note(&w, n - rows, table);
}
