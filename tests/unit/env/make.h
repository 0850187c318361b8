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
