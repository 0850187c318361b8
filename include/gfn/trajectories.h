/* SPDX-License-Identifier: MIT
 *
 * gfn/trajectories.h - a batch of trajectories as flat arrays.
 *
 * A trajectory is s_0 -a_0-> s_1 -a_1-> ... It ends with the stop action, taken in the object x, or
 * in a state x without allowed actions. A step is one action, the stop action included. Arrays of
 * steps are [n][max_steps]: step t of trajectory i is element i*max_steps + t, t < n_steps[i];
 * other elements are undefined.
 */
#ifndef GFN_TRAJECTORIES_H
#define GFN_TRAJECTORIES_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/real.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

/* Most trajectories of a batch, so that sums of derivatives in fixed point fit into 63 bits. */
#define GFN_MAX_BATCH (INT64_C(1) << 19)

typedef struct gfn_trajectories {
    size_t capacity;    /* most trajectories */
    size_t max_steps;   /* stride of the arrays of steps */
    size_t state_width; /* int32 words of a state */

    uint64_t call;    /* number of the sampler's call that filled this */
    int64_t first;    /* number of trajectory 0 in its stream */
    size_t n;         /* trajectories in use */
    int32_t *n_steps; /* [n] */
    int32_t *action;  /* [n][max_steps] */
    int32_t *row;     /* [n][max_steps] index of the state s_t in gfn_sampler_states(); equal states
                       * have equal rows; valid until the next call of the sampler that filled it */
    gfn_real *log_pf; /* [n][max_steps] log P_F(a_t | s_t) of the policy that scored the trajectory,
                       * even if it was sampled from another or with exploration; NULL: only sums
                       * are held */
    gfn_real *log_pb; /* [n][max_steps] log P_B of the reverse step, 0 for the stop action; NULL:
                       * only sums are held */
    int32_t *back;    /* [n][max_steps] backward action that undoes the step, -1 for the stop
                       * action; NULL: log P_B is uniform */
    int32_t *end_row; /* [n] row of x */
    double *sum_log_pf; /* [n] sums over the steps */
    double *sum_log_pb; /* [n] */
    double *log_reward; /* [n] log R(x) */
    int32_t *terminal;  /* [n][state_width] x */
} gfn_trajectories;

/* Allocate memory for `capacity` trajectories of at most `max_steps` steps. n is 0, `back` is NULL.
 * Errors: GFN_EINVAL (a size is 0 or the product overflows), GFN_ENOMEM (says how much). */
GFN_API gfn_status gfn_trajectories_create(size_t capacity, size_t max_steps, size_t state_width,
                                           gfn_trajectories **trajectories);

/* Hold only the sums of log P from now on: log_pf and log_pb are freed and stay NULL. This saves a
 * tenth of the time of a small job. It is for objectives without GFN_NEEDS_STEPS; with others
 * gfn_gradient_add() rejects such a log. */
GFN_API void gfn_trajectories_hold_sums(gfn_trajectories *trajectories);

/* Hold backward actions too from now on, which a learned log P_B needs. Errors: GFN_ENOMEM. */
GFN_API gfn_status gfn_trajectories_hold_back(gfn_trajectories *trajectories);

GFN_API void gfn_trajectories_destroy(gfn_trajectories **trajectories);

GFN_END_DECLS

#endif
