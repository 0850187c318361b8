/* SPDX-License-Identifier: MIT
 *
 * env/enumeration.h - the states of a small environment, found and numbered by the library.
 */
#ifndef ENV_ENUMERATION_H
#define ENV_ENUMERATION_H

#include <gfn/env.h>

#include "data/state_set.h"

/* Stored in place of the number of the state that an edge leads to: the action is not allowed; no
 * action is allowed (in the first entry of a state). */
enum { GFN_NO_EDGE = -1, GFN_NO_ACTION = -2 };

typedef struct gfn_enumeration {
    size_t n;              /* states */
    gfn_state_set *states; /* in the order of their numbers: a state comes after its parents */

    /* NULL where the states came from another rank. */
    int32_t *place;     /* [n][n_actions] number of the next state; of the stop action: the state's
                         * own; or GFN_NO_EDGE, GFN_NO_ACTION */
    double *log_reward; /* [n] log R; -INFINITY: not an object */
} gfn_enumeration;

typedef struct gfn_enumeration_limits {
    int64_t states; /* > 0 */
    double seconds; /* 0: none */
    double bytes;   /* of memory; 0: none */
} gfn_enumeration_limits;

/* enumerate.c: the limits of gfn_env_enumerate(). */
gfn_enumeration_limits gfn_enumeration_limits_of(const gfn_env *env, int64_t most);

/* enumerate.c: find all states, breadth first from the start, and number them. The numbers depend
 * on the environment alone. Clear *enumeration with gfn_enumeration_clear(), also after an error.
 * Errors: those of gfn_env_enumerate(). */
gfn_status gfn_enumeration_init(gfn_enumeration *enumeration, const gfn_env *env,
                                const gfn_enumeration_limits *limits);
void gfn_enumeration_clear(gfn_enumeration *enumeration);

/* numbered.c: gfn_env_enumerate() with other limits. */
gfn_status gfn_env_enumerate_within(const gfn_env *env, const gfn_enumeration_limits *limits,
                                    gfn_env **numbered);

/* numbered.c: the same environment on another rank, from its n states in the order of their
 * numbers. Errors: GFN_ENOMEM. */
gfn_status gfn_env_adopt_states(const gfn_env *env, size_t n, const int32_t *states,
                                gfn_env **numbered);

/* numbered.c: borrowed. NULL: the environment numbers its states itself, or they have no numbers.
 */
const gfn_enumeration *gfn_env_enumeration(const gfn_env *env);

#endif
