/* SPDX-License-Identifier: MIT
 *
 * Sequences: states, edges, numbers and observations.
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

static const gfn_env_ops *sequences(void)
{
    return gfn_env_find("sequence");
}

static gfn_status make(void *settings, gfn_env **env)
{
    return create_any(sequences(), settings, env);
}

static const char *const small[] = {
    "length=1",
    "length=1 order=both",
    "length=1 order=any",
    "length=5",
    "letters=01 length=7",
    "letters=A length=6 min-length=0",
    "letters=A length=6 order=both min-length=2",
    "letters=ACG length=5 min-length=0",
    "letters=ACG length=5 min-length=4",
    "length=4 order=both",
    "letters=abcde length=4 order=both min-length=0",
    "letters=01 length=8 order=both min-length=3",
    "letters=01 length=6 order=any",
    "letters=bits:3 length=3 order=any",
    "letters=A length=7 order=any",
    "letters=U,VV,WWW,XXXX,YYYYY,ZZZZZZ length=3 order=any",
};

static void every_rule_is_kept_in_all_states(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        gfn_env *env = make_any(sequences(), small[i]);
        if (gfn_env_check(env, 2385, 100000, NULL) != GFN_OK)
            fail_msg("%s: %s", small[i], gfn_error_message());
        gfn_env_destroy(&env);
    }
}

static void results_depend_on_the_state_alone(void **state)
{
    (void)state;
    static char settings[][60] = {"letters=ACG length=5 min-length=0", "length=4 order=both",
                                  "letters=bits:3 length=3 order=any"};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        int threads = 2;
        gfn_env *env = make_any(sequences(), settings[i]);
        if (gfn_env_check_calls(env, make, settings[i], 2385, &threads, NULL) != GFN_OK)
            fail_msg("%s: %s", settings[i], gfn_error_message());
        gfn_env_destroy(&env);
    }
}

/* Without rewards: only what the spec says. */
static gfn_env *make_bare(const char *settings)
{
    const gfn_env_ops *ops = sequences();
    gfn_options *options;
    gfn_env *env = NULL;
    assert_int_equal(gfn_options_create(&ops->options, 1, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    if (gfn_env_create_with(ops, options, &env) != GFN_OK)
        fail_msg("%s: %s", settings, gfn_error_message());
    gfn_options_destroy(&options);
    return env;
}

/* States by the sums of powers, in exact arithmetic: 1 + m + ... + m^length, or (m+1)^length. */
static void worlds_of_the_papers_have_the_known_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        int64_t n_states;
        int n_actions, n_back, stop, obs_dim, max_steps;
    } rows[] = {
        {"", 87381, 4, 1, -1, 40, 8},
        {"length=12", 22369621, 4, 1, -1, 60, 12},
        {"letters=bits:8 length=3", 16843009, 256, 1, -1, 771, 3},
        {"letters=0123456789a length=5 order=both", 177156, 22, 2, -1, 60, 5},
        {"letters=abcdefghijklmnopqr length=6 order=both", 36012943, 36, 2, -1, 114, 6},
        {"letters=01 length=16 order=any", 43046721, 32, 16, -1, 48, 16},
        {"letters=01 length=12 order=any", 531441, 24, 12, -1, 36, 12},
        {"letters=bits:4 length=4 order=any", 83521, 64, 4, -1, 68, 4},
        {"letters=bits:8 length=3 order=any", 16974593, 768, 3, -1, 771, 3},
        {"letters=bits:8 length=15 order=any", 0, 3840, 15, -1, 3855, 15},
        {"letters=bits:16 length=1", 65537, 65536, 1, -1, 65537, 1},
        {"length=31", INT64_C(6148914691236517205), 4, 1, -1, 155, 31},
        {"length=32", 0, 4, 1, -1, 160, 32},
        {"min-length=0", 87381, 5, 1, 4, 40, 9},
        {"min-length=7 order=both", 87381, 9, 2, 8, 40, 9},
        {"min-length=8", 87381, 4, 1, -1, 40, 8},
        {"min-length=8 order=any", 390625, 32, 8, -1, 40, 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_bare(rows[i].settings);
        const gfn_env_spec *spec = gfn_env_spec_of(env);
        assert_int_equal(spec->n_states, rows[i].n_states);
        assert_int_equal(spec->shape.n_actions, rows[i].n_actions);
        assert_int_equal(spec->shape.n_back_actions, rows[i].n_back);
        assert_int_equal(spec->shape.stop_action, rows[i].stop);
        assert_int_equal(spec->shape.obs_dim, rows[i].obs_dim);
        assert_int_equal(spec->shape.obs_hot, spec->state_width);
        assert_int_equal(spec->max_steps, rows[i].max_steps);
        assert_true(spec->needs_rewards && isnan(spec->log_z) && isnan(spec->max_log_reward));
        gfn_env_destroy(&env);
    }
}

/* ---- edges ---- */

/* Take actions from the start and write each state. */
static void expect_walk(const char *settings, size_t n, const int32_t *action,
                        const char *const *expected)
{
    gfn_env *env = make_bare(settings);
    int32_t state[8];
    uint8_t done = GFN_LIVE;
    char text[64];
    gfn_env_start(env, 1, state);
    for (size_t i = 0; i < n; i++) {
        if (gfn_env_step(env, 1, state, &done, &action[i]) != GFN_OK)
            fail_msg("%s: %s", settings, gfn_error_message());
        gfn_env_write(env, state, text, sizeof text);
        assert_string_equal(text, expected[i]);
    }
    assert_int_not_equal(done, GFN_LIVE);
    gfn_env_destroy(&env);
}

static void letters_go_to_the_end_or_to_the_beginning_or_into_a_slot(void **state)
{
    (void)state;
    expect_walk("length=3", 3, (int32_t[]){2, 0, 3}, (const char *[]){"G", "GA", "GAT"});
    expect_walk("length=4 order=both min-length=0", 5, (int32_t[]){2, 4 + 0, 3, 4 + 1, 8},
                (const char *[]){"G", "AG", "AGT", "CAGT", "CAGT"});
    expect_walk("length=4 order=any", 4, (int32_t[]){2 * 4 + 1, 0 * 4 + 3, 3 * 4 + 0, 1 * 4 + 2},
                (const char *[]){"..C.", "T.C.", "T.CA", "TGCA"});
}

/* Only order=both has two edges between the same two states. */
static void the_first_letter_has_one_way_in(void **state)
{
    (void)state;
    gfn_env *env = make_bare("letters=AC length=3 order=both min-length=0");
    int32_t word[3] = {0};
    uint8_t mask[5], back[2];
    gfn_env_allowed(env, 1, word, NULL, mask);
    assert_memory_equal(mask, ((uint8_t[]){1, 1, 0, 0, 1}), 5);
    word[0] = 2;
    gfn_env_allowed(env, 1, word, NULL, mask);
    gfn_env_allowed_back(env, 1, word, back);
    assert_memory_equal(mask, ((uint8_t[]){1, 1, 1, 1, 1}), 5);
    assert_memory_equal(back, ((uint8_t[]){1, 0}), 2);
    word[1] = 1;
    gfn_env_allowed_back(env, 1, word, back);
    assert_memory_equal(back, ((uint8_t[]){1, 1}), 2);
    word[2] = 1;
    gfn_env_allowed(env, 1, word, NULL, mask);
    assert_memory_equal(mask, ((uint8_t[]){0, 0, 0, 0, 1}), 5);
    gfn_env_destroy(&env);
}

static void stopping_is_allowed_from_the_shortest_length_on(void **state)
{
    (void)state;
    gfn_env *env = make_bare("letters=AC length=3 min-length=2");
    static const int32_t words[4][3] = {{0, 0, 0}, {1, 0, 0}, {1, 2, 0}, {1, 2, 2}};
    uint8_t mask[4 * 3];
    gfn_env_allowed(env, 4, words[0], NULL, mask);
    assert_memory_equal(mask, ((uint8_t[]){1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1}), sizeof mask);
    assert_false(gfn_env_spec_of(env)->all_terminal);
    gfn_env_destroy(&env);
    env = make_bare("letters=AC length=3 min-length=0");
    assert_true(gfn_env_spec_of(env)->all_terminal);
    gfn_env_destroy(&env);
}

/* Paths from the start to every state: 1 by append, 2^(n-1) by both for n letters, n! by any for n
 * filled slots. A doubled or missing edge changes them. */
static void count_paths(const char *settings, int64_t (*expected)(int letters))
{
    gfn_env *env = make_bare(settings);
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    const int32_t k = spec->shape.n_actions;
    int64_t *paths = calloc((size_t)spec->n_states, sizeof *paths);
    uint8_t mask[64];
    assert_non_null(paths);
    paths[0] = 1;
    for (int64_t i = 0; i < spec->n_states; i++) {
        int32_t from[8], to[8];
        int letters = 0;
        gfn_env_state_at(env, 1, &i, from);
        gfn_env_allowed(env, 1, from, NULL, mask);
        for (int slot = 0; slot < spec->state_width; slot++)
            letters += from[slot] > 0;
        assert_int_equal(paths[i], expected(letters));
        for (int32_t a = 0; a < k; a++) {
            int64_t child;
            memcpy(to, from, sizeof to);
            if (!mask[a])
                continue;
            env->ops->step(env->world, 1, to, &a);
            gfn_env_number(env, 1, to, &child);
            paths[child] += paths[i];
        }
    }
    free(paths);
    gfn_env_destroy(&env);
}

static int64_t one(int letters)
{
    (void)letters;
    return 1;
}

static int64_t power_of_two(int letters)
{
    return letters > 1 ? INT64_C(1) << (letters - 1) : 1;
}

static int64_t factorial(int letters)
{
    return letters > 1 ? letters * factorial(letters - 1) : 1;
}

static void every_state_has_the_known_number_of_paths(void **state)
{
    (void)state;
    count_paths("letters=ACG length=5", one);
    count_paths("letters=ACG length=6 order=both", power_of_two);
    count_paths("letters=ACG length=5 order=any", factorial);
}

/* ---- numbers, observations and tables ---- */

static void numbers_go_by_length_and_then_by_letters(void **state)
{
    (void)state;
    static const char *const expected[] = {".",   "A",   "C",   "AA",  "AC",  "CA",  "CC", "AAA",
                                           "AAC", "ACA", "ACC", "CAA", "CAC", "CCA", "CCC"};
    gfn_env *env = make_bare("letters=AC length=3");
    int64_t number[15];
    int32_t words[15][3];
    for (int64_t i = 0; i < 15; i++)
        number[i] = i;
    assert_int_equal(gfn_env_state_at(env, 15, number, words[0]), GFN_OK);
    for (size_t i = 0; i < 15; i++) {
        char text[8];
        gfn_env_write(env, words[i], text, sizeof text);
        assert_string_equal(text, expected[i]);
    }
    gfn_env_destroy(&env);
}

/* Blocks that begin anywhere agree with single numbers, where nothing is incremented. */
static void consecutive_numbers_give_the_states_of_single_ones(void **state)
{
    (void)state;
    enum { BLOCK = 37, WIDTH = 31 };
    static const char *const settings[] = {"length=31", "length=9 order=any", "letters=A length=30",
                                           "letters=bits:5 length=12 order=both min-length=1"};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        gfn_env *env = make_bare(settings[i]);
        const int64_t n = gfn_env_spec_of(env)->n_states, width = gfn_env_spec_of(env)->state_width;
        assert_true(n > 0 && width <= WIDTH);
        for (int64_t k = 0; k < 200; k++) {
            static int32_t block[BLOCK * WIDTH], single[WIDTH];
            int64_t number[BLOCK], again[BLOCK];
            const int64_t first = n > BLOCK ? (n - BLOCK) / 199 * k : 0;
            const size_t m = n > BLOCK ? BLOCK : (size_t)n;
            for (size_t j = 0; j < m; j++)
                number[j] = first + (int64_t)j;
            assert_int_equal(gfn_env_state_at(env, m, number, block), GFN_OK);
            assert_int_equal(gfn_env_number(env, m, block, again), GFN_OK);
            assert_memory_equal(again, number, m * sizeof *number);
            for (size_t j = 0; j < m; j++) {
                gfn_env_state_at(env, 1, &number[j], single);
                assert_memory_equal(block + j * (size_t)width, single,
                                    (size_t)width * sizeof *single);
            }
        }
        gfn_env_destroy(&env);
    }
}

static void an_observation_has_one_input_per_slot(void **state)
{
    (void)state;
    gfn_env *env = make_bare("length=4 order=any");
    const int32_t words[2][4] = {{0, 4, 1, 0}, {3, 0, 0, 2}};
    int32_t index[8];
    gfn_env_observe(env, 2, words[0], index, NULL);
    assert_memory_equal(index, ((int32_t[]){0, 9, 11, 15, 3, 5, 10, 17}), sizeof index);
    gfn_env_destroy(&env);
}

static void objects_of_one_length_have_places_in_a_table(void **state)
{
    (void)state;
    gfn_env *env = make_bare("letters=ACG length=5 order=both");
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    assert_int_equal(spec->table_ndim, 5);
    for (int d = 0; d < 5; d++)
        assert_int_equal(spec->table_axis[d], 3);
    for (int64_t i = 0; i < 243; i++) {
        int32_t word[5];
        int64_t place;
        for (int64_t d = 5, rest = i; d-- > 0; rest /= 3)
            word[d] = (int32_t)(rest % 3) + 1;
        env->ops->table_place(env->world, 1, word, &place);
        assert_int_equal(place, i);
    }
    gfn_env_destroy(&env);

    static const char *const without[] = {"min-length=3", "letters=A length=33", "length=32"};
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        env = make_bare(without[i]);
        assert_int_equal(gfn_env_spec_of(env)->table_ndim, 0);
        gfn_env_destroy(&env);
    }
    env = make_bare("letters=01 length=32 order=any");
    assert_int_equal(gfn_env_spec_of(env)->table_ndim, 32);
    gfn_env_destroy(&env);
}

static void marginals_are_the_letters_in_the_slots(void **state)
{
    (void)state;
    gfn_env *env = make_bare("letters=AC,G,T length=3 min-length=0");
    const gfn_env_marginals *marginals = env->ops->marginals;
    const int32_t words[2][3] = {{3, 1, 0}, {2, 2, 3}};
    double value[18];
    char text[16];
    assert_int_equal(marginals->count(env->world), 9);
    memset(value, 0xff, sizeof value);
    marginals->find(env->world, 2, words[0], value);
    for (int i = 0; i < 18; i++)
        assert_true(value[i] == (i == 2 || i == 3 || i == 10 || i == 13 || i == 17));
    marginals->key(env->world, 3, text, sizeof text);
    assert_string_equal(text, "1,AC");
    marginals->key(env->world, 8, text, sizeof text);
    assert_string_equal(text, "2,T");
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_kept_in_all_states),
        cmocka_unit_test(results_depend_on_the_state_alone),
        cmocka_unit_test(worlds_of_the_papers_have_the_known_sizes),
        cmocka_unit_test(letters_go_to_the_end_or_to_the_beginning_or_into_a_slot),
        cmocka_unit_test(the_first_letter_has_one_way_in),
        cmocka_unit_test(stopping_is_allowed_from_the_shortest_length_on),
        cmocka_unit_test(every_state_has_the_known_number_of_paths),
        cmocka_unit_test(numbers_go_by_length_and_then_by_letters),
        cmocka_unit_test(consecutive_numbers_give_the_states_of_single_ones),
        cmocka_unit_test(an_observation_has_one_input_per_slot),
        cmocka_unit_test(objects_of_one_length_have_places_in_a_table),
        cmocka_unit_test(marginals_are_the_letters_in_the_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
