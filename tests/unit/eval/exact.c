/* SPDX-License-Identifier: MIT
 *
 * The exact terminal distribution. Built twice: with policies in float, and in double.
 */
#include <gfn/eval.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "env/env_internal.h"
#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"
#include "tests/unit/eval/perfect.h"

#define GRID NULL

static const struct {
    const gfn_env_ops *ops;
    const char *settings;
} worlds[] = {
    {GRID, "size=2 ndim=1"},
    {GRID, "size=2 ndim=2"},
    {GRID, "size=16 ndim=2"},
    {GRID, "size=91 ndim=2 r0=1e-3 r1=.7"},    /* 8281 states: three chunks */
    {GRID, "size=9 ndim=4 r0=1e-4 r1=1 r2=3"}, /* 6561 states */
    {GRID, "size=2 ndim=13 encoding=khot"},    /* 8192 states, 14 actions */
    {GRID, "size=2 ndim=14 encoding=khot"},    /* 16384 states */
    {&ladder_world, "rungs=1"},                /* no stop action that is ever allowed */
    {&ladder_world, "rungs=10"},               /* two edges between the same states */
    {&ladder_world, "rungs=37"},
    {&bits_world, "length=7 numbered=yes"},  /* no stop action */
    {&bits_world, "length=10 numbered=yes"}, /* 20 actions: edges are not kept */
};
enum { WORLDS = sizeof worlds / sizeof worlds[0] };

static gfn_exact *prepare(const gfn_env *env)
{
    gfn_exact *exact = NULL;
    if (gfn_exact_create(env, 1, &exact) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return exact;
}

/* ---- policies ---- */

/* The same probability for all allowed actions. */
static gfn_status uniform(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    const gfn_env *env = self;
    const size_t k = (size_t)env->spec.shape.n_actions;
    uint8_t *mask = calloc(n, k);
    gfn_env_allowed(env, n, state, NULL, mask);
    for (size_t i = 0; i < n; i++) {
        int count = 0;
        for (size_t a = 0; a < k; a++)
            count += mask[i * k + a];
        for (size_t a = 0; a < k; a++)
            log_pf[i * k + a] = mask[i * k + a] ? (gfn_real)-log(count) : (gfn_real)-INFINITY;
    }
    free(mask);
    return GFN_OK;
}

/* ---- known answers ---- */

static void two_by_two_is_that_computed_by_hand(void **state)
{
    (void)state;
    gfn_env *env = make_env(GRID, "size=2 ndim=2");
    gfn_exact *exact = prepare(env);
    const double *p, expected[] = {1 / 3., 1 / 6., 1 / 6., 1 / 3.};
    assert_int_equal(gfn_exact_run(exact, uniform, env, &p), GFN_OK);
    for (int i = 0; i < 4; i++)
        assert_close(p[i], expected[i], tolerance);
    gfn_exact_destroy(&exact);
    assert_null(exact);
    gfn_exact_destroy(&exact);
    gfn_env_destroy(&env);
}

/* Follow every path, one action after the other, through the public wrappers. */
static void follow(const gfn_env *env, const int32_t *state, uint8_t done, double weight, double *p)
{
    uint8_t mask[64];
    if (done != GFN_LIVE) {
        int64_t number;
        env->ops->number(env->world, 1, state, &number);
        p[number] += weight;
        return;
    }
    int count = 0;
    gfn_env_allowed(env, 1, state, NULL, mask);
    for (int32_t a = 0; a < env->spec.shape.n_actions; a++)
        count += mask[a];
    for (int32_t a = 0; a < env->spec.shape.n_actions; a++) {
        int32_t next[64];
        uint8_t next_done = GFN_LIVE;
        if (!mask[a])
            continue;
        memcpy(next, state, (size_t)env->spec.state_width * sizeof *next);
        assert_int_equal(gfn_env_step(env, 1, next, &next_done, &a), GFN_OK);
        follow(env, next, next_done, weight / count, p);
    }
}

static void the_sweep_is_the_sum_over_all_paths(void **state)
{
    (void)state;
    static const struct {
        const gfn_env_ops *ops;
        const char *settings;
    } small[] = {
        {GRID, "size=5 ndim=2"},    {GRID, "size=3 ndim=3"},
        {GRID, "size=23 ndim=1"},   {&ladder_world, "rungs=11"},
        {&ladder_world, "rungs=8"}, {&bits_world, "length=5 numbered=yes"},
    };
    for (size_t w = 0; w < sizeof small / sizeof small[0]; w++) {
        gfn_env *env = make_env(small[w].ops, small[w].settings);
        gfn_exact *exact = prepare(env);
        const size_t n = gfn_exact_n(exact);
        const double *p;
        double *expected = calloc(n, sizeof *expected);
        int32_t start[64];
        gfn_env_start(env, 1, start);
        follow(env, start, GFN_LIVE, 1, expected);
        assert_int_equal(gfn_exact_run(exact, uniform, env, &p), GFN_OK);
        for (size_t i = 0; i < n; i++)
            assert_close(p[i], expected[i], tolerance);
        free(expected);
        gfn_exact_destroy(&exact);
        gfn_env_destroy(&env);
    }
}

static void a_perfect_policy_ends_in_the_target(void **state)
{
    (void)state;
    for (size_t w = 0; w < WORLDS; w++) {
        gfn_env *env = make_env(worlds[w].ops, worlds[w].settings);
        gfn_exact *exact = prepare(env);
        struct table table;
        const double z = make_perfect(&table, env), *p, *target = gfn_exact_target(exact);
        assert_close(gfn_exact_log_z(exact), log(z), 1e-12);
        assert_int_equal(gfn_exact_run(exact, look_up, &table, &p), GFN_OK);
        for (size_t i = 0; i < gfn_exact_n(exact); i++)
            assert_close(p[i], target[i], tolerance);
        gfn_metrics m;
        gfn_metrics_compute(1, gfn_exact_n(exact), p, target, &m);
        assert_true(m.l1 <= 2 * tolerance && m.tv == m.l1 / 2 && m.kl <= tolerance * tolerance);
        free(table.log_pf);
        gfn_exact_destroy(&exact);
        gfn_env_destroy(&env);
    }
}

static void all_probabilities_sum_to_1(void **state)
{
    (void)state;
    for (size_t w = 0; w < WORLDS; w++) {
        gfn_env *env = make_env(worlds[w].ops, worlds[w].settings);
        gfn_exact *exact = prepare(env);
        const double *p, *target = gfn_exact_target(exact);
        double sum = 0, sum_target = 0;
        assert_int_equal(gfn_exact_run(exact, uniform, env, &p), GFN_OK);
        for (size_t i = 0; i < gfn_exact_n(exact); i++) {
            sum += p[i];
            sum_target += target[i];
        }
        assert_close(sum, 1, tolerance);
        assert_close(sum_target, 1, 1e-12);
        gfn_exact_destroy(&exact);
        gfn_env_destroy(&env);
    }
}

/* The exact constants up to a million states: Z, mode cells. */
static void log_z_and_modes_are_the_exact_constants(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        int64_t modes;
        double z;
    } rows[] = {
        {"size=8 ndim=2 r0=.1", 4, 22.4},
        {"", 4, 42.56},
        {"size=64 ndim=2 r0=.1", 144, 1209.6},
        {"size=8 ndim=4 r0=.1", 16, 569.6},
        {"size=12 ndim=4 r0=1e-3", 16, 700.736},
        {"size=20 ndim=4 r0=1e-3", 256, 5672.0},
        {"size=20 ndim=4 r0=1e-4 r1=1 r2=3", 256, 10784.0},
        {"size=32 ndim=4 r0=.1", 1296, 140217.6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_env(GRID, rows[i].settings);
        gfn_exact *exact = prepare(env);
        assert_close(gfn_exact_log_z(exact), log(rows[i].z), 1e-12);
        assert_close(gfn_exact_log_z(exact), gfn_env_spec_of(env)->log_z, 1e-12);
        assert_int_equal(gfn_exact_n_modes(exact), rows[i].modes);
        gfn_exact_destroy(&exact);
        gfn_env_destroy(&env);
    }
}

static void states_that_are_not_objects_have_target_0(void **state)
{
    (void)state;
    gfn_env *env = make_env(&ladder_world, "rungs=6");
    gfn_exact *exact = prepare(env);
    const double *p, *target = gfn_exact_target(exact);
    assert_int_equal(gfn_exact_run(exact, uniform, env, &p), GFN_OK);
    for (size_t k = 0; k <= 6; k++) {
        bool is_object = k % 2 == 1 || k == 6;
        assert_int_equal(target[k] > 0, is_object);
        assert_int_equal(p[k] > 0, is_object);
    }
    gfn_exact_destroy(&exact);
    gfn_env_destroy(&env);
}

static void a_second_run_has_the_same_bits(void **state)
{
    (void)state;
    gfn_env *env = make_env(GRID, "size=91 ndim=2");
    gfn_exact *exact = prepare(env);
    const size_t bytes = gfn_exact_n(exact) * sizeof(double);
    const double *p;
    double *first = malloc(bytes);
    assert_int_equal(gfn_exact_run(exact, uniform, env, &p), GFN_OK);
    memcpy(first, p, bytes);
    assert_int_equal(gfn_exact_run(exact, uniform, env, &p), GFN_OK);
    assert_memory_equal(first, p, bytes);
    free(first);
    gfn_exact_destroy(&exact);
    gfn_env_destroy(&env);
}

/* A policy that never goes down: only the first column is reached, and all other states have
 * probability exactly 0, even if the policy there is NaN. */
static gfn_status never_down(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    uniform(self, n, state, log_pf);
    for (size_t i = 0; i < n; i++) {
        const int32_t *cell = state + 2 * i;
        log_pf[3 * i] = (gfn_real)(cell[0] > 0 ? NAN : -INFINITY);
        log_pf[3 * i + 1] = (gfn_real)(cell[1] < 4 ? log(.625) : -INFINITY);
        log_pf[3 * i + 2] = (gfn_real)(cell[1] < 4 ? log(.375) : 0);
    }
    return GFN_OK;
}

static void states_that_are_never_reached_have_probability_0(void **state)
{
    (void)state;
    gfn_env *env = make_env(GRID, "size=5");
    gfn_exact *exact = prepare(env);
    const double *p;
    assert_int_equal(gfn_exact_run(exact, never_down, env, &p), GFN_OK);
    for (int x = 0; x < 5; x++)
        assert_close(p[x], x < 4 ? .375 * pow(.625, x) : pow(.625, 4), tolerance);
    for (int i = 5; i < 25; i++)
        assert_true(p[i] == 0);
    gfn_metrics m;
    gfn_metrics_compute(1, 25, p, gfn_exact_target(exact), &m);
    assert_true(isinf(m.kl) && m.tv < 1);
    gfn_exact_destroy(&exact);
    gfn_env_destroy(&env);
}

/* ---- errors ---- */

static gfn_status too_likely(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    uniform(self, n, state, log_pf);
    for (size_t i = 0; i < n * 3; i++)
        log_pf[i] += (gfn_real)1e-3;
    return GFN_OK;
}

static gfn_status not_a_number(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    (void)self;
    (void)state;
    for (size_t i = 0; i < n * 3; i++)
        log_pf[i] = (gfn_real)NAN;
    return GFN_OK;
}

static gfn_status broken(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    (void)self;
    (void)n;
    (void)state;
    (void)log_pf;
    return GFN_ECOMM;
}

static void a_policy_that_is_not_normalized_is_refused(void **state)
{
    (void)state;
    gfn_env *env = make_env(GRID, NULL);
    gfn_exact *exact = prepare(env);
    const double *p = NULL;
    assert_int_equal(gfn_exact_run(exact, too_likely, env, &p), GFN_ENUMERIC);
    assert_non_null(strstr(gfn_error_message(), "add up to 1.0"));
    assert_int_equal(gfn_exact_run(exact, not_a_number, env, &p), GFN_ENUMERIC);
    assert_int_equal(gfn_exact_run(exact, broken, env, &p), GFN_ECOMM);
    assert_null(p);
    assert_int_equal(gfn_exact_run(exact, uniform, env, &p), GFN_OK);
    assert_non_null(p);
    gfn_exact_destroy(&exact);
    gfn_env_destroy(&env);
}

static void environments_that_cannot_be_enumerated_are_refused(void **state)
{
    (void)state;
    static const struct {
        const gfn_env_ops *ops;
        const char *settings;
    } rows[] = {
        {&bits_world, "length=40 ones=7"},
        {GRID, "size=67108863 ndim=32"}, /* more states than int64 */
        {GRID, "size=8193 ndim=2"},      /* one row more than 2^26 states */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_env(rows[i].ops, rows[i].settings);
        gfn_exact *exact = NULL;
        assert_int_equal(gfn_exact_create(env, 1, &exact), GFN_ENOSUP);
        assert_null(exact);
        gfn_env_destroy(&env);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_by_two_is_that_computed_by_hand),
        cmocka_unit_test(the_sweep_is_the_sum_over_all_paths),
        cmocka_unit_test(a_perfect_policy_ends_in_the_target),
        cmocka_unit_test(all_probabilities_sum_to_1),
        cmocka_unit_test(log_z_and_modes_are_the_exact_constants),
        cmocka_unit_test(states_that_are_not_objects_have_target_0),
        cmocka_unit_test(a_second_run_has_the_same_bits),
        cmocka_unit_test(states_that_are_never_reached_have_probability_0),
        cmocka_unit_test(a_policy_that_is_not_normalized_is_refused),
        cmocka_unit_test(environments_that_cannot_be_enumerated_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
