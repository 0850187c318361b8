/* SPDX-License-Identifier: MIT
 *
 * An environment with the numbers that the library found. It calls the functions of the environment
 * that it was made from, which stays as it is: training must not depend on numbers.
 */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/enumeration.h"
#include "env/env_internal.h"

typedef struct numbered {
    gfn_env_ops ops;
    const gfn_env *env; /* borrowed */
    gfn_enumeration enumeration;
} numbered;

static const gfn_env *env_of(const void *world)
{
    return ((const numbered *)world)->env;
}

static void destroy(void *world)
{
    numbered *w = world;
    gfn_enumeration_clear(&w->enumeration);
    gfn_release(&w);
}

static void start(const void *world, size_t n, int32_t *state)
{
    const gfn_env *env = env_of(world);
    env->ops->start(env->world, n, state);
}

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_env *env = env_of(world);
    env->ops->allowed(env->world, n, state, mask);
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    const gfn_env *env = env_of(world);
    env->ops->step(env->world, n, state, action);
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_env *env = env_of(world);
    env->ops->allowed_back(env->world, n, state, mask);
}

static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    const gfn_env *env = env_of(world);
    env->ops->step_back(env->world, n, state, back);
}

static void back_action(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *back)
{
    const gfn_env *env = env_of(world);
    env->ops->back_action(env->world, n, state, action, back);
}

static void forward_action(const void *world, size_t n, const int32_t *state, const int32_t *back,
                           int32_t *action)
{
    const gfn_env *env = env_of(world);
    env->ops->forward_action(env->world, n, state, back, action);
}

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    const gfn_env *env = env_of(world);
    env->ops->log_reward(env->world, n, state, log_reward);
}

static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    const gfn_env *env = env_of(world);
    env->ops->observe(env->world, n, state, index, x);
}

/* -1: not a state. */
static void number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    const numbered *w = world;
    const size_t width = (size_t)w->env->spec.state_width;
    for (size_t i = 0; i < n; i++)
        number[i] = gfn_state_set_find(w->enumeration.states, state + i * width);
}

static void state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    const numbered *w = world;
    const size_t width = (size_t)w->env->spec.state_width;
    const int32_t *states = gfn_state_set_states(w->enumeration.states);
    for (size_t i = 0; i < n; i++)
        memcpy(state + i * width, states + (size_t)number[i] * width, width * sizeof *state);
}

/* The table of functions of the other environment, with those of this file. */
static gfn_env_ops ops_of(const gfn_env *env)
{
    gfn_env_ops ops = *env->ops;
    ops.size = sizeof ops;
    ops.destroy = destroy;
    ops.start = start;
    ops.allowed = allowed;
    ops.step = step;
    ops.allowed_back = allowed_back;
    ops.step_back = step_back;
    ops.back_action = back_action;
    ops.forward_action = forward_action;
    ops.log_reward = log_reward;
    ops.observe = observe;
    ops.number = number;
    ops.state_at = state_at;
    ops.set_rewards = NULL;
    return ops;
}

static gfn_status make(const gfn_env *env, numbered **world, gfn_env **made)
{
    GFN_TRY(gfn_allocate(env->ops->name, 1, sizeof **world, world));
    const gfn_status status = gfn_allocate(env->ops->name, 1, sizeof **made, made);
    if (status != GFN_OK) {
        gfn_release(world);
        return status;
    }
    (*world)->ops = ops_of(env);
    (*world)->env = env;
    **made = *env;
    (*made)->ops = &(*world)->ops;
    (*made)->world = *world;
    (*made)->enumeration = &(*world)->enumeration;
    return GFN_OK;
}

/* Numbers are not those of a grid, whatever the states are. */
static gfn_status finish(gfn_status status, gfn_env *made, gfn_env **numbered_env)
{
    made->spec.n_states = (int64_t)made->enumeration->n;
    made->spec.ndim = 0;
    made->spec.has_constant_deltas = false;
    if (status == GFN_OK)
        *numbered_env = made;
    else
        gfn_env_destroy(&made);
    return status;
}

gfn_status gfn_env_enumerate_within(const gfn_env *env, const gfn_enumeration_limits *limits,
                                    gfn_env **numbered_env)
{
    numbered *world;
    gfn_env *made;
    GFN_TRY(make(env, &world, &made));
    const gfn_status status = gfn_enumeration_init(&world->enumeration, env, limits);
    return finish(status, made, numbered_env);
}

gfn_status gfn_env_enumerate(const gfn_env *env, int64_t most, gfn_env **numbered_env)
{
    const gfn_enumeration_limits limits = gfn_enumeration_limits_of(env, most);
    return gfn_env_enumerate_within(env, &limits, numbered_env);
}

const gfn_enumeration *gfn_env_enumeration(const gfn_env *env)
{
    return env->enumeration;
}

gfn_status gfn_env_adopt_states(const gfn_env *env, size_t n, const int32_t *states,
                                gfn_env **numbered_env)
{
    const size_t width = (size_t)env->spec.state_width;
    numbered *world;
    gfn_env *made;
    GFN_TRY(make(env, &world, &made));
    world->enumeration.n = n;
    const gfn_status status = gfn_state_set_create(n, width, &world->enumeration.states);
    for (size_t i = 0; i < n && status == GFN_OK; i++)
        gfn_state_set_add(world->enumeration.states, states + i * width);
    return finish(status, made, numbered_env);
}
