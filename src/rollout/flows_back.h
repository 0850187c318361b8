/* SPDX-License-Identifier: MIT
 *
 * rollout/flows_back.h - going back by learned edge flows, if gfn_sampler_go_back_by_flows() asked
 * for it. Otherwise these functions do what is done without flows.
 */
#ifndef ROLLOUT_FLOWS_BACK_H
#define ROLLOUT_FLOWS_BACK_H

#include "rollout/storage.h"

/* Begin a backward walk: in a table, find the flows into all states. Errors: as
 * gfn_sampler_parents(). */
gfn_status gfn_flows_back_begin(gfn_sampler *sampler);

/* Find the rows of n states from which a step back will be drawn, with the fractions of the flow
 * into them. Without a table, earlier rows lose their meaning. Errors: as
 * gfn_sampler_find_rows(). */
gfn_status gfn_flows_back_find_rows(gfn_sampler *sampler, size_t n, const int32_t *state,
                                    int32_t *row);

/* End a backward walk: find the rows of the objects of the log again, and forget all others.
 * Errors: as gfn_sampler_find_rows(). */
gfn_status gfn_flows_back_end(gfn_sampler *sampler, gfn_trajectories *log);

/* Replace log P_B of a log, whose rows are the only ones that a walk without a table has made.
 * Errors: as gfn_sampler_parents(). */
gfn_status gfn_flows_back_score(gfn_sampler *sampler, gfn_trajectories *log);

#endif
