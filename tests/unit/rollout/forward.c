/* SPDX-License-Identifier: MIT
 *
 * The forward policy in numbered states is that of the sampler, to the bit.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/sampler.h>

#include "env/env_internal.h"
#include "rollout/forward.h"
#include "tests/unit/env/worlds.h"

static const struct {
    const gfn_env_ops *ops; /* NULL: hypergrid */
    const char *settings;
} worlds[] = {
    {NULL, "size=16"},
    {NULL, "size=7 ndim=4 r0=0.1"}, /* 2401 states: ten tasks */
    {NULL, "size=9 ndim=3 encoding=onehot"},
    {&bits_world, "length=6 numbered=yes"}, /* dense observations, states without actions */
    {&ladder_world, "rungs=23"},
};

enum { WORLDS = sizeof worlds / sizeof worlds[0] };

typedef struct fixture {
    gfn_env *env;
    gfn_model *model;
    size_t n, k, width;
    double *edges;
} fixture;

static void make(fixture *f, size_t world)
{
    const gfn_env_ops *ops = worlds[world].ops ? worlds[world].ops : gfn_env_find("hypergrid");
    const gfn_model_config config = {.n_hidden = 2, .hidden = {19, 24}};
    assert_int_equal(gfn_env_create_from(ops, worlds[world].settings, &f->env), GFN_OK);
    assert_int_equal(gfn_model_create(gfn_env_shape(f->env), &config, &f->model), GFN_OK);
    gfn_model_init(f->model, 5);
    f->n = (size_t)gfn_env_spec_of(f->env)->n_states;
    f->k = (size_t)gfn_env_shape(f->env)->n_actions;
    f->width = (size_t)gfn_env_spec_of(f->env)->state_width;
    f->edges = malloc(f->n * f->k * sizeof *f->edges);
    assert_non_null(f->edges);
}

static void drop(fixture *f)
{
    free(f->edges);
    gfn_model_destroy(&f->model);
    gfn_env_destroy(&f->env);
}

static void evaluate(fixture *f, int threads, size_t part)
{
    gfn_forward *forward = NULL;
    assert_int_equal(gfn_forward_create(f->env, f->model, threads, &forward), GFN_OK);
    for (size_t first = 0, m; first < f->n; first += m) {
        m = f->n - first < part ? f->n - first : part;
        if (gfn_forward_edges(forward, (int64_t)first, m, f->edges + first * f->k) != GFN_OK)
            fail_msg("%s", gfn_error_message());
    }
    gfn_forward_destroy(&forward);
    assert_null(forward);
    gfn_forward_destroy(&forward);
}

/* P_F that the sampler has in every state, normalized, to be freed. */
static double *ask_sampler(const fixture *f)
{
    gfn_sampler *sampler = NULL;
    double *edges = malloc(f->n * f->k * sizeof *edges);
    gfn_real *log_pf = malloc(f->k * sizeof *log_pf);
    assert_int_equal(gfn_sampler_create(f->env, f->model, 5, 1, &sampler), GFN_OK);
    for (int64_t s = 0; s < (int64_t)f->n; s++) {
        int32_t state[64];
        uint8_t mask[64];
        assert_int_equal(gfn_env_state_at(f->env, 1, &s, state), GFN_OK);
        gfn_env_allowed(f->env, 1, state, NULL, mask);
        assert_int_equal(gfn_sampler_log_pf(sampler, 1, state, log_pf), GFN_OK);
        double sum = 0;
        for (size_t a = 0; a < f->k; a++)
            sum += mask[a] ? exp((double)log_pf[a]) : 0;
        for (size_t a = 0; a < f->k; a++)
            edges[(size_t)s * f->k + a] = mask[a] ? exp((double)log_pf[a]) / sum : 0;
    }
    gfn_sampler_destroy(&sampler);
    free(log_pf);
    return edges;
}

static void edges_are_those_of_the_sampler_however_they_are_cut(void **state)
{
    (void)state;
    static const size_t parts[] = {1, 7, 240, 1000, 1 << 20};
    for (size_t w = 0; w < WORLDS; w++) {
        fixture f;
        make(&f, w);
        double *expected = ask_sampler(&f);
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            const int threads = 1 + (int)(i % 3);
            memset(f.edges, 0xff, f.n * f.k * sizeof *f.edges);
            evaluate(&f, threads, parts[i]);
            assert_memory_equal(f.edges, expected, f.n * f.k * sizeof *expected);
        }
        free(expected);
        drop(&f);
    }
}

static void current_parameters_are_read_at_every_call(void **state)
{
    (void)state;
    fixture f;
    make(&f, 1);
    gfn_forward *forward = NULL;
    double first[5], second[5];
    assert_int_equal(gfn_forward_create(f.env, f.model, 1, &forward), GFN_OK);
    assert_int_equal(gfn_forward_edges(forward, 300, 1, first), GFN_OK);
    gfn_model_init(f.model, 6);
    assert_int_equal(gfn_forward_edges(forward, 300, 1, second), GFN_OK);
    assert_memory_not_equal(first, second, sizeof first);
    gfn_forward_destroy(&forward);
    drop(&f);
}

/* The weights of one cell's input are not numbers: all others are evaluated as ever. */
static void the_first_state_without_a_policy_is_told(void **state)
{
    (void)state;
    fixture f;
    make(&f, 2); /* one-hot: 729 inputs of 19 weights each */
    gfn_forward *forward = NULL;
    for (size_t i = 0; i < 19; i++)
        gfn_model_params(f.model)[500 * 19 + i] = gfn_model_params(f.model)[701 * 19 + i] =
            (gfn_real)NAN;
    assert_int_equal(gfn_forward_create(f.env, f.model, 3, &forward), GFN_OK);
    assert_int_equal(gfn_forward_edges(forward, 0, 500, f.edges), GFN_OK);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(gfn_forward_edges(forward, 100, 629, f.edges), GFN_ENUMERIC);
        assert_non_null(strstr(gfn_error_message(), "in state (6, 1, 5)")); /* 500 of 9^3 */
    }
    gfn_forward_destroy(&forward);
    drop(&f);
}

static void a_model_of_another_world_is_refused(void **state)
{
    (void)state;
    fixture f, other;
    make(&f, 0);
    make(&other, 1);
    gfn_forward *forward = NULL;
    assert_int_equal(gfn_forward_create(f.env, other.model, 1, &forward), GFN_EINVAL);
    assert_null(forward);
    drop(&f);
    drop(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_are_those_of_the_sampler_however_they_are_cut),
        cmocka_unit_test(current_parameters_are_read_at_every_call),
        cmocka_unit_test(the_first_state_without_a_policy_is_told),
        cmocka_unit_test(a_model_of_another_world_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
