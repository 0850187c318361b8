/* SPDX-License-Identifier: MIT
 *
 * gfn_env_check_objects() accepts the objects in which walks from the start end, and no other
 * words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/env.h>
#include <gfn/random.h>

#include "data/state_set.h"
#include "tests/unit/env/worlds.h"

/* The world bits, except that an invalid word gives an invalid forward action. */
static gfn_env_ops wild_bits;

static void forward_wildly(const void *world, size_t n, const int32_t *state, const int32_t *back,
                           int32_t *action)
{
    bits_world.forward_action(world, n, state, back, action);
    if (state[back[0]] < 0 || state[back[0]] > 2)
        action[0] = state[back[0]];
}

static const struct {
    const gfn_env_ops *ops; /* NULL: hypergrid */
    const char *settings;
    int32_t below, above; /* all words from `below` to `above` are tried in every place */
    bool has_holes;       /* set rewards of which every third is 0 */
} worlds[] = {
    {NULL, "size=2 ndim=1", -3, 5, false},
    {NULL, "size=7 ndim=2", -2, 9, false},
    {NULL, "size=3 ndim=4", -1, 4, false},
    {NULL, "size=5 ndim=2", -2, 7, true},
    {NULL, "size=3 ndim=3 encoding=onehot", -2, 5, true},
    {&bits_world, "length=1", -2, 5, false},
    {&bits_world, "length=5", -1, 4, false},
    {&bits_world, "length=5 ones=2", -1, 4, false},
    {&bits_world, "length=4 numbered=yes", -2, 4, false},
    {&wild_bits, "length=3", -10, 10, false},
    {&ladder_world, "", -5, 20, false},
    {&ladder_world, "rungs=1", -5, 20, false},
    {&ladder_world, "rungs=100", -200, 200, false},
};

enum { WORLDS = sizeof worlds / sizeof worlds[0], MOST = 10000, WIDTH = 8 };

typedef struct fixture {
    gfn_env *env;
    size_t width;
    gfn_state_set *reached, *objects; /* found by walks from the start */
} fixture;

static void give_holes(gfn_env *env)
{
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    double reward[MOST];
    for (int64_t i = 0; i < spec->n_states; i++)
        reward[i] = i % 3 == 1 ? 0 : 0.5 + 0.1 * (double)i;
    assert_int_equal(gfn_env_set_rewards(env, spec->ndim, spec->axis, reward), GFN_OK);
}

/* Add all states that can be reached by one more action. */
static void explore(fixture *f, const int32_t *state)
{
    const gfn_shape *shape = gfn_env_shape(f->env);
    uint8_t mask[64];
    bool has_action = false;
    gfn_env_allowed(f->env, 1, state, NULL, mask);
    for (int32_t a = 0; a < shape->n_actions; a++) {
        int32_t next[WIDTH];
        uint8_t done = GFN_LIVE;
        has_action |= mask[a] != 0;
        if (!mask[a] || a == shape->stop_action)
            continue;
        memcpy(next, state, f->width * sizeof *next);
        assert_int_equal(gfn_env_step(f->env, 1, next, &done, &a), GFN_OK);
        assert_true(gfn_state_set_add(f->reached, next) >= 0);
    }
    if (!has_action || (shape->stop_action >= 0 && mask[shape->stop_action]))
        assert_true(gfn_state_set_add(f->objects, state) >= 0);
}

static void make(fixture *f, size_t world)
{
    const gfn_env_ops *ops = worlds[world].ops ? worlds[world].ops : gfn_env_find("hypergrid");
    int32_t start[WIDTH], state[WIDTH];
    assert_int_equal(gfn_env_create_from(ops, worlds[world].settings, &f->env), GFN_OK);
    if (worlds[world].has_holes)
        give_holes(f->env);
    f->width = (size_t)gfn_env_spec_of(f->env)->state_width;
    assert_int_equal(gfn_state_set_create(MOST, f->width, &f->reached), GFN_OK);
    assert_int_equal(gfn_state_set_create(MOST, f->width, &f->objects), GFN_OK);
    gfn_env_start(f->env, 1, start);
    gfn_state_set_add(f->reached, start);
    for (size_t i = 0; i < gfn_state_set_count(f->reached); i++) {
        memcpy(state, gfn_state_set_states(f->reached) + i * f->width, sizeof *state * f->width);
        explore(f, state);
    }
}

static void drop(fixture *f)
{
    gfn_state_set_destroy(&f->reached);
    gfn_state_set_destroy(&f->objects);
    gfn_env_destroy(&f->env);
}

/* Whether walks from the start may end in this state. */
static bool is_end(const fixture *f, const int32_t *state)
{
    const size_t n = gfn_state_set_count(f->objects);
    for (size_t i = 0; i < n; i++)
        if (memcmp(gfn_state_set_states(f->objects) + i * f->width, state,
                   f->width * sizeof *state) == 0)
            return true;
    return false;
}

static void assert_right(const fixture *f, const int32_t *state)
{
    char text[200];
    const bool expected = is_end(f, state);
    const gfn_status status = gfn_env_check_objects(f->env, 1, state);
    gfn_env_state_text(f->env, state, text, sizeof text);
    if ((status == GFN_OK) != expected || (status != GFN_OK && status != GFN_EINVAL))
        fail_msg("%s: %s, which is %s object", text, gfn_status_name(status),
                 expected ? "an" : "no");
    if (!expected)
        assert_non_null(strstr(gfn_error_message(), text));
}

static void every_object_is_accepted(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++) {
        fixture f;
        make(&f, world);
        const size_t n = gfn_state_set_count(f.objects);
        assert_in_range(n, 1, MOST - 1);
        if (gfn_env_check_objects(f.env, n, gfn_state_set_states(f.objects)) != GFN_OK)
            fail_msg("%s: %s", worlds[world].settings, gfn_error_message());
        drop(&f);
    }
}

static void other_small_words_are_rejected(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++) {
        fixture f;
        int32_t state[WIDTH];
        size_t p = 0;
        make(&f, world);
        for (size_t i = 0; i < f.width; i++)
            state[i] = worlds[world].below;
        while (p < f.width) { /* count up: all combinations of words */
            assert_right(&f, state);
            for (p = 0; p < f.width && state[p] == worlds[world].above; p++)
                state[p] = worlds[world].below;
            if (p < f.width)
                state[p]++;
        }
        drop(&f);
    }
}

static void arbitrary_words_are_rejected(void **unused)
{
    (void)unused;
    static const int32_t words[] = {INT32_MIN, INT32_MIN + 1, -1000000007,   -1,       0, 1, 2, 3,
                                    1 << 20,   2000000011,    INT32_MAX - 1, INT32_MAX};
    enum { N = sizeof words / sizeof words[0] };
    const gfn_stream stream = {2385, GFN_PURPOSE_CHECK, 3};
    for (size_t world = 0; world < WORLDS; world++) {
        fixture f;
        make(&f, world);
        for (uint32_t k = 0; k < 3000; k++) {
            int32_t state[WIDTH];
            for (uint32_t i = 0; i < f.width; i++) {
                const uint32_t word = gfn_random_word(&stream, world, k * WIDTH + i);
                state[i] = k % 5 == 4 ? (int32_t)word : words[(uint64_t)word * N >> 32];
            }
            assert_right(&f, state);
        }
        drop(&f);
    }
}

/* An object with one word changed is similar to states that are accepted. */
static void an_object_with_one_word_changed_is_rejected(void **unused)
{
    (void)unused;
    static const int32_t words[] = {INT32_MIN, -2, -1, 0, 3, 4, 5, 900000, INT32_MAX};
    for (size_t world = 0; world < WORLDS; world++) {
        fixture f;
        make(&f, world);
        const size_t n = gfn_state_set_count(f.objects);
        for (size_t k = 0; k < n * f.width; k += 1 + n / 40)
            for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
                int32_t state[WIDTH];
                memcpy(state, gfn_state_set_states(f.objects) + k / f.width * f.width,
                       f.width * sizeof *state);
                state[k % f.width] = words[w];
                assert_right(&f, state);
            }
        drop(&f);
    }
}

static void the_first_wrong_row_is_named(void **unused)
{
    (void)unused;
    gfn_env *env = NULL;
    int32_t state[30][2];
    assert_int_equal(gfn_env_create("hypergrid", "size=9", &env), GFN_OK);
    for (int32_t i = 0; i < 30; i++) {
        state[i][0] = i % 9;
        state[i][1] = (7 * i) % 9;
    }
    assert_int_equal(gfn_env_check_objects(env, 30, state[0]), GFN_OK);
    assert_int_equal(gfn_env_check_objects(env, 0, NULL), GFN_OK);
    state[17][1] = 9;
    state[23][0] = -1;
    assert_int_equal(gfn_env_check_objects(env, 30, state[0]), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "row 17: expected an object of this hypergrid, "
                                                "found (8, 9) (hint: "));
    assert_int_equal(gfn_env_check_objects(env, 17, state[0]), GFN_OK);
    gfn_env_destroy(&env);
}

int main(void)
{
    wild_bits = bits_world;
    wild_bits.forward_action = forward_wildly;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_is_accepted),
        cmocka_unit_test(other_small_words_are_rejected),
        cmocka_unit_test(arbitrary_words_are_rejected),
        cmocka_unit_test(an_object_with_one_word_changed_is_rejected),
        cmocka_unit_test(the_first_wrong_row_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
