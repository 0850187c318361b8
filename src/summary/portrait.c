/* SPDX-License-Identifier: MIT
 *
 * The portrait of a run: its samples beside the target, or the probabilities of objects beside
 * their rewards and what the environment shows of its marginals.
 */
#include "summary/portrait.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/name_table.h"
#include "env/env_internal.h"
#include "eval/marginal.h"
#include "io/crc.h"
#include "io/folder.h"
#include "store/names.h"

/* Limits: bins per axis of a map, which is about 400 pixels wide; points that can still be
 * distinguished. */
enum { MOST_BINS = 200, MOST_POINTS = 20000 };

static gfn_status take_doubles(gfn_portrait *p, size_t n, double **values)
{
    return gfn_arena_take(p->arena, n, sizeof **values, values);
}

static double largest(size_t n, const double *x, double so_far)
{
    for (size_t i = 0; i < n; i++)
        so_far = fmax(so_far, x[i]);
    return so_far;
}

/* ---- grids ---- */

/* A two-dimensional grid is shown like an array, with the first dimension downward. */
static int dimension_of(const gfn_portrait *p, size_t axis)
{
    return (int)(p->n_axes == 2 ? 1 - axis : axis);
}

static gfn_status name_axes(gfn_portrait *p, const gfn_env_spec *spec, gfn_corner *corner)
{
    for (size_t i = 0; i < p->n_axes; i++) {
        char *name;
        GFN_TRY(gfn_arena_take(p->arena, 16, 1, &name));
        if (spec->ndim == 2)
            strcpy(name, i == 0 ? "x" : "y");
        else
            gfn_format(name, 16, "x%d", dimension_of(p, i));
        corner->axis[i] = name;
    }
    return GFN_OK;
}

static gfn_status make_corner(gfn_portrait *p, const gfn_env_spec *spec, const gfn_cells *cells,
                              const char *title, gfn_corner *corner, double *most)
{
    *corner = (gfn_corner){.title = title, .n_axes = p->n_axes};
    *most = 0;
    GFN_TRY(name_axes(p, spec, corner));
    for (size_t i = 1; i < p->n_axes; i++)
        for (size_t j = 0; j < i; j++) {
            const int down = dimension_of(p, i), right = dimension_of(p, j);
            gfn_map *map = &corner->map[i * (i - 1) / 2 + j];
            double *mean;
            map->rows = (size_t)gfn_bins(spec->axis[down], MOST_BINS);
            map->columns = (size_t)gfn_bins(spec->axis[right], MOST_BINS);
            map->extent[0] = (double)spec->axis[down];
            map->extent[1] = (double)spec->axis[right];
            GFN_TRY(take_doubles(p, map->rows * map->columns, &mean));
            gfn_marginal(cells, down, right, MOST_BINS, mean);
            map->value = mean;
            *most = largest(map->rows * map->columns, mean, *most);
        }
    return GFN_OK;
}

static gfn_status make_profile(gfn_portrait *p, const gfn_env_spec *spec, const gfn_cells *cells,
                               const char *name, gfn_series *profile)
{
    const size_t n = (size_t)gfn_bins(spec->axis[0], MOST_BINS);
    double *x, *y;
    GFN_TRY(take_doubles(p, n, &x));
    GFN_TRY(take_doubles(p, n, &y));
    for (size_t i = 0; i < n; i++)
        x[i] = (double)i;
    gfn_marginal(cells, -1, 0, MOST_BINS, y);
    *profile = (gfn_series){.name = name, .n = n, .x = x, .y = y};
    return GFN_OK;
}

static gfn_status make_grid(gfn_portrait *p, const gfn_run *run, const gfn_draw *draw)
{
    const gfn_env_spec *spec = gfn_env_spec_of(gfn_run_numbered_env(run));
    const bool has_samples = draw->counts != NULL && draw->n > 0;
    const gfn_cells target = {.ndim = spec->ndim, .axis = spec->axis, .p = gfn_run_target(run)};
    gfn_cells samples = {.ndim = spec->ndim, .axis = spec->axis, .p = gfn_run_exact_p(run)};
    char *title;
    GFN_TRY(gfn_arena_take(p->arena, 64, 1, &title));
    strcpy(title, "policy, exact");
    if (has_samples) {
        samples.p = NULL;
        samples.count = draw->counts;
        samples.total = draw->n;
        gfn_format(title, 64, "%lld sample%s", (long long)draw->n, gfn_plural(draw->n));
    }
    p->has_target = true;
    p->profile_axis = "cell";
    p->n_axes = spec->ndim < GFN_PICTURE_AXES ? (size_t)spec->ndim : GFN_PICTURE_AXES;
    int64_t longest = 1;
    for (size_t d = 0; d < p->n_axes; d++)
        longest = spec->axis[d] > longest ? spec->axis[d] : longest;
    p->cells_in_bin = (longest + MOST_BINS - 1) / MOST_BINS;
    if (p->n_axes == 1) {
        GFN_TRY(make_profile(p, spec, &target, "target", &p->target_profile));
        return make_profile(p, spec, &samples, title, &p->sample_profile);
    }
    GFN_TRY(make_corner(p, spec, &target, "target", &p->target, &p->most_targeted));
    return make_corner(p, spec, &samples, title, &p->samples, &p->most_sampled);
}

/* ---- other spaces ---- */

/* Points of an even selection of the enumerated objects. */
static gfn_status make_exact_points(gfn_portrait *p, const gfn_run *run)
{
    const gfn_exact *exact = gfn_run_exact_of(run);
    const double *target = gfn_exact_target(exact), *p_exact = gfn_run_exact_p(run);
    const size_t n = gfn_exact_n(exact), stride = (n + MOST_POINTS - 1) / MOST_POINTS;
    const double log_z = gfn_exact_log_z(exact);
    double *log_r, *log_p;
    size_t shown = 0;
    GFN_TRY(take_doubles(p, n / stride + 1, &log_r));
    GFN_TRY(take_doubles(p, n / stride + 1, &log_p));
    for (size_t i = 0; i < n; i += stride) {
        if (!(target[i] > 0) || !(p_exact[i] > 0))
            continue;
        log_r[shown] = log(target[i]) + log_z;
        log_p[shown++] = log(p_exact[i]);
    }
    p->points = (gfn_series){.n = shown, .x = log_r, .y = log_p};
    return GFN_OK;
}

/* Points of objects that the policy drew, with estimates of log p. */
static gfn_status make_sampled_points(gfn_portrait *p, const gfn_run *run)
{
    const gfn_points *from = gfn_run_points(run);
    double *log_r, *log_p;
    GFN_TRY(take_doubles(p, from->n, &log_r));
    GFN_TRY(take_doubles(p, from->n, &log_p));
    memcpy(log_r, from->log_r, from->n * sizeof *log_r);
    memcpy(log_p, from->log_p, from->n * sizeof *log_p);
    p->points = (gfn_series){.n = from->n, .x = log_r, .y = log_p};
    return GFN_OK;
}

/* ---- the portrait ---- */

/* Results that a run without checkpoint has, too. */
static const char *const logged[] = {"loss", "time_s", NULL};

/* Begin with options, curves and results; `measured` is NULL if there is no checkpoint. */
static gfn_status begin(const gfn_options *options, const char *directory, int64_t iteration,
                        const gfn_report *measured, gfn_portrait *p)
{
    gfn_report report = measured ? *measured : (gfn_report){.seconds = NAN};
    char *name;
    GFN_TRY(gfn_arena_create(&p->arena));
    GFN_TRY(gfn_options_copy(options, &p->options));
    GFN_TRY(gfn_arena_take(p->arena, strlen(directory) + 1, 1, &name));
    strcpy(name, directory);
    p->name = p->place = name;
    GFN_TRY(gfn_portrait_read_curves(p, directory, iteration, &report));
    GFN_TRY(take_doubles(p, gfn_metric_count(), &p->metric));
    for (size_t i = 0; i < gfn_metric_count(); i++)
        p->metric[i] = measured || gfn_is_among(logged, gfn_metric_of(i)->name)
                           ? gfn_metric_value(gfn_metric_of(i), &report)
                           : NAN;
    return GFN_OK;
}

gfn_status gfn_portrait_create(const gfn_run *run, const char *directory, const gfn_report *report,
                               gfn_portrait *p)
{
    const gfn_evaluation *evaluation = &report->last.evaluation;
    *p = (gfn_portrait){.log_z = evaluation->log_z, .log_z_true = evaluation->log_z_true};
    GFN_TRY(begin(run->options, directory, run->iteration, report, p));
    const gfn_exact *exact = gfn_run_exact_of(run);
    if (exact)
        p->target_crc = gfn_crc32(0, gfn_exact_target(exact), gfn_exact_n(exact) * sizeof(double));
    GFN_TRY(gfn_portrait_describe(p, evaluation, &report->draw, run->iteration));
    const bool is_exact = gfn_run_exact_p(run) != NULL;
    if (is_exact && gfn_env_spec_of(gfn_run_numbered_env(run))->ndim > 0)
        return make_grid(p, run, &report->draw);
    GFN_TRY(gfn_portrait_add_views(p, run));
    return is_exact ? make_exact_points(p, run) : make_sampled_points(p, run);
}

gfn_status gfn_portrait_begin(const char *directory, const char *env, gfn_portrait *p)
{
    char *path;
    gfn_options *options;
    *p = (gfn_portrait){.log_z = NAN, .log_z_true = NAN};
    GFN_TRY(gfn_folder_path(directory, GFN_CONFIG_FILE, &path));
    gfn_status status = gfn_run_options_load(path, env, &options);
    gfn_release(&path);
    GFN_TRY(status);
    status = begin(options, directory, INT64_MAX, NULL, p);
    gfn_options_destroy(&options);
    return status == GFN_OK ? gfn_portrait_describe(p, NULL, NULL, 0) : status;
}

void gfn_portrait_clear(gfn_portrait *portrait)
{
    gfn_arena_destroy(&portrait->arena);
    gfn_options_destroy(&portrait->options);
}
