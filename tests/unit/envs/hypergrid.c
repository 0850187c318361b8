/* SPDX-License-Identifier: MIT */
#include <gfn/env.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "env/env_internal.h"
#include "tests/unit/env/make.h"

/* Exact constants (by rational arithmetic): r0/r1/r2, states, mode cells, Z, log Z. */
static const struct {
    const char *settings;
    int64_t n_states, modes;
    double z;
    const char *log_z;
} known[] = {
    {"size=8 ndim=2 r0=.1 r1=.5 r2=2", 64, 4, 22.4, "3.10906"},
    {"", 256, 4, 42.56, "3.75091"},
    {"size=64 ndim=2 r0=.1", 4096, 144, 1209.6, "7.09805"},
    {"size=8 ndim=4 r0=.1", 4096, 16, 569.6, "6.34493"},
    {"size=12 ndim=4 r0=1e-3", 20736, 16, 700.736, "6.55213"},
    {"size=20 ndim=4 r0=1e-3", 160000, 256, 5672.0, "8.64330"},
    {"size=20 ndim=4 r0=1e-4 r1=1 r2=3", 160000, 256, 10784.0, "9.28582"},
    {"size=32 ndim=4 r0=.1", 1048576, 1296, 140217.6, "11.85095"},
    {"size=8 ndim=8 r0=.01", 16777216, 256, 201052.16, "12.21132"},
};

static void closed_forms_agree_with_exact_constants(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        gfn_env *env = make_grid(known[i].settings);
        const gfn_env_spec *spec = gfn_env_spec_of(env);
        char text[32];
        snprintf(text, sizeof text, "%.5f", spec->log_z);
        assert_string_equal(text, known[i].log_z);
        assert_true(is_close(spec->log_z, log(known[i].z), 1e-14));
        assert_int_equal(spec->n_states, known[i].n_states);
        gfn_env_destroy(&env);
    }
}

static void enumeration_agrees_with_exact_constants(void **state)
{
    (void)state;
    enum { CHUNK = 4096 };
    static int64_t number[CHUNK];
    static int32_t cells[CHUNK * 4];
    static double log_reward[CHUNK];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].n_states > 1100000)
            continue;
        gfn_env *env = make_grid(known[i].settings);
        const gfn_env_spec *spec = gfn_env_spec_of(env);
        long double z = 0;
        int64_t modes = 0;
        for (int64_t first = 0; first < spec->n_states; first += CHUNK) {
            size_t m = spec->n_states - first < CHUNK ? (size_t)(spec->n_states - first) : CHUNK;
            for (size_t j = 0; j < m; j++)
                number[j] = first + (int64_t)j;
            env->ops->state_at(env->world, m, number, cells);
            gfn_env_log_reward(env, m, cells, log_reward);
            for (size_t j = 0; j < m; j++) {
                z += expl(log_reward[j]);
                modes += log_reward[j] == spec->max_log_reward;
            }
        }
        assert_true(is_close((double)z, known[i].z, 1e-13));
        assert_int_equal(modes, known[i].modes);
        gfn_env_destroy(&env);
    }
}

/* The level of coordinate x, by fractions that are multiplied out: a = |2x-m| / (2m); a > 1/4 is
 * 4|2x-m| > 2m; 3/10 < a is 3*2m < 10|2x-m|; a < 2/5 is 5|2x-m| < 2*2m. */
static int expected_level(int64_t size, int64_t x)
{
    const int64_t m = size - 1, top = llabs(2 * x - m), bottom = 2 * m;
    const bool outer = 4 * top > bottom, band = 3 * bottom < 10 * top && 5 * top < 2 * bottom;
    return outer + band;
}

static double reward_of(const gfn_env *env, const int32_t *cell)
{
    double log_reward;
    gfn_env_log_reward(env, 1, cell, &log_reward);
    return exp(log_reward);
}

static void borders_are_decided_exactly_at_every_size(void **state)
{
    (void)state;
    const double value[] = {0.0203, 0.0203 + 0.7, 0.0203 + 0.7 + 3.1};
    for (int32_t size = 2; size <= 300; size++) {
        char settings[64];
        double z = 0, largest = 0;
        snprintf(settings, sizeof settings, "size=%d ndim=1 r0=.0203 r1=.7 r2=3.1", size);
        gfn_env *env = make_grid(settings);
        for (int32_t x = 0; x < size; x++) {
            double expected = value[expected_level(size, x)];
            assert_true(is_close(reward_of(env, &x), expected, 1e-14));
            z += expected;
            largest = fmax(largest, expected);
        }
        assert_true(is_close(exp(gfn_env_spec_of(env)->log_z), z, 1e-13));
        assert_true(is_close(exp(gfn_env_spec_of(env)->max_log_reward), largest, 1e-14));
        gfn_env_destroy(&env);
    }
}

/* By hand: with m = size-1, the band is 6m/10 < |2x-m| < 8m/10, and outer is |2x-m| > 5m/10; |2x-m|
 * is even if m is. Floating-point comparisons give wrong levels for these sizes, float others than
 * double. */
static void sizes_with_cells_on_a_border_are_right(void **state)
{
    (void)state;
    static const struct {
        int32_t size;
        const char *levels; /* . inner, o outer, # band */
    } rows[] = {
        {11, "ooo.....ooo"}, /* 6 < |2x-10| < 8: no cell */
        {16, "oo#o........o#oo"},
        {21, "ooo#o...........o#ooo"},           /* |2x-20| = 14 */
        {26, "ooo##oo............oo##ooo"},      /* |2x-25| = 17, 19 */
        {31, "oooo##oo...............oo##oooo"}, /* |2x-30| = 20, 22 */
    };
    const double value[] = {0.25, 0.75, 2.75};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char settings[64];
        snprintf(settings, sizeof settings, "size=%d ndim=1 r0=.25 r1=.5 r2=2", rows[i].size);
        gfn_env *env = make_grid(settings);
        assert_int_equal(strlen(rows[i].levels), rows[i].size);
        for (int32_t x = 0; x < rows[i].size; x++) {
            int level = rows[i].levels[x] == '#' ? 2 : rows[i].levels[x] == 'o';
            assert_true(is_close(reward_of(env, &x), value[level], 1e-15));
        }
        gfn_env_destroy(&env);
    }
}

static void every_dimension_must_lie_in_the_band(void **state)
{
    (void)state;
    gfn_env *env = make_grid("size=16 ndim=3 r0=.01");
    static const struct {
        int32_t cell[3];
        double reward;
    } rows[] = {
        {{2, 13, 2}, 2.51}, {{2, 13, 3}, 0.51}, {{0, 15, 2}, 0.51},
        {{2, 4, 13}, 0.01}, {{7, 8, 7}, 0.01},  {{13, 13, 13}, 2.51},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(is_close(reward_of(env, rows[i].cell), rows[i].reward, 1e-15));
    gfn_env_destroy(&env);
}

static void action_0_is_down_and_numbers_are_y_times_size_plus_x(void **state)
{
    (void)state;
    gfn_env *env = make_grid("size=7");
    int32_t cell[2], index;
    uint8_t done = GFN_LIVE, mask[3];
    int64_t number;
    gfn_env_start(env, 1, cell);
    for (int32_t i = 0; i < 9; i++) {
        int32_t action = i < 6 ? 0 : 1;
        assert_int_equal(gfn_env_step(env, 1, cell, &done, &action), GFN_OK);
    }
    assert_int_equal(cell[0], 6);
    assert_int_equal(cell[1], 3);
    gfn_env_allowed(env, 1, cell, NULL, mask);
    assert_memory_equal(mask, ((uint8_t[]){0, 1, 1}), 3);
    env->ops->number(env->world, 1, cell, &number);
    env->ops->observe(env->world, 1, cell, &index, NULL);
    assert_int_equal(number, 6 * 7 + 3);
    assert_int_equal(index, 6 * 7 + 3);
    gfn_env_destroy(&env);
}

static void the_far_corner_allows_only_the_stop_action(void **state)
{
    (void)state;
    gfn_env *env = make_grid("size=3 ndim=5");
    const int32_t corner[5] = {2, 2, 2, 2, 2};
    uint8_t mask[6];
    gfn_env_allowed(env, 1, corner, NULL, mask);
    assert_memory_equal(mask, ((uint8_t[]){0, 0, 0, 0, 0, 1}), 6);
    assert_int_equal(gfn_env_spec_of(env)->max_steps, 11);
    gfn_env_destroy(&env);
}

static void khot_has_one_index_per_coordinate(void **state)
{
    (void)state;
    gfn_env *env = make_grid("size=23 ndim=3 encoding=khot");
    const int32_t cells[2][3] = {{4, 0, 22}, {19, 7, 5}};
    int32_t index[6];
    env->ops->observe(env->world, 2, cells[0], index, NULL);
    assert_memory_equal(index, ((int32_t[]){4, 23, 68, 19, 30, 51}), sizeof index);
    assert_int_equal(gfn_env_shape(env)->obs_dim, 69);
    assert_int_equal(gfn_env_shape(env)->obs_hot, 3);
    gfn_env_destroy(&env);
}

static void automatic_encoding_is_onehot_up_to_two_dimensions(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        int obs_dim, obs_hot;
    } rows[] = {
        {"size=9 ndim=1", 9, 1},
        {"size=9 ndim=2", 81, 1},
        {"size=9 ndim=3", 27, 3},
        {"size=9 ndim=3 encoding=onehot", 729, 1},
        {"size=9 ndim=2 encoding=khot", 18, 2},
        {"size=2147483647 ndim=1", 2147483647, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_grid(rows[i].settings);
        assert_int_equal(gfn_env_shape(env)->obs_dim, rows[i].obs_dim);
        assert_int_equal(gfn_env_shape(env)->obs_hot, rows[i].obs_hot);
        gfn_env_destroy(&env);
    }
}

static void huge_spaces_are_numbered_if_int64_suffices(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        int64_t n_states, max_steps;
        double log_z;
    } rows[] = {
        /* log Z by rational arithmetic: Z = .01 3^32 + .5 2^32 = 18532349372166.41 (no band), */
        {"size=3 ndim=32", 1853020188851841, 65, 30.550538935677705},
        /* .01 2^32 + .5 32768^2 + 2 13106^2 = 923355056.96, */
        {"size=65536 ndim=2 encoding=khot", 4294967296, 131071, 20.643524395594286},
        /* .01 40^12 + .5 20^12 + 2 8^12 = 169820297438953472, but 40^12 exceeds int64. */
        {"size=40 ndim=12", 0, 469, 39.673517198975796},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_grid(rows[i].settings);
        const gfn_env_spec *spec = gfn_env_spec_of(env);
        assert_int_equal(spec->n_states, rows[i].n_states);
        assert_int_equal(spec->max_steps, rows[i].max_steps);
        assert_true(is_close(spec->log_z, rows[i].log_z, 1e-15));
        gfn_env_destroy(&env);
    }
}

static void log_z_of_huge_spaces_does_not_overflow(void **state)
{
    (void)state;
    /* With r1 = r2 = 0, Z is r0 size^ndim. */
    gfn_env *env = make_grid("size=67108863 ndim=32 r0=3e200 r1=0 r2=0");
    const double expected = log(3e200) + 32 * log(67108863);
    assert_true(is_close(gfn_env_spec_of(env)->log_z, expected, 1e-14));
    assert_int_equal(gfn_env_spec_of(env)->n_states, 0);
    assert_int_equal(gfn_env_spec_of(env)->max_steps, 32 * INT64_C(67108862) + 1);
    gfn_env_destroy(&env);
}

/* ---- errors ---- */

static void wrong_settings_are_rejected_with_a_hint(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *word;
    } rows[] = {
        {"size=1", "size"},
        {"size=0", "size"},
        {"size=-3", "size"},
        {"size=1.5", "size"},
        {"size=", "size"},
        {"size", "size"},
        {"size=2147483648", "size"},
        {"size=99999999999999999999", "size"},
        {"size=nan", "size"},
        {"ndim=0", "ndim"},
        {"ndim=33", "ndim"},
        {"r0=0", "r0"},
        {"r0=-1", "r0"},
        {"r0=nan", "r0"},
        {"r0=inf", "r0"},
        {"r1=-0.1", "r1"},
        {"r2=1e301", "r2"},
        {"reward=cosin", "cosine"},
        {"encoding=dense", "onehot"},
        {"sise=16", "size"},
        {"size=65536 ndim=2", "--encoding khot"},
        {"size=10 ndim=32 encoding=onehot", "--encoding khot"},
        {"size=2147483647 ndim=32", "--size"},
        {"size=2147483647 ndim=2 encoding=khot", "--size"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = NULL;
        assert_int_equal(gfn_env_create("hypergrid", rows[i].settings, &env), GFN_EINVAL);
        assert_null(env);
        const char *message = gfn_error_message();
        if (!strstr(message, rows[i].word) || !strstr(message, "hypergrid") ||
            !strstr(message, "hint:"))
            fail_msg("\"%s\" gives: %s", rows[i].settings, message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms_agree_with_exact_constants),
        cmocka_unit_test(enumeration_agrees_with_exact_constants),
        cmocka_unit_test(borders_are_decided_exactly_at_every_size),
        cmocka_unit_test(sizes_with_cells_on_a_border_are_right),
        cmocka_unit_test(every_dimension_must_lie_in_the_band),
        cmocka_unit_test(action_0_is_down_and_numbers_are_y_times_size_plus_x),
        cmocka_unit_test(the_far_corner_allows_only_the_stop_action),
        cmocka_unit_test(khot_has_one_index_per_coordinate),
        cmocka_unit_test(automatic_encoding_is_onehot_up_to_two_dimensions),
        cmocka_unit_test(huge_spaces_are_numbered_if_int64_suffices),
        cmocka_unit_test(log_z_of_huge_spaces_does_not_overflow),
        cmocka_unit_test(wrong_settings_are_rejected_with_a_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
