/* SPDX-License-Identifier: MIT */
#include "step/batch_means.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/fixed_point.h"
#include "step/derivatives.h"

void gfn_batch_means_forget(gfn_batch_means *means)
{
    memset(means->sum, 0, sizeof means->sum);
    memset(means->slopes, 0, sizeof means->slopes);
    means->n_logs = 0;
}

/* Returns 1 if x is out of range, else 0. */
static size_t add_part(double x, int64_t batch_size, int64_t sum[2])
{
    int64_t limbs[2];
    const size_t offenders = gfn_fixed_split(x / (double)batch_size, limbs);
    sum[0] += limbs[0];
    sum[1] += limbs[1];
    return offenders;
}

static size_t add_one(gfn_batch_means *means, const gfn_objective *o, const gfn_terms *terms,
                      int64_t batch_size)
{
    size_t offenders = 0;
    if (o->weigh)
        offenders += add_part(o->weigh(terms), batch_size, means->sum);
    if (o->estimate) {
        const double log_z = o->estimate(terms);
        offenders += !(fabs(log_z) < GFN_DERIVATIVE_LIMIT);
        offenders += add_part(log_z, batch_size, means->sum + 2);
    }
    return offenders;
}

gfn_status gfn_batch_means_add(gfn_batch_means *means, const gfn_terms_source *source,
                               const gfn_scratch *scratch, int64_t batch_size)
{
    for (size_t i = 0; i < source->log->n; i++) {
        const gfn_terms terms = gfn_terms_find(source, scratch, i);
        if (add_one(means, source->objective, &terms, batch_size) > 0)
            return gfn_terms_refuse(source, scratch, i);
    }
    means->log[means->n_logs++] = source->log;
    return GFN_OK;
}

gfn_status gfn_batch_means_exchange(gfn_batch_means *means, gfn_comm *comm, gfn_status mine,
                                    int64_t n, int64_t *n_all)
{
    int64_t sum[5] = {0};
    if (mine == GFN_OK) {
        memcpy(sum, means->sum, sizeof means->sum);
        sum[4] = n;
    }
    GFN_TRY(gfn_comm_sum_i64(comm, sum, 5));
    const double weight = gfn_fixed_join(sum);
    means->weight = weight > 0 ? weight : 1;
    means->log_z = gfn_fixed_join(sum + 2);
    *n_all = sum[4];
    return GFN_OK;
}

/* Returns 1 if the slope is out of range, else 0. */
static size_t add_slope(gfn_batch_means *means, const gfn_terms_source *source,
                        const gfn_scratch *scratch, size_t i, int64_t batch_size)
{
    const gfn_terms terms = gfn_terms_find(source, scratch, i);
    gfn_derivatives d = scratch->derivatives;
    source->objective->loss(&terms, &d);
    return !(fabs(d.slope) < GFN_DERIVATIVE_LIMIT) || add_part(d.slope, batch_size, means->slopes);
}

gfn_status gfn_batch_means_add_slopes(gfn_batch_means *means, const gfn_terms_source *source,
                                      const gfn_scratch *scratch, int64_t batch_size)
{
    gfn_terms_source of_log = *source;
    for (size_t l = 0; l < means->n_logs; l++) {
        of_log.log = means->log[l];
        for (size_t i = 0; i < of_log.log->n; i++)
            if (add_slope(means, &of_log, scratch, i, batch_size) > 0)
                return gfn_terms_refuse(&of_log, scratch, i);
    }
    return GFN_OK;
}

gfn_status gfn_batch_means_exchange_slopes(gfn_batch_means *means, gfn_comm *comm, gfn_status mine)
{
    int64_t sum[2] = {0};
    if (mine == GFN_OK)
        memcpy(sum, means->slopes, sizeof sum);
    GFN_TRY(gfn_comm_sum_i64(comm, sum, 2));
    means->slope = gfn_fixed_join(sum);
    return GFN_OK;
}
