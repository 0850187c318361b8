/* SPDX-License-Identifier: MIT
 *
 * env/env_internal.h - the members of an environment, and functions for other rooms.
 *
 * To avoid the checks of the wrappers in gfn/env.h, other rooms may call env->ops with env->world
 * directly, on lanes that they know to be live and with actions that they know to be allowed.
 */
#ifndef ENV_ENV_INTERNAL_H
#define ENV_ENV_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <gfn/env.h>

#include "data/state_set.h"

struct gfn_env {
    const gfn_env_ops *ops; /* borrowed */
    void *world;            /* owned: ops->destroy */
    gfn_env_spec spec;
    bool has_table; /* its rewards were set by gfn_env_set_rewards() */
};

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
 * GFN_ENOMEM. */
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
