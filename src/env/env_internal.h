/* SPDX-License-Identifier: MIT
 *
 * env/env_internal.h - the members of an environment, and functions for other rooms.
 *
 * To avoid the checks of the wrappers in gfn/env.h, other rooms may call env->ops with env->world
 * directly, on lanes that they know to be live and with actions that they know to be allowed.
 */
#ifndef ENV_ENV_INTERNAL_H
#define ENV_ENV_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
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
} gfn_env_record;

struct gfn_env {
    const gfn_env_ops *ops; /* borrowed */
    void *world;            /* owned: ops->destroy */
    gfn_env_spec spec;
    bool has_table;         /* its rewards were set by gfn_env_set_rewards() */
    gfn_float_mode mode;    /* of the thread that created it, in which everything is computed */
    gfn_env_record *record; /* owned, unless `enumeration` is set */
    gfn_env *next;          /* in the list of all environments */

    /* Not NULL: this is the numbered copy of another environment (numbered.c). That one owns the
     * record and is in the list; this one does not and is not. */
    const gfn_enumeration *enumeration;
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

/* gfn_env_open() for a path: load a plug-in, which defines this symbol. fd < 0: the user named the
 * path. Otherwise a file named it, and the caller has opened and checked it; the descriptor is
 * taken over. An absolute path that was loaded before gives the same plug-in again, even if the
 * file has changed. */
#define GFN_ENV_SYMBOL "gfn_env_plugin"
gfn_status gfn_env_load(const char *path, int fd, const gfn_env_ops **ops);

/* Find a loaded file by its absolute path, or by its table; NULL if there is none. */
const gfn_env_file *gfn_env_file_named(const char *path);
gfn_env_file *gfn_env_file_of(const gfn_env_ops *ops);

/* Check that a kind has all its functions, and that the spec of its world is consistent, so that
 * buffers whose sizes are computed from it are large enough. Errors: GFN_EINVAL. */
gfn_status gfn_env_check_ops(const gfn_env_ops *ops);
gfn_status gfn_env_check_spec(const gfn_env_ops *ops, const gfn_env_spec *spec);

#endif
