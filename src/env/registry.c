/* SPDX-License-Identifier: MIT
 *
 * The kinds of worlds that the library comes with: one line a world.
 */
#include <gfn/env.h>

#include <string.h>

/* clang-format off */
#define KINDS(ROW) \
    ROW(gfn_env_hypergrid)
/* clang-format on */

#define DECLARE(name) extern const gfn_env_ops name;
#define ADDRESS(name) &name,

KINDS(DECLARE)

static const gfn_env_ops *const kinds[] = {KINDS(ADDRESS)};

size_t gfn_env_kinds(void)
{
    return sizeof kinds / sizeof kinds[0];
}

const gfn_env_ops *gfn_env_kind(size_t index)
{
    return index < gfn_env_kinds() ? kinds[index] : NULL;
}

const gfn_env_ops *gfn_env_find(const char *name)
{
    for (size_t i = 0; i < gfn_env_kinds(); i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}
