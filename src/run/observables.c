/* SPDX-License-Identifier: MIT */
#include "run/observables.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"

/* Take over a row if it has bins that make sense. */
static gfn_status add_row(gfn_observables *o, const gfn_env *env, int64_t row)
{
    double range[2] = {NAN, NAN}, *weight;
    const int64_t bins = env->ops->marginals->bins(env->world, row, range);
    if (!gfn_env_end_calls(env) || bins < 1 || bins > GFN_ENV_MAX_BINS || !isfinite(range[0]) ||
        !isfinite(range[1]) || !(range[0] < range[1]))
        return GFN_OK;
    gfn_observable *one = &o->one[o->n];
    *one = (gfn_observable){.row = row, .n_bins = (size_t)bins, .range = {range[0], range[1]}};
    GFN_TRY(gfn_allocate("histograms", GFN_ORIGINS * one->n_bins, sizeof *weight, &weight));
    for (size_t k = 0; k < GFN_ORIGINS; k++)
        one->weight[k] = weight + k * one->n_bins;
    o->n++;
    return GFN_OK;
}

gfn_status gfn_observables_init(gfn_observables *o, const gfn_env *env, int64_t rows)
{
    const gfn_env_marginals *named = env->ops->marginals;
    if (o->is_ready)
        return GFN_OK;
    for (int64_t row = 0; named->bins && row < rows && o->n < GFN_MOST_OBSERVABLES; row++)
        GFN_TRY(add_row(o, env, row));
    gfn_env_forget_failure(env);
    o->is_ready = true;
    return GFN_OK;
}

void gfn_observables_clear(gfn_observables *o)
{
    for (size_t k = 0; k < o->n; k++)
        gfn_release(&o->one[k].weight[0]);
    *o = (gfn_observables){.n = 0};
}

void gfn_observables_forget(gfn_observables *o, gfn_origin origin)
{
    o->total[origin] = 0;
    for (size_t k = 0; k < o->n; k++)
        memset(o->one[k].weight[origin], 0, o->one[k].n_bins * sizeof(double));
}

static void add_value(gfn_observable *one, gfn_origin origin, double value, double weight)
{
    const double n = (double)one->n_bins;
    const double bin = floor((value - one->range[0]) / (one->range[1] - one->range[0]) * n);
    if (!isnan(bin))
        one->weight[origin][(size_t)fmin(fmax(bin, 0), n - 1)] += weight;
}

void gfn_observables_add(gfn_observables *o, gfn_origin origin, const double *value, size_t columns,
                         double weight)
{
    o->total[origin] += weight;
    for (size_t k = 0; k < o->n; k++)
        add_value(&o->one[k], origin, value[(size_t)o->one[k].row * columns], weight);
}
