/* SPDX-License-Identifier: MIT
 *
 * Tests of kinds that know their distribution: the solver against the sum over all objects.
 */
#ifndef TESTS_UNIT_ENV_SOLVER_H
#define TESTS_UNIT_ENV_SOLVER_H

#include <stdlib.h>
#include <string.h>

#include "env/env_internal.h"
#include "tests/unit/env/make.h"

/* An environment of a kind with a matrix for one of its options; name NULL: without. */
static inline gfn_status create_with_matrix(const char *kind, const char *settings,
                                            const char *name, const gfn_matrix *matrix,
                                            gfn_env **env)
{
    const gfn_env_ops *ops = gfn_env_find(kind);
    gfn_options *set;
    assert_int_equal(gfn_options_create(&ops->options, 1, &set), GFN_OK);
    gfn_status status = gfn_options_parse(set, settings, "test");
    if (status == GFN_OK && name) {
        assert_int_equal(gfn_options_set(set, name, "numbers.csv", "test"), GFN_OK);
        assert_int_equal(gfn_options_set_matrix(set, name, matrix), GFN_OK);
    }
    if (status == GFN_OK)
        status = gfn_env_create_with(ops, set, env);
    gfn_options_destroy(&set);
    return status;
}

static inline gfn_env *make_with_matrix(const char *kind, const char *settings, const char *name,
                                        const gfn_matrix *matrix)
{
    gfn_env *env = NULL;
    if (create_with_matrix(kind, settings, name, matrix, &env) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return env;
}

static inline void *solve(const gfn_env *env, double beta)
{
    void *solution = NULL;
    if (env->ops->solver->create(env->world, beta, &solution) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return solution;
}

/* All objects of an environment with numbers, their log R, and R^beta / Z. */
struct objects {
    size_t n, width;
    int32_t *state;      /* [n][width] */
    double *log_reward;  /* [n] */
    double *probability; /* [n] */
    double log_z;
};

static inline struct objects list_objects(const gfn_env *env, double beta)
{
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    const size_t states = (size_t)spec->n_states, width = (size_t)spec->state_width;
    struct objects all = {.width = width};
    uint8_t *mask = malloc((size_t)spec->shape.n_actions);
    all.state = malloc(states * width * sizeof *all.state);
    for (size_t i = 0; i < states; i++) {
        int32_t *state = all.state + all.n * width;
        assert_int_equal(gfn_env_state_at(env, 1, &(int64_t){(int64_t)i}, state), GFN_OK);
        gfn_env_allowed(env, 1, state, NULL, mask);
        all.n += gfn_env_is_object(env, mask);
    }
    free(mask);
    all.log_reward = malloc(all.n * sizeof(double));
    all.probability = malloc(all.n * sizeof(double));
    assert_int_equal(gfn_env_log_reward(env, all.n, all.state, all.log_reward), GFN_OK);
    double largest = -INFINITY;
    long double sum = 0;
    for (size_t i = 0; i < all.n; i++)
        largest = fmax(largest, beta * all.log_reward[i]);
    for (size_t i = 0; i < all.n; i++)
        sum += expl(beta * all.log_reward[i] - largest);
    all.log_z = largest + (double)logl(sum);
    for (size_t i = 0; i < all.n; i++)
        all.probability[i] = exp(beta * all.log_reward[i] - all.log_z);
    return all;
}

static inline void free_objects(struct objects *all)
{
    free(all->state);
    free(all->log_reward);
    free(all->probability);
}

static inline size_t count_columns(const gfn_env_marginals *marginals)
{
    size_t columns = 1;
    for (const char *c = marginals->columns; *c; c++)
        columns += *c == ',';
    return columns;
}

static inline void assert_near(double found, double expected, double tolerance, const char *what)
{
    if (!(fabs(found - expected) <= tolerance * fmax(1, fabs(expected))))
        fail_msg("%s: expected %.15g, found %.15g", what, expected, found);
}

/* The solver's log Z and expectations are those of the sum over all objects. */
static inline void assert_solver_is_exact(const gfn_env *env, double beta, const char *what)
{
    const gfn_env_solver *solver = env->ops->solver;
    const gfn_env_marginals *marginals = env->ops->marginals;
    const size_t values = (size_t)marginals->count(env->world) * count_columns(marginals);
    struct objects all = list_objects(env, beta);
    double *value = malloc(values * sizeof *value), *found = malloc(values * sizeof *found);
    double *expected = calloc(values, sizeof *expected);
    for (size_t i = 0; i < all.n; i++) {
        marginals->find(env->world, 1, all.state + i * all.width, value);
        for (size_t k = 0; k < values; k++)
            expected[k] += all.probability[i] * value[k];
    }
    void *solution = solve(env, beta);
    assert_near(solver->log_z(solution), all.log_z, 1e-11, what);
    solver->marginals(solution, found);
    for (size_t k = 0; k < values; k++)
        assert_near(found[k], expected[k], 1e-10, what);
    solver->destroy(solution);
    free(value);
    free(found);
    free(expected);
    free_objects(&all);
}

/* A cell of a histogram for an object, or -1. */
typedef int (*cell_of)(const int32_t *state);

/* n draws have the probabilities expected[cells]: chi-square has the mean and half the variance of
 * its degrees of freedom, so 6 standard deviations above are a failure. */
static inline void assert_draws_have(const gfn_env *env, double beta, size_t n, int cells,
                                     cell_of cell, const double *expected)
{
    const gfn_stream stream = {.seed = 2385, .purpose = GFN_PURPOSE_TARGET, .iteration = 7};
    const size_t width = (size_t)gfn_env_spec_of(env)->state_width;
    double *found = calloc((size_t)cells, sizeof *found), chi_square = 0, freedom = -1;
    int32_t *state = malloc(n * width * sizeof *state);
    void *solution = solve(env, beta);
    env->ops->solver->draw(solution, &stream, 0, n, state);
    for (size_t i = 0; i < n; i++)
        found[cell(state + i * width)]++;
    double few = 0, found_few = 0; /* cells that expect few draws, together */
    for (int k = 0; k < cells; k++) {
        const double mean = expected[k] * (double)n;
        if (mean < 10) {
            few += mean;
            found_few += found[k];
            continue;
        }
        chi_square += (found[k] - mean) * (found[k] - mean) / mean;
        freedom++;
    }
    assert_true(freedom >= 5);
    if (!(chi_square < freedom + 6 * sqrt(2 * freedom)) ||
        fabs(found_few - few) > 6 * sqrt(few) + 6)
        fail_msg("chi-square %g of %g, and %g draws of %g in small cells", chi_square, freedom,
                 found_few, few);
    env->ops->solver->destroy(solution);
    free(state);
    free(found);
}

/* n draws have the distribution of the objects over `cells` cells. */
static inline void assert_draws_are_exact(const gfn_env *env, double beta, size_t n, int cells,
                                          cell_of cell)
{
    struct objects all = list_objects(env, beta);
    double *expected = calloc((size_t)cells, sizeof *expected);
    for (size_t i = 0; i < all.n; i++)
        expected[cell(all.state + i * all.width)] += all.probability[i];
    assert_draws_have(env, beta, n, cells, cell, expected);
    free(expected);
    free_objects(&all);
}

static inline void assert_draws_do_not_depend_on_calls(const gfn_env *env)
{
    enum { N = 41, FIRST = 1000 };
    const gfn_stream stream = {.seed = 11, .purpose = GFN_PURPOSE_TARGET, .iteration = 3};
    const size_t width = (size_t)gfn_env_spec_of(env)->state_width;
    int32_t *once = malloc(N * width * sizeof *once), *parts = malloc(N * width * sizeof *parts);
    void *solution = solve(env, 1), *again = solve(env, 1);
    const gfn_env_solver *solver = env->ops->solver;
    solver->draw(solution, &stream, FIRST, N, once);
    for (size_t from = 0, n = 1; from < N; from += n, n = from < 20 ? 3 : N - from)
        solver->draw(again, &stream, FIRST + (int64_t)from, n, parts + from * width);
    assert_memory_equal(once, parts, N * width * sizeof *once);
    assert_int_equal(gfn_env_check_objects(env, N, once), GFN_OK);
    assert_memory_not_equal(once, once + width, width * sizeof *once);
    solver->destroy(solution);
    solver->destroy(again);
    free(once);
    free(parts);
}

/* Every state is what its text means; and nothing is written beyond `size`. */
static inline void assert_text_keeps_states(const gfn_env *env)
{
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    const size_t width = (size_t)spec->state_width;
    int32_t *state = malloc(2 * width * sizeof *state);
    char text[400], cut[5];
    for (int64_t i = 0; i < spec->n_states; i++) {
        gfn_env_state_at(env, 1, &i, state);
        const size_t bytes = gfn_env_write(env, state, text, sizeof text);
        assert_int_equal(bytes, strlen(text));
        memset(cut, '#', sizeof cut);
        assert_int_equal(gfn_env_write(env, state, cut, 4), bytes);
        assert_int_equal(cut[4], '#');
        assert_int_equal(strncmp(cut, text, 3), 0);
        if (env->ops->read) {
            assert_int_equal(env->ops->read(env->world, text, state + width), GFN_OK);
            assert_memory_equal(state, state + width, width * sizeof *state);
        }
    }
    free(state);
}

static inline void assert_keeps_the_contract(const gfn_env *env, const char *what)
{
    if (gfn_env_check(env, 2385, 200000, NULL) != GFN_OK)
        fail_msg("%s: %s", what, gfn_error_message());
}

#endif
