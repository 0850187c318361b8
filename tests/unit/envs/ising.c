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
#include "tests/unit/envs/ising.h"
#include "tests/unit/env/make.h"
#include "tests/unit/envs/solver.h"

/* ---- rewards ---- */

static void torus_has_the_rewards_of_its_matrix(void **state)
{
    (void)state;
    for (int side = 2; side <= 7; side++) {
        double j[49 * 49];
        fill_torus(side, 0.3, j);
        gfn_env *torus = make_torus(side, 0.3), *couplings = make_couplings(side * side, j);
        int32_t spins[49];
        for (uint32_t k = 0; k < 200; k++) {
            const gfn_stream stream = {.seed = k, .purpose = GFN_PURPOSE_CHECK};
            for (uint32_t i = 0; i < 49; i++)
                spins[i] = 1 + (int32_t)(gfn_random_word(&stream, 0, i) & 1);
            assert_near(log_reward_of(torus, spins), log_reward_of(couplings, spins), 1e-13, "R");
        }
        gfn_env_destroy(&torus);
        gfn_env_destroy(&couplings);
    }
}

/* By hand, side 3: +++ / +-+ / --+ has 2 bonds in rows more between equal spins (3 - 1 - 1 = 1),
 * and columns ++-, +--, +++ (-1 - 1 + 3 = 1): 2 * 2 sigma. */
static void rewards_are_sums_of_bonds(void **state)
{
    (void)state;
    gfn_env *env = make_torus(3, 0.35);
    int32_t spins[9];
    assert_int_equal(gfn_env_read(env, " ++++-+--+\n", spins), GFN_OK);
    assert_memory_equal(spins, ((int32_t[]){2, 2, 2, 2, 1, 2, 1, 1, 2}), sizeof spins);
    assert_true(is_close(log_reward_of(env, spins), 2 * 2 * 0.35, 1e-15));
    assert_int_equal(gfn_env_read(env, "+++++++++", spins), GFN_OK);
    assert_true(is_close(log_reward_of(env, spins), 18 * 2 * 0.35, 1e-15));
    gfn_env_destroy(&env);
    env = make_torus(2, 0.35); /* a ring of 4 spins */
    assert_int_equal(gfn_env_read(env, "++++", spins), GFN_OK);
    assert_true(is_close(log_reward_of(env, spins), 4 * 2 * 0.35, 1e-15));
    gfn_env_destroy(&env);
}

static void largest_reward_is_known_for_tori_and_positive_couplings(void **state)
{
    (void)state;
    static const struct {
        int side;
        double sigma, bonds;
    } rows[] = {{10, 0.3, 200}, {10, -0.3, 200}, {9, -0.3, 162 - 36}, {2, 0.3, 4}, {2, -0.3, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_torus(rows[i].side, rows[i].sigma);
        assert_true(is_close(gfn_env_spec_of(env)->max_log_reward, 0.6 * rows[i].bonds, 1e-15));
        gfn_env_destroy(&env);
    }
    double j[] = {0, 0.7, 0.1, 0.7, 0, 0.25, 0.1, 0.25, 0};
    gfn_env *env = make_couplings(3, j);
    assert_true(is_close(gfn_env_spec_of(env)->max_log_reward, 2.1, 1e-15));
    gfn_env_destroy(&env);
    j[1] = j[3] = -0.7;
    env = make_couplings(3, j);
    assert_true(isnan(gfn_env_spec_of(env)->max_log_reward));
    gfn_env_destroy(&env);
}

/* ---- the contract ---- */

static void all_rules_of_environments_are_kept(void **state)
{
    (void)state;
    static const struct {
        int side;
        double sigma;
    } rows[] = {{2, 0.4}, {2, -0.1}, {3, 0.2}, {3, -0.45}, {3, 0}, {5, -0.2}, {6, 0.2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_torus(rows[i].side, rows[i].sigma);
        assert_keeps_the_contract(env, "torus");
        gfn_env_destroy(&env);
    }
    double j[12 * 12];
    for (int n = 2; n <= 12; n += n < 7 ? 1 : 5) {
        fill_couplings(n, j);
        gfn_env *env = make_couplings(n, j);
        assert_keeps_the_contract(env, "couplings");
        gfn_env_destroy(&env);
    }
}

static gfn_status make_again(void *self, gfn_env **env)
{
    (void)self;
    return gfn_env_create("ising", "side=3", env);
}

static void functions_can_be_called_at_the_same_time(void **state)
{
    (void)state;
    gfn_env *env;
    int threads = 2;
    assert_int_equal(make_again(NULL, &env), GFN_OK);
    if (gfn_env_check_calls(env, make_again, NULL, 3, &threads, NULL) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    gfn_env_destroy(&env);
}

static void states_are_numbered_in_base_3_if_int64_suffices(void **state)
{
    (void)state;
    gfn_env *env = make_torus(6, 0.2), *large = make_torus(7, 0.2);
    const int64_t n_states = INT64_C(150094635296999121); /* 3^36 */
    assert_int_equal(gfn_env_spec_of(env)->n_states, n_states);
    int32_t spins[36];
    int64_t number = n_states - 1 - 2 * 9;
    gfn_env_state_at(env, 1, &number, spins);
    for (int i = 0; i < 36; i++)
        assert_int_equal(spins[i], i == 33 ? 0 : 2);
    assert_int_equal(gfn_env_spec_of(large)->n_states, 0);
    gfn_env_destroy(&env);
    gfn_env_destroy(&large);
}

static void actions_set_a_spin_down_or_up(void **state)
{
    (void)state;
    gfn_env *env = make_torus(3, 0.2);
    int32_t spins[9];
    char text[16];
    uint8_t done = GFN_LIVE;
    gfn_env_start(env, 1, spins);
    gfn_env_step(env, 1, spins, &done, &(int32_t){2 * 4});
    gfn_env_step(env, 1, spins, &done, &(int32_t){2 * 7 + 1});
    gfn_env_write(env, spins, text, sizeof text);
    assert_string_equal(text, "....-..+.");
    assert_int_equal(gfn_env_step(env, 1, spins, &done, &(int32_t){2 * 7}), GFN_EINVAL);
    gfn_env_destroy(&env);
}

static void text_is_a_sign_per_spin(void **state)
{
    (void)state;
    gfn_env *env = make_torus(3, 0.2);
    int32_t spins[9] = {0};
    static const struct {
        const char *text, *word;
    } rows[] = {
        {"++++", "expected 9 signs + and -, found 4 characters"},
        {"+++++++++-", "found 10 characters"},
        {"+++++0+++", "expected + or -, found '0' for spin 5"},
        {"+++++.+++", "expected an object of this ising, found +++++.+++"},
    };
    assert_text_keeps_states(env);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(gfn_env_read(env, rows[i].text, spins), GFN_EINVAL);
        if (!strstr(gfn_error_message(), rows[i].word))
            fail_msg("%s: %s", rows[i].text, gfn_error_message());
    }
    gfn_env_destroy(&env);
}

/* As a file of objects may hold them. */
static void words_that_are_no_spins_are_rejected(void **state)
{
    (void)state;
    gfn_env *env = make_torus(3, 0.2);
    const int32_t words[] = {2, 1, 3, -1, INT32_MAX, INT32_MIN, 2, 2, 0};
    assert_int_equal(gfn_env_check_objects(env, 1, words), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "found +-????++. "));
    gfn_env_destroy(&env);
}

static void tables_have_an_axis_per_spin(void **state)
{
    (void)state;
    gfn_env *env = make_torus(3, 0.2), *large = make_torus(6, 0.2);
    int32_t spins[9];
    int64_t place;
    assert_int_equal(gfn_env_spec_of(env)->table_ndim, 9);
    assert_int_equal(gfn_env_spec_of(env)->table_axis[8], 2);
    assert_int_equal(gfn_env_read(env, "+------+-", spins), GFN_OK);
    env->ops->table_place(env->world, 1, spins, &place);
    assert_int_equal(place, 256 + 2);
    assert_int_equal(gfn_env_spec_of(large)->table_ndim, 0);
    gfn_env_destroy(&env);
    gfn_env_destroy(&large);
}

/* ---- marginals and errors ---- */

static void rows_of_marginals_have_names(void **state)
{
    (void)state;
    gfn_env *env = make_torus(3, 0.2);
    const gfn_env_marginals *marginals = env->ops->marginals;
    static const char *const names[] = {"energy", "magnetization", "abs_magnetization"};
    char key[32];
    int32_t spins[9];
    double value[3];
    assert_int_equal(marginals->count(env->world), 3);
    for (int i = 0; i < 3; i++) {
        marginals->key(env->world, i, key, sizeof key);
        assert_string_equal(key, names[i]);
    }
    assert_int_equal(gfn_env_read(env, "---+-++-+", spins), GFN_OK);
    marginals->find(env->world, 1, spins, value);
    assert_true(is_close(value[0], -log_reward_of(env, spins) / 9, 1e-15));
    assert_true(is_close(value[1], -1.0 / 9, 1e-15));
    assert_true(is_close(value[2], 1.0 / 9, 1e-15));
    gfn_env_destroy(&env);
}

static void assert_refused(const char *settings, const gfn_matrix *matrix, const char *word)
{
    gfn_env *env = NULL;
    const char *name = matrix ? "couplings" : NULL;
    assert_int_equal(create_with_matrix("ising", settings, name, matrix, &env), GFN_EINVAL);
    const char *message = gfn_error_message();
    if (!strstr(message, word) || !strstr(message, "expected ") || !strstr(message, " (hint: "))
        fail_msg("expected \"%s\", found: %s", word, message);
}

static void wrong_settings_are_rejected_with_a_hint(void **state)
{
    (void)state;
    double j[] = {0, 0.5, 0.25, 0.5, 0, 2.25, 0.25, 2.25, 0};
    gfn_matrix matrix = {3, 3, j, NULL};
    assert_refused("side=1", NULL, "side");
    assert_refused("side=182", NULL, "side");
    assert_refused("sigma=101", NULL, "sigma");
    assert_refused("sigma=nan", NULL, "sigma");
    assert_refused("side=4", &matrix, "--couplings or --side, found both");
    assert_refused("sigma=0.1", &matrix, "--couplings or --sigma, found both");
    j[5] = 2.375;
    assert_refused("", &matrix, "found 2.25 in row 2, column 1, counted from 0, but 2.375 in row");
    j[5] = 2.25;
    j[4] = -3;
    assert_refused("", &matrix, "found -3 in row 1, column 1, counted from 0");
    matrix.n_rows = 2;
    assert_refused("", &matrix, "found 2 x 3");
    assert_refused("", &(gfn_matrix){1, 1, (double[]){0}, NULL}, "found 1 x 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(torus_has_the_rewards_of_its_matrix),
        cmocka_unit_test(rewards_are_sums_of_bonds),
        cmocka_unit_test(largest_reward_is_known_for_tori_and_positive_couplings),
        cmocka_unit_test(all_rules_of_environments_are_kept),
        cmocka_unit_test(functions_can_be_called_at_the_same_time),
        cmocka_unit_test(states_are_numbered_in_base_3_if_int64_suffices),
        cmocka_unit_test(actions_set_a_spin_down_or_up),
        cmocka_unit_test(text_is_a_sign_per_spin),
        cmocka_unit_test(words_that_are_no_spins_are_rejected),
        cmocka_unit_test(tables_have_an_axis_per_spin),
        cmocka_unit_test(rows_of_marginals_have_names),
        cmocka_unit_test(wrong_settings_are_rejected_with_a_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
