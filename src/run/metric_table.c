/* SPDX-License-Identifier: MIT
 *
 * The table of metrics. To add a distance between the policy's exact distribution and the target,
 * write a function of p and q in a file of its own, and add a row that names it.
 */
#include "run/run.h"

#include <math.h>
#include <string.h>

#include <gfn/report.h>

#define AT(member) offsetof(gfn_report, member)
#define EVALUATION(member) AT(last.evaluation.member)

enum { EXACT = GFN_IN_LOG | GFN_IN_REPORT | GFN_IN_SWEEP };

static const gfn_metric metrics[] = {
    {"l1", "metrics.l1", "L1", "sum |p - q| (some papers print the mean over states)",
     EXACT | GFN_IN_TABLE | GFN_IN_CAPTION, 3, false, false, false, EVALUATION(metrics.l1), NULL},
    {"tv", "metrics.tv", "TV",
     "total variation, 1/2 sum |p - q|, of the sampler's distribution p and the target q",
     EXACT | GFN_IN_TABLE, 3, false, false, false, EVALUATION(metrics.tv), NULL},
    {"jsd", "metrics.jsd", "JSD", "Jensen-Shannon divergence, in nats", EXACT | GFN_IN_TABLE, 3,
     false, false, false, EVALUATION(metrics.jsd), NULL},
    {"kl", "metrics.kl", "KL", "Kullback-Leibler divergence, sum q log(q/p), in nats", EXACT, 3,
     false, false, false, EVALUATION(metrics.kl), NULL},
    {"log_z_error", "metrics.log_z_error", "|log Z error|", "log Z as learned less the exact one",
     GFN_IN_LOG | GFN_IN_SWEEP | GFN_IN_TABLE, 2, false, true, false, EVALUATION(log_z_error),
     NULL},
    {"modes", "metrics.modes", "modes",
     "distinct objects of maximal reward that training has sampled",
     GFN_IN_LOG | GFN_IN_SWEEP | GFN_IN_TABLE, 6, true, false, true, AT(last.modes), NULL},
    {"n_modes", "metrics.n_modes", "all modes", NULL, GFN_IN_SWEEP, 6, true, false, true,
     AT(last.n_modes), NULL},
    {"mode_regions", "metrics.mode_regions", "regions",
     "connected blocks of such objects in a grid", GFN_IN_LOG | GFN_IN_SWEEP, 6, true, false, true,
     AT(last.mode_regions), NULL},
    {"n_mode_regions", "metrics.n_mode_regions", "all regions", NULL, GFN_IN_SWEEP, 6, true, false,
     true, AT(last.n_mode_regions), NULL},
    {"elbo", "metrics.elbo", "ELBO",
     "lower bound of log Z: mean of log R + log P_B - log P_F of sampled trajectories",
     GFN_IN_SWEEP, 5, true, false, false, AT(bounds.elbo.mean), NULL},
    {"eubo", "metrics.eubo", "EUBO",
     "upper bound of log Z: the same of trajectories drawn back from the target", GFN_IN_SWEEP, 5,
     false, false, false, AT(bounds.eubo.mean), NULL},
    {"correlation", "metrics.correlation", "correlation",
     "Pearson's, of log p(x) and log R(x) over sampled objects", GFN_IN_SWEEP, 4, true, false,
     false, AT(bounds.correlation), NULL},
    {"loss", "metrics.loss", "loss", NULL, GFN_IN_SWEEP, 3, false, false, false, AT(last.loss),
     NULL},
    {"samples_l1", "samples.l1", "samples' L1", NULL, GFN_IN_SWEEP, 3, false, false, false,
     AT(draw.l1), NULL},
    {"time_s", "time_s", "time [s]", NULL, GFN_IN_SWEEP | GFN_IN_TABLE, 4, false, false, false,
     AT(seconds), NULL},
    {"log_z", "metrics.log_z", "log Z", NULL, 0, 7, false, false, false, EVALUATION(log_z), NULL},
    {"log_z_true", "metrics.log_z_true", "exact log Z", NULL, 0, 7, false, false, false,
     EVALUATION(log_z_true), NULL},
    {"elbo_error", "metrics.elbo_error", "+-", NULL, 0, 1, false, false, false,
     AT(bounds.elbo.error), NULL},
    {"eubo_error", "metrics.eubo_error", "+-", NULL, 0, 1, false, false, false,
     AT(bounds.eubo.error), NULL},
    {"samples_n", "samples.n", "samples", NULL, 0, 10, true, false, true, AT(draw.n), NULL},
    {"samples_l1_noise_floor", "samples.l1_noise_floor", "a perfect sampler's L1", NULL, 0, 3,
     false, false, false, AT(draw.l1_noise_floor), NULL},
    {"samples_chi_square", "samples.chi_square", "chi-square", NULL, 0, 4, false, false, false,
     AT(draw.chi_square), NULL},
    {"samples_chi_square_df", "samples.chi_square_df", "degrees of freedom", NULL, 0, 10, false,
     false, true, AT(draw.chi_square_df), NULL},
    {"samples_modes", "samples.modes", "modes", NULL, 0, 6, true, false, true, AT(draw.modes),
     NULL},
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

/* Index of the metric among those that have a function. */
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
    for (size_t i = 0; i < METRICS && place < GFN_MAX_DISTANCES; i++)
        if (metrics[i].distance)
            evaluation->distance[place++] = metrics[i].distance(n, p, q);
}

double gfn_metric_value(const gfn_metric *metric, const gfn_report *report)
{
    const char *at = (const char *)report + metric->offset;
    int64_t count;
    double value;
    if (metric->distance)
        return report->last.evaluation.distance[place_of(metric)];
    if (!metric->is_count) {
        memcpy(&value, at, sizeof value);
        return value;
    }
    memcpy(&count, at, sizeof count);
    return count >= 0 ? (double)count : NAN;
}
