/* SPDX-License-Identifier: MIT
 *
 * env/env_internal.h - the members of an environment, and functions for other rooms.
 *
 * To avoid the checks of the wrappers in gfn/env.h, other rooms may call env->ops with env->world
 * directly, on lanes that they know to be live and with actions that they know to be allowed;
 * except for `allowed`, `log_reward`, `log_partial_reward`, `number` and `state_at`, for which
 * gfn_env_ask_...() are, because rewards and numbers may not be those of the world.
 */
#ifndef ENV_ENV_INTERNAL_H
#define ENV_ENV_INTERNAL_H

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include <gfn/env.h>

#include "base/float_mode.h"
#include "base/notices.h"
#include "data/state_set.h"
#include "env/enumeration.h"

/* What calls of a world's functions leave behind, on any thread. Except for has_failed, it is read
 * and written under the lock of env_record.c. */
typedef struct gfn_env_record {
    _Atomic bool has_failed;
    char failure[768]; /* the first since the last gfn_env_failure(): a message */
    bool changes_mode; /* a function changed the floating-point mode; a notice says so */
    gfn_notices notices;
    int64_t n_checked; /* states, by gfn_env_check(), which is called on one thread */
} gfn_env_record;

/* Objects to ask a reward for. */
typedef struct gfn_objects {
    size_t n;
    const int32_t *state;    /* [n][state_width] */
    const double *condition; /* what a conditional reward depends on; NULL: nothing */
} gfn_objects;

/* The modes of a reward that are given objects, instead of the objects of maximal reward. */
typedef struct gfn_env_modes {
    size_t n;                /* number of modes; 0: none */
    const int32_t *object;   /* [n][state_width], distinct, owned by the reward */
    double least_log_reward; /* an object with a smaller log R is near no mode */

    /* Add the modes near which an object lies to a set. */
    void (*add_near)(const void *self, const int32_t *object, gfn_state_set *modes);
} gfn_env_modes;

/* A reward that is not the world's own (env_reward.c, reward/). It is constant, and several threads
 * use it at once. */
typedef struct gfn_env_reward {
    void *self; /* owned: destroy */
    void (*destroy)(void *self);

    /* log R; -INFINITY: stopping is not allowed there, so the state is no object. It reports
     * failures by gfn_env_fail(world, ...). */
    void (*log_reward)(const void *self, const gfn_objects *objects, double *log_reward);

    /* What the parts of any state contribute to log R; NULL: unknown. */
    void (*log_partial_reward)(const void *self, const gfn_objects *states, double *log_reward);

    /* The values as the source gives them, for people; NULL: log R. */
    void (*score)(const void *self, const gfn_objects *objects, double *score);

    /* R = exp(log_scale) times the world's own reward to this power, wherever R is; NAN: it is not
     * of this form. */
    double power, log_scale;

    bool has_holes;        /* some log R are -INFINITY */
    double max_log_reward; /* as in gfn_env_spec */
    double log_z;
    gfn_env_modes modes;
} gfn_env_reward;

struct gfn_env {
    const gfn_env_ops *kind; /* borrowed */
    gfn_env_ops table;       /* the same with all members that this version has */
    const gfn_env_ops *ops;  /* &table */

    /* Those of the kind with all members of this version; table.solver and table.marginals point to
     * them if the kind has them. */
    gfn_env_solver solver;
    gfn_env_marginals marginals;

    void *world; /* owned: ops->destroy */
    gfn_env_spec spec;
    bool is_waiting;        /* its options ask for rewards from outside */
    gfn_env_reward reward;  /* log_reward NULL: the world's own is used */
    gfn_float_mode mode;    /* of the thread that created it, in which everything is computed */
    gfn_env_record *record; /* owned, unless `enumeration` is set */
    gfn_env *next;          /* in the list of all environments */

    /* Not NULL: this is the numbered copy of another environment (numbered.c), with numbers that
     * the library found. That one owns the world, the reward and the record, and is in the list. */
    gfn_enumeration *enumeration;
};

/* env_record.c: the failures that worlds report. Before and after ops->create(), on one thread: a
 * failure that is reported in between is that of the new world. `env` is NULL if there is none. */
void gfn_env_begin_creation(void);
void gfn_env_end_creation(gfn_env *env);

/* Before ops->destroy(): forget the world. */
void gfn_env_begin_destruction(gfn_env *env);

/* Set the floating-point mode of the calling thread to env->mode, with a notice. */
void gfn_env_restore_mode(const gfn_env *env);

/* End calls of env->ops, on the thread that made them and before it computes anything: restore the
 * floating-point mode if they changed it. Returns whether their results can be used; if not,
 * gfn_env_failure() will say why. A few nanoseconds. */
static inline bool gfn_env_end_calls(const gfn_env *env)
{
    if (gfn_float_mode_now() != env->mode)
        gfn_env_restore_mode(env);
    return !atomic_load_explicit(&env->record->has_failed, memory_order_acquire);
}

/* GFN_OK, or the failure that the world reported since the last call, on any thread: GFN_EENV. A
 * function that called env->ops returns it, after its threads have ended. Includes
 * gfn_env_end_calls(). */
gfn_status gfn_env_failure(const gfn_env *env);

/* Forget a failure that the world reported since the last call of gfn_env_failure(). */
static inline void gfn_env_forget_failure(const gfn_env *env)
{
    atomic_store_explicit(&env->record->has_failed, false, memory_order_relaxed);
}

/* ---- the functions that may not be those of the world ---- */

static inline void gfn_env_ask_log_reward(const gfn_env *env, size_t n, const int32_t *state,
                                          double *log_reward)
{
    if (env->reward.log_reward)
        env->reward.log_reward(env->reward.self, &(gfn_objects){.n = n, .state = state},
                               log_reward);
    else
        env->ops->log_reward(env->world, n, state, log_reward);
}

/* Whether states that are no objects have rewards, too: from where those of objects are. */
static inline bool gfn_env_has_partial_rewards(const gfn_env *env)
{
    return env->reward.log_reward ? env->reward.log_partial_reward != NULL
                                  : env->ops->log_partial_reward != NULL && !env->is_waiting;
}

/* What the parts of states contribute to log R; the environment has partial rewards. */
static inline void gfn_env_ask_partial_reward(const gfn_env *env, size_t n, const int32_t *state,
                                              double *log_reward)
{
    if (env->reward.log_reward)
        env->reward.log_partial_reward(env->reward.self, &(gfn_objects){.n = n, .state = state},
                                       log_reward);
    else
        env->ops->log_partial_reward(env->world, n, state, log_reward);
}

/* log R of states of which all are objects, or of what their parts contribute. */
static inline void gfn_env_ask_state_reward(const gfn_env *env, size_t n, const int32_t *state,
                                            double *log_reward)
{
    if (env->spec.all_terminal)
        gfn_env_ask_log_reward(env, n, state, log_reward);
    else
        gfn_env_ask_partial_reward(env, n, state, log_reward);
}

/* env_reward.c: forbid to stop where log R is -INFINITY. */
void gfn_env_close_holes(const gfn_env *env, size_t n, const int32_t *state, uint8_t *mask);

static inline void gfn_env_ask_allowed(const gfn_env *env, size_t n, const int32_t *state,
                                       uint8_t *mask)
{
    env->ops->allowed(env->world, n, state, mask);
    if (env->reward.has_holes)
        gfn_env_close_holes(env, n, state, mask);
}

/* -1: not a state, if the library found the numbers. */
static inline void gfn_env_ask_number(const gfn_env *env, size_t n, const int32_t *state,
                                      int64_t *number)
{
    const size_t width = (size_t)env->spec.state_width;
    if (env->enumeration == NULL)
        env->ops->number(env->world, n, state, number);
    else
        for (size_t i = 0; i < n; i++)
            number[i] = gfn_state_set_find(env->enumeration->states, state + i * width);
}

static inline void gfn_env_ask_state_at(const gfn_env *env, size_t n, const int64_t *number,
                                        int32_t *state)
{
    const size_t width = (size_t)env->spec.state_width;
    if (env->enumeration == NULL) {
        env->ops->state_at(env->world, n, number, state);
        return;
    }
    const int32_t *states = gfn_state_set_states(env->enumeration->states);
    for (size_t i = 0; i < n; i++)
        memcpy(state + i * width, states + (size_t)number[i] * width, width * sizeof *state);
}

/* numbered.c: destroy a numbered copy. */
void gfn_env_forget_numbers(gfn_env **env);

/* env_text.c: the state with a number, as gfn_env_state_text(). */
const char *gfn_env_number_text(const gfn_env *env, int64_t number, char *text, size_t size);

/* env_text.c: the shape of an array, "8 x 8". Returns `text`. */
const char *gfn_env_shape_text(int ndim, const int64_t *axis, char *text, size_t size);

/* env_reward.c: use a reward that is not the world's own, which the environment takes over, and
 * update the spec. Call it before the environment is used. Errors: GFN_EENV; then nothing has
 * changed, and the caller still owns the reward. */
gfn_status gfn_env_use_reward(gfn_env *env, const gfn_env_reward *reward);

/* env_reward.c: as gfn_env_set_rewards(), for log R and the values that they are made of (NULL:
 * they are R), both by number. They are taken over (gfn_release()) even if this fails, and the
 * pointers become NULL. Entries of log R that are -INFINITY stand for R = 0. */
gfn_status gfn_env_set_log_rewards(gfn_env *env, double **log_reward, double **score);

/* The values of n objects as the source of rewards gives them. */
static inline void gfn_env_ask_score(const gfn_env *env, size_t n, const int32_t *state,
                                     double *score)
{
    if (env->reward.score)
        env->reward.score(env->reward.self, &(gfn_objects){.n = n, .state = state}, score);
    else
        gfn_env_ask_log_reward(env, n, state, score);
}

/* env.c: check the log-rewards of n objects. -INFINITY passes: it has a meaning, although no
 * trajectory that ends there can be learned from. Errors: GFN_EENV; the message names the first
 * object. */
gfn_status gfn_env_check_rewards(const gfn_env *env, size_t n, const int32_t *state,
                                 const double *log_reward);

/* Whether a state with this mask of ops->allowed has an action, the stop action included. */
static inline bool gfn_env_has_action(const gfn_env *env, const uint8_t *mask)
{
    for (int action = 0; action < env->spec.shape.n_actions; action++)
        if (mask[action])
            return true;
    return false;
}

/* Whether a state with this mask is an object, and so has a reward. */
static inline bool gfn_env_is_object(const gfn_env *env, const uint8_t *mask)
{
    int stop = env->spec.shape.stop_action;
    return (stop >= 0 && mask[stop]) || !gfn_env_has_action(env, mask);
}

/* Add all states of a numbered environment to a set, in the order of their numbers. Errors:
 * GFN_ENOMEM, GFN_EENV. */
gfn_status gfn_env_add_states(const gfn_env *env, gfn_state_set *set);

/* plugin.c: one of the names of a file from which code was loaded. */
typedef struct gfn_env_file {
    struct gfn_env_file *next;
    const gfn_env_ops *ops;
    dev_t device;
    ino_t inode;
    int fd;          /* the loaded file, open until the process ends */
    bool is_kept;    /* the descriptor must not be closed */
    bool is_trusted; /* the user named the file when it was loaded, not another file */
    bool set_mode;   /* loading it changed the floating-point mode, which was restored */
    bool has_crc;    /* crc was set, by a room that can read files */
    uint32_t crc;    /* of the loaded file */
    char path[];
} gfn_env_file;

/* Load a plug-in, which defines this symbol. fd < 0: the user named the path. Otherwise a file
 * named it, and the caller has opened and checked it; the descriptor is taken over. An absolute
 * path that was loaded before gives the same plug-in again, even if the file has changed. */
#define GFN_ENV_SYMBOL "gfn_env_plugin"
gfn_status gfn_plugin_load(const char *path, int fd, const gfn_env_ops **ops);

/* Find a loaded file by its absolute path, or by its table; NULL if there is none. */
const gfn_env_file *gfn_env_file_named(const char *path);
gfn_env_file *gfn_env_file_of(const gfn_env_ops *ops);

/* The table of a kind, which may be older or newer, with the members of this version; those that it
 * lacks are NULL. Its solver and its marginals, borrowed, are as the kind has them. */
gfn_env_ops gfn_env_complete_ops(const gfn_env_ops *ops);

/* The same of a solver and of marginals. */
gfn_env_solver gfn_env_complete_solver(const gfn_env_solver *solver);
gfn_env_marginals gfn_env_complete_marginals(const gfn_env_marginals *marginals);

/* Check that a kind has all its functions, and that the spec of its world is consistent, so that
 * buffers whose sizes are computed from it are large enough. Errors: GFN_EINVAL. */
gfn_status gfn_env_check_ops(const gfn_env_ops *ops);
gfn_status gfn_env_check_spec(const gfn_env_ops *ops, const gfn_env_spec *spec);

/* env_text.c: names with commas between them, as columns and keys of gfn_env_marginals have; commas
 * in double quotes do not count. */
size_t gfn_count_names(const char *text);

#endif
