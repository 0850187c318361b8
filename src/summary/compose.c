/* SPDX-License-Identifier: MIT
 *
 * Pictures made of portraits: one run with its title, or several in the same panels with a table.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/format.h"
#include "summary/portrait.h"

/* Limits: maps in a comparison, including the target's; bytes per row of its table. */
enum { MOST_CORNERS = 9, TABLE_TEXT = 500 };

/* The colors of maps reach up to the largest target times this. */
#define HEADROOM 1.25

typedef struct composition {
    gfn_arena *arena;
    const gfn_portrait *all;
    size_t n;
    gfn_picture picture;
    gfn_corner corner[MOST_CORNERS];
    gfn_panel plain, curve[GFN_CURVES];
    gfn_series *series; /* [1 + GFN_CURVES][n + 1] of distributions and of curves */
    char caption[3][TABLE_TEXT], log_z_title[64];
} composition;

static gfn_series *series_of(composition *c, size_t panel)
{
    return c->series + panel * (c->n + 1);
}

/* ---- curves ---- */

static const struct {
    const char *title, *nothing;
    bool is_log;
} curves[GFN_CURVES] = {
    [GFN_CURVE_LOSS] = {"loss", "nothing is logged yet", true},
    [GFN_CURVE_LOG_Z] = {NULL, "nothing is logged yet", false},
    [GFN_CURVE_TV] = {"TV, exact", "no exact evaluations", true},
};

/* The true log Z, if all runs have the same. */
static double shared_log_z(const composition *c)
{
    for (size_t i = 1; i < c->n; i++)
        if (!(fabs(c->all[i].log_z_true - c->all[0].log_z_true) <= 1e-9))
            return NAN;
    return c->all[0].log_z_true;
}

/* If batch sizes differ, runs cannot be compared by iterations. */
static bool has_one_batch(const composition *c)
{
    for (size_t i = 1; i < c->n; i++)
        if (!gfn_options_is_same(c->all[0].options, c->all[i].options, "batch-size"))
            return false;
    return true;
}

static void add_curves(composition *c)
{
    const bool is_by_iteration = has_one_batch(c);
    const double log_z = shared_log_z(c);
    gfn_format(c->log_z_title, sizeof c->log_z_title,
               isnan(log_z) ? "log Z" : "log Z; dashed: exact, %.4f", log_z);
    for (size_t k = 0; k < GFN_CURVES; k++) {
        gfn_series *series = series_of(c, 1 + k);
        for (size_t i = 0; i < c->n; i++) {
            series[i] = c->all[i].curve[k];
            series[i].color = (int)i;
            if (!is_by_iteration)
                series[i].x = c->all[i].trajectories;
        }
        c->curve[k] = (gfn_panel){.title = k == GFN_CURVE_LOG_Z ? c->log_z_title : curves[k].title,
                                  .x_name = is_by_iteration ? "iteration" : "trajectories",
                                  .nothing = curves[k].nothing,
                                  .is_log = curves[k].is_log,
                                  .level = k == GFN_CURVE_LOG_Z ? log_z : NAN,
                                  .shift = NAN,
                                  .n = c->n,
                                  .series = series};
    }
    c->picture.n_curves = GFN_CURVES;
    c->picture.curve = c->curve;
}

/* ---- samples and target ---- */

/* Whether two runs learn the same distribution on the same grid, or have the same environment. */
static bool has_same_target(const gfn_portrait *a, const gfn_portrait *b)
{
    if (a->n_axes != b->n_axes || a->target_crc != b->target_crc)
        return false;
    for (size_t i = 0; a->n_axes > 1 && i < a->n_axes * (a->n_axes - 1) / 2; i++)
        if (a->target.map[i].rows != b->target.map[i].rows ||
            a->target.map[i].columns != b->target.map[i].columns)
            return false;
    return a->target_crc != 0 || strcmp(a->env, b->env) == 0;
}

static const gfn_portrait *first_with(const composition *c, bool (*has)(const gfn_portrait *p))
{
    for (size_t i = 0; i < c->n; i++)
        if (has(&c->all[i]))
            return &c->all[i];
    return NULL;
}

static bool has_maps(const gfn_portrait *p)
{
    return p->n_axes >= 2;
}

static bool has_profile(const gfn_portrait *p)
{
    return p->n_axes == 1;
}

static bool has_points(const gfn_portrait *p)
{
    return p->points.n > 0;
}

static const char *scale_name(const gfn_portrait *p)
{
    if (p->n_axes > 2)
        return p->cells_in_bin > 1 ? "marginal probability, mean of neighbours"
                                   : "marginal probability";
    return p->cells_in_bin > 1 ? "probability, mean of neighbouring cells" : "probability";
}

/* The next run, from *i on, with the target of `first`; NULL: there is none. */
static const gfn_portrait *next_like(const composition *c, const gfn_portrait *first, size_t *i)
{
    while (*i < c->n && &c->all[*i] != first && !has_same_target(first, &c->all[*i]))
        ++*i;
    return *i < c->n ? &c->all[(*i)++] : NULL;
}

/* Note which runs are not shown, and why. */
static void note_left_out(composition *c, const gfn_portrait *first, size_t shown)
{
    size_t alike = 0;
    for (size_t i = 0; next_like(c, first, &i) != NULL;)
        alike++;
    if (alike < c->n)
        gfn_format(c->caption[2], TABLE_TEXT, "above: the %zu run%s with the target of %s", shown,
                   gfn_plural((int64_t)shown), first->name);
    else if (shown < alike)
        gfn_format(c->caption[2], TABLE_TEXT, "above: the first %zu run%s", shown,
                   gfn_plural((int64_t)shown));
    if (c->n > 1 && shown < c->n)
        c->picture.title[2] = c->caption[2];
}

/* Add the map of the target, then those of the samples; a single run has its samples first. */
static void add_maps(composition *c, const gfn_portrait *first)
{
    gfn_picture *picture = &c->picture;
    const gfn_portrait *p;
    double most = first->most_targeted;
    size_t n = 0, i = 0;
    if (c->n > 1)
        c->corner[n++] = first->target;
    while (n < MOST_CORNERS && (p = next_like(c, first, &i)) != NULL) {
        c->corner[n] = p->samples;
        if (c->n > 1)
            c->corner[n].title = p->name;
        most = fmax(most, p->most_sampled);
        n++;
    }
    note_left_out(c, first, n - (c->n > 1));
    if (c->n == 1)
        c->corner[n++] = first->target;
    picture->most = fmin(most, HEADROOM * first->most_targeted);
    picture->is_clipped = most > picture->most;
    picture->scale_name = scale_name(first);
    picture->n_corners = n;
    picture->corner = c->corner;
}

/* A copy of a series in the color that the run has in the table. */
static gfn_series series_in(const composition *c, const gfn_portrait *p, const gfn_series *series)
{
    gfn_series s = *series;
    s.color = (int)(p - c->all);
    if (c->n > 1)
        s.name = NULL;
    return s;
}

static void add_profiles(composition *c, const gfn_portrait *first)
{
    gfn_series *series = series_of(c, 0);
    const gfn_portrait *p;
    size_t n = 0;
    for (size_t i = 0; (p = next_like(c, first, &i)) != NULL;)
        series[n++] = series_in(c, p, &p->sample_profile);
    note_left_out(c, first, n);
    series[n] = first->target_profile;
    series[n++].is_dashed = true;
    c->plain = (gfn_panel){.title = "samples and target",
                           .x_name = first->cells_in_bin > 1 ? "bin of cells" : "cell",
                           .is_cells = true,
                           .level = NAN,
                           .shift = NAN,
                           .n = n,
                           .series = series};
    c->picture.plain = &c->plain;
}

static void add_points(composition *c, const gfn_portrait *first)
{
    const bool is_exact = first && !isnan(first->log_z_true);
    gfn_series *series = series_of(c, 0);
    const gfn_portrait *p;
    size_t n = 0;
    for (size_t i = 0; first && (p = next_like(c, first, &i)) != NULL;)
        series[n++] = series_in(c, p, &p->points);
    if (first)
        note_left_out(c, first, n);
    c->plain = (gfn_panel){
        .title = first == NULL ? "log p(x) over log R(x)"
                 : is_exact    ? "log p(x) over log R(x); dashed: log R(x) - log Z"
                               : "log p(x) over log R(x); dashed: log R(x) - log Z, as learned",
        .x_name = "log R(x)",
        .nothing = "no checkpoint yet, or no samples",
        .is_points = true,
        .level = NAN,
        .shift = !first     ? NAN
                 : is_exact ? -first->log_z_true
                            : -first->log_z,
        .n = n,
        .series = series};
    c->picture.plain = &c->plain;
}

static void add_distributions(composition *c)
{
    const gfn_portrait *first;
    if ((first = first_with(c, has_maps)) != NULL)
        add_maps(c, first);
    else if ((first = first_with(c, has_profile)) != NULL)
        add_profiles(c, first);
    else
        add_points(c, first_with(c, has_points));
}

/* ---- captions ---- */

static void caption_one(composition *c)
{
    const gfn_portrait *p = c->all;
    gfn_format(c->caption[0], TABLE_TEXT, "%s; %s", p->method, p->length);
    c->picture.title[0] = p->env;
    c->picture.title[1] = c->caption[0];
    c->picture.title[2] = p->result;
}

static gfn_status caption_many(composition *c)
{
    char differences[200];
    gfn_legend *row;
    GFN_TRY(gfn_arena_take(c->arena, c->n, sizeof *row, &row));
    for (size_t i = 0; i < c->n; i++) {
        const gfn_portrait *p = &c->all[i];
        char *text;
        GFN_TRY(gfn_arena_take(c->arena, TABLE_TEXT, 1, &text));
        gfn_portrait_differences(p, c->all, c->n, differences, sizeof differences);
        gfn_format(text, TABLE_TEXT, "%s%s%s%s   %s", p->name, differences[0] ? " (" : "",
                   differences, differences[0] ? ")" : "", p->brief);
        row[i] = (gfn_legend){(int)i, text};
    }
    c->picture.legend = row;
    c->picture.n_legend = c->n;
    gfn_format(c->caption[0], TABLE_TEXT, "%zu runs", c->n);
    gfn_format(c->caption[1], TABLE_TEXT, "the first: %s; %s", c->all->env, c->all->method);
    c->picture.title[0] = c->caption[0];
    c->picture.title[1] = c->caption[1];
    return GFN_OK;
}

static gfn_status compose(composition *c)
{
    GFN_TRY(gfn_arena_take(c->arena, (1 + GFN_CURVES) * (c->n + 1), sizeof *c->series, &c->series));
    add_distributions(c);
    add_curves(c);
    if (c->n > 1)
        return caption_many(c);
    caption_one(c);
    return GFN_OK;
}

/* Try again for a while if another process is saving the same picture. */
static gfn_status save(const gfn_picture *picture, const char *path)
{
    enum { TRIES = 100 };
    gfn_status status = gfn_picture_save(picture, path);
    for (int i = 0; i < TRIES && status == GFN_EEXIST; i++) {
        gfn_clock_sleep(0.05);
        status = gfn_picture_save(picture, path);
    }
    return status;
}

gfn_status gfn_portraits_save(const gfn_portrait *portraits, size_t n, const char *path)
{
    composition *c;
    GFN_TRY(gfn_allocate("picture", 1, sizeof *c, &c));
    c->all = portraits;
    c->n = n;
    gfn_status status = gfn_arena_create(&c->arena);
    if (status == GFN_OK)
        status = compose(c);
    if (status == GFN_OK)
        status = save(&c->picture, path);
    gfn_arena_destroy(&c->arena);
    gfn_release(&c);
    return status;
}
