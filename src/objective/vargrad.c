/* SPDX-License-Identifier: MIT
 *
 * Log-partition variance: Zhang, Rainone, Peschl and Bondesan, "Robust scheduling with
 * GFlowNets", ICLR 2023, arXiv:2302.05446, after VarGrad (Richter et al. 2020, arXiv:2010.10436).
 *
 *     zeta = log R(x) + sum_t log P_B(s_t | s_t+1) - sum_t log P_F(s_t+1 | s_t)
 *     delta = mean zeta - zeta
 *     loss = g(delta), by default delta^2: their mean is the variance of zeta over the batch
 *
 * The mean takes the place of log Z in trajectory balance. It depends on the parameters of all
 * trajectories, and the loss of the batch is differentiated through it:
 *
 *     d loss / d log P_F = -d loss / d log P_B = g'(delta) - mean g'(delta)
 *
 * Of the square the last mean is 0, because deviations from a mean add up to 0. The loss of any g
 * is 0 if all zeta are equal, and only then.
 *
 * To check by: zeta = 1 and 2 have the mean 1.5, the loss 0.25 and derivatives +1 and -1.
 */
#include "objective/objectives.h"
#include "objective/residuals.h"

static double estimate(const gfn_terms *terms)
{
    return terms->log_reward + terms->sum_log_pb - terms->sum_log_pf;
}

GFN_FORMULA deviate(const gfn_terms *terms, const gfn_residual_terms *r, gfn_derivatives *d)
{
    double slope;
    const double g = gfn_loss_of(r, terms->log_z - estimate(terms), &slope);
    d->log_z = 0;
    d->slope = slope;
    if (r)
        slope -= r->mean_slope;
    d->log_pf[0] = slope;
    d->log_pb[0] = -slope;
    d->is_uniform = true;
    return g;
}

GFN_LOSS_BY(deviate, static double loss)

const gfn_objective gfn_objective_vargrad = {
    .size = sizeof(gfn_objective),
    .name = "vargrad",
    .summary = "log-partition variance: trajectory balance with the batch's own log Z",
    .source = "Zhang et al. 2023, arXiv:2302.05446",
    .least_batch = 2,
    .needs = GFN_NEEDS_SLOPE | GFN_TAKES_LOSS,
    .loss = loss,
    .estimate = estimate,
};
