/* SPDX-License-Identifier: MIT
 *
 * rollout/observe.h - the input of the policy: observations of states.
 */
#ifndef ROLLOUT_OBSERVE_H
#define ROLLOUT_OBSERVE_H

#include <gfn/env.h>
#include <gfn/model.h>
#include <gfn/tape.h>

/* Rows of an input of a frame, and the buffer that dense observations pass through. */
typedef struct gfn_observed {
    gfn_frame *frame;
    gfn_var input;
    size_t first; /* row of the first state */
    float *dense; /* [n][obs_dim], if observations are dense */
} gfn_observed;

/* Observe n states. The caller ends the calls by gfn_env_end_calls(): an observation of a world
 * that failed must not be read. */
void gfn_observe(const gfn_env *env, size_t n, const int32_t *state, const gfn_observed *to);

/* Whether a model reads observations of this environment; `who` needs it to. Errors: GFN_EINVAL. */
gfn_status gfn_observe_check(const char *who, const gfn_env *env, const gfn_model *model);

#endif
