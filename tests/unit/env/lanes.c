/* SPDX-License-Identifier: MIT
 *
 * Creating environments, and how the wrappers handle masks, the stop action and finished lanes.
 */
#include <gfn/env.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "env/env_internal.h"
#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"

#define assert_says(word)                                                                          \
    do {                                                                                           \
        if (!strstr(gfn_error_message(), word))                                                    \
            fail_msg("expected \"%s\" in: %s", word, gfn_error_message());                         \
    } while (0)

/* ---- creating ---- */

static void registered_kinds_are_found_by_name(void **state)
{
    (void)state;
    assert_true(gfn_env_kinds() >= 1);
    for (size_t i = 0; i < gfn_env_kinds(); i++)
        assert_ptr_equal(gfn_env_find(gfn_env_kind(i)->name), gfn_env_kind(i));
    assert_null(gfn_env_kind(gfn_env_kinds()));
    assert_null(gfn_env_find("hypergri"));
}

static void an_unknown_name_is_rejected_with_a_hint(void **state)
{
    (void)state;
    gfn_env *env = NULL;
    assert_int_equal(gfn_env_create("hypergird", NULL, &env), GFN_EINVAL);
    assert_null(env);
    assert_says("\"hypergird\"");
    assert_says("(hint: hypergrid)");
    assert_int_equal(gfn_env_create("bitseq", NULL, &env), GFN_EINVAL);
    assert_says("plug-in such as ./my.so, found \"bitseq\" (hint: gfn-dist list)");
}

static void an_option_set_with_more_rows_is_accepted(void **state)
{
    (void)state;
    static const gfn_option more[] = {
        {"seed", GFN_OPTION_INT, "0", 0, 100, NULL, "Run", "seed"},
        {0},
    };
    const gfn_option *tables[] = {more, ladder_world.options};
    gfn_options *options;
    gfn_env *env;
    assert_int_equal(gfn_options_create(tables, 2, &options), GFN_OK);
    assert_int_equal(gfn_options_set(options, "rungs", "23", "test"), GFN_OK);
    assert_int_equal(gfn_env_create_with(&ladder_world, options, &env), GFN_OK);
    gfn_options_destroy(&options);
    assert_int_equal(gfn_env_spec_of(env)->n_states, 24);
    assert_ptr_equal(gfn_env_kind_of(env), &ladder_world);
    assert_ptr_equal(gfn_env_shape(env), &gfn_env_spec_of(env)->shape);
    gfn_env_destroy(&env);
    assert_null(env);
    gfn_env_destroy(&env);
}

static void a_table_of_another_size_or_with_missing_functions_is_rejected(void **state)
{
    (void)state;
    gfn_env_ops ops = ladder_world;
    gfn_env *env = NULL;
    ops.size = offsetof(gfn_env_ops, write) - sizeof(void *);
    assert_int_equal(gfn_env_create_from(&ops, NULL, &env), GFN_EINVAL);
    assert_says("sizeof(gfn_env_ops)");
    ops = ladder_world;
    ops.step_back = NULL;
    assert_int_equal(gfn_env_create_from(&ops, NULL, &env), GFN_EINVAL);
    assert_says("step_back is NULL");
    assert_null(env);
}

/* ---- the spec of a world must be consistent ---- */

static void (*spoil)(gfn_env_spec *spec);

static void describe_and_spoil(const void *world, gfn_env_spec *spec)
{
    ladder_world.describe(world, spec);
    spoil(spec);
}

static void no_actions(gfn_env_spec *spec)
{
    spec->shape.n_actions = 0;
}

static void many_actions(gfn_env_spec *spec)
{
    spec->shape.n_actions = GFN_ENV_MAX_ACTIONS + 1;
}

static void no_back_actions(gfn_env_spec *spec)
{
    spec->shape.n_back_actions = 0;
}

static void stop_beyond(gfn_env_spec *spec)
{
    spec->shape.stop_action = spec->shape.n_actions;
}

static void no_observation(gfn_env_spec *spec)
{
    spec->shape.obs_dim = 0;
}

static void more_hot_than_wide(gfn_env_spec *spec)
{
    spec->shape.obs_hot = spec->shape.obs_dim + 1;
}

static void no_state(gfn_env_spec *spec)
{
    spec->state_width = 0;
}

static void no_steps(gfn_env_spec *spec)
{
    spec->max_steps = 0;
}

static void negative_states(gfn_env_spec *spec)
{
    spec->n_states = -1;
}

static void wrong_product(gfn_env_spec *spec)
{
    spec->ndim = 2;
    spec->axis[0] = 2;
    spec->axis[1] = 7;
}

static void infinite_reward(gfn_env_spec *spec)
{
    spec->max_log_reward = INFINITY;
}

static void infinite_z(gfn_env_spec *spec)
{
    spec->log_z = -INFINITY;
}

static void an_inconsistent_spec_is_rejected(void **state)
{
    (void)state;
    static const struct {
        void (*spoil)(gfn_env_spec *spec);
        const char *word;
    } rows[] = {
        {no_actions, "n_actions"},    {many_actions, "n_actions"},  {no_back_actions, "n_back"},
        {stop_beyond, "stop_action"}, {no_observation, "obs_dim"},  {more_hot_than_wide, "obs_hot"},
        {no_state, "state_width"},    {no_steps, "max_steps"},      {negative_states, "n_states"},
        {wrong_product, "axis"},      {infinite_reward, "max_log"}, {infinite_z, "log_z"},
    };
    gfn_env_ops ops = ladder_world;
    ops.describe = describe_and_spoil;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = NULL;
        spoil = rows[i].spoil;
        assert_int_equal(gfn_env_create_from(&ops, NULL, &env), GFN_EINVAL);
        assert_null(env);
        assert_says(rows[i].word);
    }
    ops = ladder_world;
    ops.number = NULL;
    gfn_env *env = NULL;
    assert_int_equal(gfn_env_create_from(&ops, NULL, &env), GFN_EINVAL);
    assert_says("n_states is 0");
}

/* ---- lanes ---- */

static void stopping_keeps_the_state_and_ends_the_lane(void **state)
{
    (void)state;
    gfn_env *env = make_env(gfn_env_find("hypergrid"), "size=5");
    int32_t cells[3][2] = {{0, 0}, {3, 1}, {4, 2}};
    uint8_t done[3] = {GFN_LIVE, GFN_LIVE, GFN_LIVE}, mask[3][3];
    assert_int_equal(gfn_env_step(env, 3, cells[0], done, (int32_t[]){1, 2, 1}), GFN_OK);
    assert_memory_equal(cells, ((int32_t[3][2]){{0, 1}, {3, 1}, {4, 3}}), sizeof cells);
    assert_memory_equal(done, ((uint8_t[]){GFN_LIVE, GFN_DONE_STOP, GFN_LIVE}), 3);
    gfn_env_allowed(env, 3, cells[0], done, mask[0]);
    assert_memory_equal(mask, ((uint8_t[3][3]){{1, 1, 1}, {0, 0, 0}, {0, 1, 1}}), sizeof mask);
    gfn_env_destroy(&env);
}

static void arriving_where_nothing_is_allowed_ends_the_lane(void **state)
{
    (void)state;
    gfn_env *env = make_env(&ladder_world, "rungs=4");
    int32_t rung[4] = {3, 2, 1, 0};
    uint8_t done[4] = {0};
    const int32_t action[4] = {LADDER_BLUE, LADDER_JUMP, LADDER_STOP, LADDER_RED};
    assert_int_equal(gfn_env_step(env, 4, rung, done, action), GFN_OK);
    assert_memory_equal(rung, ((int32_t[]){4, 4, 1, 1}), sizeof rung);
    assert_memory_equal(done, ((uint8_t[]){GFN_DONE_END, GFN_DONE_END, GFN_DONE_STOP, GFN_LIVE}),
                        sizeof done);
    gfn_env_destroy(&env);
}

static void lanes_that_are_done_ignore_their_action(void **state)
{
    (void)state;
    gfn_env *env = make_env(&ladder_world, "rungs=4");
    int32_t rung[3] = {1, 0, 4};
    uint8_t done[3] = {GFN_DONE_STOP, GFN_LIVE, GFN_DONE_END};
    const int32_t action[3] = {99, LADDER_JUMP, -7};
    assert_int_equal(gfn_env_step(env, 3, rung, done, action), GFN_OK);
    assert_memory_equal(rung, ((int32_t[]){1, 2, 4}), sizeof rung);
    assert_memory_equal(done, ((uint8_t[]){GFN_DONE_STOP, GFN_LIVE, GFN_DONE_END}), 3);
    gfn_env_destroy(&env);
}

static void an_action_that_is_not_allowed_moves_no_lane(void **state)
{
    (void)state;
    gfn_env *env = make_env(gfn_env_find("hypergrid"), "size=5");
    static const int32_t wrong[] = {0, -1, 3, INT32_MAX, INT32_MIN};
    const int32_t before[3][2] = {{0, 0}, {1, 3}, {4, 2}};
    const uint8_t live[3] = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int32_t cells[3][2], action[3] = {1, 2, wrong[i]};
        uint8_t done[3] = {0};
        memcpy(cells, before, sizeof cells);
        assert_int_equal(gfn_env_step(env, 3, cells[0], done, action), GFN_EINVAL);
        assert_memory_equal(cells, before, sizeof cells);
        assert_memory_equal(done, live, sizeof done);
        assert_says("lane 2");
        assert_says("(4, 2)");
    }
    gfn_env_destroy(&env);
}

static void steps_back_undo_both_kinds_of_ends(void **state)
{
    (void)state;
    gfn_env *env = make_env(&ladder_world, "rungs=4");
    int32_t rung[4] = {3, 4, 4, 2};
    uint8_t done[4] = {GFN_DONE_STOP, GFN_DONE_END, GFN_DONE_END, GFN_LIVE};
    const int32_t back[4] = {1234, LADDER_BACK_JUMP, LADDER_BACK_RED, LADDER_BACK_BLUE};
    assert_int_equal(gfn_env_step_back(env, 4, rung, done, back), GFN_OK);
    assert_memory_equal(rung, ((int32_t[]){3, 2, 3, 1}), sizeof rung);
    assert_memory_equal(done, ((uint8_t[4]){0}), sizeof done);
    gfn_env_destroy(&env);
}

static void a_backward_action_that_is_not_allowed_moves_no_lane(void **state)
{
    (void)state;
    gfn_env *env = make_env(&ladder_world, "rungs=4");
    const int32_t before[3] = {3, 4, 3};
    int32_t rung[3] = {3, 4, 3};
    uint8_t done[3] = {GFN_LIVE, GFN_DONE_END, GFN_DONE_STOP};
    const int32_t wrong[][3] = {{LADDER_BACK_JUMP, LADDER_BACK_RED, 0},
                                {LADDER_BACK_RED, -1, 0},
                                {LADDER_BACK_RED, LADDER_BACK_ACTIONS, 0}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(gfn_env_step_back(env, 3, rung, done, wrong[i]), GFN_EINVAL);
        assert_memory_equal(rung, before, sizeof rung);
        assert_memory_equal(done, ((uint8_t[]){GFN_LIVE, GFN_DONE_END, GFN_DONE_STOP}), 3);
        assert_says("backward action");
    }
    gfn_env_destroy(&env);
}

/* More lanes than have masks on the stack at a time: 65536 bytes are 512 lanes of 128 actions. */
static void many_lanes_step_as_single_lanes_do(void **state)
{
    (void)state;
    enum { LANES = 1500, LENGTH = 64 };
    gfn_env *env = make_env(&bits_world, "length=64");
    int32_t *batch = calloc(LANES * LENGTH, sizeof *batch), *action = calloc(LANES, sizeof *action);
    uint8_t *done = calloc(LANES, 1);
    assert_true(batch && action && done);
    for (int32_t t = 0; t < LENGTH; t++) {
        for (int32_t i = 0; i < LANES; i++)
            action[i] = 2 * ((t * 13 + i * 5) % LENGTH) + (i * 31 + t * 7) % 3 % 2;
        assert_int_equal(gfn_env_step(env, LANES, batch, done, action), GFN_OK);
    }
    for (int32_t i = 0; i < LANES; i++) {
        int32_t alone[LENGTH] = {0};
        uint8_t alone_done = 0;
        for (int32_t t = 0; t < LENGTH; t++) {
            int32_t one = 2 * ((t * 13 + i * 5) % LENGTH) + (i * 31 + t * 7) % 3 % 2;
            assert_int_equal(gfn_env_step(env, 1, alone, &alone_done, &one), GFN_OK);
        }
        assert_memory_equal(alone, batch + i * LENGTH, sizeof alone);
        assert_int_equal(done[i], GFN_DONE_END);
    }
    action[LANES - 1] = 0;
    done[LANES - 1] = GFN_LIVE;
    assert_int_equal(gfn_env_step(env, LANES, batch, done, action), GFN_EINVAL);
    assert_says("lane 1499");
    free(batch);
    free(action);
    free(done);
    gfn_env_destroy(&env);
}

static void zero_lanes_are_accepted(void **state)
{
    (void)state;
    gfn_env *env = make_env(&ladder_world, NULL);
    int32_t rung = 7, action = 99;
    uint8_t done = GFN_DONE_STOP, mask = 3;
    double log_reward = 2.385;
    gfn_env_start(env, 0, &rung);
    gfn_env_allowed(env, 0, &rung, &done, &mask);
    gfn_env_log_reward(env, 0, &rung, &log_reward);
    assert_int_equal(gfn_env_step(env, 0, &rung, &done, &action), GFN_OK);
    assert_int_equal(gfn_env_step_back(env, 0, &rung, &done, &action), GFN_OK);
    assert_true(rung == 7 && done == GFN_DONE_STOP && mask == 3 && log_reward == 2.385);
    gfn_env_destroy(&env);
}

static void a_state_is_text_that_fits(void **state)
{
    (void)state;
    gfn_env *env = make_env(gfn_env_find("hypergrid"), "size=200 ndim=3");
    const int32_t cell[3] = {3, 0, 187};
    char text[20];
    assert_string_equal(gfn_env_state_text(env, cell, text, sizeof text), "(3, 0, 187)");
    assert_string_equal(gfn_env_state_text(env, cell, text, 12), "(3, 0, 187)");
    assert_string_equal(gfn_env_state_text(env, cell, text, 11), "(3, 0,...)");
    assert_string_equal(gfn_env_state_text(env, cell, text, 8), "(3,...)");
    gfn_env_destroy(&env);
}

static void numbers_observations_and_backward_masks_are_passed_through(void **state)
{
    (void)state;
    gfn_env *env = make_env(gfn_env_find("hypergrid"), "size=5 ndim=3 encoding=khot");
    const int64_t number[2] = {97, 3};
    int64_t again[2];
    int32_t cell[2][3], index[2][3];
    uint8_t back[2][3];
    assert_int_equal(gfn_env_state_at(env, 2, number, cell[0]), GFN_OK);
    assert_memory_equal(cell, ((int32_t[2][3]){{3, 4, 2}, {0, 0, 3}}), sizeof cell);
    assert_int_equal(gfn_env_number(env, 2, cell[0], again), GFN_OK);
    assert_memory_equal(again, number, sizeof number);
    gfn_env_observe(env, 2, cell[0], index[0], NULL);
    assert_memory_equal(index, ((int32_t[2][3]){{3, 9, 12}, {0, 5, 13}}), sizeof index);
    gfn_env_allowed_back(env, 2, cell[0], back[0]);
    assert_memory_equal(back, ((uint8_t[2][3]){{1, 1, 1}, {0, 0, 1}}), sizeof back);
    gfn_env_destroy(&env);
}

static void numbers_are_rejected_if_states_have_none(void **state)
{
    (void)state;
    gfn_env *env = make_env(&bits_world, "length=3");
    int64_t number = 0;
    int32_t bits[3] = {0};
    assert_int_equal(gfn_env_number(env, 1, bits, &number), GFN_ENOSUP);
    assert_int_equal(gfn_env_state_at(env, 1, &number, bits), GFN_ENOSUP);
    assert_says("no numbers");
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_observations_and_backward_masks_are_passed_through),
        cmocka_unit_test(numbers_are_rejected_if_states_have_none),
        cmocka_unit_test(registered_kinds_are_found_by_name),
        cmocka_unit_test(an_unknown_name_is_rejected_with_a_hint),
        cmocka_unit_test(an_option_set_with_more_rows_is_accepted),
        cmocka_unit_test(a_table_of_another_size_or_with_missing_functions_is_rejected),
        cmocka_unit_test(an_inconsistent_spec_is_rejected),
        cmocka_unit_test(stopping_keeps_the_state_and_ends_the_lane),
        cmocka_unit_test(arriving_where_nothing_is_allowed_ends_the_lane),
        cmocka_unit_test(lanes_that_are_done_ignore_their_action),
        cmocka_unit_test(an_action_that_is_not_allowed_moves_no_lane),
        cmocka_unit_test(steps_back_undo_both_kinds_of_ends),
        cmocka_unit_test(a_backward_action_that_is_not_allowed_moves_no_lane),
        cmocka_unit_test(many_lanes_step_as_single_lanes_do),
        cmocka_unit_test(zero_lanes_are_accepted),
        cmocka_unit_test(a_state_is_text_that_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
