/* SPDX-License-Identifier: MIT
 *
 * Flow matching: Bengio, Jain, Korablyov, Precup and Bengio, "Flow network based generative models
 * for non-iterative diverse candidate generation", NeurIPS 2021, arXiv:2106.04399, equation 12.
 *
 * The network's outputs are log-flows of edges, log F(s, a); P_F(a | s) = F(s, a) / F(s).
 *
 *     delta_t = log sum over parents s' of F(s', a') into s_t - log sum over actions of F(s_t, a)
 *     loss = mean of g(delta_t) over the visited states except s_0
 *          + mean over trajectories of g(log F(x, stop) - log R(x))
 *
 * g is the square by default. What flows in comes from the side of the start, what flows out goes
 * towards the rewards, so both residuals are forward minus backward, as in trajectory balance.
 *
 * log Z is log F(s_0).
 *
 * To check by: s_0, s_1 = x, then stop: log inflow 1, log F(x) = 0.5, log F(x, stop) = 0.25 and
 * log R = 0 give 0.25 + 0.0625, and d / d log inflow = 1, d / d log F = -1, d / d log F(x, stop) =
 * 0.5.
 */
#include "objective/means.h"
#include "objective/objectives.h"
#include "objective/residuals.h"

GFN_FORMULA match(const gfn_terms *terms, const gfn_residual_terms *r, gfn_derivatives *d)
{
    const size_t n = terms->n_steps;
    double sum = 0, slope;
    d->log_inflow[0] = d->log_flow[0] = 0;
    for (size_t t = 1; t < n; t++) {
        const double delta = terms->log_inflow[t] - terms->log_flow[t];
        sum += gfn_loss_of(r, delta, &slope);
        d->log_inflow[t] = slope / terms->mean_weight;
        d->log_flow[t] = -slope / terms->mean_weight;
    }
    const double end = gfn_loss_of(r, terms->log_inflow[n] - terms->log_reward, &slope);
    d->log_inflow[n] = slope;
    d->log_pf[0] = d->log_pb[0] = d->log_z = 0;
    d->is_uniform = true;
    return sum / terms->mean_weight + end;
}

GFN_LOSS_BY(match, static double loss)

const gfn_objective gfn_objective_fm = {
    .size = sizeof(gfn_objective),
    .name = "fm",
    .summary = "flow matching: the inflow of a state equals its outflow, flows of edges learned",
    .source = "Bengio et al. 2021, arXiv:2106.04399",
    .needs = GFN_NEEDS_FLOW | GFN_NEEDS_INFLOW | GFN_TAKES_LOSS,
    .loss = loss,
    .weigh = gfn_weigh_steps_but_last,
    .estimate = gfn_estimate_by_flow,
};
