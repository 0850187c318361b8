/* SPDX-License-Identifier: MIT
 *
 * Forward-looking detailed balance: Pan, Malkin, Zhang and Bengio, "Better training of GFlowNets
 * with local credit and incomplete trajectories", ICML 2023, arXiv:2302.01687.
 *
 *     log F(s) = log R(s) + the network's output
 *
 * in detailed balance, for environments in which each state has a reward or a partial one. The
 * network learns only the ratio of a state's flow to its own reward.
 *
 * To check by: the numbers of db, with log R(s_0) = 0.75 and output 0.25 of the network.
 */
#include "objective/means.h"
#include "objective/objectives.h"

const gfn_objective gfn_objective_fl_db = {
    .size = sizeof(gfn_objective),
    .name = "fl-db",
    .summary = "forward-looking detailed balance: the flow is learned relative to the reward",
    .source = "Pan et al. 2023, arXiv:2302.01687",
    .needs = GFN_NEEDS_STEPS | GFN_NEEDS_FLOW | GFN_NEEDS_REWARDS | GFN_LOOKS_FORWARD |
             GFN_TAKES_LOSS | GFN_TAKES_TARGET,
    .loss = gfn_db_loss,
    .weigh = gfn_weigh_steps,
    .estimate = gfn_estimate_by_flow,
};
