/* SPDX-License-Identifier: MIT
 *
 * gfn/trajectories.h - a batch of trajectories as flat arrays.
 *
 * A trajectory is s_0 -a_0-> s_1 -a_1-> ... It ends with the stop action, taken in the object x,
 * or in a state x without allowed actions. A step is one action, the stop action included. Arrays
 * of steps are [n][max_steps]: step t of trajectory i is element i*max_steps + t, t < n_steps[i];
 * what stands behind means nothing.
 */
#ifndef GFN_TRAJECTORIES_H
#define GFN_TRAJECTORIES_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/real.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

/* Most trajectories of a batch: what sums of rounded derivatives leave room for in 63 bits. */
#define GFN_MAX_BATCH (INT64_C(1) << 19)

typedef struct gfn_trajectories {
    size_t capacity;    /* trajectories that fit */
    size_t max_steps;   /* stride of the arrays of steps */
    size_t state_width; /* int32 words of a state */

    uint64_t call;    /* the sampler's call that filled them */
    int64_t first;    /* global number of trajectory 0 */
    size_t n;         /* trajectories held */
    int32_t *n_steps; /* [n] */
    int32_t *action;  /* [n][max_steps] */
    int32_t *row;     /* [n][max_steps] number of the state that the step leaves; equal states
                       * have equal rows; rows belong to the sampler that filled them and are
                       * valid until its next call */
    gfn_real *log_pf; /* [n][max_steps] log P_F(a_t | s_t) under the policy that filled them, also
                       * where another one drew them, or it explored; NULL: only sums are held */
    gfn_real *log_pb; /* [n][max_steps] log P_B of the transition's reverse, stop action: 0; or NULL
                       */
    int32_t *back;    /* [n][max_steps] backward action that undoes the step; of a stop: -1. NULL:
                       * log P_B is uniform */
    int32_t *end_row; /* [n] row of x */
    double *sum_log_pf; /* [n] sums over the steps */
    double *sum_log_pb; /* [n] */
    double *log_reward; /* [n] log R(x) */
    int32_t *terminal;  /* [n][state_width] x */
} gfn_trajectories;

/* Memory for `capacity` trajectories of at most `max_steps` steps. n is 0, `back` NULL.
 * Errors: GFN_EINVAL (a size is 0 or the product overflows), GFN_ENOMEM (says how much). */
GFN_API gfn_status gfn_trajectories_create(size_t capacity, size_t max_steps, size_t state_width,
                                           gfn_trajectories **trajectories);

/* Free log_pf and log_pb, for good: they are NULL from now on, and only their sums are filled in;
 * actions and rows stay. Saves a tenth of the time of a small job. For objectives without
 * GFN_NEEDS_STEPS; gfn_gradient_add() refuses such a log to others. */
GFN_API void gfn_trajectories_hold_sums(gfn_trajectories *trajectories);

/* Hold backward actions from now on, which a learned log P_B needs. Errors: GFN_ENOMEM. */
GFN_API gfn_status gfn_trajectories_hold_back(gfn_trajectories *trajectories);

GFN_API void gfn_trajectories_destroy(gfn_trajectories **trajectories);

GFN_END_DECLS

#endif
