/* SPDX-License-Identifier: MIT
 *
 * gfn_env_check() on worlds that keep the contract, and on worlds that break a rule about lanes,
 * states or totals.
 */
#include <gfn/env.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/env/broken.h"
#include "tests/unit/env/make.h"

enum { MOST = 100000 };

static void expect_ok(const gfn_env_ops *ops, const char *settings)
{
    gfn_env *env = make_any(ops, settings);
    if (gfn_env_check(env, 2385, MOST, NULL) != GFN_OK)
        fail_msg("%s, %s: %s", ops->name, settings ? settings : "", gfn_error_message());
    gfn_env_destroy(&env);
}

static void every_registered_kind_keeps_the_contract(void **state)
{
    (void)state;
    for (size_t i = 0; i < gfn_env_kinds(); i++)
        if (has_defaults(gfn_env_kind(i)))
            expect_ok(gfn_env_kind(i), NULL);
}

static void hypergrids_of_many_shapes_keep_the_contract(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "size=2 ndim=1",
        "size=2 ndim=2",
        "size=11 ndim=2",
        "size=7 ndim=3 r0=1e-3 r1=1 r2=3",
        "size=7 ndim=3 encoding=onehot r1=0",
        "size=5 ndim=4 r2=0",
        "size=3 ndim=6",
        "size=2 ndim=13",
        "size=300 ndim=1 encoding=khot",
        "size=13 reward=cosine",
        "size=6 ndim=4 reward=cosine r0=1e-9",
        "size=4 ndim=5 reward=sparse",
        "size=1000 ndim=32 reward=sparse",
        "size=11 ndim=3 reward=deceptive",
        "size=67108863 ndim=32 reward=deceptive",
        "size=3 ndim=32",
        "size=67108863 ndim=32",
        "size=2147483647 ndim=1",
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        expect_ok(gfn_env_find("hypergrid"), settings[i]);
}

static void worlds_unlike_a_grid_keep_the_contract(void **state)
{
    (void)state;
    expect_ok(&bits_world, NULL);
    expect_ok(&bits_world, "length=64 ones=9");
    expect_ok(&bits_world, "length=1");
    expect_ok(&bits_world, "length=12 ones=5");
    expect_ok(&bits_world, "length=3 numbered=yes");
    expect_ok(&bits_world, "length=7 numbered=yes");
    expect_ok(&ladder_world, NULL);
    expect_ok(&ladder_world, "rungs=1");
    expect_ok(&ladder_world, "rungs=250");
    gfn_env_ops unnumbered = bits_world;
    unnumbered.number = NULL;
    unnumbered.state_at = NULL;
    expect_ok(&unnumbered, "length=12 ones=5");
}

/* ---- the work ---- */

static int64_t steps;

static void count_steps(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    steps += (int64_t)n;
    bits_world.step(world, n, state, action);
}

/* Of 64 bits, all walks have 8 million edges in 33,000 states; 64 lanes with 128 actions each are
 * tested in the first call. */
static void the_work_in_a_large_space_is_limited(void **state)
{
    (void)state;
    gfn_env_ops ops = bits_world;
    ops.step = count_steps;
    gfn_env *env = make_any(&ops, "length=64");
    steps = 0;
    assert_int_equal(gfn_env_check(env, 2385, MOST, NULL), GFN_OK);
    assert_in_range(steps, 500000, 8000000);
    assert_in_range(gfn_env_checked_states(env), 20000, 30000);
    gfn_env_destroy(&env);
}

static void small_spaces_are_walked_in_full(void **state)
{
    (void)state;
    gfn_env *env = make_any(&bits_world, "length=4");
    assert_int_equal(gfn_env_check(env, 2385, MOST, NULL), GFN_OK);
    assert_int_equal(gfn_env_checked_states(env), 8 * 5 * 64); /* walks, states, lanes */
    gfn_env_destroy(&env);
}

/* ---- broken rules ---- */

static void grid_mask_of_lane_0(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    base->allowed(world, n, state, mask);
    for (size_t i = 1; i < n; i++)
        memcpy(mask + 3 * i, mask, 3);
}

static void lanes_share_a_mask(gfn_env_ops *ops)
{
    ops->allowed = grid_mask_of_lane_0;
}

static void grid_mask_too_many(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    base->allowed(world, n, state, mask);
    mask[3 * n] = 1;
}

static void writes_beyond(gfn_env_ops *ops)
{
    ops->allowed = grid_mask_too_many;
}

static void back_action_of_even_cells(const void *world, size_t n, const int32_t *state,
                                      const int32_t *action, int32_t *back)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        if ((state[2 * i] + state[2 * i + 1]) % 2 == 0)
            back[i] = action[i];
}

static void leaves_results_unwritten(gfn_env_ops *ops)
{
    ops->back_action = back_action_of_even_cells;
}

static void start_by_lane(const void *world, size_t n, int32_t *state)
{
    base->start(world, n, state);
    state[2 * (n - 1)] = n > 1;
}

static void starts_differ(gfn_env_ops *ops)
{
    ops->start = start_by_lane;
}

static void mask_of_255(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    base->allowed(world, n, state, mask);
    for (size_t i = 0; i < 3 * n; i++)
        mask[i] = mask[i] ? 255 : 0;
}

static void masks_are_no_booleans(gfn_env_ops *ops)
{
    ops->allowed = mask_of_255;
}

static void reward_of_nothing(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    base->log_reward(world, n, state, log_reward);
    for (size_t i = 0; i < n; i++)
        if (state[2 * i] == 3 && state[2 * i + 1] == 1)
            log_reward[i] = -INFINITY;
}

static void a_reward_is_zero(gfn_env_ops *ops)
{
    ops->log_reward = reward_of_nothing;
}

static void describe_all_terminal(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->all_terminal = true;
}

static void not_all_states_may_stop_as_they_claim(gfn_env_ops *ops)
{
    ops->describe = describe_all_terminal;
}

static void describe_low_maximum(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->max_log_reward = nextafter(spec->max_log_reward, -INFINITY);
}

static void maximum_is_too_low(gfn_env_ops *ops)
{
    ops->describe = describe_low_maximum;
}

static void describe_high_maximum(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->max_log_reward = nextafter(spec->max_log_reward, INFINITY);
}

static void maximum_is_too_high(gfn_env_ops *ops)
{
    ops->describe = describe_high_maximum;
}

static void describe_wrong_z(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->log_z += 1e-7;
}

static void log_z_is_wrong(gfn_env_ops *ops)
{
    ops->describe = describe_wrong_z;
}

static void observe_beyond(const void *world, size_t n, const int32_t *state, int32_t *index,
                           float *x)
{
    base->observe(world, n, state, index, x);
    for (size_t i = 0; i < n; i++)
        index[i]++;
}

static void index_is_out_of_range(gfn_env_ops *ops)
{
    ops->observe = observe_beyond;
}

static void describe_two_hot(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->shape.obs_hot = 2;
}

static void observe_words(const void *world, size_t n, const int32_t *state, int32_t *index,
                          float *x)
{
    (void)world;
    (void)x;
    memcpy(index, state, 2 * n * sizeof *index);
}

static void indices_are_equal(gfn_env_ops *ops)
{
    ops->describe = describe_two_hot;
    ops->observe = observe_words;
}

static void describe_dense(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->shape.obs_hot = 0;
    spec->shape.obs_dim = 1;
}

static void observe_ratio(const void *world, size_t n, const int32_t *state, int32_t *index,
                          float *x)
{
    (void)world;
    (void)index;
    for (size_t i = 0; i < n; i++)
        x[i] = 1.0f / (float)(3 - state[2 * i]);
}

static void observation_is_infinite(gfn_env_ops *ops)
{
    ops->describe = describe_dense;
    ops->observe = observe_ratio;
}

static const struct broken rows[] = {
    {starts_differ, GRID, "lanes are independent in start()"},
    {lanes_share_a_mask, GRID, "lanes are independent in allowed()"},
    {leaves_results_unwritten, GRID, "lanes are independent in back_action()"},
    {writes_beyond, GRID, "allowed() writes its lanes and nothing else"},
    {masks_are_no_booleans, GRID, "masks are 0 or 1"},
    {a_reward_is_zero, GRID, "log-rewards are finite; in state (3, 1)"},
    {not_all_states_may_stop_as_they_claim, LADDER, "every state may stop"},
    {maximum_is_too_low, GRID, "max_log_reward is the largest"},
    {maximum_is_too_high, GRID, "max_log_reward is the largest"},
    {log_z_is_wrong, GRID, "log_z is the log of the sum of R"},
    {index_is_out_of_range, GRID, "indices of an observation are in range; in state (3, 3)"},
    {indices_are_equal, GRID, "indices of an observation are distinct"},
    {observation_is_infinite, GRID, "observations are finite; in state (3, "},
};

static void broken_rules_about_states_are_detected_and_named(void **state)
{
    (void)state;
    expect_broken(rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_registered_kind_keeps_the_contract),
        cmocka_unit_test(hypergrids_of_many_shapes_keep_the_contract),
        cmocka_unit_test(worlds_unlike_a_grid_keep_the_contract),
        cmocka_unit_test(the_work_in_a_large_space_is_limited),
        cmocka_unit_test(small_spaces_are_walked_in_full),
        cmocka_unit_test(broken_rules_about_states_are_detected_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
