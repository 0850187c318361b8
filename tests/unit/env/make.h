/* SPDX-License-Identifier: MIT
 *
 * Create environments for tests; an error fails the test.
 */
#ifndef TESTS_UNIT_ENV_MAKE_H
#define TESTS_UNIT_ENV_MAKE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/env.h>

/* ops == NULL means the hypergrid. */
static inline gfn_env *make_env(const gfn_env_ops *ops, const char *settings)
{
    gfn_env *env = NULL;
    if (gfn_env_create_from(ops ? ops : gfn_env_find("hypergrid"), settings, &env) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return env;
}

static inline gfn_env *make_grid(const char *settings)
{
    return make_env(NULL, settings);
}

/* Give rewards by number, between 0.5 and 1.5, to an environment that has none. */
static inline gfn_status give_rewards(gfn_env *env)
{
    const int64_t n = gfn_env_spec_of(env)->n_states;
    double *reward = calloc((size_t)n, sizeof *reward);
    if (reward == NULL)
        return GFN_ENOMEM;
    for (int64_t i = 0; i < n; i++)
        reward[i] = 0.5 + (double)(i * 37 % 101) / 101;
    const gfn_status status = gfn_env_set_rewards(env, 1, &n, reward);
    free(reward);
    return status;
}

/* As gfn_env_create_from(), also for kinds that have no rewards; they get none if their states have
 * no numbers. */
static inline gfn_status create_any(const gfn_env_ops *ops, const char *settings, gfn_env **env)
{
    gfn_options *options;
    gfn_env *made = NULL;
    gfn_status status = gfn_options_create(&ops->options, ops->options ? 1 : 0, &options);
    if (status != GFN_OK)
        return status;
    status = gfn_options_parse(options, settings, "settings");
    if (status == GFN_OK)
        status = gfn_env_create_with(ops, options, &made);
    gfn_options_destroy(&options);
    if (status == GFN_OK && !gfn_env_has_formula(made) && gfn_env_spec_of(made)->n_states > 0)
        status = give_rewards(made);
    if (status == GFN_OK)
        *env = made;
    else
        gfn_env_destroy(&made);
    return status;
}

static inline gfn_env *make_any(const gfn_env_ops *ops, const char *settings)
{
    gfn_env *env = NULL;
    if (create_any(ops, settings, &env) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return env;
}

/* Whether the options of a registered kind have defaults for all that it needs; the others are
 * checked by their own tests. */
static inline bool has_defaults(const gfn_env_ops *ops)
{
    static const char *const needy[] = {"dag", "permutation"};
    for (size_t i = 0; i < sizeof needy / sizeof needy[0]; i++)
        if (strcmp(ops->name, needy[i]) == 0)
            return false;
    return true;
}

static inline double log_reward_of(const gfn_env *env, const int32_t *state)
{
    double log_reward;
    gfn_env_log_reward(env, 1, state, &log_reward);
    return log_reward;
}

static inline bool is_close(double found, double expected, double tolerance)
{
    return fabs(found - expected) <= tolerance * fabs(expected);
}

#endif
