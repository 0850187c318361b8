/* SPDX-License-Identifier: MIT
 *
 * The table of metrics. To add a distance between the policy's exact distribution and the target,
 * write a function of p and q in a file of its own, and add a row that names it.
 */
#include "run/run.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include <gfn/report.h>

#define AT(member) offsetof(gfn_report, member)
#define EVALUATION(member) AT(last.evaluation.member)

enum { EXACT = GFN_IN_LOG | GFN_IN_REPORT | GFN_IN_SWEEP };

static const gfn_metric metrics[] = {
    {.name = "l1",
     .field = "metrics.l1",
     .heading = "L1",
     .help = "sum |p - q| (some papers print the mean over states)",
     .shown = EXACT | GFN_IN_TABLE | GFN_IN_COMPARISON,
     .digits = 3,
     .offset = EVALUATION(metrics.l1)},
    {.name = "tv",
     .field = "metrics.tv",
     .heading = "TV",
     .help = "total variation, 1/2 sum |p - q|, of the sampler's distribution p and the target q",
     .shown = EXACT | GFN_IN_TABLE | GFN_IN_COMPARISON,
     .digits = 3,
     .offset = EVALUATION(metrics.tv)},
    {.name = "jsd",
     .field = "metrics.jsd",
     .heading = "JSD",
     .help = "Jensen-Shannon divergence, in nats",
     .shown = EXACT | GFN_IN_TABLE,
     .digits = 3,
     .offset = EVALUATION(metrics.jsd)},
    {.name = "kl",
     .field = "metrics.kl",
     .heading = "KL",
     .help = "Kullback-Leibler divergence, sum q log(q/p), in nats",
     .shown = EXACT,
     .digits = 3,
     .offset = EVALUATION(metrics.kl)},
    {.name = "log_z_error",
     .field = "metrics.log_z_error",
     .heading = "|log Z error|",
     .help = "log Z as learned less the exact one",
     .shown = GFN_IN_LOG | GFN_IN_SWEEP | GFN_IN_TABLE | GFN_IN_COMPARISON,
     .digits = 2,
     .is_signed = true,
     .offset = EVALUATION(log_z_error)},
    {.name = "modes",
     .field = "metrics.modes",
     .heading = "modes",
     .help = "distinct objects of maximal reward, or given modes, that training has found",
     .shown = GFN_IN_LOG | GFN_IN_SWEEP | GFN_IN_TABLE,
     .digits = 6,
     .more_is_better = true,
     .is_count = true,
     .offset = AT(last.modes)},
    {.name = "n_modes",
     .field = "metrics.n_modes",
     .heading = "all modes",
     .shown = GFN_IN_SWEEP,
     .digits = 6,
     .more_is_better = true,
     .is_count = true,
     .offset = AT(last.n_modes)},
    {.name = "modes_all_at",
     .field = "metrics.modes_all_at",
     .heading = "all modes after",
     .help = "trajectories after which training had found all modes",
     .shown = GFN_IN_LOG | GFN_IN_SWEEP,
     .digits = 10,
     .is_count = true,
     .offset = AT(last.modes_all_at)},
    {.name = "mode_regions",
     .field = "metrics.mode_regions",
     .heading = "regions",
     .help = "connected blocks of such objects in a grid",
     .shown = GFN_IN_LOG | GFN_IN_SWEEP,
     .digits = 6,
     .more_is_better = true,
     .is_count = true,
     .offset = AT(last.mode_regions)},
    {.name = "n_mode_regions",
     .field = "metrics.n_mode_regions",
     .heading = "all regions",
     .shown = GFN_IN_SWEEP,
     .digits = 6,
     .more_is_better = true,
     .is_count = true,
     .offset = AT(last.n_mode_regions)},
    {.name = "elbo",
     .field = "metrics.elbo",
     .heading = "ELBO",
     .help = "lower bound of log Z: mean of log R + log P_B - log P_F of sampled trajectories",
     .shown = GFN_IN_SWEEP | GFN_IN_COMPARISON,
     .digits = 5,
     .more_is_better = true,
     .offset = AT(bounds.elbo.mean)},
    {.name = "eubo",
     .field = "metrics.eubo",
     .heading = "EUBO",
     .help = "upper bound of log Z: the same of trajectories drawn back from the target",
     .shown = GFN_IN_SWEEP | GFN_IN_COMPARISON,
     .digits = 5,
     .offset = AT(bounds.eubo.mean)},
    {.name = "correlation",
     .field = "metrics.correlation",
     .heading = "correlation",
     .help = "Pearson's, of log p(x) and log R(x) over sampled objects",
     .shown = GFN_IN_SWEEP | GFN_IN_COMPARISON,
     .digits = 4,
     .more_is_better = true,
     .offset = AT(bounds.correlation)},
    {.name = "test_pearson",
     .field = "metrics.test_pearson",
     .heading = "test, Pearson",
     .help = "Pearson's correlation of log p(x) and log R(x) over the test set",
     .shown = GFN_IN_LOG | GFN_IN_SWEEP | GFN_IN_COMPARISON,
     .digits = 4,
     .more_is_better = true,
     .offset = AT(bounds.test_pearson)},
    {.name = "test_spearman",
     .field = "metrics.test_spearman",
     .heading = "test, Spearman",
     .help = "Spearman's, of ranks",
     .shown = GFN_IN_LOG | GFN_IN_SWEEP | GFN_IN_COMPARISON,
     .digits = 4,
     .more_is_better = true,
     .offset = AT(bounds.test_spearman)},
    {.name = "marginals_error",
     .field = "metrics.marginals_error",
     .heading = "marginals' error",
     .help = "largest error of an expectation, of those that the environment names",
     .shown = GFN_IN_SWEEP,
     .digits = 3,
     .offset = AT(draw.marginals_error)},
    {.name = "collapsed",
     .field = "metrics.collapsed",
     .heading = "collapsed",
     .help = "1: the policy fits what it draws, but is far from the target",
     .shown = GFN_IN_SWEEP,
     .digits = 1,
     .is_count = true,
     .offset = AT(collapsed)},
    {.name = "loss",
     .field = "metrics.loss",
     .heading = "loss",
     .shown = GFN_IN_SWEEP | GFN_IN_COMPARISON,
     .digits = 3,
     .offset = AT(last.loss)},
    {.name = "samples_l1",
     .field = "samples.l1",
     .heading = "samples' L1",
     .shown = GFN_IN_SWEEP,
     .digits = 3,
     .offset = AT(draw.l1)},
    {.name = "distinct",
     .field = "samples.distinct",
     .heading = "distinct samples",
     .help = "different objects among the final samples",
     .digits = 6,
     .more_is_better = true,
     .is_count = true,
     .offset = AT(draw.distinct)},
    {.name = "classes",
     .field = "samples.classes",
     .heading = "classes of samples",
     .help = "different classes of these, if the environment has classes",
     .digits = 6,
     .more_is_better = true,
     .is_count = true,
     .offset = AT(draw.classes)},
    {.name = "time_s",
     .field = "time_s",
     .heading = "time [s]",
     .shown = GFN_IN_SWEEP | GFN_IN_TABLE | GFN_IN_COMPARISON,
     .digits = 4,
     .offset = AT(seconds)},
    {.name = "log_z",
     .field = "metrics.log_z",
     .heading = "log Z",
     .digits = 7,
     .offset = EVALUATION(log_z)},
    {.name = "log_z_true",
     .field = "metrics.log_z_true",
     .heading = "exact log Z",
     .digits = 7,
     .offset = EVALUATION(log_z_true)},
    {.name = "elbo_error",
     .field = "metrics.elbo_error",
     .heading = "+-",
     .digits = 1,
     .offset = AT(bounds.elbo.error)},
    {.name = "eubo_error",
     .field = "metrics.eubo_error",
     .heading = "+-",
     .digits = 1,
     .offset = AT(bounds.eubo.error)},
    {.name = "samples_n",
     .field = "samples.n",
     .heading = "samples",
     .digits = 10,
     .more_is_better = true,
     .is_count = true,
     .offset = AT(draw.n)},
    {.name = "samples_l1_noise_floor",
     .field = "samples.l1_noise_floor",
     .heading = "a perfect sampler's L1",
     .digits = 3,
     .offset = AT(draw.l1_noise_floor)},
    {.name = "samples_chi_square",
     .field = "samples.chi_square",
     .heading = "chi-square",
     .digits = 4,
     .offset = AT(draw.chi_square)},
    {.name = "samples_chi_square_df",
     .field = "samples.chi_square_df",
     .heading = "degrees of freedom",
     .digits = 10,
     .is_count = true,
     .offset = AT(draw.chi_square_df)},
    {.name = "samples_modes",
     .field = "samples.modes",
     .heading = "modes",
     .shown = GFN_IN_COMPARISON,
     .digits = 6,
     .more_is_better = true,
     .is_count = true,
     .offset = AT(draw.modes)},
};

enum { METRICS = sizeof metrics / sizeof metrics[0] };

size_t gfn_metric_count(void)
{
    return METRICS;
}

const gfn_metric *gfn_metric_of(size_t index)
{
    return index < METRICS ? &metrics[index] : NULL;
}

/* Index of the metric among those that have a function: below GFN_MAX_DISTANCES if the table of
 * distances has a place for it. */
static size_t place_of(const gfn_metric *metric)
{
    size_t place = 0;
    for (const gfn_metric *m = metrics; m < metric; m++)
        place += m->distance != NULL;
    return place;
}

void gfn_metric_find_distances(size_t n, const double *p, const double *q,
                               gfn_evaluation *evaluation)
{
    size_t place = 0;
    assert(place_of(metrics + METRICS) <= GFN_MAX_DISTANCES);
    for (size_t i = 0; i < METRICS && place < GFN_MAX_DISTANCES; i++)
        if (metrics[i].distance)
            evaluation->distance[place++] = metrics[i].distance(n, p, q);
}

double gfn_metric_value(const gfn_metric *metric, const gfn_report *report)
{
    const char *at = (const char *)report + metric->offset;
    int64_t count;
    double value;
    if (metric->distance) {
        const size_t place = place_of(metric);
        return place < GFN_MAX_DISTANCES ? report->last.evaluation.distance[place] : NAN;
    }
    if (!metric->is_count) {
        memcpy(&value, at, sizeof value);
        return value;
    }
    memcpy(&count, at, sizeof count);
    return count >= 0 ? (double)count : NAN;
}
