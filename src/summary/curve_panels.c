/* SPDX-License-Identifier: MIT
 *
 * The curves of groups: of one run as it is; of several seeds their mean in a band from the
 * smallest to the largest, and thin lines of single seeds: of all of them if there is one group,
 * else of those that went on after the mean ends.
 */
#include <math.h>

#include "base/error.h"
#include "base/format.h"
#include "summary/bands.h"
#include "summary/composition.h"

static const struct {
    const char *title, *nothing;
    bool is_log;
} kinds[GFN_CURVES] = {
    [GFN_CURVE_LOSS] = {"loss", "nothing is logged yet", true},
    [GFN_CURVE_LOG_Z] = {NULL, "nothing is logged yet", false},
    [GFN_CURVE_TV] = {"TV, exact", "no exact evaluations", true},
};

static const gfn_portrait *leader(const gfn_groups *groups, size_t index)
{
    return groups->group[index].run[0];
}

/* The true log Z, if all runs have the same. */
static double shared_log_z(const gfn_groups *groups)
{
    const double first = leader(groups, 0)->log_z_true;
    for (size_t i = 0; i < groups->n; i++)
        for (size_t k = 0; k < groups->group[i].n; k++)
            if (!(fabs(groups->group[i].run[k]->log_z_true - first) <= 1e-9))
                return NAN;
    return first;
}

/* If batch sizes differ, runs cannot be compared by iterations. */
static bool has_one_batch(const gfn_groups *groups)
{
    for (size_t i = 1; i < groups->n; i++)
        if (!gfn_options_is_same(leader(groups, 0)->options, leader(groups, i)->options,
                                 "batch-size"))
            return false;
    return true;
}

/* A panel while series are added to it; `series` has room for all of them. */
typedef struct adder {
    gfn_arena *arena;
    size_t kind, n;
    bool is_by_iteration, has_thin;
    gfn_series *series;
} adder;

static void add(adder *a, gfn_series series, size_t group, bool is_thin)
{
    series.style = (int)group;
    series.is_thin = is_thin;
    if (series.n == 0)
        return;
    a->series[a->n++] = series;
    a->has_thin |= is_thin;
}

static gfn_series curve_of(const adder *a, const gfn_portrait *run)
{
    gfn_series series = run->curve[a->kind];
    if (!a->is_by_iteration)
        series.x = run->trajectories;
    return series;
}

static gfn_status add_group(adder *a, const gfn_groups *groups, size_t index)
{
    const gfn_group *group = &groups->group[index];
    gfn_series *curve;
    gfn_band band;
    if (group->n == 1) {
        add(a, curve_of(a, group->run[0]), index, false);
        return GFN_OK;
    }
    GFN_TRY(gfn_arena_take(a->arena, group->n, sizeof *curve, &curve));
    for (size_t i = 0; i < group->n; i++)
        curve[i] = curve_of(a, group->run[i]);
    GFN_TRY(gfn_band_make(a->arena, group->n, curve, kinds[a->kind].is_log, &band));
    for (size_t i = 0; i < group->n && groups->n == 1; i++)
        add(a, curve[i], index, true);
    for (size_t i = 0; i < band.n && groups->n > 1; i++)
        add(a, band.rest[i], index, true);
    add(a, band.mean, index, false);
    return GFN_OK;
}

static gfn_status add_panel(gfn_composition *c, size_t kind, bool *has_thin)
{
    adder a = {.arena = c->arena, .kind = kind, .is_by_iteration = has_one_batch(c->groups)};
    const double log_z = shared_log_z(c->groups);
    gfn_format(c->log_z_title, sizeof c->log_z_title,
               isnan(log_z) ? "log Z" : "log Z (exact: %.4f)", log_z);
    GFN_TRY(
        gfn_arena_take(c->arena, c->groups->n_runs + c->groups->n, sizeof *a.series, &a.series));
    for (size_t i = 0; i < c->groups->n && i < GFN_PICTURE_STYLES; i++)
        GFN_TRY(add_group(&a, c->groups, i));
    *has_thin |= a.has_thin;
    c->curve[kind] =
        (gfn_panel){.title = kind == GFN_CURVE_LOG_Z ? c->log_z_title : kinds[kind].title,
                    .x_name = a.is_by_iteration ? "iteration" : "trajectories",
                    .nothing = kinds[kind].nothing,
                    .is_log = kinds[kind].is_log,
                    .is_whole = true,
                    .level = kind == GFN_CURVE_LOG_Z ? log_z : NAN,
                    .shift = NAN,
                    .n = a.n,
                    .series = a.series};
    return GFN_OK;
}

/* What lines and bands are; the note is left out if each group is a line. */
static void add_note(gfn_composition *c, bool has_thin)
{
    const gfn_groups *groups = c->groups;
    size_t used = 0;
    if (groups->n_runs > groups->n)
        used += (size_t)gfn_format(c->note, sizeof c->note,
                                   "lines: means over seeds; bands: from the smallest to the "
                                   "largest%s",
                                   has_thin ? "; thin lines: single seeds" : "");
    if (groups->n > GFN_PICTURE_STYLES)
        used += (size_t)gfn_format(c->note + used, sizeof c->note - used,
                                   "%scurves: the first %d of %zu groups", used ? "; " : "",
                                   GFN_PICTURE_STYLES, groups->n);
    c->picture.note = used > 0 ? c->note : NULL;
}

gfn_status gfn_compose_curves(gfn_composition *c)
{
    bool has_thin = false;
    for (size_t kind = 0; kind < GFN_CURVES; kind++)
        GFN_TRY(add_panel(c, kind, &has_thin));
    add_note(c, has_thin);
    c->picture.n_curves = GFN_CURVES;
    c->picture.curve = c->curve;
    return GFN_OK;
}
