/* SPDX-License-Identifier: MIT
 *
 * rollout/forward.h - the forward policy in states that are given by their numbers, for exact
 * evaluation. It needs no sampler: no draws, no P_B, and no rows that outlive the call.
 */
#ifndef ROLLOUT_FORWARD_H
#define ROLLOUT_FORWARD_H

#include <gfn/env.h>
#include <gfn/model.h>
#include <gfn/status.h>

typedef struct gfn_forward gfn_forward;

/* States that a thread takes at a time. If a share is not a multiple, one thread gets less work. */
enum { GFN_FORWARD_STATES = 240 };

/* The states of `env` must be numbered; env and model are borrowed. Every call reads the model's
 * current parameters. Errors: GFN_EINVAL (shapes differ), GFN_ENOMEM. */
gfn_status gfn_forward_create(const gfn_env *env, gfn_model *model, int threads,
                              gfn_forward **forward);
void gfn_forward_destroy(gfn_forward **forward);

/* P_F along the edges out of the states numbered first ... first + n - 1: edges [n][n_actions], 0
 * if an action is not allowed. The values of a state do not depend on n or on threads.
 * Errors: GFN_ENUMERIC (a policy that is not finite; the message names the first such state),
 * GFN_EENV. */
gfn_status gfn_forward_edges(gfn_forward *forward, int64_t first, size_t n, double *edges);

#endif
