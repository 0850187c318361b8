/* SPDX-License-Identifier: MIT
 *
 * env/check_probe.h - calls of a world's functions that find out whether lanes are independent.
 */
#ifndef ENV_CHECK_PROBE_H
#define ENV_CHECK_PROBE_H

#include "base/memory.h"
#include "env/env_internal.h"

/* Lanes that a check works on at a time, and one more that must stay untouched. */
enum { GFN_PROBE_LANES = 64 };

typedef enum gfn_probe_function {
    GFN_PROBE_START,
    GFN_PROBE_ALLOWED,
    GFN_PROBE_STEP,
    GFN_PROBE_ALLOWED_BACK,
    GFN_PROBE_STEP_BACK,
    GFN_PROBE_BACK_ACTION,
    GFN_PROBE_FORWARD_ACTION,
    GFN_PROBE_LOG_REWARD,
    GFN_PROBE_OBSERVE,
    GFN_PROBE_NUMBER,
    GFN_PROBE_STATE_AT,
    GFN_PROBE_FUNCTIONS
} gfn_probe_function;

typedef struct gfn_probe {
    const gfn_env *env;
    gfn_env_place *place;               /* NULL: nobody wants to know */
    size_t record[GFN_PROBE_FUNCTIONS]; /* bytes that a function writes for a lane */
    int32_t *state;                     /* lanes in another order */
    int32_t *action;
    int64_t *number;
    void *out;   /* [GFN_PROBE_LANES] records: what comes out of lanes alone, */
    void *again; /* [GFN_PROBE_LANES + 1] and of each call */
} gfn_probe;

/* What a function is given; those it has no use for are NULL. */
typedef struct gfn_probe_input {
    size_t n; /* <= GFN_PROBE_LANES */
    const int32_t *state;
    const int32_t *action; /* or backward action */
    const int64_t *number;
} gfn_probe_input;

/* Name of a function in gfn_env_ops. */
const char *gfn_probe_name(gfn_probe_function function);

/* Memory for probes of `env`, out of `arena`; `place` is borrowed. Errors: GFN_ENOMEM. */
gfn_status gfn_probe_init(gfn_probe *probe, const gfn_env *env, gfn_env_place *place,
                          gfn_arena *arena);

/* out [n] = function(input), after the same lanes one by one, together and in reverse order have
 * given the same bits, all of them written and none beyond lane n. Errors: GFN_EINVAL. */
gfn_status gfn_probe_call(gfn_probe *probe, gfn_probe_function function, gfn_probe_input input,
                          void *out);

/* Report a broken rule: "NAME breaks a rule: RULE; in state (...): expected ..., found ...".
 * `state` NULL: the rule is about no state. Returns GFN_EINVAL. */
gfn_status gfn_probe_broken(const gfn_env *env, const int32_t *state, const char *rule,
                            const char *format, ...) GFN_PRINTF(4, 5);

#endif
