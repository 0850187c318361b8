/* SPDX-License-Identifier: MIT
 *
 * The kinds of environments: those of the library, one line per kind, those that a program has
 * added, and those of plug-ins. Finding a kind by its name or path.
 */
#include "env/env_internal.h"

#include <string.h>

#include "base/error.h"
#include "base/name_table.h"
#include "envs/registry.h"

/* clang-format off */
#define KINDS(ROW) \
    ROW(gfn_env_hypergrid) \
    ROW(gfn_env_sequence) \
    ROW(gfn_env_ising) \
    ROW(gfn_env_dag) \
    ROW(gfn_env_set) \
    ROW(gfn_env_permutation)
/* clang-format on */

#define DECLARE(name) extern const gfn_env_ops name;
#define ADDRESS(name) &name,

KINDS(DECLARE)

static const gfn_env_ops *const kinds[] = {KINDS(ADDRESS)};

enum { BUILT_IN = sizeof kinds / sizeof kinds[0] };

static const gfn_env_ops *added[GFN_ENV_MAX_ADDED];
static size_t n_added;

size_t gfn_env_kinds(void)
{
    return BUILT_IN + n_added;
}

const gfn_env_ops *gfn_env_kind(size_t index)
{
    if (index < BUILT_IN)
        return kinds[index];
    return index - BUILT_IN < n_added ? added[index - BUILT_IN] : NULL;
}

const gfn_env_ops *gfn_env_find(const char *name)
{
    for (size_t i = 0; i < gfn_env_kinds(); i++)
        if (strcmp(gfn_env_kind(i)->name, name) == 0)
            return gfn_env_kind(i);
    return NULL;
}

gfn_status gfn_env_add(const gfn_env_ops *ops)
{
    GFN_TRY(gfn_env_check_ops(ops));
    if (gfn_env_find(ops->name))
        return gfn_fail(GFN_EEXIST, "%s: there is an environment of this name (hint: another one)",
                        ops->name);
    if (n_added == GFN_ENV_MAX_ADDED)
        return gfn_fail(GFN_ENOMEM,
                        "%s: expected at most %d environments besides the library's own", ops->name,
                        GFN_ENV_MAX_ADDED);
    added[n_added++] = ops;
    return GFN_OK;
}

gfn_status gfn_env_load(const char *path, int fd, const gfn_env_ops **ops)
{
    const gfn_env_ops *found;
    GFN_TRY(gfn_plugin_load(path, fd, &found));
    const gfn_env_ops *other = gfn_env_find(found->name);
    if (other && other != found)
        return gfn_fail(GFN_EINVAL,
                        "%.300s: expected a name of its own, found \"%s\", which is the name of "
                        "another environment (hint: another .name)",
                        path, found->name);
    *ops = found;
    return GFN_OK;
}

static const char *name_at(size_t index)
{
    const gfn_env_ops *kind = gfn_env_kind(index);
    return kind ? kind->name : NULL;
}

gfn_status gfn_env_open(const char *env, const gfn_env_ops **ops)
{
    if (gfn_env_is_path(env))
        return gfn_env_load(env, -1, ops);
    size_t index;
    GFN_TRY(
        gfn_find_name("env", name_at, ", or the path of a plug-in such as ./my.so", env, &index));
    *ops = gfn_env_kind(index);
    return GFN_OK;
}

gfn_status gfn_env_create(const char *kind, const char *settings, gfn_env **env)
{
    const gfn_env_ops *ops = NULL;
    GFN_TRY(gfn_env_open(kind, &ops));
    return gfn_env_create_from(ops, settings, env);
}
