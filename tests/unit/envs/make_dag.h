/* SPDX-License-Identifier: MIT
 *
 * Tables of data, and graphs of their variables, for tests; an error fails the test.
 */
#ifndef TESTS_UNIT_ENV_MAKE_DAG_H
#define TESTS_UNIT_ENV_MAKE_DAG_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/env.h>

#include "envs/dag.h"
#include "env/env_internal.h"

/* Fourteen samples of four variables that depend on each other. */
static const double few[14][4] = {
    {0.0, 0.61, -0.52, -0.07},  {-0.72, -0.16, -0.77, 1.69}, {1.67, 1.81, -0.74, -1.96},
    {-1.3, -0.74, 0.53, 3.13},  {-0.1, 0.61, -0.56, 0.62},   {-1.34, -0.05, -0.84, -0.73},
    {-0.9, 0.01, -0.81, 1.53},  {0.26, 0.16, -0.38, 1.91},   {-1.17, -0.23, -0.19, 1.42},
    {-0.12, 0.14, 0.06, 1.56},  {-0.22, -0.11, -0.05, 1.41}, {-0.6, 0.35, -0.68, 0.08},
    {-0.46, 0.18, -0.37, 1.23}, {-1.04, 0.45, -1.33, 0.16},
};
static const char *const few_names[4] = {"dose", "blood pressure", "p44/42", "t,\"s\""};
static const gfn_matrix few_data = {14, 4, few[0], few_names};

/* Samples of d variables, each a sum of the three before it and of noise. */
enum { MANY_ROWS = 40 };
static inline gfn_matrix make_many(int d, double *value)
{
    const gfn_stream stream = {.seed = 385, .purpose = GFN_PURPOSE_CHECK};
    for (int row = 0; row < MANY_ROWS; row++)
        for (int j = 0; j < d; j++) {
            double x = 2 * gfn_random_unit(&stream, (uint64_t)row, (uint32_t)j) - 1;
            for (int i = j - 3 < 0 ? 0 : j - 3; i < j; i++)
                x += value[row * d + i] * (0.6 - 0.37 * ((i + 2 * j) % 4));
            value[row * d + j] = x;
        }
    return (gfn_matrix){MANY_ROWS, d, value, NULL};
}

static inline gfn_status try_dag(const gfn_matrix *data, const char *settings, gfn_env **env)
{
    const gfn_env_ops *ops = gfn_env_find("dag");
    gfn_options *options;
    assert_int_equal(gfn_options_create(&ops->options, 1, &options), GFN_OK);
    gfn_status status = gfn_options_parse(options, settings, "test");
    if (status == GFN_OK)
        status = gfn_options_set(options, "data", "data.csv", "test");
    if (status == GFN_OK)
        status = gfn_options_set_matrix(options, "data", data);
    if (status == GFN_OK)
        status = gfn_env_create_with(ops, options, env);
    gfn_options_destroy(&options);
    return status;
}

static inline gfn_env *make_dag(const gfn_matrix *data, const char *settings)
{
    gfn_env *env = NULL;
    if (try_dag(data, settings, &env) != GFN_OK)
        fail_msg("%s: %s", settings, gfn_error_message());
    return env;
}

/* Of many variables; 0: the few samples. */
static inline gfn_env *make_dag_of(int d, const char *settings)
{
    static double value[MANY_ROWS * GFN_DAG_MOST];
    const gfn_matrix many = make_many(d, value);
    return make_dag(d ? &many : &few_data, settings);
}

static inline const gfn_dag *dag_of(const gfn_env *env)
{
    return env->world;
}

/* All graphs by number, [n_states][d], and their log R; freed by the caller. */
static inline int32_t *list_graphs(const gfn_env *env, double **log_reward)
{
    const size_t n = (size_t)gfn_env_spec_of(env)->n_states, d = (size_t)dag_of(env)->d;
    int64_t *number = malloc(n * sizeof *number);
    int32_t *graph = malloc(n * d * sizeof *graph);
    *log_reward = malloc(n * sizeof **log_reward);
    assert_true(number && graph && *log_reward && n > 0);
    for (size_t i = 0; i < n; i++)
        number[i] = (int64_t)i;
    assert_int_equal(gfn_env_state_at(env, n, number, graph), GFN_OK);
    assert_int_equal(gfn_env_log_reward(env, n, graph, *log_reward), GFN_OK);
    free(number);
    return graph;
}

/* log of the sum of exp(beta x). */
static inline double log_sum_of(size_t n, const double *x, double beta)
{
    long double sum = 0;
    double most = -INFINITY;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, beta * x[i]);
    for (size_t i = 0; i < n; i++)
        sum += expl((long double)(beta * x[i] - most));
    return most + (double)logl(sum);
}

#endif
