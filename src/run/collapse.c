/* SPDX-License-Identifier: MIT
 *
 * Whether training has collapsed: the policy is right about the objects that it visits, but it
 * visits only some of them, so it is far from the target.
 *
 * Over trajectories of the policy, w = log R + sum log P_B - sum log P_F is log Z plus a residual
 * r. If they reach all objects, the probabilities of these are wrong by factors of about exp(r), so
 * L1 is about the spread of w, its standard deviation. So a collapse is
 *
 *     L1 > 0.5  and  L1 > 4 spread.
 *
 * (The loss says the same, but it is that of one batch, and has another scale for each objective.)
 *
 * Without exact metrics, L1 is the L1 of the samples minus that of a perfect sampler, or
 * 2 (1 - exp(ELBO - log Z)) if that is larger: a policy without residuals gives its objects
 * exp(log Z - ELBO) times their target probability, so it misses the fraction 1 - exp(ELBO - log Z)
 * of the target.
 *
 * L1 is at most 2, so this test cannot succeed if the spread is above 0.5, as in large spaces.
 * There the mean of exp(r) over the policy's trajectories is the fraction of the target that it
 * reaches. If r is normally distributed, that is exp(ELBO - log Z + spread^2 / 2). So if L1 is not
 * known exactly, but log Z is, a collapse is also
 *
 *     log Z - ELBO > log(4/3) + spread^2,
 *
 * which allows for twice that variance. Fewer than 30 trajectories say nothing.
 *
 * To check by: with L1 = 1.9, and an ELBO of 2,000 trajectories, its standard errors below 0.01062
 * are a collapse. With an ELBO that is 3 below log Z, those below 0.03682 are one.
 */
#include <math.h>

#include <gfn/report.h>

#define LEAST_L1 0.5
#define MARGIN 4
#define LEAST_TRAJECTORIES 30

/* log Z - ELBO; NAN: log Z is not known. */
static double find_gap(const gfn_report *report)
{
    return report->last.evaluation.log_z_true - report->bounds.elbo.mean;
}

/* NAN: not known. */
static double find_l1(const gfn_report *report)
{
    const gfn_evaluation *e = &report->last.evaluation;
    if (e->is_exact)
        return e->metrics.l1;
    return fmax(report->draw.l1 - report->draw.l1_noise_floor, 2 * (1 - exp(-find_gap(report))));
}

int64_t gfn_report_collapse(const gfn_report *report)
{
    const gfn_bounds *bounds = &report->bounds;
    const double spread = bounds->elbo.error * sqrt((double)bounds->n);
    const double l1 = find_l1(report);
    if (isnan(l1) || isnan(spread) || bounds->n < LEAST_TRAJECTORIES)
        return -1;
    return (l1 > LEAST_L1 && l1 > MARGIN * spread) ||
           (!report->last.evaluation.is_exact && find_gap(report) > log(4.0 / 3) + spread * spread);
}
