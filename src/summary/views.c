/* SPDX-License-Identifier: MIT
 *
 * What an environment shows of its marginals (gfn_env_marginals): the first column as a map or a
 * profile, histograms of rows, and samples as small maps.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "env/env_internal.h"
#include "eval/marginal.h"
#include "io/crc.h"
#include "summary/portrait.h"

/* Limits: lines of a map that are shown one by one; cells of a map; labels, and bytes of one; cells
 * of a small map. */
enum {
    MOST_LINES = 256,
    MOST_CELLS = 1 << 22,
    MOST_LABELS = 4096,
    MOST_LABEL = 64,
    MOST_TILE = 1 << 20
};

typedef struct view {
    gfn_portrait *p;
    const gfn_env *env;
    const gfn_env_marginals *named;
    const gfn_marginals *found;
    int64_t lines[2];
    double *cell; /* [lines[0]][lines[1]] */
} view;

static gfn_status take_text(gfn_portrait *p, size_t size, char **text)
{
    return gfn_arena_take(p->arena, size, 1, text);
}

static gfn_status take_doubles(gfn_portrait *p, size_t n, double **values)
{
    return gfn_arena_take(p->arena, n, sizeof **values, values);
}

/* Whether an environment has a map of this size. */
static bool find_lines(const view *v, void (*ask)(const void *world, int64_t lines[2]), size_t most,
                       int64_t lines[2])
{
    const int64_t limit = (int64_t)most;
    lines[0] = lines[1] = 0;
    if (ask)
        ask(v->env->world, lines);
    return lines[0] > 0 && lines[1] > 0 && lines[0] <= limit && lines[1] <= limit / lines[0];
}

/* "10000 samples", "policy, exact" */
static gfn_status name_samples(const view *v, char **text)
{
    GFN_TRY(take_text(v->p, MOST_LABEL, text));
    if (v->found->sampled)
        gfn_format(*text, MOST_LABEL, "%lld sample%s", (long long)v->found->n,
                   gfn_plural(v->found->n));
    else
        gfn_format(*text, MOST_LABEL, "policy, exact");
    return GFN_OK;
}

static const double *values_of_policy(const gfn_marginals *m)
{
    return m->sampled ? m->sampled : m->policy;
}

/* ---- axes ---- */

/* Copy the first part of a list with commas, or what follows it. */
static gfn_status copy_name(view *v, const char *list, bool is_rest, const char **name)
{
    const size_t n = strcspn(list, ",");
    const char *from = is_rest && list[n] == ',' ? list + n + 1 : list;
    char *copy;
    GFN_TRY(take_text(v->p, MOST_LABEL, &copy));
    gfn_format(copy, MOST_LABEL, "%.*s", (int)(strcspn(from, ",") % MOST_LABEL), from);
    *name = copy;
    return GFN_OK;
}

/* The labels of an axis; NULL: numbers. */
static gfn_status find_labels(view *v, int axis, const char *const **labels)
{
    const size_t n = (size_t)v->lines[axis];
    const char **label;
    char *text;
    *labels = NULL;
    if (v->named->label == NULL || n > MOST_LABELS)
        return GFN_OK;
    GFN_TRY(gfn_arena_take(v->p->arena, n, sizeof *label, &label));
    for (size_t i = 0; i < n; i++) {
        GFN_TRY(take_text(v->p, MOST_LABEL, &text));
        v->named->label(v->env->world, axis, (int64_t)i, text, MOST_LABEL);
        if (i == 0 && text[0] == '\0')
            return GFN_OK;
        label[i] = text;
    }
    *labels = label;
    return GFN_OK;
}

/* ---- the map ---- */

/* The first column of `values` in the cells of its rows. */
static void fill_cells(view *v, const double *values)
{
    const int64_t cells = v->lines[0] * v->lines[1];
    for (int64_t i = 0; i < cells; i++)
        v->cell[i] = NAN;
    for (size_t row = 0; row < v->found->rows; row++) {
        int64_t at[2] = {(int64_t)row / v->lines[1], (int64_t)row % v->lines[1]};
        if (v->named->cell)
            v->named->cell(v->env->world, (int64_t)row, at);
        if (at[0] >= 0 && at[0] < v->lines[0] && at[1] >= 0 && at[1] < v->lines[1])
            v->cell[at[0] * v->lines[1] + at[1]] = values[row * v->found->columns];
    }
}

/* The cells, or if they are too many, means of neighbours. */
static gfn_status make_map(view *v, const double *values, gfn_map *map, double *most)
{
    const gfn_cells cells = {.ndim = 2, .axis = v->lines, .p = v->cell};
    double *mean;
    map->rows = (size_t)gfn_bins(v->lines[0], MOST_LINES);
    map->columns = (size_t)gfn_bins(v->lines[1], MOST_LINES);
    map->extent[0] = (double)v->lines[0];
    map->extent[1] = (double)v->lines[1];
    GFN_TRY(take_doubles(v->p, map->rows * map->columns, &mean));
    fill_cells(v, values);
    gfn_marginal(&cells, 0, 1, MOST_LINES, mean);
    map->value = mean;
    *most = 0;
    for (size_t i = 0; i < map->rows * map->columns; i++)
        *most = fmax(*most, mean[i]);
    return GFN_OK;
}

/* Cells are about as high as wide, unless the map would be very flat, or higher than wide. */
static double flatness_of(const int64_t lines[2])
{
    return fmin(fmax((double)lines[0] / (double)lines[1], 0.35), 1);
}

static gfn_status add_map(view *v)
{
    gfn_portrait *p = v->p;
    gfn_corner corner = {.title = "target", .n_axes = 2, .flatness = flatness_of(v->lines)};
    char *title;
    GFN_TRY(name_samples(v, &title));
    GFN_TRY(copy_name(v, v->named->axes, false, &corner.axis[1]));
    GFN_TRY(copy_name(v, v->named->axes, true, &corner.axis[0]));
    for (int axis = 0; axis < 2; axis++)
        GFN_TRY(find_labels(v, axis, &corner.map[0].label[axis]));
    const int64_t longest = v->lines[0] > v->lines[1] ? v->lines[0] : v->lines[1];
    p->cells_in_bin = (longest + MOST_LINES - 1) / MOST_LINES;
    p->samples = p->target = corner;
    p->samples.title = title;
    p->n_axes = 2;
    if (p->has_target)
        GFN_TRY(make_map(v, v->found->target, &p->target.map[0], &p->most_targeted));
    return make_map(v, values_of_policy(v->found), &p->samples.map[0], &p->most_sampled);
}

/* ---- the profile ---- */

static gfn_status make_profile(view *v, const double *values, const char *name, gfn_series *series)
{
    const size_t n = (size_t)v->lines[1];
    double *x, *y;
    GFN_TRY(take_doubles(v->p, n, &x));
    GFN_TRY(take_doubles(v->p, n, &y));
    fill_cells(v, values);
    for (size_t i = 0; i < n; i++) {
        x[i] = (double)i;
        y[i] = v->cell[i];
    }
    *series = (gfn_series){.name = name, .n = n, .x = x, .y = y};
    return GFN_OK;
}

static gfn_status add_profile(view *v)
{
    gfn_portrait *p = v->p;
    char *name;
    GFN_TRY(name_samples(v, &name));
    GFN_TRY(copy_name(v, v->named->axes, true, &p->profile_axis));
    GFN_TRY(find_labels(v, 1, &p->profile_label));
    p->cells_in_bin = 1;
    p->n_axes = 1;
    if (p->has_target)
        GFN_TRY(make_profile(v, v->found->target, "target", &p->target_profile));
    return make_profile(v, values_of_policy(v->found), name, &p->sample_profile);
}

static gfn_status add_cells(view *v)
{
    const gfn_marginals *m = v->found;
    if (!find_lines(v, v->named->map_lines, MOST_CELLS, v->lines) || values_of_policy(m) == NULL)
        return GFN_OK;
    GFN_TRY(take_doubles(v->p, (size_t)(v->lines[0] * v->lines[1]), &v->cell));
    GFN_TRY(copy_name(v, v->named->columns, false, &v->p->quantity));
    for (size_t i = 0; m->target && i < m->rows && !v->p->has_target; i++)
        v->p->has_target = !isnan(m->target[i * m->columns]);
    if (v->p->has_target && v->p->target_crc == 0)
        v->p->target_crc = gfn_crc32(0, m->target, m->rows * m->columns * sizeof(double));
    return v->lines[0] == 1 ? add_profile(v) : add_map(v);
}

/* ---- histograms ---- */

/* The probabilities of the bins; NULL: nothing is known. */
static gfn_status find_probabilities(view *v, const gfn_observable *from, gfn_origin origin,
                                     double total, const double **probability)
{
    double *p;
    if (!(total > 0))
        return GFN_OK;
    GFN_TRY(take_doubles(v->p, from->n_bins, &p));
    for (size_t i = 0; i < from->n_bins; i++)
        p[i] = from->weight[origin][i] / total;
    *probability = p;
    return GFN_OK;
}

static gfn_status add_histogram(view *v, const gfn_observables *all, const gfn_observable *from)
{
    gfn_portrait_histogram *h = &v->p->histogram[v->p->n_histograms++];
    const bool is_sampled = all->total[GFN_OF_SAMPLES] > 0;
    const bool is_exact = all->total[GFN_OF_TARGET] > 0;
    const gfn_origin policy = is_sampled ? GFN_OF_SAMPLES : GFN_OF_POLICY;
    const gfn_origin target = is_exact ? GFN_OF_TARGET : GFN_OF_TRUTH;
    char *name;
    GFN_TRY(take_text(v->p, MOST_LABEL, &name));
    v->named->key(v->env->world, from->row, name, MOST_LABEL);
    *h = (gfn_portrait_histogram){.name = name,
                                  .n = from->n_bins,
                                  .range = {from->range[0], from->range[1]},
                                  .target_name = is_exact ? "target" : "true draws",
                                  .mean = NAN};
    if (v->found->target)
        h->mean = v->found->target[(size_t)from->row * v->found->columns];
    GFN_TRY(find_probabilities(v, from, policy, all->total[policy], &h->sampled));
    return find_probabilities(v, from, target, all->total[target], &h->target);
}

/* ---- samples ---- */

static gfn_status add_tiles(view *v)
{
    const gfn_marginals *m = v->found;
    const size_t width = (size_t)v->env->spec.state_width;
    int64_t lines[2];
    char *title;
    if (m->n_kept == 0 || !find_lines(v, v->named->object_lines, MOST_TILE, lines))
        return GFN_OK;
    GFN_TRY(take_text(v->p, MOST_LABEL, &title));
    gfn_format(title, MOST_LABEL, "the first of %lld sample%s", (long long)m->n, gfn_plural(m->n));
    for (size_t i = 0; i < m->n_kept; i++) {
        double *value;
        GFN_TRY(take_doubles(v->p, (size_t)(lines[0] * lines[1]), &value));
        v->named->draw_object(v->env->world, m->kept + i * width, value);
        v->p->tile[i] = (gfn_map){.rows = (size_t)lines[0],
                                  .columns = (size_t)lines[1],
                                  .value = value,
                                  .extent = {(double)lines[0], (double)lines[1]}};
    }
    v->p->tile_title = title;
    v->p->n_tiles = m->n_kept;
    return GFN_OK;
}

gfn_status gfn_portrait_add_views(gfn_portrait *p, const gfn_run *run)
{
    const gfn_observables *all = &run->observables;
    view v = {.p = p, .env = run->env, .named = run->env->ops->marginals, .found = &run->marginals};
    if (v.named == NULL || v.found->rows == 0)
        return GFN_OK;
    GFN_TRY(add_cells(&v));
    for (size_t i = 0; i < all->n; i++)
        GFN_TRY(add_histogram(&v, all, &all->one[i]));
    GFN_TRY(add_tiles(&v));
    return gfn_env_failure(run->env);
}
