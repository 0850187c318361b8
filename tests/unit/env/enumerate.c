/* SPDX-License-Identifier: MIT
 *
 * States that the library finds and numbers itself.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/error.h"
#include "env/env_internal.h"
#include "tests/unit/env/jump_first.h"
#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"

static const struct {
    const gfn_env_ops *ops; /* NULL: hypergrid */
    const char *settings;
    int64_t n_states;
} worlds[] = {
    {NULL, "size=5 ndim=3", 125},
    {NULL, "size=40 ndim=2 encoding=khot", 1600}, /* more states than the first arrays hold */
    {NULL, "size=1024 ndim=1", 1024},             /* as many */
    {&ladder_world, "rungs=1", 2},
    {&ladder_world, "rungs=37", 38},
    {&bits_world, "length=7", 2187},
    {&bits_world, "length=7 numbered=yes", 2187},
    {&bits_world, "length=6 ones=2", 496}, /* sum of 2^(6 - i) (6 over i) for i = 0, 1, 2 */
};
enum { WORLDS = sizeof worlds / sizeof worlds[0] };

static gfn_env *number_states(const gfn_env *env, int64_t most)
{
    gfn_env *numbered = NULL;
    if (gfn_env_enumerate(env, most, &numbered) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return numbered;
}

static void assert_refused(const gfn_env *env, int64_t most, gfn_status status, const char *part)
{
    gfn_env *numbered = NULL;
    assert_int_equal(gfn_env_enumerate(env, most, &numbered), status);
    assert_null(numbered);
    const char *message = gfn_error_message();
    if (!strstr(message, part) || !strstr(message, "expected ") || !strstr(message, " (hint: "))
        fail_msg("expected \"%s\", found: %s", part, message);
}

/* ---- numbers ---- */

/* All rules of numbers are among those of gfn_env_check(): it tests all states. */
static void all_states_are_found_and_numbered_after_their_parents(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORLDS; i++) {
        gfn_env *env = make_env(worlds[i].ops, worlds[i].settings);
        gfn_env *numbered = number_states(env, 0);
        assert_int_equal(gfn_env_spec_of(numbered)->n_states, worlds[i].n_states);
        assert_int_equal(gfn_env_spec_of(numbered)->ndim, 0);
        if (gfn_env_check(numbered, 3, 10000, NULL) != GFN_OK)
            fail_msg("%zu: %s", i, gfn_error_message());
        gfn_env_destroy(&numbered);
        gfn_env_destroy(&env);
    }
}

static void the_start_is_number_0_and_words_that_are_no_state_have_none(void **state)
{
    (void)state;
    gfn_env *env = make_env(&bits_world, "length=6 ones=2"), *numbered = number_states(env, 0);
    int32_t start[6];
    int64_t number = -2;
    gfn_env_start(env, 1, start);
    assert_int_equal(gfn_env_number(numbered, 1, start, &number), GFN_OK);
    assert_int_equal(number, 0);
    assert_int_equal(gfn_env_number(numbered, 1, (int32_t[]){2, 2, 2, 0, 0, 0}, &number), GFN_OK);
    assert_int_equal(number, -1);
    gfn_env_destroy(&numbered);
    assert_int_equal(gfn_env_number(env, 1, start, &number), GFN_ENOSUP); /* it stays as it is */
    gfn_env_destroy(&env);
}

static void paths_of_different_lengths_are_ordered_by_the_longest(void **state)
{
    (void)state;
    const gfn_env_ops ops = jump_first();
    for (int rungs = 2; rungs < 600; rungs += 199) {
        char settings[32];
        snprintf(settings, sizeof settings, "rungs=%d", rungs);
        gfn_env *env = make_env(&ops, settings), *numbered = number_states(env, 0);
        assert_int_equal(gfn_env_spec_of(numbered)->n_states, rungs + 1);
        for (int32_t rung = 0; rung <= rungs; rung++) {
            int64_t number = -1;
            int32_t at = -1;
            assert_int_equal(gfn_env_number(numbered, 1, &rung, &number), GFN_OK);
            assert_int_equal(number, rung);
            assert_int_equal(gfn_env_state_at(numbered, 1, &number, &at), GFN_OK);
            assert_int_equal(at, rung);
        }
        gfn_env_destroy(&numbered);
        gfn_env_destroy(&env);
    }
}

static void edges_and_rewards_are_those_of_the_environment(void **state)
{
    (void)state;
    gfn_env *env = make_env(&ladder_world, "rungs=5"), *numbered = number_states(env, 0);
    const gfn_enumeration *known = numbered->enumeration;
    static const int32_t place[6][LADDER_ACTIONS] = {
        [0] = {1, GFN_NO_EDGE, 1, 2},
        [1] = {2, 1, 2, GFN_NO_EDGE},
        [2] = {3, GFN_NO_EDGE, 3, 4},
        [3] = {4, 3, 4, GFN_NO_EDGE},
        [4] = {5, GFN_NO_EDGE, 5, GFN_NO_EDGE},
        [5] = {GFN_NO_ACTION, GFN_NO_EDGE, GFN_NO_EDGE, GFN_NO_EDGE},
    };
    assert_memory_equal(known->place, place, sizeof place);
    for (int32_t rung = 0; rung < 6; rung++) {
        double expected = -INFINITY;
        if (rung % 2 == 1)
            gfn_env_log_reward(env, 1, &rung, &expected);
        assert_memory_equal(&known->log_reward[rung], &expected, sizeof expected);
    }
    gfn_env_destroy(&numbered);
    gfn_env_destroy(&env);
}

static void another_rank_has_the_same_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORLDS; i++) {
        gfn_env *env = make_env(worlds[i].ops, worlds[i].settings), *adopted = NULL;
        gfn_env *numbered = number_states(env, 0);
        const size_t n = numbered->enumeration->n, width = (size_t)env->spec.state_width;
        const int32_t *states = gfn_state_set_states(numbered->enumeration->states);
        assert_int_equal(gfn_env_adopt_states(env, n, states, &adopted), GFN_OK);
        assert_int_equal(gfn_env_spec_of(adopted)->n_states, worlds[i].n_states);
        for (int64_t number = 0; number < (int64_t)n; number++) {
            int32_t one[64];
            int64_t again = -1;
            assert_int_equal(gfn_env_state_at(adopted, 1, &number, one), GFN_OK);
            assert_memory_equal(one, states + (size_t)number * width, width * sizeof *one);
            assert_int_equal(gfn_env_number(adopted, 1, one, &again), GFN_OK);
            assert_int_equal(again, number);
        }
        gfn_env_destroy(&adopted);
        gfn_env_destroy(&numbered);
        gfn_env_destroy(&env);
    }
}

/* ---- limits ---- */

static void more_states_than_the_limit_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORLDS; i++) {
        gfn_env *env = make_env(worlds[i].ops, worlds[i].settings);
        gfn_env *numbered = number_states(env, worlds[i].n_states);
        gfn_env_destroy(&numbered);
        assert_refused(env, worlds[i].n_states - 1, GFN_ENOSUP, "states to enumerate, found more");
        gfn_env_destroy(&env);
    }
    gfn_env *env = make_env(&bits_world, "length=20"); /* 3^20 states, 40 actions */
    assert_refused(env, 0, GFN_ENOSUP, "bits: expected at most 104857 states to enumerate");
    gfn_env_destroy(&env);
}

static void a_limit_of_memory_is_kept(void **state)
{
    (void)state;
    gfn_env *env = make_env(&bits_world, "length=9"), *numbered = NULL;
    gfn_enumeration_limits limits = {.states = 1 << 20, .bytes = 1 << 20};
    assert_int_equal(gfn_env_enumerate_within(env, &limits, &numbered), GFN_ENOMEM);
    assert_non_null(strstr(gfn_error_message(), "bits: expected memory to enumerate "));
    assert_null(numbered);
    limits.bytes = 1 << 24;
    assert_int_equal(gfn_env_enumerate_within(env, &limits, &numbered), GFN_OK);
    gfn_env_destroy(&numbered);
    gfn_env_destroy(&env);
}

static size_t asked; /* objects whose reward was computed */

static void log_slowly(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    bits_world.log_reward(world, n, state, log_reward);
    asked += n;
    for (size_t i = 0; i < n; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* Each of 1024 objects takes a millisecond; they are found last. */
static void a_limit_of_time_is_kept_if_rewards_are_slow(void **state)
{
    (void)state;
    gfn_env_ops slow = bits_world;
    slow.log_reward = log_slowly;
    gfn_env *env = make_env(&slow, "length=10"), *numbered = NULL;
    gfn_enumeration_limits limits = {.states = 1 << 20, .seconds = 0.05};
    asked = 0;
    assert_int_equal(gfn_env_enumerate_within(env, &limits, &numbered), GFN_ENOSUP);
    assert_non_null(
        strstr(gfn_error_message(), "bits: expected that its states are enumerated in"));
    assert_null(numbered);
    assert_in_range(asked, 0, 150);
    limits.seconds = asked = 0;
    assert_int_equal(gfn_env_enumerate_within(env, &limits, &numbered), GFN_OK);
    assert_int_equal(asked, 1024);
    gfn_env_destroy(&numbered);
    gfn_env_destroy(&env);
}

/* Red leads back to the rung below. */
static void step_back_and_forth(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    for (size_t i = 0; i < n; i++) {
        if (action[i] == LADDER_RED && state[i] == 3)
            state[i]--;
        else
            ladder_world.step(world, 1, state + i, action + i);
    }
}

static void stay(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    for (size_t i = 0; i < n; i++)
        if (action[i] != LADDER_RED || state[i] > 0)
            ladder_world.step(world, 1, state + i, action + i);
}

static void a_cycle_is_refused(void **state)
{
    (void)state;
    gfn_env_ops ops = ladder_world;
    ops.step = step_back_and_forth;
    gfn_env *env = make_env(&ops, "rungs=6");
    assert_refused(env, 0, GFN_EINVAL,
                   "ladder: expected that no state is reached twice on one path");
    assert_non_null(strstr(gfn_error_message(), "found state (2) on a cycle"));
    gfn_env_destroy(&env);
    ops.step = stay;
    env = make_env(&ops, "rungs=6");
    assert_refused(env, 0, GFN_EINVAL, "found state (0) on a cycle");
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_states_are_found_and_numbered_after_their_parents),
        cmocka_unit_test(the_start_is_number_0_and_words_that_are_no_state_have_none),
        cmocka_unit_test(paths_of_different_lengths_are_ordered_by_the_longest),
        cmocka_unit_test(edges_and_rewards_are_those_of_the_environment),
        cmocka_unit_test(another_rank_has_the_same_numbers),
        cmocka_unit_test(more_states_than_the_limit_are_refused),
        cmocka_unit_test(a_limit_of_memory_is_kept),
        cmocka_unit_test(a_limit_of_time_is_kept_if_rewards_are_slow),
        cmocka_unit_test(a_cycle_is_refused),
    };
    return cmocka_run_group_tests_name("enumerate", tests, NULL, NULL);
}
