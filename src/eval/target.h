/* SPDX-License-Identifier: MIT
 *
 * eval/target.h - what is found out about a numbered world before any policy is judged in it.
 */
#ifndef EVAL_TARGET_H
#define EVAL_TARGET_H

#include "env/env_internal.h"
#include "eval/state_loop.h"

typedef struct gfn_target {
    double *target;    /* [n_states] R(x)/Z; 0: not an object */
    double log_z;      /* log sum R(x) */
    int64_t n_modes;   /* objects of maximal reward */
    int64_t n_regions; /* connected blocks of them; -1: not known */
} gfn_target;

/* Fill the survey, which gfn_target_clear() ends also after an error. Errors: GFN_ENOMEM, and the
 * beat's. */
gfn_status gfn_target_create(const gfn_state_loop *crew, const gfn_env *env, gfn_target *survey);
void gfn_target_clear(gfn_target *survey);

#endif
