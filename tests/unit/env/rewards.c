/* SPDX-License-Identifier: MIT */
#include <gfn/env.h>

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"

enum { SIDE = 5, CELLS = SIDE * SIDE };

static const int64_t square[] = {SIDE, SIDE};

/* Random rewards; if has_holes, 0 in every third cell. */
static void draw_rewards(double reward[CELLS], bool has_holes)
{
    for (int i = 0; i < CELLS; i++)
        reward[i] = has_holes && i % 3 == 1 ? 0 : 0.37 + 1.93 * ((i * 7919) % 101) / 101.0;
}

static gfn_env *give(const double *reward)
{
    gfn_env *env = make_grid("size=5");
    if (gfn_env_set_rewards(env, 2, square, reward) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return env;
}

static void rewards_are_set_by_cell(void **state)
{
    (void)state;
    double reward[CELLS], z = 0, largest = 0;
    draw_rewards(reward, false);
    gfn_env *env = give(reward);
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    for (int32_t y = 0; y < SIDE; y++)
        for (int32_t x = 0; x < SIDE; x++) {
            const double r = reward[y * SIDE + x];
            assert_true(log_reward_of(env, (const int32_t[]){y, x}) == log(r));
            z += r;
            largest = fmax(largest, r);
        }
    assert_true(is_close(spec->log_z, log(z), 1e-15));
    assert_true(spec->max_log_reward == log(largest));
    assert_true(spec->all_terminal);
    assert_int_equal(gfn_env_check(env, 2385, 1000, NULL), GFN_OK);
    gfn_env_destroy(&env);
}

static void rewards_can_be_made_up_in_any_space(void **state)
{
    (void)state;
    gfn_env *env = make_any(&bits_world, "length=64"), *other = make_any(&bits_world, "length=64");
    int32_t object[64] = {0};
    double sum = 0;
    assert_int_equal(gfn_env_make_up_rewards(env, 2385), GFN_OK);
    assert_int_equal(gfn_env_make_up_rewards(other, 2386), GFN_OK);
    assert_true(isnan(gfn_env_spec_of(env)->log_z));
    for (int i = 0; i < 1000; i++) {
        for (int p = 0; p < 64; p++)
            object[p] = 1 + ((i + 1) * (p + 3) % 37 < 18);
        const double log_r = log_reward_of(env, object);
        assert_in_range(1000 * exp(log_r), 10, 1010);
        assert_true(log_r == log_reward_of(env, object));
        sum += exp(log_r);
    }
    assert_true(log_reward_of(env, object) != log_reward_of(other, object));
    object[63] = 3 - object[63];
    const double changed = log_reward_of(env, object);
    object[63] = 3 - object[63];
    assert_true(log_reward_of(env, object) != changed);
    assert_true(fabs(sum / 1000 - 0.51) < 0.1);
    gfn_env_destroy(&other);
    gfn_env_destroy(&env);
}

static void stopping_is_not_allowed_if_the_reward_is_0(void **state)
{
    (void)state;
    double reward[CELLS], z = 0;
    uint8_t mask[3];
    draw_rewards(reward, true);
    gfn_env *env = give(reward);
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    for (int32_t i = 0; i < CELLS; i++) {
        const int32_t cell[] = {i / SIDE, i % SIDE};
        gfn_env_allowed(env, 1, cell, NULL, mask);
        assert_int_equal(mask[2], reward[i] > 0);
        assert_int_equal(mask[0], cell[0] < SIDE - 1);
        assert_int_equal(mask[1], cell[1] < SIDE - 1);
        z += reward[i];
    }
    assert_true(is_close(spec->log_z, log(z), 1e-15));
    assert_false(spec->all_terminal);
    if (gfn_env_check(env, 2385, 1000, NULL) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    gfn_env_destroy(&env);
}

/* Nothing but stopping is allowed there, so a reward of 0 counts as a very small one. */
static void the_far_corner_is_always_an_object(void **state)
{
    (void)state;
    double reward[CELLS] = {0};
    uint8_t mask[3];
    reward[7] = 3.5;
    gfn_env *env = give(reward);
    const int32_t corner[] = {SIDE - 1, SIDE - 1};
    gfn_env_allowed(env, 1, corner, NULL, mask);
    assert_memory_equal(mask, ((uint8_t[]){0, 0, 1}), 3);
    assert_true(is_close(exp(log_reward_of(env, corner)), 3.5e-8, 1e-13));
    assert_true(is_close(gfn_env_spec_of(env)->log_z, log(3.5) + log1p(1e-8), 1e-15));
    assert_true(gfn_env_spec_of(env)->max_log_reward == log(3.5));
    if (gfn_env_check(env, 2385, 1000, NULL) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    gfn_env_destroy(&env);

    draw_rewards(reward, false); /* 0 in the corner alone: all cells are objects */
    reward[CELLS - 1] = 0;
    env = give(reward);
    assert_true(gfn_env_spec_of(env)->all_terminal);
    assert_int_equal(gfn_env_check(env, 2385, 1000, NULL), GFN_OK);
    gfn_env_destroy(&env);
}

/* A plain loop would lose digits of these sums, or overflow. */
static void the_sum_of_given_rewards_is_exact(void **state)
{
    (void)state;
    double reward[CELLS];
    for (int i = 0; i < CELLS; i++)
        reward[i] = i == 0 ? 1 : 0x1p-53; /* 1 + 0x1p-53 is 1 in floating point */
    gfn_env *env = give(reward);
    assert_true(gfn_env_spec_of(env)->log_z == log(1 + (CELLS - 1) * 0x1p-53));
    gfn_env_destroy(&env);
    for (int i = 0; i < CELLS; i++)
        reward[i] = DBL_MAX;
    env = give(reward);
    assert_true(is_close(gfn_env_spec_of(env)->log_z, log(DBL_MAX) + log(CELLS), 1e-15));
    gfn_env_destroy(&env);
    for (int i = 0; i < CELLS; i++)
        reward[i] = i == CELLS - 1 ? 0 : 0x1p-1074;
    env = give(reward);
    assert_true(
        is_close(gfn_env_spec_of(env)->log_z, log(0x1p-1074) + log(CELLS - 1 + 1e-8), 1e-14));
    assert_int_equal(gfn_env_check(env, 2385, 1000, NULL), GFN_OK);
    gfn_env_destroy(&env);
}

static void new_rewards_replace_earlier_ones(void **state)
{
    (void)state;
    double reward[CELLS];
    static const char *const settings[] = {"size=5 reward=cosine", "size=5 reward=sparse"};
    for (size_t i = 0; i < 2; i++) {
        gfn_env *env = make_grid(settings[i]);
        draw_rewards(reward, true);
        assert_int_equal(gfn_env_set_rewards(env, 2, square, reward), GFN_OK);
        assert_false(gfn_env_spec_of(env)->all_terminal);
        draw_rewards(reward, false);
        assert_int_equal(gfn_env_set_rewards(env, 2, square, reward), GFN_OK);
        assert_true(gfn_env_spec_of(env)->all_terminal);
        assert_true(log_reward_of(env, (const int32_t[]){0, 1}) == log(reward[1]));
        gfn_env_destroy(&env);
    }
}

static void bad_rewards_are_rejected_and_change_nothing(void **state)
{
    (void)state;
    static const struct {
        int ndim;
        int64_t axis[2];
        int cell;
        double reward;
        const char *says;
    } rows[] = {
        {2, {8, 8}, 0, 1, "hypergrid: expected 5 x 5 rewards, one per state, found 8 x 8 (hint"},
        {2, {5, 6}, 0, 1, "hypergrid: expected 5 x 5 rewards, one per state, found 5 x 6 (hint"},
        {1, {25}, 0, 1, "hypergrid: expected 5 x 5 rewards, one per state, found 25 (hint"},
        {0, {0}, 0, 1, "found a single number (hint"},
        {2, {5, 5}, 7, -0.25, "expected rewards of 0 or more, found -0.25 in (1, 2) (hint"},
        {2, {5, 5}, 0, NAN, "found nan in (0, 0) (hint"},
        {2, {5, 5}, 24, INFINITY, "found inf in (4, 4) (hint"},
        {2, {5, 5}, -1, 0, "found 0 in all (hint"},
    };
    double good[CELLS], reward[CELLS];
    draw_rewards(good, true);
    gfn_env *env = give(good);
    const double log_z = gfn_env_spec_of(env)->log_z;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memcpy(reward, good, sizeof reward);
        if (rows[i].cell >= 0)
            reward[rows[i].cell] = rows[i].reward;
        else
            memset(reward, 0, sizeof reward);
        assert_int_equal(gfn_env_set_rewards(env, rows[i].ndim, rows[i].axis, reward), GFN_EINVAL);
        if (!strstr(gfn_error_message(), rows[i].says))
            fail_msg("row %zu: %s", i, gfn_error_message());
        assert_true(gfn_env_spec_of(env)->log_z == log_z);
        assert_true(log_reward_of(env, (const int32_t[]){0, 2}) == log(good[2]));
    }
    gfn_env_destroy(&env);
}

/* ---- a world that is no hypergrid ---- */

/* Worlds of 0.1 took rewards themselves. */
static gfn_status never(void *world, int ndim, const int64_t *axis, const double *reward)
{
    (void)world, (void)ndim, (void)axis, (void)reward;
    fail_msg("set_rewards was called");
    return GFN_EINVAL;
}

static void describe_without_axes(const void *world, gfn_env_spec *spec)
{
    bits_world.describe(world, spec);
    spec->ndim = 0;
}

static void a_table_of_another_shape_is_rejected(void **state)
{
    (void)state;
    static const struct {
        int ndim;
        int64_t axis[4];
    } rows[] = {{3, {3, 3, 2}}, {3, {3, 3, 4}},    {1, {27}},
                {2, {3, 9}},    {4, {3, 3, 3, 1}}, {0, {0}}};
    double reward[81];
    for (size_t i = 0; i < 81; i++)
        reward[i] = 1;
    gfn_env_ops ops = bits_world;
    ops.set_rewards = never;
    gfn_env *env = make_env(&ops, "length=3 numbered=yes");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(gfn_env_set_rewards(env, rows[i].ndim, rows[i].axis, reward), GFN_EINVAL);
        if (!strstr(gfn_error_message(), "bits: expected 3 x 3 x 3 rewards, one per state, found "))
            fail_msg("row %zu: %s", i, gfn_error_message());
    }
    assert_int_equal(gfn_env_set_rewards(env, 3, (const int64_t[]){3, 3, 3}, reward), GFN_OK);
    gfn_env_destroy(&env);
}

static void states_that_are_no_grid_take_one_axis(void **state)
{
    (void)state;
    double reward[27];
    const int64_t axis[] = {27};
    for (size_t i = 0; i < 27; i++)
        reward[i] = 1;
    gfn_env_ops ops = bits_world;
    ops.describe = describe_without_axes;
    gfn_env *env = make_env(&ops, "length=3 numbered=yes");
    assert_int_equal(gfn_env_set_rewards(env, 0, axis, reward), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "expected 27 rewards, one per state, found a sin"));
    assert_int_equal(gfn_env_set_rewards(env, 1, axis, reward), GFN_OK);
    reward[26] = 0; /* of an object; nothing can be forbidden */
    assert_int_equal(gfn_env_set_rewards(env, 1, axis, reward), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "expected a reward above 0 of every object"));
    gfn_env_destroy(&env);
}

/* The largest reward, of the start, is that of no object. */
static void rewards_of_states_that_are_no_objects_do_not_count(void **state)
{
    (void)state;
    const double reward[4] = {7.1, 0.6, 0.9, 0.4};
    const int64_t n = 4;
    gfn_env *env = make_env(&ladder_world, "rungs=3");
    assert_int_equal(gfn_env_set_rewards(env, 1, &n, reward), GFN_OK);
    assert_true(isnan(gfn_env_spec_of(env)->max_log_reward));
    assert_true(isnan(gfn_env_spec_of(env)->log_z));
    if (gfn_env_check(env, 2385, 1000, NULL) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    gfn_env_destroy(&env);
}

static void states_without_numbers_or_too_many_reject_rewards(void **state)
{
    (void)state;
    const double reward = 1;
    gfn_env *env = NULL;
    assert_int_equal(gfn_env_create_from(&bits_world, NULL, &env), GFN_OK);
    assert_int_equal(gfn_env_set_rewards(env, 2, square, &reward), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "found more than can be numbered (hint"));
    gfn_env_destroy(&env);
    env = make_grid("size=40 ndim=12");
    assert_int_equal(gfn_env_set_rewards(env, 2, square, &reward), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "found more than can be numbered (hint"));
    gfn_env_destroy(&env);
    env = make_grid("size=12000 encoding=khot");
    assert_int_equal(gfn_env_set_rewards(env, 2, square, &reward), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "at most 134217728 states"));
    assert_non_null(strstr(gfn_error_message(), "found 144000000 (hint"));
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rewards_are_set_by_cell),
        cmocka_unit_test(rewards_can_be_made_up_in_any_space),
        cmocka_unit_test(stopping_is_not_allowed_if_the_reward_is_0),
        cmocka_unit_test(the_far_corner_is_always_an_object),
        cmocka_unit_test(the_sum_of_given_rewards_is_exact),
        cmocka_unit_test(new_rewards_replace_earlier_ones),
        cmocka_unit_test(bad_rewards_are_rejected_and_change_nothing),
        cmocka_unit_test(a_table_of_another_shape_is_rejected),
        cmocka_unit_test(states_that_are_no_grid_take_one_axis),
        cmocka_unit_test(rewards_of_states_that_are_no_objects_do_not_count),
        cmocka_unit_test(states_without_numbers_or_too_many_reject_rewards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
