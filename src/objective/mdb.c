/* SPDX-License-Identifier: MIT
 *
 * Modified detailed balance, for environments in which each state may stop: Deleu, Gois, Emezue,
 * Rankawat, Lacoste-Julien, Bauer and Bengio, "Bayesian structure learning with generative flow
 * networks", UAI 2022, arXiv:2202.13903, equation 8. F(s) P_F(stop | s) = R(s), so no flow is
 * learned:
 *
 *     excess_t = log R(s_t+1) + log P_B(s_t | s_t+1) + log P_F(stop | s_t)
 *              - log R(s_t) - log P_F(s_t+1 | s_t) - log P_F(stop | s_t+1)
 *     loss = mean of g(-excess_t), by default excess_t^2, over all transitions except stop actions
 *
 * The residual is -excess_t, so that it is forward minus backward as in detailed balance. log Z is
 * log R(s_0) - log P_F(stop | s_0). With a target network, P_F(stop | s_t+1) is its own, a
 * constant, as in that paper.
 *
 * To check by: one step from log R = 0 to log R = 1 with log P_B = 0, log P_F = -1, log P_F(stop)
 * -0.5 and then -0.25: excess = 1 + 0 - 0.5 - 0 + 1 + 0.25 = 1.75.
 */
#include "objective/means.h"
#include "objective/objectives.h"
#include "objective/residuals.h"

GFN_FORMULA balance(const gfn_terms *terms, const gfn_residual_terms *r, gfn_derivatives *d)
{
    const size_t last = terms->n_steps - 1;
    const double *log_r = terms->log_rewards, *log_stop = terms->log_stop;
    const bool has_target = r && r->target_stop;
    const double *next_stop = has_target ? r->target_stop : log_stop;
    double sum = 0, before = 0; /* d loss / d delta of the previous step */
    for (size_t t = 0; t < last; t++) {
        const double excess = log_r[t + 1] + (double)terms->log_pb[t] + log_stop[t] - log_r[t] -
                              (double)terms->log_pf[t] - next_stop[t + 1];
        double slope;
        sum += gfn_loss_of(r, -excess, &slope);
        slope /= terms->mean_weight;
        d->log_stop[t] = before - slope;
        d->log_pf[t] = slope;
        d->log_pb[t] = -slope;
        before = has_target ? 0 : slope;
    }
    d->log_stop[last] = before;
    d->log_pf[last] = d->log_pb[last] = d->log_z = 0;
    return sum / terms->mean_weight;
}

GFN_LOSS_BY(balance, static double loss)

static double estimate(const gfn_terms *terms)
{
    return terms->log_rewards[0] - terms->log_stop[0];
}

const gfn_objective gfn_objective_mdb = {
    .size = sizeof(gfn_objective),
    .name = "mdb",
    .summary = "modified detailed balance: every state may stop, and no flow is learned",
    .source = "Deleu et al. 2022, arXiv:2202.13903",
    .needs =
        GFN_NEEDS_STEPS | GFN_NEEDS_STOP | GFN_NEEDS_REWARDS | GFN_TAKES_LOSS | GFN_TAKES_TARGET,
    .loss = loss,
    .weigh = gfn_weigh_steps_but_last,
    .estimate = estimate,
};
