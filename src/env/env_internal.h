/* SPDX-License-Identifier: MIT
 *
 * env/env_internal.h - what an environment is inside the library.
 *
 * Rooms above may call env->ops with env->world on lanes which they know to be alive, and with
 * actions which they know to be allowed: that is what the wrappers of gfn/env.h would check again.
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
};

/* Whether the state with this row of ops->allowed has an action, the stop action included. */
static inline bool gfn_env_has_action(const gfn_env *env, const uint8_t *mask)
{
    for (int action = 0; action < env->spec.shape.n_actions; action++)
        if (mask[action])
            return true;
    return false;
}

/* Whether it is an object, which has a reward. */
static inline bool gfn_env_is_object(const gfn_env *env, const uint8_t *mask)
{
    int stop = env->spec.shape.stop_action;
    return (stop >= 0 && mask[stop]) || !gfn_env_has_action(env, mask);
}

/* Add all states of a numbered world to a set, by number. Errors: GFN_ENOMEM. */
gfn_status gfn_env_add_states(const gfn_env *env, gfn_state_set *set);

/* plugin.c: a file that code was loaded from, under one of its names. */
typedef struct gfn_env_file {
    struct gfn_env_file *next;
    const gfn_env_ops *ops;
    dev_t device;
    ino_t inode;
    int fd;          /* open to the end of the process: the file that was loaded */
    bool is_kept;    /* the descriptor must stay open */
    bool is_trusted; /* the user, not a file, named it when it was loaded */
    bool has_crc;    /* set by who can read files */
    uint32_t crc;    /* of what was loaded */
    char path[];
} gfn_env_file;

/* gfn_env_open() of a path, which defines this symbol. fd < 0: the user names it. Else it is what a
 * file names, open and judged; the descriptor is taken over. A path from the root on that was
 * loaded before means what it meant then. */
#define GFN_ENV_SYMBOL "gfn_env_plugin"
gfn_status gfn_env_load(const char *path, int fd, const gfn_env_ops **ops);

/* Of a path from the root on, and of a table. NULL: nothing was loaded so. */
const gfn_env_file *gfn_env_file_named(const char *path);
gfn_env_file *gfn_env_file_of(const gfn_env_ops *ops);

/* Whether a kind has all its functions, and what its world says of itself makes sense, so that no
 * buffer that is made from it can be too small. Errors: GFN_EINVAL. */
gfn_status gfn_env_check_ops(const gfn_env_ops *ops);
gfn_status gfn_env_check_spec(const gfn_env_ops *ops, const gfn_env_spec *spec);

#endif
