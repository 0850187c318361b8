/* SPDX-License-Identifier: MIT
 *
 * Policies by the number of the state, and the one that samples R/Z.
 */
#ifndef TESTS_UNIT_EVAL_PERFECT_H
#define TESTS_UNIT_EVAL_PERFECT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/eval.h>

#include "env/env_internal.h"

/* Relative error that a policy in gfn_real leaves over some dozen steps. */
static const double tolerance = sizeof(gfn_real) == sizeof(double) ? 1e-12 : 1e-5;

static inline void assert_close(double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

/* log P_F by the number of the state, [n_states][n_actions]. */
struct table {
    const gfn_env *env;
    double *log_pf;
};

static inline gfn_status look_up(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    const struct table *table = self;
    const size_t k = (size_t)table->env->spec.shape.n_actions;
    for (size_t i = 0; i < n; i++) {
        const int32_t *one = state + i * (size_t)table->env->spec.state_width;
        int64_t number;
        table->env->ops->number(table->env->world, 1, one, &number);
        for (size_t a = 0; a < k; a++)
            log_pf[i * k + a] = (gfn_real)table->log_pf[(size_t)number * k + a];
    }
    return GFN_OK;
}

/* Weight of backward action b into state s: arbitrary positive numbers. */
static inline double back_weight(int64_t s, int32_t b)
{
    return 1 + (double)((s * 7919 + b * 104729) % 101) / 37;
}

/* P_B of the edge from s by `action`, and its child. */
static inline double backward_probability(const gfn_env *env, const int32_t *state, int32_t action,
                                          int64_t *child)
{
    int32_t next[64], back;
    uint8_t mask[64];
    double sum = 0;
    memcpy(next, state, (size_t)env->spec.state_width * sizeof *next);
    env->ops->back_action(env->world, 1, state, &action, &back);
    env->ops->step(env->world, 1, next, &action);
    env->ops->number(env->world, 1, next, child);
    env->ops->allowed_back(env->world, 1, next, mask);
    for (int32_t b = 0; b < env->spec.shape.n_back_actions; b++)
        sum += mask[b] ? back_weight(*child, b) : 0;
    return back_weight(*child, back) / sum;
}

/* The policy that samples R/Z, from flows by dynamic programming against the arrows:
 * F(s) = R(s) + sum over edges F(s') P_B,  P_F = F(s') P_B / F(s),  P_F(stop) = R(s) / F(s).
 * Returns F(s0) = Z. */
static inline double make_perfect(struct table *table, const gfn_env *env)
{
    const size_t k = (size_t)env->spec.shape.n_actions, n = (size_t)env->spec.n_states;
    const int32_t stop = env->spec.shape.stop_action;
    double *flow = calloc(n, sizeof *flow);
    table->env = env;
    table->log_pf = calloc(n * k, sizeof *table->log_pf);
    assert_true(flow && table->log_pf);
    for (int64_t s = (int64_t)n; s-- > 0;) {
        double *pf = table->log_pf + (size_t)s * k, log_reward;
        int32_t state[64];
        uint8_t mask[64];
        env->ops->state_at(env->world, 1, &s, state);
        env->ops->allowed(env->world, 1, state, mask);
        for (int32_t a = 0; a < (int32_t)k; a++) {
            int64_t child;
            if (!mask[a] || a == stop)
                continue;
            pf[a] = backward_probability(env, state, a, &child);
            pf[a] *= flow[child];
            flow[s] += pf[a];
        }
        if (gfn_env_is_object(env, mask)) {
            env->ops->log_reward(env->world, 1, state, &log_reward);
            flow[s] += exp(log_reward);
            if (stop >= 0 && mask[stop])
                pf[stop] = exp(log_reward);
        }
        for (size_t a = 0; a < k; a++)
            pf[a] = mask[a] ? log(pf[a] / flow[s]) : -INFINITY;
    }
    double z = flow[0];
    free(flow);
    return z;
}

#endif
