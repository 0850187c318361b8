/* SPDX-License-Identifier: MIT */
#include "run/marginals.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "eval/exact.h"
#include "run/run.h"

/* Objects, and values, at a time. */
enum { MOST_OBJECTS = 256, MOST_VALUES = 1 << 16 };

typedef struct work {
    const gfn_env *env;
    const gfn_env_marginals *named;
    gfn_observables *observables;
    size_t n_values, columns, chunk, width;
    double *value;   /* [chunk][n_values] */
    int32_t *state;  /* [chunk][width] */
    int64_t *number; /* [chunk] */
} work;

static gfn_status begin(gfn_run *run, work *w)
{
    w->env = run->env;
    w->named = run->env->ops->marginals;
    w->observables = &run->observables;
    const int64_t rows = w->named->count(run->env->world);
    w->columns = gfn_count_names(w->named->columns);
    w->n_values = (size_t)rows * w->columns;
    w->width = (size_t)run->env->spec.state_width;
    w->chunk = w->n_values < MOST_VALUES / MOST_OBJECTS ? MOST_OBJECTS : MOST_VALUES / w->n_values;
    w->chunk = w->chunk > 0 ? w->chunk : 1;
    GFN_TRY(gfn_observables_init(w->observables, w->env, rows));
    GFN_TRY(gfn_allocate("marginals", w->chunk * w->n_values, sizeof(double), &w->value));
    GFN_TRY(gfn_allocate("marginals", w->chunk * w->width, sizeof(int32_t), &w->state));
    return gfn_allocate("marginals", w->chunk, sizeof(int64_t), &w->number);
}

static void end(work *w)
{
    gfn_release(&w->value);
    gfn_release(&w->state);
    gfn_release(&w->number);
}

static void add_values(const work *w, const double *value, double weight, double *sum)
{
    for (size_t k = 0; k < w->n_values; k++)
        sum[k] += weight * value[k];
}

/* ---- of samples ---- */

/* The values of the next objects: *some of them. */
static gfn_status find_some(work *w, int64_t left, const int32_t *objects, int64_t *some)
{
    *some = left < (int64_t)w->chunk ? left : (int64_t)w->chunk;
    w->named->find(w->env->world, (size_t)*some, objects, w->value);
    return gfn_env_failure(w->env);
}

static gfn_status add_samples(work *w, int64_t n, const int32_t *objects, double *sum,
                              double *squares)
{
    for (int64_t first = 0, some; first < n; first += some) {
        GFN_TRY(find_some(w, n - first, objects + (size_t)first * w->width, &some));
        for (size_t i = 0; i < (size_t)some; i++) {
            const double *value = w->value + i * w->n_values;
            add_values(w, value, 1, sum);
            gfn_observables_add(w->observables, GFN_OF_SAMPLES, value, w->columns, 1);
            for (size_t k = 0; k < w->n_values; k++)
                squares[k] += value[k] * value[k];
        }
    }
    return GFN_OK;
}

static gfn_status keep_objects(const work *w, int64_t n, const int32_t *objects, gfn_marginals *m)
{
    const size_t kept = n < GFN_KEPT_OBJECTS ? (size_t)n : GFN_KEPT_OBJECTS;
    if (w->named->object_lines == NULL)
        return GFN_OK;
    GFN_TRY(gfn_allocate("objects", kept * w->width, sizeof *m->kept, &m->kept));
    memcpy(m->kept, objects, kept * w->width * sizeof *m->kept);
    m->n_kept = kept;
    return GFN_OK;
}

static gfn_status measure_samples(work *w, int64_t n, const int32_t *objects, gfn_marginals *m)
{
    if (n == 0)
        return GFN_OK;
    m->n = n;
    GFN_TRY(keep_objects(w, n, objects, m));
    GFN_TRY(gfn_allocate("marginals", w->n_values, sizeof(double), &m->sampled));
    GFN_TRY(gfn_allocate("marginals", w->n_values, sizeof(double), &m->sampled_error));
    GFN_TRY(add_samples(w, n, objects, m->sampled, m->sampled_error));
    for (size_t k = 0; k < w->n_values; k++) {
        const double mean = m->sampled[k] / (double)n;
        const double variance = m->sampled_error[k] / (double)n - mean * mean;
        m->sampled[k] = mean;
        m->sampled_error[k] = n > 1 ? sqrt(fmax(variance, 0) / (double)(n - 1)) : NAN;
    }
    return GFN_OK;
}

/* ---- exact ---- */

static gfn_status add_states(work *w, const gfn_run *run, double *policy, double *target)
{
    const gfn_exact *exact = gfn_run_exact_of(run);
    const double *p = gfn_run_exact_p(run), *q = gfn_exact_target(exact);
    const gfn_env *env = gfn_run_numbered_env(run);
    const size_t all = gfn_exact_n(exact);
    for (size_t first = 0, n; first < all;) {
        for (n = 0; first < all && n < w->chunk; first++) /* objects only */
            if (p[first] > 0 || q[first] > 0)
                w->number[n++] = (int64_t)first;
        gfn_env_ask_state_at(env, n, w->number, w->state);
        w->named->find(w->env->world, n, w->state, w->value);
        GFN_TRY(gfn_env_failure(w->env));
        for (size_t i = 0; i < n; i++) {
            const double *value = w->value + i * w->n_values;
            const double weight[] = {p[w->number[i]], q[w->number[i]]};
            add_values(w, value, weight[0], policy);
            add_values(w, value, weight[1], target);
            gfn_observables_add(w->observables, GFN_OF_POLICY, value, w->columns, weight[0]);
            gfn_observables_add(w->observables, GFN_OF_TARGET, value, w->columns, weight[1]);
        }
    }
    return GFN_OK;
}

static gfn_status measure_exactly(work *w, const gfn_run *run, gfn_marginals *m)
{
    const gfn_run_solution *s = &run->solution;
    const bool is_exact = gfn_run_exact_of(run) && gfn_run_exact_p(run);
    if (!is_exact && !(s->of_world && s->solver->marginals))
        return GFN_OK;
    GFN_TRY(gfn_allocate("marginals", w->n_values, sizeof(double), &m->target));
    if (!is_exact) {
        s->solver->marginals(s->of_world, m->target);
        return gfn_env_failure(run->env);
    }
    GFN_TRY(gfn_allocate("marginals", w->n_values, sizeof(double), &m->policy));
    return add_states(w, run, m->policy, m->target);
}

gfn_status gfn_run_find_marginals(gfn_run *run, int64_t n, const int32_t *objects)
{
    gfn_marginals *m = &run->marginals;
    work w = {.env = NULL};
    gfn_marginals_clear(m);
    if (run->env->ops->marginals == NULL)
        return GFN_OK;
    gfn_status status = begin(run, &w);
    if (status == GFN_OK) {
        m->columns = w.columns;
        m->rows = w.n_values / w.columns;
        for (gfn_origin origin = GFN_OF_SAMPLES; origin < GFN_OF_TRUTH; origin++)
            gfn_observables_forget(w.observables, origin);
    }
    if (status == GFN_OK)
        status = measure_samples(&w, n, objects, m);
    if (status == GFN_OK)
        status = measure_exactly(&w, run, m);
    end(&w);
    if (status != GFN_OK)
        gfn_marginals_clear(m);
    return status;
}

gfn_status gfn_run_observe_truth(gfn_run *run, int64_t n, const int32_t *objects)
{
    work w = {.env = NULL};
    if (run->env->ops->marginals == NULL || run->env->ops->marginals->bins == NULL)
        return GFN_OK;
    gfn_status status = begin(run, &w);
    if (status == GFN_OK)
        gfn_observables_forget(w.observables, GFN_OF_TRUTH);
    for (int64_t first = 0, some; first < n && status == GFN_OK; first += some) {
        status = find_some(&w, n - first, objects + (size_t)first * w.width, &some);
        for (size_t i = 0; i < (size_t)some && status == GFN_OK; i++)
            gfn_observables_add(w.observables, GFN_OF_TRUTH, w.value + i * w.n_values, w.columns,
                                1);
    }
    end(&w);
    return status;
}

void gfn_marginals_clear(gfn_marginals *m)
{
    gfn_release(&m->kept);
    gfn_release(&m->sampled);
    gfn_release(&m->sampled_error);
    gfn_release(&m->policy);
    gfn_release(&m->target);
    *m = (gfn_marginals){.rows = 0};
}

const double *gfn_marginals_best(const gfn_marginals *m)
{
    return m->policy ? m->policy : m->sampled;
}

/* Expectations of the target that are not known are NAN, and do not count. */
double gfn_marginals_error(const gfn_marginals *m)
{
    const double *found = gfn_marginals_best(m);
    double largest = NAN;
    for (size_t k = 0; found && m->target && k < m->rows * m->columns; k++) {
        if (isnan(found[k]))
            return NAN;
        largest = fmax(largest, fabs(found[k] - m->target[k]));
    }
    return largest;
}
