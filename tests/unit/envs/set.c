/* SPDX-License-Identifier: MIT
 *
 * Sets of k of n items: states, numbers, rewards, text and refusals.
 */
#include <gfn/env.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "env/env_internal.h"
#include "tests/unit/envs/make_matrix.h"

/* ENERGIES: of 7 items, of which some are equal. */
static const double energies[7] = {0.31, -1.7, 0.31, 2.385, -0.044, 0.31, 1.09};
static const gfn_matrix column = {7, 1, energies, NULL};
static const gfn_matrix row = {1, 7, energies, NULL};

/* Of 5 items and their pairs. */
static const double pairs[25] = {
    0.3,  -1.1, 0.2,  0.07, 0.5,  /**/
    -1.1, 0.9,  1.4,  -0.6, 0.33, /**/
    0.2,  1.4,  -0.8, 2.1,  -0.9, /**/
    0.07, -0.6, 2.1,  0.01, 0.4,  /**/
    0.5,  0.33, -0.9, 0.4,  -0.2,
};
static const gfn_matrix square = {5, 5, pairs, NULL};

/* Without a matrix, energies of 0 for the items of the settings, or 10. */
static gfn_env *make(const char *settings, const gfn_matrix *matrix)
{
    static const double zeros[1024];
    gfn_matrix flat = {10, 1, zeros, NULL};
    int items;
    if (sscanf(settings, "items=%d", &items) == 1)
        flat.n_rows = items;
    return make_with_matrix("set", settings, "energies", matrix ? matrix : &flat);
}

/* A uniform reward is none that a user would expect. */
static void without_energies_rewards_come_from_outside(void **state)
{
    (void)state;
    gfn_env *env = make_with_matrix("set", "items=7 choose=2", NULL, NULL);
    assert_true(gfn_env_spec_of(env)->needs_rewards);
    assert_false(gfn_env_has_formula(env));
    assert_true(isnan(gfn_env_spec_of(env)->log_z));
    assert_true(isnan(gfn_env_spec_of(env)->max_log_reward));
    gfn_env_destroy(&env);
}

static void every_rule_is_kept_in_all_states(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        const gfn_matrix *matrix;
    } rows[] = {
        {"", NULL},
        {"items=1 choose=1", NULL},
        {"items=6 choose=6", NULL},
        {"items=33 choose=2", NULL},
        {"items=65 choose=2", NULL},
        {"choose=3", &column},
        {"choose=7", &row},
        {"choose=1 items=7", &row},
        {"choose=3", &square},
        {"choose=5 items=5", &square},
        /* Walks: there are no numbers, or too many states. */
        {"items=80 choose=60", NULL},
        {"items=150 choose=4", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make(rows[i].settings, rows[i].matrix);
        if (gfn_env_check(env, 2385, 100000, NULL) != GFN_OK)
            fail_msg("%s: %s", rows[i].settings, gfn_error_message());
        gfn_env_destroy(&env);
    }
}

static gfn_status make_columns(void *settings, gfn_env **env)
{
    return create_with_matrix("set", settings, "energies", &column, env);
}

static void results_depend_on_the_state_alone(void **state)
{
    (void)state;
    int threads = 2;
    char settings[] = "choose=4";
    gfn_env *env = make(settings, &column);
    if (gfn_env_check_calls(env, make_columns, settings, 2385, &threads, NULL) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    gfn_env_destroy(&env);
}

/* Sums of binomial coefficients, in exact arithmetic. */
static void worlds_have_the_known_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        int64_t n_states;
        int width, obs_dim, obs_hot;
    } rows[] = {
        {"", 638, 1, 15, 5},
        {"items=26 choose=13", 38754732, 1, 39, 13},
        {"items=30 choose=20", 1050777737, 1, 50, 20},
        {"items=32 choose=16", 2448023843, 1, 48, 16},
        {"items=62 choose=62", INT64_C(4611686018427387904), 2, 124, 62},
        {"items=63 choose=62", INT64_MAX, 2, 125, 62},
        {"items=63 choose=63", 0, 2, 126, 63},
        {"items=80 choose=60", 0, 3, 140, 60},
        {"items=1024 choose=4", INT64_C(45723987201), 32, 1028, 4},
        {"items=1024 choose=1024", 0, 32, 2048, 1024},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make(rows[i].settings, NULL);
        const gfn_env_spec *spec = gfn_env_spec_of(env);
        assert_int_equal(spec->n_states, rows[i].n_states);
        assert_int_equal(spec->state_width, rows[i].width);
        assert_int_equal(spec->shape.obs_dim, rows[i].obs_dim);
        assert_int_equal(spec->shape.obs_hot, rows[i].obs_hot);
        assert_int_equal(spec->max_steps, rows[i].obs_hot);
        assert_int_equal(spec->shape.stop_action, -1);
        gfn_env_destroy(&env);
    }
}

static void expect_text(const gfn_env *env, const int32_t *set, const char *expected)
{
    char text[64];
    assert_int_equal(gfn_env_write(env, set, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

static void numbers_go_by_size_and_then_by_the_last_items(void **state)
{
    (void)state;
    static const char *const expected[26] = {
        "{}",        "{0}",       "{1}",       "{2}",       "{3}",       "{4}",       "{0, 1}",
        "{0, 2}",    "{1, 2}",    "{0, 3}",    "{1, 3}",    "{2, 3}",    "{0, 4}",    "{1, 4}",
        "{2, 4}",    "{3, 4}",    "{0, 1, 2}", "{0, 1, 3}", "{0, 2, 3}", "{1, 2, 3}", "{0, 1, 4}",
        "{0, 2, 4}", "{1, 2, 4}", "{0, 3, 4}", "{1, 3, 4}", "{2, 3, 4}",
    };
    gfn_env *env = make("items=5 choose=3", NULL);
    int64_t number[26];
    int32_t sets[26];
    for (int64_t i = 0; i < 26; i++)
        number[i] = i;
    assert_int_equal(gfn_env_state_at(env, 26, number, sets), GFN_OK);
    for (size_t i = 0; i < 26; i++)
        expect_text(env, &sets[i], expected[i]);
    gfn_env_destroy(&env);
}

/* Blocks that begin anywhere agree with single numbers, where no set follows from another one. */
static void consecutive_numbers_give_the_states_of_single_ones(void **state)
{
    (void)state;
    enum { BLOCK = 37, WIDTH = 32, BLOCKS = 300 };
    static const char *const settings[] = {"items=9 choose=9", "items=63 choose=62",
                                           "items=65 choose=9", "items=1024 choose=4"};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        gfn_env *env = make(settings[i], NULL);
        const int64_t n = gfn_env_spec_of(env)->n_states;
        const size_t width = (size_t)gfn_env_spec_of(env)->state_width;
        assert_true(n > BLOCK);
        for (int64_t k = 0; k < BLOCKS; k++) {
            int32_t block[BLOCK * WIDTH], single[WIDTH];
            int64_t number[BLOCK], again[BLOCK];
            for (int64_t j = 0; j < BLOCK; j++)
                number[j] = (int64_t)((double)(n - BLOCK) * ((double)k / BLOCKS)) + j;
            assert_int_equal(gfn_env_state_at(env, BLOCK, number, block), GFN_OK);
            assert_int_equal(gfn_env_number(env, BLOCK, block, again), GFN_OK);
            assert_memory_equal(again, number, sizeof number);
            for (size_t j = 0; j < BLOCK; j++) {
                gfn_env_state_at(env, 1, &number[j], single);
                assert_memory_equal(block + j * width, single, width * sizeof *single);
            }
        }
        gfn_env_destroy(&env);
    }
}

/* ---- rewards ---- */

static double reward_of(const gfn_env *env, const char *text)
{
    int32_t set[4];
    if (gfn_env_read(env, text, set) != GFN_OK)
        fail_msg("%s: %s", text, gfn_error_message());
    return log_reward_of(env, set);
}

/* By hand. */
static void log_rewards_are_negative_sums_of_energies(void **state)
{
    (void)state;
    gfn_env *env = make("choose=3", &column);
    assert_true(is_close(reward_of(env, "{0, 1, 3}"), -(0.31 - 1.7 + 2.385), 1e-15));
    assert_true(is_close(reward_of(env, "{4, 5, 6}"), -(-0.044 + 0.31 + 1.09), 1e-15));
    assert_true(is_close(gfn_env_spec_of(env)->max_log_reward, 1.7 + 0.044 - 0.31, 1e-15));
    gfn_env_destroy(&env);
    env = make("choose=3", &square);
    assert_true(is_close(reward_of(env, "{0, 1, 2}"), -(0.3 + 0.9 - 0.8 - 1.1 + 0.2 + 1.4), 1e-15));
    assert_true(
        is_close(reward_of(env, "{1, 3, 4}"), -(0.9 + 0.01 - 0.2 - 0.6 + 0.33 + 0.4), 1e-14));
    assert_true(isnan(gfn_env_spec_of(env)->max_log_reward));
    assert_true(isnan(gfn_env_spec_of(env)->log_z));
    gfn_env_destroy(&env);
    env = make("items=7 choose=2", NULL);
    assert_true(reward_of(env, "{5, 6}") == 0 && !signbit(reward_of(env, "{5, 6}")));
    assert_true(is_close(gfn_env_spec_of(env)->log_z, log(21), 1e-14));
    gfn_env_destroy(&env);
}

/* 0.1 + 0.2 + 0.3 depends on the order: the items of the best sets do not. */
static void sets_with_the_same_energies_have_the_same_bits(void **state)
{
    (void)state;
    static const double many[12] = {.3, .1, .2, .1, .3, .2, .2, .3, .1, .1, .2, .3};
    const gfn_matrix matrix = {12, 1, many, NULL};
    gfn_env *env = make("choose=9", &matrix);
    const double best = gfn_env_spec_of(env)->max_log_reward;
    assert_true(reward_of(env, "1 3 8 9 2 5 6 10 0") == best);
    assert_true(reward_of(env, "7 10 6 5 2 9 8 3 1") == best);
    assert_int_equal(gfn_env_check(env, 2385, 100000, NULL), GFN_OK);
    gfn_env_destroy(&env);
}

static void an_observation_has_the_items_and_what_is_missing(void **state)
{
    (void)state;
    gfn_env *env = make("items=40 choose=4", NULL);
    const int32_t sets[3][2] = {{0, 0}, {1 << 30 | 1, 1 << 3}, {6, 129}};
    int32_t index[12];
    gfn_env_observe(env, 3, sets[0], index, NULL);
    assert_memory_equal(index, ((int32_t[]){40, 41, 42, 43, 0, 30, 35, 43, 1, 2, 32, 39}),
                        sizeof index);
    gfn_env_destroy(&env);
}

static void marginals_are_the_items(void **state)
{
    (void)state;
    gfn_env *env = make("items=34 choose=4", NULL);
    const gfn_env_marginals *marginals = env->ops->marginals;
    const int32_t sets[2][2] = {{5, 2}, {0, 0}};
    double value[68];
    char text[16];
    assert_int_equal(marginals->count(env->world), 34);
    memset(value, 0xff, sizeof value);
    marginals->find(env->world, 2, sets[0], value);
    for (int i = 0; i < 68; i++)
        assert_true(value[i] == (i == 0 || i == 2 || i == 33));
    marginals->key(env->world, 33, text, sizeof text);
    assert_string_equal(text, "33");
    gfn_env_destroy(&env);
}

/* ---- text ---- */

static void text_and_objects_are_the_same(void **state)
{
    (void)state;
    gfn_env *env = make("items=34 choose=3", NULL);
    const int64_t n = gfn_env_spec_of(env)->n_states;
    char text[32];
    for (int64_t i = 0; i < n; i++) {
        int32_t set[2], again[2];
        gfn_env_state_at(env, 1, &i, set);
        assert_true(gfn_env_write(env, set, text, sizeof text) < sizeof text);
        const gfn_status status = gfn_env_read(env, text, again);
        assert_int_equal(status, i < n - 5984 ? GFN_EINVAL : GFN_OK); /* C(34, 3) = 5984 */
        assert_true(status != GFN_OK || memcmp(again, set, sizeof set) == 0);
    }
    gfn_env_destroy(&env);
}

static void a_text_is_cut_to_its_room(void **state)
{
    (void)state;
    gfn_env *env = make("items=34 choose=3", NULL);
    const int32_t sets[2][2] = {{1 << 7, 3}, {0, 0}};
    static const char *const expected[] = {"{7, 32, 33}", "{}"};
    for (size_t k = 0; k < 2; k++)
        for (size_t size = 0; size < 14; size++) {
            char text[14] = "xxxxxxxxxxxxx";
            const size_t full = strlen(expected[k]), n = full < size ? full : size ? size - 1 : 0;
            assert_int_equal(gfn_env_write(env, sets[k], size ? text : NULL, size), full);
            assert_memory_equal(text, size ? expected[k] : "", n);
            assert_true(size == 0 || text[n] == '\0');
            assert_true(size > 12 || text[size] == 'x');
        }
    gfn_env_destroy(&env);
}

static void other_notations_are_read(void **state)
{
    (void)state;
    gfn_env *env = make("items=34 choose=3", NULL);
    static const char *const texts[] = {"{33, 0, 7}", "0 7 33",      "{0,7,33}",
                                        "0,33, 7",    "\t33 7 0 \n", "{ 0  7  33 }"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int32_t set[2] = {-1, -1};
        if (gfn_env_read(env, texts[i], set) != GFN_OK)
            fail_msg("%s: %s", texts[i], gfn_error_message());
        assert_memory_equal(set, ((int32_t[]){1 | 1 << 7, 2}), sizeof set);
    }
    int32_t set[2] = {-1, -1};
    assert_int_equal(env->ops->read(env->world, "{0, 1, 2}", set), GFN_OK);
    assert_memory_equal(set, ((int32_t[]){7, 0}), sizeof set);
    gfn_env_destroy(&env);
}

static void texts_that_mean_no_object_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"{0, 1}", "expected 3 items, found 2"},
        {"0 1 2 3", "expected 3 items, found 4"},
        {"{}", "expected 3 items, found 0"},
        {"", "expected 3 items, found 0"},
        {"{0, 1, 34}", "expected items from 0 to 33, found \"34\""},
        {"{0, 1, -1}", "found \"-1\""},
        {"{0, 1, 1}", "expected different items, found 1 twice"},
        {"{0, 1, 2", "found \"{0\""},
        {"0, 1, 2}", "found \"2}\""},
        {"{{0, 1, 2}}", "found \"{0\""},
        {"{", "found \"{\""},
        {"a b c", "found \"a\""},
        {"1.0 2 3", "found \"1.0\""},
        {"99999999999999999999999999999999999999 2 3", "found \"99999999999999999999999999"},
    };
    gfn_env *env = make("items=34 choose=3", NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t set[2] = {77, 77};
        assert_int_equal(gfn_env_read(env, rows[i].text, set), GFN_EINVAL);
        if (!strstr(gfn_error_message(), rows[i].message))
            fail_msg("\"%s\" gives: %s", rows[i].text, gfn_error_message());
        assert_int_equal(set[0], 77);
    }
    gfn_env_destroy(&env);
}

static void words_that_are_no_object_are_refused(void **state)
{
    (void)state;
    static const int32_t words[][2] = {{0, 0},   {3, 0},         {15, 0},       {3, 4},
                                       {-1, -1}, {7, INT32_MIN}, {INT32_MIN, 5}};
    gfn_env *env = make("items=34 choose=3", NULL);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_int_equal(gfn_env_check_objects(env, 1, words[i]), GFN_EINVAL);
    assert_int_equal(gfn_env_check_objects(env, 1, (int32_t[]){INT32_MIN, 3}), GFN_OK);
    gfn_env_destroy(&env);
}

/* ---- creating ---- */

static void contradictory_settings_are_refused(void **state)
{
    (void)state;
    static const double crooked[4] = {0.5, 1.25, 1.5, 0.5}, huge[2] = {0, -2e100};
    static const double zeros[2 * 1025];
    static const gfn_matrix oblong = {3, 2, pairs, NULL}, skew = {2, 2, crooked, NULL},
                            large = {1, 2, huge, NULL}, many = {1025, 1, zeros, NULL};
    static const struct {
        const char *settings;
        const gfn_matrix *matrix;
        const char *word;
    } rows[] = {
        {"items=4", NULL, "expected at most as many as there are items, 4, found 5"},
        {"choose=11", NULL, "there are items, 10, found 11"},
        {"choose=8", &row, "there are items, 7, found 8"},
        {"items=1025", NULL, "items"},
        {"choose=0", NULL, "choose"},
        {"choose=1", &oblong, "a square matrix, found 3 x 2 numbers"},
        {"choose=1", &skew, "found 1.5 in row 1 and column 0, and 1.25 in row 0 and column 1"},
        {"choose=1", &large, "between -1e+100 and 1e+100, found -2e+100"},
        {"choose=1", &many, "at most 1024 items, found 1025"},
        {"items=6", &column, "expected those of --items 6, found 7"},
        {"items=6", &square, "expected those of --items 6, found 5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = NULL;
        const gfn_status status =
            create_with_matrix("set", rows[i].settings, "energies", rows[i].matrix, &env);
        assert_int_equal(status, GFN_EINVAL);
        assert_null(env);
        if (!strstr(gfn_error_message(), rows[i].word))
            fail_msg("\"%s\" gives: %s", rows[i].settings, gfn_error_message());
        if (!strstr(gfn_error_message(), "hint:"))
            fail_msg("\"%s\": no hint: %s", rows[i].settings, gfn_error_message());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_kept_in_all_states),
        cmocka_unit_test(results_depend_on_the_state_alone),
        cmocka_unit_test(worlds_have_the_known_sizes),
        cmocka_unit_test(numbers_go_by_size_and_then_by_the_last_items),
        cmocka_unit_test(consecutive_numbers_give_the_states_of_single_ones),
        cmocka_unit_test(without_energies_rewards_come_from_outside),
        cmocka_unit_test(log_rewards_are_negative_sums_of_energies),
        cmocka_unit_test(sets_with_the_same_energies_have_the_same_bits),
        cmocka_unit_test(an_observation_has_the_items_and_what_is_missing),
        cmocka_unit_test(marginals_are_the_items),
        cmocka_unit_test(text_and_objects_are_the_same),
        cmocka_unit_test(a_text_is_cut_to_its_room),
        cmocka_unit_test(other_notations_are_read),
        cmocka_unit_test(texts_that_mean_no_object_are_refused),
        cmocka_unit_test(words_that_are_no_object_are_refused),
        cmocka_unit_test(contradictory_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
