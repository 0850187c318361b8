/* SPDX-License-Identifier: MIT
 *
 * env/check_rules.h - the rules of gfn/env.h that hold in every state and along every edge.
 */
#ifndef ENV_CHECK_RULES_H
#define ENV_CHECK_RULES_H

#include "env/check_probe.h"

/* The states under test and their properties. */
typedef struct gfn_check_rules {
    const gfn_env *env;
    gfn_probe probe;
    bool is_numbered;
    int stride;    /* test each such action of a state; 1: all */
    int64_t turns; /* calls of gfn_check_rules_run() so far; the first one tests all actions */

    int32_t *start;        /* [width] */
    int32_t *state;        /* [lanes][width]: filled in by the caller */
    uint8_t *mask;         /* [lanes][n_actions] */
    uint8_t *back_mask;    /* [lanes][n_back_actions] */
    double *log_reward;    /* [lanes], NAN for states that are not objects */
    int64_t *number;       /* [lanes], if is_numbered */
    int64_t *child;        /* [lanes][n_actions]: number, -1 if there is no edge; if is_numbered */
    int64_t *number_delta; /* [n_actions] number of the child of the start, less that of the
                            * start */

    /* Scratch for the edges with one action: from -action-> to, and back. */
    size_t *lane;
    int32_t *from, *action, *to, *inverse, *undone, *inverse_of_inverse;
    uint8_t *to_mask;
    int64_t *to_number;
    double *found_reward;
    void *observation;
} gfn_check_rules;

/* Take memory from `arena` and set rules->start, which is checked; `place` as for gfn_env_check().
 * Errors: GFN_EINVAL, GFN_ENOMEM. */
gfn_status gfn_check_rules_init(gfn_check_rules *rules, const gfn_env *env, gfn_env_place *place,
                                gfn_arena *arena);

/* Check all rules for the states in rules->state [n], n <= GFN_PROBE_LANES, and for the edges out
 * of and into them, of all actions or of each `stride`-th one, beginning with another action in
 * each call. The first call is for the start, in all lanes, and tests all. Fills the arrays from
 * `mask` to `child`. Errors: GFN_EINVAL. */
gfn_status gfn_check_rules_run(gfn_check_rules *rules, size_t n);

#endif
