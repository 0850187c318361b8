/* SPDX-License-Identifier: MIT
 *
 * Detailed balance: Bengio, Lahlou, Deleu, Hu, Tiwari and Bengio, "GFlowNet foundations", JMLR
 * 2023, arXiv:2111.09266, section 3.2.
 *
 *     delta_t = log F(s_t) + log P_F(s_t+1 | s_t) - log F(s_t+1) - log P_B(s_t | s_t+1)
 *     loss = mean of g(delta_t), by default delta_t^2, over all transitions of the batch
 *
 * For the last transition, R(x) stands in place of F(s_t+1). log Z is log F(s_0). With a target
 * network, F(s_t+1) is its flow, a constant.
 *
 * To check by: one step, log F = 1, log P_F = -0.5, log R = 0.25: delta = 0.25, loss = 0.0625, and
 * d loss / d log F = d loss / d log P_F = 0.5.
 */
#include "objective/means.h"
#include "objective/objectives.h"
#include "objective/residuals.h"

GFN_FORMULA balance(const gfn_terms *terms, const gfn_residual_terms *r, gfn_derivatives *d)
{
    const size_t n = terms->n_steps;
    const bool has_target = r && r->target_flow;
    const double *next = has_target ? r->target_flow : terms->log_flow;
    double sum = 0, before = 0; /* d loss / d delta of the previous step */
    for (size_t t = 0; t < n; t++) {
        const double target = t + 1 < n ? next[t + 1] : terms->log_reward;
        const double delta =
            terms->log_flow[t] + (double)terms->log_pf[t] - target - (double)terms->log_pb[t];
        double slope;
        sum += gfn_loss_of(r, delta, &slope);
        slope /= terms->mean_weight;
        d->log_flow[t] = slope - before;
        d->log_pf[t] = slope;
        d->log_pb[t] = -slope;
        before = has_target ? 0 : slope;
    }
    d->log_z = 0;
    return sum / terms->mean_weight;
}

GFN_LOSS_BY(balance, double gfn_db_loss)

const gfn_objective gfn_objective_db = {
    .size = sizeof(gfn_objective),
    .name = "db",
    .summary = "detailed balance: one squared residual per transition, a state flow learned",
    .source = "Bengio et al. 2023, arXiv:2111.09266",
    .needs = GFN_NEEDS_STEPS | GFN_NEEDS_FLOW | GFN_TAKES_LOSS | GFN_TAKES_TARGET,
    .loss = gfn_db_loss,
    .weigh = gfn_weigh_steps,
    .estimate = gfn_estimate_by_flow,
};
