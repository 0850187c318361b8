/* SPDX-License-Identifier: MIT
 *
 * step/terminal_states.h - objects from a file, for training on given terminal states.
 */
#ifndef STEP_TERMINAL_STATES_H
#define STEP_TERMINAL_STATES_H

#include <gfn/env.h>

/* The objects [*n][state_width] in a .npy file of int32 or int64, all of them objects of the
 * environment; the caller releases them. Errors: GFN_EIO, GFN_EINVAL (the file holds something
 * else), GFN_ENOMEM. */
gfn_status gfn_terminal_states_load(const char *path, const gfn_env *env, int32_t **objects,
                                    size_t *n);

#endif
