/* SPDX-License-Identifier: MIT
 *
 * The numbers of states: those of the world, or those that the library found. In the second case
 * the environment is a copy that shares world, reward and record with the one that it was made
 * from, which stays as it is: training must not depend on numbers.
 */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/enumeration.h"
#include "env/env_internal.h"

static gfn_status make(const gfn_env *env, gfn_env **made)
{
    gfn_enumeration *enumeration;
    GFN_TRY(gfn_allocate(env->ops->name, 1, sizeof *enumeration, &enumeration));
    const gfn_status status = gfn_allocate(env->ops->name, 1, sizeof **made, made);
    if (status != GFN_OK) {
        gfn_release(&enumeration);
        return status;
    }
    **made = *env;
    (*made)->ops = &(*made)->table;
    (*made)->enumeration = enumeration;
    return GFN_OK;
}

void gfn_env_forget_numbers(gfn_env **env)
{
    gfn_enumeration_clear((*env)->enumeration);
    gfn_release(&(*env)->enumeration);
    gfn_release(env);
}

/* Numbers are not those of a grid, whatever the states are. */
static gfn_status finish(gfn_status status, gfn_env *made, gfn_env **numbered)
{
    made->spec.n_states = (int64_t)made->enumeration->n;
    made->spec.ndim = 0;
    made->spec.has_constant_deltas = false;
    if (status == GFN_OK)
        *numbered = made;
    else
        gfn_env_forget_numbers(&made);
    return status;
}

gfn_status gfn_env_enumerate_within(const gfn_env *env, const gfn_enumeration_limits *limits,
                                    gfn_env **numbered)
{
    gfn_env *made;
    GFN_TRY(make(env, &made));
    const gfn_status status = gfn_enumeration_init(made->enumeration, env, limits);
    return finish(status, made, numbered);
}

gfn_status gfn_env_enumerate(const gfn_env *env, int64_t most, gfn_env **numbered)
{
    const gfn_enumeration_limits limits = gfn_enumeration_limits_of(env, most);
    return gfn_env_enumerate_within(env, &limits, numbered);
}

const gfn_enumeration *gfn_env_enumeration(const gfn_env *env)
{
    return env->enumeration;
}

gfn_status gfn_env_adopt_states(const gfn_env *env, size_t n, const int32_t *states,
                                gfn_env **numbered)
{
    const size_t width = (size_t)env->spec.state_width;
    gfn_env *made;
    GFN_TRY(make(env, &made));
    made->enumeration->n = n;
    const gfn_status status = gfn_state_set_create(n, width, &made->enumeration->states);
    for (size_t i = 0; i < n && status == GFN_OK; i++)
        gfn_state_set_add(made->enumeration->states, states + i * width);
    return finish(status, made, numbered);
}
