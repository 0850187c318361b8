/* SPDX-License-Identifier: MIT */
#include <gfn/eval.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/random.h>

#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"

static void a_histogram_has_one_axis_per_dimension(void **state)
{
    (void)state;
    gfn_env *env = make_env(NULL, "size=5 ndim=3");
    const int32_t cells[][3] = {{4, 0, 2}, {0, 0, 0}, {4, 0, 2}, {1, 3, 4}};
    int64_t counts[5][5][5] = {0}, sum = 0;
    int64_t *flat = (int64_t *)counts;
    counts[1][3][4] = 40; /* counts are added to those that are there */
    assert_int_equal(gfn_histogram_add(env, 4, (const int32_t *)cells, flat), GFN_OK);
    assert_int_equal(counts[4][0][2], 2);
    assert_int_equal(counts[0][0][0], 1);
    assert_int_equal(counts[1][3][4], 41);
    for (size_t i = 0; i < 125; i++)
        sum += flat[i];
    assert_int_equal(sum, 44);
    gfn_env_destroy(&env);
}

static void all_of_many_samples_are_counted(void **state)
{
    (void)state;
    enum { N = 10007, SIZE = 23 };
    gfn_env *env = make_env(NULL, "size=23");
    const gfn_stream stream = {5, GFN_PURPOSE_CHECK, 0};
    int32_t *cells = malloc(2 * N * sizeof *cells);
    int64_t found[SIZE * SIZE] = {0}, expected[SIZE * SIZE] = {0};
    for (uint32_t i = 0; i < N; i++) {
        cells[2 * i] = (int32_t)(gfn_random_word(&stream, 0, i) % SIZE);
        cells[2 * i + 1] = (int32_t)(gfn_random_word(&stream, 1, i) % SIZE);
        expected[cells[2 * i] * SIZE + cells[2 * i + 1]]++;
    }
    assert_int_equal(gfn_histogram_add(env, N, cells, found), GFN_OK);
    assert_memory_equal(found, expected, sizeof found);
    assert_int_equal(gfn_histogram_add(env, 0, cells, found), GFN_OK);
    assert_memory_equal(found, expected, sizeof found);
    free(cells);
    gfn_env_destroy(&env);
}

static void an_invalid_state_is_refused_and_nothing_counted(void **state)
{
    (void)state;
    gfn_env *env = make_env(NULL, "size=5");
    const int32_t wrong[][3][2] = {{{1, 1}, {2, 2}, {5, 0}}, {{1, 1}, {2, 2}, {-1, 4}}};
    int64_t counts[25] = {0}, nothing[25] = {0};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(gfn_histogram_add(env, 3, (const int32_t *)wrong[i], counts), GFN_EINVAL);
        assert_memory_equal(counts, nothing, sizeof counts);
    }
    assert_non_null(strstr(gfn_error_message(), "(-1, 4)"));
    gfn_env_destroy(&env);
}

static void spaces_without_numbers_have_no_histogram(void **state)
{
    (void)state;
    gfn_env *env = make_env(&bits_world, "length=40");
    const int32_t bits[40] = {0};
    int64_t counts[1] = {0};
    assert_int_equal(gfn_histogram_add(env, 1, bits, counts), GFN_ENOSUP);
    assert_int_equal(counts[0], 0);
    gfn_env_destroy(&env);
}

/* ---- modes ---- */

static void modes_are_counted_once_each(void **state)
{
    (void)state;
    gfn_env *env = make_env(NULL, "size=16"); /* modes at 2 and 13 */
    const int32_t cells[][2] = {{2, 2}, {13, 2}, {2, 2}, {2, 3}, {0, 0}, {13, 2}, {2, 13}, {13, 3}};
    int64_t modes = -1;
    assert_int_equal(gfn_count_modes(env, 8, (const int32_t *)cells, &modes), GFN_OK);
    assert_int_equal(modes, 3);
    assert_int_equal(gfn_count_modes(env, 0, (const int32_t *)cells, &modes), GFN_OK);
    assert_int_equal(modes, 0);
    assert_int_equal(gfn_count_modes(env, 2, (const int32_t *)(cells + 3), &modes), GFN_OK);
    assert_int_equal(modes, 0);
    gfn_env_destroy(&env);
}

static void all_modes_of_a_large_grid_are_found(void **state)
{
    (void)state;
    gfn_env *env = make_env(NULL, "size=20 ndim=4 r0=1e-3");
    enum { N = 160000 };
    int32_t *cells = malloc(2 * N * 4 * sizeof *cells); /* every cell, twice */
    for (int32_t i = 0; i < 2 * N; i++) {
        int32_t left = (int32_t)((int64_t)i * 7919 % N);
        for (int32_t d = 4; d-- > 0; left /= 20)
            cells[4 * i + d] = left % 20;
    }
    int64_t modes;
    assert_int_equal(gfn_count_modes(env, 2 * N, cells, &modes), GFN_OK);
    assert_int_equal(modes, 256); /* from the table of exact constants */
    free(cells);
    gfn_env_destroy(&env);
}

static void modes_need_no_numbers_but_a_known_maximum(void **state)
{
    (void)state;
    /* The largest reward is that of the pattern 0 1 1 0 1 1 ..., written 1 2 2 1 2 2 ... */
    int32_t strings[3][48];
    for (int32_t p = 0; p < 48; p++)
        strings[0][p] = strings[1][p] = strings[2][p] = p % 3 ? 2 : 1;
    strings[1][17] = 3 - strings[1][17];
    int64_t modes;
    gfn_env *env = make_env(&bits_world, "length=48");
    assert_int_equal(gfn_count_modes(env, 3, (const int32_t *)strings, &modes), GFN_OK);
    assert_int_equal(modes, 1);
    gfn_env_destroy(&env);
    env = make_env(&bits_world, "length=48 ones=40");
    assert_int_equal(gfn_count_modes(env, 3, (const int32_t *)strings, &modes), GFN_ENOSUP);
    gfn_env_destroy(&env);
}

/* ---- without a table ---- */

/* n cells, drawn from R/Z if `from_target`, else uniformly. */
static int32_t *draw_cells(const gfn_env *env, size_t n, bool from_target)
{
    const gfn_stream stream = {23, GFN_PURPOSE_CHECK, 1};
    const size_t width = (size_t)gfn_env_spec_of(env)->state_width;
    int32_t *cells = malloc(n * width * sizeof *cells);
    for (size_t i = 0, draw = 0; i < n; draw++) {
        int32_t *cell = cells + i * width;
        double log_reward;
        const int64_t number =
            (int64_t)(gfn_random_unit(&stream, draw, 0) * (double)gfn_env_spec_of(env)->n_states);
        gfn_env_state_at(env, 1, &number, cell);
        gfn_env_log_reward(env, 1, cell, &log_reward);
        const double share = exp(log_reward - gfn_env_spec_of(env)->max_log_reward);
        i += !from_target || gfn_random_unit(&stream, draw, 1) < share;
    }
    return cells;
}

static void l1_of_objects_is_that_of_counts_of_all_states(void **state)
{
    (void)state;
    static const char *const grids[] = {"size=7", "size=11 ndim=4", "size=9 ndim=3 reward=cosine"};
    enum { MANY = 3000 };
    for (size_t g = 0; g < sizeof grids / sizeof grids[0]; g++) {
        gfn_env *env = make_env(NULL, grids[g]);
        gfn_exact *exact = NULL;
        assert_int_equal(gfn_exact_create(env, 1, &exact), GFN_OK);
        const size_t n = gfn_exact_n(exact);
        int32_t *cells = draw_cells(env, MANY, g == 1);
        int64_t *counts = calloc(n, sizeof *counts);
        double l1, floor;
        assert_int_equal(gfn_histogram_add(env, MANY, cells, counts), GFN_OK);
        assert_int_equal(gfn_l1_of_objects(env, MANY, cells, &l1, &floor), GFN_OK);
        const double expected = gfn_l1_of_counts(1, n, counts, gfn_exact_target(exact));
        assert_true(fabs(l1 - expected) < 1e-11);
        free(counts);
        free(cells);
        gfn_exact_destroy(&exact);
        gfn_env_destroy(&env);
    }
}

/* The mean of 3000 terms between 0 and 2, of standard deviation below 1. */
static void the_noise_floor_is_estimated_from_samples_of_the_target(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    gfn_env *env = make_env(NULL, "size=11 ndim=4 r0=1e-3");
    gfn_exact *exact = NULL;
    assert_int_equal(gfn_exact_create(env, 1, &exact), GFN_OK);
    int32_t *cells = draw_cells(env, MANY, true);
    double l1, floor;
    assert_int_equal(gfn_l1_of_objects(env, MANY, cells, &l1, &floor), GFN_OK);
    const double expected =
        gfn_l1_noise_floor(1, gfn_exact_n(exact), gfn_exact_target(exact), MANY);
    assert_true(fabs(floor - expected) < 5 / sqrt(MANY));
    assert_true(fabs(l1 - expected) < .05);
    free(cells);
    gfn_exact_destroy(&exact);
    gfn_env_destroy(&env);
}

static void l1_is_nan_without_objects_or_with_an_unknown_log_z(void **state)
{
    (void)state;
    double l1 = 0, floor = 0;
    const int32_t string[48] = {0};
    gfn_env *env = make_env(NULL, NULL);
    assert_int_equal(gfn_l1_of_objects(env, 0, NULL, &l1, &floor), GFN_OK);
    assert_true(isnan(l1) && isnan(floor));
    gfn_env_destroy(&env);
    env = make_env(&bits_world, "length=48 ones=40");
    assert_int_equal(gfn_l1_of_objects(env, 1, string, &l1, &floor), GFN_OK);
    assert_true(isnan(l1) && isnan(floor));
    gfn_env_destroy(&env);
}

/* 4 objects of 32^32: the objects that were not drawn have all the probability. */
static void a_vast_space_has_an_l1_of_2(void **state)
{
    (void)state;
    int32_t cells[4][32] = {{0}, {3, 5}, {0}, {31, 30, 29}};
    double l1, floor;
    gfn_env *env = make_env(NULL, "size=32 ndim=32");
    assert_int_equal(gfn_l1_of_objects(env, 4, (const int32_t *)cells, &l1, &floor), GFN_OK);
    assert_true(fabs(l1 - 2) < 1e-12 && fabs(floor - 2) < 1e-12);
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_histogram_has_one_axis_per_dimension),
        cmocka_unit_test(all_of_many_samples_are_counted),
        cmocka_unit_test(an_invalid_state_is_refused_and_nothing_counted),
        cmocka_unit_test(spaces_without_numbers_have_no_histogram),
        cmocka_unit_test(modes_are_counted_once_each),
        cmocka_unit_test(all_modes_of_a_large_grid_are_found),
        cmocka_unit_test(modes_need_no_numbers_but_a_known_maximum),
        cmocka_unit_test(l1_of_objects_is_that_of_counts_of_all_states),
        cmocka_unit_test(the_noise_floor_is_estimated_from_samples_of_the_target),
        cmocka_unit_test(l1_is_nan_without_objects_or_with_an_unknown_log_z),
        cmocka_unit_test(a_vast_space_has_an_l1_of_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
