/* SPDX-License-Identifier: MIT
 *
 * env/check_probe.h - call a world's functions and check that lanes are independent.
 */
#ifndef ENV_CHECK_PROBE_H
#define ENV_CHECK_PROBE_H

#include "base/memory.h"
#include "env/env_internal.h"

/* Lanes per call; bytes to which texts are cut in calls of write(). */
enum { GFN_PROBE_LANES = 64, GFN_PROBE_TEXT = 256 };

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
    GFN_PROBE_WRITE,
    GFN_PROBE_LOG_PARTIAL_REWARD,
    GFN_PROBE_TABLE_PLACE, /* the last three: of objects only */
    GFN_PROBE_CLASS_OF,
    GFN_PROBE_FIND, /* of gfn_env_marginals */
    GFN_PROBE_FUNCTIONS
} gfn_probe_function;

typedef struct gfn_probe {
    const gfn_env *env;
    gfn_env_place *place;              /* updated before each call; may be NULL */
    size_t bytes[GFN_PROBE_FUNCTIONS]; /* bytes of a function's result for a lane; 0: the world
                                        * lacks the function, or the result is too large */
    int32_t *state;                    /* inputs in reverse order */
    int32_t *action;
    int64_t *number;
    void *out;   /* results of [GFN_PROBE_LANES] lanes, each called alone */
    void *again; /* results of the last call; [GFN_PROBE_LANES + 1], to detect writes beyond */
} gfn_probe;

/* The arguments of a function; those that it does not take are NULL. */
typedef struct gfn_probe_input {
    size_t n; /* <= GFN_PROBE_LANES */
    const int32_t *state;
    const int32_t *action; /* or backward action */
    const int64_t *number;
} gfn_probe_input;

/* Name of a function in gfn_env_ops. */
const char *gfn_probe_name(gfn_probe_function function);

/* Take memory from `arena`; env and place are borrowed. Errors: GFN_ENOMEM, GFN_EENV, GFN_EINVAL
 * (the world has marginals, but no rows of them). */
gfn_status gfn_probe_init(gfn_probe *probe, const gfn_env *env, gfn_env_place *place,
                          gfn_arena *arena);

/* out [n] = function(input). Calls it for each lane in two lanes at once, so that a state repeats
 * before its result can be known from an earlier call; then for each lane alone, for all lanes
 * together and in reverse order. Checks that the results are equal, completely written, and that
 * nothing is written beyond lane n. Errors: GFN_EINVAL, and GFN_EENV (the world reported a failure;
 * the message names the function). */
gfn_status gfn_probe_call(gfn_probe *probe, gfn_probe_function function, gfn_probe_input input,
                          void *out);

/* out [n] = function(input): one call to `env`, whose results are not checked. place may be NULL.
 * Errors: GFN_EENV, and GFN_EINVAL (the call changed the floating-point mode). */
gfn_status gfn_probe_ask(const gfn_env *env, gfn_env_place *place, gfn_probe_function function,
                         gfn_probe_input input, void *out);

/* The same on one of several threads, which cannot return an error: after the call, the caller asks
 * gfn_env_end_calls(), and after all threads gfn_env_failure(). */
void gfn_probe_ask_on_thread(const gfn_env *env, gfn_probe_function function, gfn_probe_input input,
                             void *out);

/* Before and after a call of another function of the world: update *probe->place, and check that
 * the world has neither reported a failure nor changed the floating-point mode. `state` is the
 * first state that the function takes, or NULL. Errors: GFN_EENV, GFN_EINVAL. */
void gfn_probe_begin_call(const gfn_probe *probe, const char *function, const int32_t *state);
gfn_status gfn_probe_end_call(const gfn_probe *probe, const char *function, const int32_t *state);

/* The columns of its marginals. */
size_t gfn_probe_columns(const gfn_probe *probe);

/* Lanes first ... first + n - 1 of an input; `width` is that of states. */
gfn_probe_input gfn_probe_slice(gfn_probe_input input, size_t width, size_t first, size_t n);

/* A random action of those with 1 in mask [k], for 0 < unit < 1; `avoid` only if there is no other,
 * -1 if there is none. */
int32_t gfn_probe_choose(const uint8_t *mask, int32_t k, int32_t avoid, double unit);

/* Report a broken rule: "NAME breaks a rule: RULE; in state (...): expected ..., found ...".
 * `state` is NULL if the rule is not about a state. Returns GFN_EINVAL. */
gfn_status gfn_probe_broken(const gfn_env *env, const int32_t *state, const char *rule,
                            const char *format, ...) GFN_PRINTF(4, 5);

/* Report that a function has changed the floating-point mode. Returns GFN_EINVAL. */
gfn_status gfn_probe_broken_mode(const gfn_env *env, const char *function, const int32_t *state);

#endif
