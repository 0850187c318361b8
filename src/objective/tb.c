/* SPDX-License-Identifier: MIT
 *
 * Trajectory balance: Malkin, Jain, Bengio, Sun and Bengio, "Trajectory balance: improved credit
 * assignment in GFlowNets", NeurIPS 2022, arXiv:2201.13259, equation 14.
 *
 *     delta = log Z + sum_t log P_F(s_t+1 | s_t) - log R(x) - sum_t log P_B(s_t | s_t+1)
 *     loss = g(delta), by default delta^2
 *     d loss / d log P_F(s_t+1 | s_t) = -d loss / d log P_B = d loss / d log Z = g'(delta)
 *
 * To check by: log Z = 1.5, sum log P_F = -2, log R = 0.25, sum log P_B = -1 give
 * delta = 0.25, loss = 0.0625 and derivatives 0.5.
 */
#include "objective/objectives.h"
#include "objective/residuals.h"

GFN_FORMULA balance(const gfn_terms *terms, const gfn_residual_terms *r, gfn_derivatives *d)
{
    double delta = terms->log_z + terms->sum_log_pf - terms->log_reward - terms->sum_log_pb, slope;
    const double g = gfn_loss_of(r, delta, &slope);
    d->log_pf[0] = d->log_z = slope;
    d->log_pb[0] = -slope;
    d->is_uniform = true;
    return g;
}

GFN_LOSS_BY(balance, static double loss)

const gfn_objective gfn_objective_tb = {
    .size = sizeof(gfn_objective),
    .name = "tb",
    .summary = "trajectory balance: one squared residual per trajectory, log Z learned",
    .source = "Malkin et al. 2022, arXiv:2201.13259",
    .needs = GFN_TAKES_LOSS,
    .loss = loss,
};
