/* SPDX-License-Identifier: MIT
 *
 * eval/target.h - the target distribution of a numbered environment, and its modes.
 */
#ifndef EVAL_TARGET_H
#define EVAL_TARGET_H

#include "env/env_internal.h"

typedef struct gfn_target {
    double *q;             /* [n_states] R(x)/Z; 0: not an object */
    double log_z;          /* log sum R(x) */
    double max_log_reward; /* -INFINITY: there is no object */
    int64_t n_modes;       /* objects of maximal reward */
    int64_t n_regions;     /* connected blocks of modes; -1: not known */
} gfn_target;

/* Compute the target; gfn_target_clear() releases it, also after an error. Errors: GFN_ENOMEM,
 * GFN_EENV (also: a log R is NAN or INFINITY). */
gfn_status gfn_target_create(const gfn_env *env, int threads, gfn_target *target);
void gfn_target_clear(gfn_target *target);

#endif
