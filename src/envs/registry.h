/* SPDX-License-Identifier: MIT
 *
 * envs/registry.h - the kinds of environments by name or path.
 */
#ifndef ENVS_REGISTRY_H
#define ENVS_REGISTRY_H

#include <gfn/env.h>

/* gfn_env_open() for a path, with the arguments of gfn_plugin_load(). Errors: also GFN_EINVAL if
 * another kind has the name of the plug-in. */
gfn_status gfn_env_load(const char *path, int fd, const gfn_env_ops **ops);

#endif
