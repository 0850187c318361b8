/* SPDX-License-Identifier: MIT
 *
 * Panels of histograms. Bins are joined until a curve can be seen, and empty ones at both ends are
 * left out: alike for all runs of a panel.
 */
#include <math.h>

#include "base/error.h"
#include "base/format.h"
#include "summary/composition.h"

/* Bins of a panel; the probability from which a bin of the target is shown. */
enum { MOST_BINS = 60 };
static const double LEAST = 1e-4;

typedef struct joining {
    gfn_composition *c;
    const gfn_portrait_histogram *first;
    size_t index; /* of the histogram */
    size_t n;
    const gfn_shown *shown;
    size_t begin, end, factor; /* bins begin ... end - 1 are shown, `factor` in one */
    gfn_series *series;
    size_t n_series;
} joining;

/* The same histogram of another run; NULL: it has none. */
static const gfn_portrait_histogram *histogram_of(const joining *j, const gfn_portrait *run)
{
    const gfn_portrait_histogram *h = &run->histogram[j->index];
    return j->index < run->n_histograms && h->n == j->first->n &&
                   h->range[0] == j->first->range[0] && h->range[1] == j->first->range[1]
               ? h
               : NULL;
}

static void widen(joining *j, const double *p, double least)
{
    for (size_t i = 0; p && i < j->first->n; i++)
        if (p[i] > least) {
            j->begin = i < j->begin ? i : j->begin;
            j->end = i + 1 > j->end ? i + 1 : j->end;
        }
}

static void find_bins(joining *j)
{
    j->begin = j->first->n;
    j->end = 0;
    widen(j, j->first->target, LEAST);
    for (size_t i = 0; i < j->n; i++) {
        const gfn_portrait_histogram *h = histogram_of(j, j->shown[i].run);
        widen(j, h ? h->sampled : NULL, 0);
    }
    if (j->begin < j->end)
        j->factor = (j->end - j->begin + MOST_BINS - 1) / MOST_BINS;
}

static double width_of(const joining *j)
{
    const gfn_portrait_histogram *h = j->first;
    return (h->range[1] - h->range[0]) / (double)h->n * (double)j->factor;
}

static gfn_status add_series(joining *j, const double *p, const char *name, int style)
{
    const size_t n = (j->end - j->begin + j->factor - 1) / j->factor;
    const double unit = width_of(j) / (double)j->factor;
    double *x, *y;
    if (p == NULL)
        return GFN_OK;
    GFN_TRY(gfn_arena_take(j->c->arena, n, sizeof *x, &x));
    GFN_TRY(gfn_arena_take(j->c->arena, n, sizeof *y, &y));
    for (size_t i = 0; i < n; i++) {
        const size_t bin = j->begin + i * j->factor;
        x[i] = j->first->range[0] + unit * ((double)bin + (double)j->factor / 2);
        y[i] = 0;
        for (size_t k = bin; k < bin + j->factor && k < j->first->n; k++)
            y[i] += p[k];
    }
    j->series[j->n_series++] = (gfn_series){.name = name, .n = n, .x = x, .y = y, .style = style};
    return GFN_OK;
}

/* The names are in the table if there are several runs. */
static gfn_status add_runs(joining *j)
{
    const bool is_single = j->c->groups->n_runs == 1;
    for (size_t i = 0; i < j->n; i++) {
        const gfn_portrait_histogram *h = histogram_of(j, j->shown[i].run);
        if (h)
            GFN_TRY(add_series(j, h->sampled, is_single ? "samples" : NULL, j->shown[i].style));
    }
    return add_series(j, j->first->target, j->first->target_name, -1);
}

static gfn_status add_panel(joining *j)
{
    const gfn_portrait_histogram *h = j->first;
    char *x_name;
    find_bins(j);
    if (j->factor == 0)
        return GFN_OK;
    GFN_TRY(gfn_arena_take(j->c->arena, GFN_CAPTION_TEXT, 1, &x_name));
    gfn_format(x_name, GFN_CAPTION_TEXT, isnan(h->mean) ? "%s" : "%s (exact mean: %.4g)", h->name,
               h->mean);
    GFN_TRY(gfn_arena_take(j->c->arena, j->n + 1, sizeof *j->series, &j->series));
    GFN_TRY(add_runs(j));
    j->c->plain[j->c->picture.n_plain++] = (gfn_panel){.title = h->name,
                                                       .x_name = x_name,
                                                       .is_cells = true,
                                                       .step = width_of(j),
                                                       .level = NAN,
                                                       .shift = NAN,
                                                       .upright = isnan(h->mean) ? NULL : &h->mean,
                                                       .n = j->n_series,
                                                       .series = j->series};
    return GFN_OK;
}

gfn_status gfn_compose_histograms(gfn_composition *c, const gfn_portrait *first, size_t n,
                                  const gfn_shown *shown)
{
    for (size_t i = 0; i < first->n_histograms; i++) {
        joining j = {.c = c, .first = &first->histogram[i], .index = i, .n = n, .shown = shown};
        GFN_TRY(add_panel(&j));
    }
    return GFN_OK;
}
