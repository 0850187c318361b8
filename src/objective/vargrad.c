/* SPDX-License-Identifier: MIT
 *
 * Log-partition variance: Zhang, Rainone, Peschl and Bondesan, "Robust scheduling with
 * GFlowNets", ICLR 2023, arXiv:2302.05446, after VarGrad (Richter et al. 2020, arXiv:2010.10436).
 *
 *     zeta = log R(x) + sum_t log P_B(s_t | s_t+1) - sum_t log P_F(s_t+1 | s_t)
 *     loss = (mean zeta - zeta)^2,   the variance of zeta over the batch
 *
 * The mean takes the place of log Z in trajectory balance. It also depends on the parameters, but
 * its part of the gradient is 0, because deviations from a mean add up to 0. So
 *
 *     d loss / d log P_F = -d loss / d log P_B = 2 (mean zeta - zeta)
 *
 * To check by: zeta = 1 and 2 have the mean 1.5, the loss 0.25 and derivatives +1 and -1.
 */
#include "objective/objectives.h"

static double estimate(const gfn_terms *terms)
{
    return terms->log_reward + terms->sum_log_pb - terms->sum_log_pf;
}

static double loss(const gfn_terms *terms, gfn_derivatives *d)
{
    const double delta = terms->log_z - estimate(terms);
    d->log_pf[0] = 2 * delta;
    d->log_pb[0] = -2 * delta;
    d->log_z = 0;
    d->is_uniform = true;
    return delta * delta;
}

const gfn_objective gfn_objective_vargrad = {
    .size = sizeof(gfn_objective),
    .name = "vargrad",
    .summary = "log-partition variance: trajectory balance with the batch's own log Z",
    .source = "Zhang et al. 2023, arXiv:2302.05446",
    .least_batch = 2,
    .loss = loss,
    .estimate = estimate,
};
