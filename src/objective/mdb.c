/* SPDX-License-Identifier: MIT
 *
 * Modified detailed balance, for environments in which each state may stop: Deleu, Gois, Emezue,
 * Rankawat, Lacoste-Julien, Bauer and Bengio, "Bayesian structure learning with generative flow
 * networks", UAI 2022, arXiv:2202.13903, equation 8. F(s) P_F(stop | s) = R(s), so no flow is
 * learned:
 *
 *     delta_t = log R(s_t+1) + log P_B(s_t | s_t+1) + log P_F(stop | s_t)
 *             - log R(s_t) - log P_F(s_t+1 | s_t) - log P_F(stop | s_t+1)
 *     loss = mean of delta_t^2 over all transitions of the batch except stop actions
 *
 * log Z is log R(s_0) - log P_F(stop | s_0).
 *
 * To check by: one step from log R = 0 to log R = 1 with log P_B = 0, log P_F = -1, log P_F(stop)
 * -0.5 and then -0.25: delta = 1 + 0 - 0.5 - 0 + 1 + 0.25 = 1.75.
 */
#include "objective/means.h"
#include "objective/objectives.h"

static double loss(const gfn_terms *terms, gfn_derivatives *d)
{
    const size_t last = terms->n_steps - 1;
    const double *log_r = terms->log_rewards, *log_stop = terms->log_stop;
    double sum = 0, before = 0; /* d loss / d delta of the previous step */
    for (size_t t = 0; t < last; t++) {
        const double delta = log_r[t + 1] + (double)terms->log_pb[t] + log_stop[t] - log_r[t] -
                             (double)terms->log_pf[t] - log_stop[t + 1];
        const double slope = 2 * delta / terms->mean_weight;
        d->log_stop[t] = slope - before;
        d->log_pf[t] = -slope;
        d->log_pb[t] = slope;
        before = slope;
        sum += delta * delta;
    }
    d->log_stop[last] = -before;
    d->log_pf[last] = d->log_pb[last] = d->log_z = 0;
    return sum / terms->mean_weight;
}

static double estimate(const gfn_terms *terms)
{
    return terms->log_rewards[0] - terms->log_stop[0];
}

const gfn_objective gfn_objective_mdb = {
    .size = sizeof(gfn_objective),
    .name = "mdb",
    .summary = "modified detailed balance: every state may stop, and no flow is learned",
    .source = "Deleu et al. 2022, arXiv:2202.13903",
    .needs = GFN_NEEDS_STEPS | GFN_NEEDS_STOP | GFN_NEEDS_REWARDS,
    .loss = loss,
    .weigh = gfn_weigh_steps_but_last,
    .estimate = estimate,
};
