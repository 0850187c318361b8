/* SPDX-License-Identifier: MIT
 *
 * env/check_rules.h - the rules of gfn/env.h that hold in every state and along every edge.
 */
#ifndef ENV_CHECK_RULES_H
#define ENV_CHECK_RULES_H

#include "env/check_probe.h"

/* States under test and what was found out about them. */
typedef struct gfn_check_rules {
    const gfn_env *env;
    gfn_probe probe;
    bool is_numbered;

    int32_t *start;     /* [width] */
    int32_t *state;     /* [lanes][width]: filled in by the caller */
    uint8_t *mask;      /* [lanes][n_actions] */
    uint8_t *back_mask; /* [lanes][n_back_actions] */
    double *log_reward; /* [lanes], NAN in states that are no objects */
    int64_t *number;    /* [lanes], where numbered */
    int64_t *child;     /* [lanes][n_actions]: number, -1 for no edge, where numbered */
    int64_t *leap;      /* [n_actions] what an action adds to the number of the start */

    /* Scratch for the edges that have one action: from -action-> to, and the way back. */
    size_t *lane;
    int32_t *from, *action, *to, *inverse, *undone, *inverse_of_inverse;
    uint8_t *to_mask;
    int64_t *to_number;
    double *found_reward;
    void *observation;
} gfn_check_rules;

/* Memory out of `arena`, and the start, which is tested; `place` as for gfn_env_check(). Errors:
 * GFN_EINVAL, GFN_ENOMEM. */
gfn_status gfn_check_rules_init(gfn_check_rules *rules, const gfn_env *env, gfn_env_place *place,
                                gfn_arena *arena);

/* Test all rules in rules->state [n], n <= GFN_PROBE_LANES, and along all edges out of and into
 * these states; fills what is said above. Errors: GFN_EINVAL. */
gfn_status gfn_check_rules_run(gfn_check_rules *rules, size_t n);

#endif
