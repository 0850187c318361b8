/* SPDX-License-Identifier: MIT */
#include "run/quantities.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "run/run.h"
#include "run/statistics.h"

/* Objects of the target, and objects at a time. */
enum { TRUE_OBJECTS = 4000, PART = 256 };

/* ---- bins ---- */

/* The smallest difference of two sorted values, except for rounding errors. */
static double find_step(size_t n, const double *x)
{
    const double range = x[n - 1] - x[0];
    double step = range;
    for (size_t i = 1; i < n; i++)
        if (x[i] - x[i - 1] > 1e-9 * range)
            step = fmin(step, x[i] - x[i - 1]);
    return step;
}

void gfn_quantity_fit(size_t n, double *x, gfn_quantity *q)
{
    *q = (gfn_quantity){.bins = 0};
    gfn_sort(n, x);
    const double step = find_step(n, x);
    const double levels = step > 0 ? round((x[n - 1] - x[0]) / step) + 1 : 1;
    const double per_bin = ceil(levels / GFN_MOST_BINS);
    q->bins = (size_t)ceil(levels / per_bin);
    q->width = step > 0 ? per_bin * step : 1;
    q->first = x[0] + (per_bin - 1) * step / 2;
}

static void count(const gfn_quantity *q, size_t n, const double *x, double *share)
{
    for (size_t i = 0; i < n; i++) {
        const double bin = floor((x[i] - q->first) / q->width + 0.5);
        share[(size_t)fmax(0, fmin(bin, (double)(q->bins - 1)))] += 1 / (double)n;
    }
}

/* ---- objects of the target ---- */

/* States that stand for equal shares of the exact target, in the order of their numbers. */
static gfn_status choose_states(const gfn_run *run, int32_t *state)
{
    const gfn_exact *exact = gfn_run_exact_of(run);
    const double *target = gfn_exact_target(exact);
    const gfn_env *env = gfn_run_numbered_env(run);
    const size_t width = (size_t)env->spec.state_width;
    double sum = 0;
    int64_t number = -1;
    for (size_t i = 0; i < TRUE_OBJECTS; i++) {
        const double wanted = ((double)i + 0.5) / TRUE_OBJECTS;
        while (sum < wanted && number + 1 < (int64_t)gfn_exact_n(exact))
            sum += target[++number];
        GFN_TRY(gfn_env_state_at(env, 1, &number, state + i * width));
    }
    return GFN_OK;
}

/* Objects [TRUE_OBJECTS][width]; NULL: the target cannot be drawn from. */
static gfn_status draw_target(const gfn_run *run, int32_t **objects)
{
    const gfn_stream stream = {0, GFN_PURPOSE_TARGET, 0};
    const bool is_exact = gfn_run_exact_of(run) != NULL;
    if (!is_exact && !gfn_run_draws_truth(run))
        return GFN_OK;
    GFN_TRY(gfn_allocate("objects of the target", TRUE_OBJECTS * (size_t)run->env->spec.state_width,
                         sizeof **objects, objects));
    return is_exact ? choose_states(run, *objects)
                    : gfn_run_draw_truth(run, &stream, TRUE_OBJECTS, *objects);
}

/* ---- histograms ---- */

/* The first column of the marginals of n objects: value [rows][n]. */
static gfn_status find_values(const gfn_run *run, size_t n, const int32_t *objects, double *value)
{
    const gfn_env *env = run->env;
    const gfn_marginals *m = &run->marginals;
    const size_t width = (size_t)env->spec.state_width, all = m->rows * m->columns;
    double *part;
    GFN_TRY(gfn_allocate("histograms", PART * all, sizeof *part, &part));
    for (size_t first = 0, some; first < n; first += some) {
        some = n - first < PART ? n - first : PART;
        env->ops->marginals->find(env->world, some, objects + first * width, part);
        for (size_t i = 0; i < some; i++)
            for (size_t row = 0; row < m->rows; row++)
                value[row * n + first + i] = part[i * all + row * m->columns];
    }
    gfn_release(&part);
    return gfn_env_failure(env);
}

static gfn_status fill(gfn_quantities *all, size_t n, const double *sampled, const double *target)
{
    const size_t n_true = target ? TRUE_OBJECTS : 0;
    double *x;
    GFN_TRY(gfn_allocate("histograms", n + n_true, sizeof *x, &x));
    for (size_t row = 0; row < all->n; row++) {
        gfn_quantity *q = &all->quantity[row];
        memcpy(x, sampled + row * n, n * sizeof *x);
        if (target)
            memcpy(x + n, target + row * n_true, n_true * sizeof *x);
        gfn_quantity_fit(n + n_true, x, q);
        count(q, n, sampled + row * n, q->sampled);
        if (target)
            count(q, n_true, target + row * n_true, q->target);
    }
    gfn_release(&x);
    return GFN_OK;
}

static gfn_status find_histograms(gfn_run *run, size_t n, const int32_t *objects)
{
    gfn_quantities *q = &run->quantities;
    const size_t rows = run->marginals.rows;
    double *sampled = NULL, *target = NULL;
    int32_t *truth = NULL;
    gfn_status status = gfn_allocate("histograms", rows, sizeof *q->quantity, &q->quantity);
    if (status == GFN_OK)
        status = gfn_allocate("histograms", rows * n, sizeof *sampled, &sampled);
    if (status == GFN_OK)
        status = find_values(run, n, objects, sampled);
    if (status == GFN_OK)
        status = draw_target(run, &truth);
    if (status == GFN_OK && truth)
        status = gfn_allocate("histograms", rows * TRUE_OBJECTS, sizeof *target, &target);
    if (status == GFN_OK && truth)
        status = find_values(run, TRUE_OBJECTS, truth, target);
    q->n = rows;
    q->has_target = truth != NULL;
    if (status == GFN_OK)
        status = fill(q, n, sampled, target);
    gfn_release(&sampled);
    gfn_release(&target);
    gfn_release(&truth);
    return status;
}

/* ---- all ---- */

static gfn_status find_images(gfn_run *run, size_t n, const int32_t *objects)
{
    gfn_quantities *q = &run->quantities;
    const int64_t *axis = run->env->spec.image_axis;
    if (axis[0] == 0)
        return GFN_OK;
    q->n_images = n < GFN_MOST_IMAGES ? n : GFN_MOST_IMAGES;
    GFN_TRY(gfn_allocate("images", q->n_images * (size_t)(axis[0] * axis[1]), sizeof *q->image,
                         &q->image));
    run->env->ops->image(run->env->world, q->n_images, objects, q->image);
    return gfn_env_failure(run->env);
}

gfn_status gfn_run_find_quantities(gfn_run *run, int64_t n, const int32_t *objects)
{
    const gfn_env_marginals *named = run->env->ops->marginals;
    gfn_quantities_clear(&run->quantities);
    if (n == 0 || named == NULL || !named->has_histograms)
        return GFN_OK;
    gfn_status status = find_histograms(run, (size_t)n, objects);
    if (status == GFN_OK)
        status = find_images(run, (size_t)n, objects);
    if (status != GFN_OK)
        gfn_quantities_clear(&run->quantities);
    return status;
}

void gfn_quantities_clear(gfn_quantities *q)
{
    gfn_release(&q->quantity);
    gfn_release(&q->image);
    *q = (gfn_quantities){.n = 0};
}
