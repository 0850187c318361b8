/* SPDX-License-Identifier: MIT
 *
 * gfn_env_check() on worlds that break a rule about edges, numbers or the length of trajectories.
 */
#include <gfn/env.h>

#include <stdlib.h>
#include <string.h>

#include "tests/unit/env/broken.h"

static void all_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    base->allowed_back(world, n, state, mask);
    for (size_t i = 0; i < n; i++)
        if (state[2 * i] + state[2 * i + 1] == 0)
            mask[2 * i] = 1;
}

static void start_has_a_parent(gfn_env_ops *ops)
{
    ops->allowed_back = all_back;
}

static void allow_everything(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    (void)world;
    (void)state;
    memset(mask, 1, 3 * n);
}

static void walks_out_of_the_world(gfn_env_ops *ops)
{
    ops->allowed = allow_everything;
}

static void describe_without_numbers(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->n_states = 0;
    spec->ndim = 0;
}

static void walks_out_of_an_unnumbered_world(gfn_env_ops *ops)
{
    ops->allowed = allow_everything;
    ops->describe = describe_without_numbers;
}

static void back_action_7(const void *world, size_t n, const int32_t *state, const int32_t *action,
                          int32_t *back)
{
    (void)world;
    (void)state;
    (void)action;
    for (size_t i = 0; i < n; i++)
        back[i] = 7;
}

static void back_action_is_out_of_range(gfn_env_ops *ops)
{
    ops->back_action = back_action_7;
}

static void other_back_action(const void *world, size_t n, const int32_t *state,
                              const int32_t *action, int32_t *back)
{
    (void)world;
    (void)state;
    for (size_t i = 0; i < n; i++)
        back[i] = 1 - action[i];
}

static void back_action_is_not_allowed(gfn_env_ops *ops)
{
    ops->back_action = other_back_action;
}

static void step_back_too_far(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    base->step_back(world, n, state, back);
    for (size_t i = 0; i < n; i++)
        if (state[2 * i] == 2 && state[2 * i + 1] == 1)
            state[2 * i] = 0;
}

static void step_back_does_not_undo(gfn_env_ops *ops)
{
    ops->step_back = step_back_too_far;
}

static void red_is_blue(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *back)
{
    base->back_action(world, n, state, action, back);
    for (size_t i = 0; i < n; i++)
        if (back[i] == LADDER_BACK_RED)
            back[i] = LADDER_BACK_BLUE;
}

static void edges_share_a_backward_action(gfn_env_ops *ops)
{
    ops->back_action = red_is_blue;
}

/* Backward actions without an edge: jumps down from odd rungs. */
static void jump_down_from_anywhere(const void *world, size_t n, const int32_t *state,
                                    uint8_t *mask)
{
    base->allowed_back(world, n, state, mask);
    for (size_t i = 0; i < n; i++)
        mask[LADDER_BACK_ACTIONS * i + LADDER_BACK_JUMP] = state[i] >= 2;
}

static void forward_to_stop(const void *world, size_t n, const int32_t *state, const int32_t *back,
                            int32_t *action)
{
    base->forward_action(world, n, state, back, action);
    for (size_t i = 0; i < n; i++)
        if (state[i] % 2 && action[i] == LADDER_JUMP)
            action[i] = LADDER_STOP;
}

static void forward_to_red(const void *world, size_t n, const int32_t *state, const int32_t *back,
                           int32_t *action)
{
    base->forward_action(world, n, state, back, action);
    for (size_t i = 0; i < n; i++)
        if (state[i] % 2 && action[i] == LADDER_JUMP)
            action[i] = LADDER_RED;
}

static void parent_does_not_allow_it(gfn_env_ops *ops)
{
    ops->allowed_back = jump_down_from_anywhere;
}

static void forward_action_is_stop(gfn_env_ops *ops)
{
    ops->allowed_back = jump_down_from_anywhere;
    ops->forward_action = forward_to_stop;
}

static void step_does_not_undo(gfn_env_ops *ops)
{
    ops->allowed_back = jump_down_from_anywhere;
    ops->forward_action = forward_to_red;
}

static void describe_one_more_back(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->shape.n_back_actions++;
}

static void red_twice(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    (void)world;
    for (size_t i = 0; i < n; i++, mask += 4) {
        mask[LADDER_BACK_RED] = mask[LADDER_BACK_BLUE] = mask[3] = state[i] > 0;
        mask[LADDER_BACK_JUMP] = state[i] >= 2 && state[i] % 2 == 0;
    }
}

static void forward_action_of_red_twice(const void *world, size_t n, const int32_t *state,
                                        const int32_t *back, int32_t *action)
{
    for (size_t i = 0; i < n; i++) {
        int32_t one = back[i] == 3 ? LADDER_BACK_RED : back[i];
        base->forward_action(world, 1, state + i, &one, action + i);
    }
}

static void two_backward_actions_for_an_edge(gfn_env_ops *ops)
{
    ops->describe = describe_one_more_back;
    ops->allowed_back = red_twice;
    ops->forward_action = forward_action_of_red_twice;
}

static void number_down(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    base->number(world, n, state, number);
    for (size_t i = 0; i < n; i++)
        number[i] = 15 - number[i];
}

static void state_down(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    for (size_t i = 0; i < n; i++) {
        int64_t one = 15 - number[i];
        base->state_at(world, 1, &one, state + 2 * i);
    }
}

static void numbers_run_backwards(gfn_env_ops *ops)
{
    ops->number = number_down;
    ops->state_at = state_down;
}

static void number_halves(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    base->number(world, n, state, number);
    for (size_t i = 0; i < n; i++)
        number[i] /= 2;
}

static void states_share_a_number(gfn_env_ops *ops)
{
    ops->number = number_halves;
}

static void number_up(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    base->number(world, n, state, number);
    for (size_t i = 0; i < n; i++)
        number[i] += 16;
}

static void number_is_out_of_range(gfn_env_ops *ops)
{
    ops->number = number_up;
}

static void describe_one_more_state(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->n_states++;
    spec->ndim = 0;
}

static void state_at_wraps(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    for (size_t i = 0; i < n; i++) {
        int64_t one = number[i] % 16;
        base->state_at(world, 1, &one, state + 2 * i);
    }
}

static void a_state_has_two_numbers(gfn_env_ops *ops)
{
    ops->describe = describe_one_more_state;
    ops->state_at = state_at_wraps;
}

/* A 17th state, (-1, -1), with the number 16 and no edges. */
static void state_at_island(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    for (size_t i = 0; i < n; i++) {
        if (number[i] == 16)
            state[2 * i] = state[2 * i + 1] = -1;
        else
            base->state_at(world, 1, number + i, state + 2 * i);
    }
}

static void number_island(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    base->number(world, n, state, number);
    for (size_t i = 0; i < n; i++)
        if (state[2 * i] < 0)
            number[i] = 16;
}

static void a_state_cannot_be_reached(gfn_env_ops *ops)
{
    ops->describe = describe_one_more_state;
    ops->state_at = state_at_island;
    ops->number = number_island;
}

static void describe_short(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->max_steps--;
}

static void a_trajectory_is_too_long(gfn_env_ops *ops)
{
    ops->describe = describe_short;
}

/* Blue leads to the same rung again. */
static void step_or_wait(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    for (size_t i = 0; i < n; i++)
        if (action[i] != LADDER_BLUE)
            base->step(world, 1, state + i, action + i);
}

static void step_or_wait_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    for (size_t i = 0; i < n; i++)
        if (back[i] != LADDER_BACK_BLUE)
            base->step_back(world, 1, state + i, back + i);
}

static void wait_after_the_start(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    base->allowed(world, n, state, mask);
    for (size_t i = 0; i < n; i++)
        mask[LADDER_ACTIONS * i + LADDER_BLUE] = state[i] > 0;
}

static void worlds_have_a_cycle(gfn_env_ops *ops)
{
    ops->describe = describe_without_numbers;
    ops->step = step_or_wait;
    ops->step_back = step_or_wait_back;
    ops->allowed = wait_after_the_start;
}

static void numbered_worlds_have_a_cycle(gfn_env_ops *ops)
{
    worlds_have_a_cycle(ops);
    ops->describe = base->describe;
}

static void describe_as_even(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->has_constant_deltas = true;
}

/* Red, blue and jump always add 1, 1 and 2, but the last rung allows nothing. */
static void an_even_world_has_an_end(gfn_env_ops *ops)
{
    ops->describe = describe_as_even;
}

static void no_jump_at_the_start(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    base->allowed(world, n, state, mask);
    for (size_t i = 0; i < n; i++)
        mask[LADDER_ACTIONS * i + LADDER_JUMP] &= state[i] > 0;
}

static void no_way_back_by_a_jump(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    base->allowed_back(world, n, state, mask);
    for (size_t i = 0; i < n; i++)
        mask[LADDER_BACK_ACTIONS * i + LADDER_BACK_JUMP] &= state[i] > 2;
}

static void an_even_start_does_not_allow_all(gfn_env_ops *ops)
{
    ops->describe = describe_as_even;
    ops->allowed = no_jump_at_the_start;
    ops->allowed_back = no_way_back_by_a_jump;
}

/* Numbers of a 4 x 4 grid, except that those of (0, 3) and (1, 0) are swapped, which the order of
 * numbers allows. */
static int64_t exchange(int64_t number)
{
    return number == 3 ? 4 : number == 4 ? 3 : number;
}

static void number_exchanged(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    base->number(world, n, state, number);
    for (size_t i = 0; i < n; i++)
        number[i] = exchange(number[i]);
}

static void state_at_exchanged(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    for (size_t i = 0; i < n; i++) {
        const int64_t other = exchange(number[i]);
        base->state_at(world, 1, &other, state + 2 * i);
    }
}

static void number_deltas_differ(gfn_env_ops *ops)
{
    ops->number = number_exchanged;
    ops->state_at = state_at_exchanged;
}

static const struct broken rows[] = {
    {start_has_a_parent, GRID, "only the start has no parents"},
    {a_state_cannot_be_reached, GRID, "only the start has no parents"},
    {walks_out_of_the_world, GRID, "numbers are below n_states; in state (4, "},
    {walks_out_of_an_unnumbered_world, GRID, "indices of an observation are in range"},
    {back_action_is_out_of_range, GRID, "back_action is a backward action"},
    {back_action_is_not_allowed, GRID, "back_action is allowed in the state that was reached"},
    {step_back_does_not_undo, GRID, "step_back undoes step; in state (2, 1)"},
    {edges_share_a_backward_action, LADDER, "forward_action undoes back_action"},
    {forward_action_is_stop, LADDER, "forward_action is an action other than the stop action"},
    {parent_does_not_allow_it, LADDER, "forward_action is allowed in the parent"},
    {step_does_not_undo, LADDER, "step undoes step_back"},
    {two_backward_actions_for_an_edge, LADDER, "back_action undoes forward_action"},
    {numbers_run_backwards, GRID, "a state is numbered after its parents"},
    {states_share_a_number, GRID, "state_at inverts number"},
    {number_is_out_of_range, GRID, "numbers are below n_states"},
    {a_state_has_two_numbers, GRID, "number inverts state_at"},
    {a_trajectory_is_too_long, GRID, "no trajectory is longer than max_steps"},
    {a_trajectory_is_too_long, LADDER, "no trajectory is longer than max_steps"},
    /* With so many rungs no random walk visits all of them: only the check of all states detects
     * it. */
    {a_trajectory_is_too_long, TALL_LADDER, "expected at most 59 steps, found 60"},
    {worlds_have_a_cycle, LADDER, "no trajectory is longer than max_steps"},
    {numbered_worlds_have_a_cycle, LADDER, "a state is numbered after its parents"},
    {an_even_world_has_an_end, LADDER, "every action always adds the same"},
    {an_even_start_does_not_allow_all, LADDER, "expected action 3 to be allowed at the start"},
    {number_deltas_differ, GRID, "every action always adds the same"},
};

static void broken_rules_about_edges_are_detected_and_named(void **state)
{
    (void)state;
    expect_broken(rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_rules_about_edges_are_detected_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
