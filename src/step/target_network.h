/* SPDX-License-Identifier: MIT
 *
 * step/target_network.h - what a copy of the parameters, the target network, says of the states
 * that trajectories enter: log F, or log P_F(stop). It is evaluated once per distinct state, and is
 * a constant for the gradient.
 */
#ifndef STEP_TARGET_NETWORK_H
#define STEP_TARGET_NETWORK_H

#include <gfn/objective.h>
#include <gfn/trajectories.h>

#include "rollout/rows.h"

typedef struct gfn_target_network {
    const gfn_real *params; /* borrowed; NULL: there is no target network */
    gfn_var output;         /* of the policy's tape */
    size_t column;
    int threads; /* in use */
    int n_frames;
    gfn_frame **frame; /* [n_frames] one per thread */
    uint64_t call;     /* of the rows below */
    size_t n;          /* rows with a value */
    int32_t *row;      /* [rows] these */
    bool *has_value;   /* [rows] */
    double *value;     /* [rows] */
} gfn_target_network;

/* Make room for all rows; params is borrowed. Errors: GFN_ENOMEM, GFN_EINVAL; then *target is still
 * to be cleared. */
gfn_status gfn_target_network_init(gfn_target_network *target, const gfn_rows *rows,
                                   const gfn_objective *objective, const gfn_real *params);
void gfn_target_network_clear(gfn_target_network *target);

/* Forget all values: the parameters may change. */
void gfn_target_network_forget(gfn_target_network *target);

/* Evaluate the states that the trajectories of a log enter, except for those that have a value. */
void gfn_target_network_add(gfn_target_network *target, const gfn_rows *rows,
                            const gfn_trajectories *log);

#endif
