/* SPDX-License-Identifier: MIT
 *
 * Trajectory balance: Malkin, Jain, Bengio, Sun and Bengio, "Trajectory balance: improved credit
 * assignment in GFlowNets", NeurIPS 2022, arXiv:2201.13259, equation 14.
 *
 *     delta = log Z + sum_t log P_F(s_t+1 | s_t) - log R(x) - sum_t log P_B(s_t | s_t+1)
 *     loss = delta^2
 *     d loss / d log P_F(s_t+1 | s_t) = -d loss / d log P_B = d loss / d log Z = 2 delta
 *
 * To check by: log Z = 1.5, sum log P_F = -2, log R = 0.25, sum log P_B = -1 give
 * delta = 0.25, loss = 0.0625 and derivatives 0.5.
 */
#include "objective/objectives.h"

static double loss(const gfn_terms *terms, gfn_derivatives *d)
{
    double delta = terms->log_z + terms->sum_log_pf - terms->log_reward - terms->sum_log_pb;
    d->log_pf[0] = d->log_z = 2 * delta;
    d->log_pb[0] = -2 * delta;
    d->is_uniform = true;
    return delta * delta;
}

const gfn_objective gfn_objective_tb = {
    .size = sizeof(gfn_objective),
    .name = "tb",
    .summary = "trajectory balance: one squared residual per trajectory, log Z learned",
    .source = "Malkin et al. 2022, arXiv:2201.13259",
    .loss = loss,
};
