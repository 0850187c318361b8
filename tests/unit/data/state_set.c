/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/random.h>

#include "data/state_set.h"

enum { WIDTH = 3, STATES = 500 };

/* One of 8^3 states, chosen by a random draw. */
static void draw_state(uint32_t draw, int32_t *state)
{
    const gfn_stream stream = {11, GFN_PURPOSE_CHECK, 0};
    const uint32_t word = gfn_random_word(&stream, 0, draw);
    for (int i = 0; i < WIDTH; i++)
        state[i] = (int32_t)(word >> (7 * i) & 7) - 3;
}

static void states_are_numbered_in_the_order_of_their_first_visit(void **unused)
{
    (void)unused;
    gfn_state_set *set;
    int32_t seen[STATES][WIDTH];
    size_t n_seen = 0;
    assert_int_equal(gfn_state_set_create(STATES, WIDTH, &set), GFN_OK);
    for (uint32_t draw = 0; draw < 2000; draw++) {
        int32_t state[WIDTH];
        size_t expected = 0;
        draw_state(draw, state);
        while (expected < n_seen && memcmp(seen[expected], state, sizeof state) != 0)
            expected++;
        if (n_seen == STATES && expected == n_seen)
            continue;
        if (expected == n_seen)
            memcpy(seen[n_seen++], state, sizeof state);
        assert_int_equal(gfn_state_set_find(set, state),
                         expected < gfn_state_set_count(set) ? (int32_t)expected : -1);
        assert_int_equal(gfn_state_set_add(set, state), expected);
        assert_int_equal(gfn_state_set_find(set, state), expected);
    }
    assert_true(n_seen > 400);
    assert_int_equal(gfn_state_set_count(set), n_seen);
    assert_memory_equal(gfn_state_set_states(set), seen, n_seen * sizeof *seen);
    gfn_state_set_destroy(&set);
    assert_null(set);
}

static void a_full_set_rejects_new_states_and_finds_old_ones(void **unused)
{
    (void)unused;
    gfn_state_set *set;
    assert_int_equal(gfn_state_set_create(2, 1, &set), GFN_OK);
    assert_int_equal(gfn_state_set_add(set, (int32_t[]){-7}), 0);
    assert_int_equal(gfn_state_set_add(set, (int32_t[]){1 << 30}), 1);
    assert_int_equal(gfn_state_set_add(set, (int32_t[]){5}), -1);
    assert_int_equal(gfn_state_set_add(set, (int32_t[]){-7}), 0);
    assert_int_equal(gfn_state_set_count(set), 2);
    gfn_state_set_destroy(&set);
}

static void a_cleared_set_numbers_from_zero_again(void **unused)
{
    (void)unused;
    gfn_state_set *set;
    assert_int_equal(gfn_state_set_create(600, WIDTH, &set), GFN_OK);
    for (int round = 0; round < 3; round++) {
        int32_t first[WIDTH];
        draw_state((uint32_t)round * 100, first);
        for (uint32_t draw = 0; draw < 100; draw++) {
            int32_t state[WIDTH];
            draw_state((uint32_t)round * 100 + draw, state);
            gfn_state_set_add(set, state);
        }
        assert_int_equal(gfn_state_set_add(set, first), 0);
        gfn_state_set_clear(set);
        assert_int_equal(gfn_state_set_count(set), 0);
    }
    gfn_state_set_destroy(&set);
}

static void impossible_sizes_are_rejected(void **unused)
{
    (void)unused;
    gfn_state_set *set = NULL;
    assert_int_equal(gfn_state_set_create(0, 1, &set), GFN_EINVAL);
    assert_int_equal(gfn_state_set_create((size_t)1 << 30, 1, &set), GFN_EINVAL);
    assert_int_equal(gfn_state_set_create(1000, SIZE_MAX / 2, &set), GFN_EINVAL);
    assert_null(set);
    gfn_state_set_destroy(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_numbered_in_the_order_of_their_first_visit),
        cmocka_unit_test(a_full_set_rejects_new_states_and_finds_old_ones),
        cmocka_unit_test(a_cleared_set_numbers_from_zero_again),
        cmocka_unit_test(impossible_sizes_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
