/* SPDX-License-Identifier: MIT
 *
 * rollout/forward.h - the forward policy in states that are given by their numbers, for exact
 * evaluation: what no sampler needs (draws, P_B, rows that outlive the call) is left out.
 */
#ifndef ROLLOUT_FORWARD_H
#define ROLLOUT_FORWARD_H

#include <gfn/env.h>
#include <gfn/model.h>
#include <gfn/status.h>

typedef struct gfn_forward gfn_forward;

/* States that a thread takes at a time: shares of other sizes leave a thread with less. */
enum { GFN_FORWARD_STATES = 240 };

/* `env` is numbered; it and the model are borrowed. The model's current parameters are read at
 * every call. Errors: GFN_EINVAL (shapes differ), GFN_ENOMEM. */
gfn_status gfn_forward_create(const gfn_env *env, gfn_model *model, int threads,
                              gfn_forward **forward);
void gfn_forward_destroy(gfn_forward **forward);

/* P_F along the edges out of the states numbered first ... first + n - 1: edges [n][n_actions],
 * 0 where an action is not allowed. What a state gets does not depend on n or on threads.
 * Errors: GFN_ENUMERIC (a policy that is not finite; the first such state is told). */
gfn_status gfn_forward_edges(gfn_forward *forward, int64_t first, size_t n, double *edges);

#endif
