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
#include "tests/unit/env/make.h"
#include "tests/unit/env/solver.h"

static gfn_env *make_torus(int side, double sigma)
{
    char settings[64];
    snprintf(settings, sizeof settings, "side=%d sigma=%.17g", side, sigma);
    return make_env(gfn_env_find("ising"), settings);
}

static gfn_env *make_couplings(int64_t n, const double *j)
{
    return make_with_matrix("ising", "", "couplings", &(gfn_matrix){n, n, j, NULL});
}

/* Couplings of both signs, some 0, without structure. */
static void fill_couplings(int n, double *j)
{
    const gfn_stream stream = {.seed = 2385, .purpose = GFN_PURPOSE_CHECK};
    for (int a = 0; a < n; a++)
        for (int b = 0; b <= a; b++) {
            const double unit = gfn_random_unit(&stream, (uint64_t)a, (uint32_t)b);
            j[a * n + b] = j[b * n + a] = a == b || unit < 0.2 ? 0 : 1.3 * (unit - 0.55);
        }
}

/* J of the torus by its definition: two spins are neighbours if their places differ by 1 along one
 * side, modulo the side. */
static bool are_neighbours(int side, int a, int b)
{
    const int dx = abs(a % side - b % side), dy = abs(a / side - b / side);
    return (dy == 0 && (dx == 1 || dx == side - 1)) || (dx == 0 && (dy == 1 || dy == side - 1));
}

static void fill_torus(int side, double sigma, double *j)
{
    const int n = side * side;
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
            j[a * n + b] = are_neighbours(side, a, b) ? sigma : 0;
}

/* ---- rewards ---- */

/* Constants of transfer matrices and, for sides 3 and 4, of enumeration, from another program. */
static const struct {
    int side;
    double sigma, log_z;
} known[] = {
    {3, .1, 6.669744604},   {3, .2, 8.456456374},   {3, .3, 11.587695013},
    {4, .1, 11.771470359},  {4, .2, 14.561093024},  {4, .3, 20.056532884},
    {10, .1, 73.453097804}, {10, .2, 88.187700616}, {10, .3, 121.706389967},
};

static void log_z_is_that_of_known_constants(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        gfn_env *env = make_torus(known[i].side, known[i].sigma);
        void *solution = solve(env, 1);
        const double solved = env->ops->solver->log_z(solution);
        assert_true(fabs(solved - known[i].log_z) < 1e-9);
        assert_near(gfn_env_spec_of(env)->log_z, solved, 1e-13, "closed form");
        env->ops->solver->destroy(solution);
        gfn_env_destroy(&env);
    }
}

/* Two computations of any side: Kaufman's formula, and transfer matrices at another beta. */
static void closed_form_agrees_with_transfer_matrices(void **state)
{
    (void)state;
    static const double betas[] = {0, 1e-7, 3e-3, 0.61, 1.1017, 1.1018, 2.385, 40};
    for (int side = 3; side <= 9; side++)
        for (size_t b = 0; b < sizeof betas / sizeof betas[0]; b++)
            for (int sign = 1; sign >= (side % 2 ? 1 : -1); sign -= 2) {
                gfn_env *one = make_torus(side, sign * 0.2);
                gfn_env *other = make_torus(side, sign * 0.2 * betas[b]);
                void *solution = solve(one, betas[b]);
                assert_near(gfn_env_spec_of(other)->log_z, one->ops->solver->log_z(solution), 1e-13,
                            "closed form");
                one->ops->solver->destroy(solution);
                gfn_env_destroy(&one);
                gfn_env_destroy(&other);
            }
    gfn_env *odd = make_torus(5, -0.2);
    assert_true(isnan(gfn_env_spec_of(odd)->log_z));
    gfn_env_destroy(&odd);
}

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

/* ---- solvers ---- */

static void solvers_agree_with_the_sum_over_all_objects(void **state)
{
    (void)state;
    static const double betas[] = {1, 0, 0.37, 2.385};
    double j[9 * 9];
    fill_couplings(9, j);
    for (size_t b = 0; b < sizeof betas / sizeof betas[0]; b++) {
        gfn_env *envs[] = {make_torus(2, 0.3), make_torus(2, -0.2), make_torus(3, 0.21),
                           make_torus(3, -0.4), make_couplings(9, j)};
        for (size_t i = 0; i < sizeof envs / sizeof envs[0]; i++) {
            assert_solver_is_exact(envs[i], betas[b], i < 4 ? "torus" : "couplings");
            gfn_env_destroy(&envs[i]);
        }
    }
}

/* The two solvers share nothing; a matrix of 16 spins has high spins, which a small one has not. */
static void the_two_solvers_agree(void **state)
{
    (void)state;
    double j[256], found[3], expected[3];
    fill_torus(4, -0.17, j);
    gfn_env *torus = make_torus(4, -0.17), *couplings = make_couplings(16, j);
    void *a = solve(torus, 1.3), *b = solve(couplings, 1.3);
    assert_near(torus->ops->solver->log_z(a), couplings->ops->solver->log_z(b), 1e-13, "log Z");
    torus->ops->solver->marginals(a, found);
    couplings->ops->solver->marginals(b, expected);
    for (int row = 0; row < 3; row++)
        assert_near(found[row], expected[row], 1e-12, "expectation");
    torus->ops->solver->destroy(a);
    couplings->ops->solver->destroy(b);
    gfn_env_destroy(&torus);
    gfn_env_destroy(&couplings);
}

static double closed_log_z(int side, double sigma)
{
    gfn_env *env = make_torus(side, sigma);
    const double log_z = gfn_env_spec_of(env)->log_z;
    gfn_env_destroy(&env);
    return log_z;
}

/* E(log R) is d log Z / d beta: differences of the closed form, of order h^4. */
static void energy_is_the_derivative_of_log_z(void **state)
{
    (void)state;
    const double sigma = 0.23, beta = 0.9, h = 1e-3;
    double difference[2], found[3];
    for (int i = 0; i < 2; i++) {
        const double step = h * (i + 1);
        difference[i] =
            (closed_log_z(8, sigma * (beta + step)) - closed_log_z(8, sigma * (beta - step))) /
            (2 * step);
    }
    gfn_env *env = make_torus(8, sigma);
    void *solution = solve(env, beta);
    env->ops->solver->marginals(solution, found);
    assert_near(found[0], -(4 * difference[0] - difference[1]) / 3 / 64, 1e-8, "energy");
    assert_true(found[1] == 0);
    assert_true(found[2] > 0.3 && found[2] < 1);
    env->ops->solver->destroy(solution);
    gfn_env_destroy(&env);
}

static int object_of_9(const int32_t *spin)
{
    int cell = 0;
    for (int i = 0; i < 9; i++)
        cell = 2 * cell + spin[i] - 1;
    return cell;
}

/* The first row and the last, which is its neighbour, of a torus of side 4. */
static int rows_0_and_3(const int32_t *spin)
{
    int cell = 0;
    for (int i = 0; i < 8; i++)
        cell = 2 * cell + spin[i < 4 ? i : i + 8] - 1;
    return cell;
}

static int columns_0_and_2(const int32_t *spin)
{
    int cell = 0;
    for (int i = 0; i < 8; i++)
        cell = 2 * cell + spin[i < 4 ? 4 * i : 4 * (i - 4) + 2] - 1;
    return cell;
}

static void draws_have_the_exact_distribution(void **state)
{
    (void)state;
    double j[81];
    fill_couplings(9, j);
    gfn_env *three = make_torus(3, 0.13), *couplings = make_couplings(9, j);
    assert_draws_are_exact(three, 1.4, 60000, 512, object_of_9);
    assert_draws_are_exact(three, -0.8, 60000, 512, object_of_9);
    assert_draws_are_exact(couplings, 0.7, 60000, 512, object_of_9);
    gfn_env_destroy(&three);
    gfn_env_destroy(&couplings);
}

/* The probabilities of cells of a torus of side 4, by the sum over its objects. */
static void find_cells(const gfn_env *env, double beta, cell_of cell, double expected[256])
{
    double z = 0;
    memset(expected, 0, 256 * sizeof *expected);
    for (int object = 0; object < 65536; object++) {
        int32_t spin[16];
        for (int i = 0; i < 16; i++)
            spin[i] = 1 + (object >> i & 1);
        const double weight = exp(beta * log_reward_of(env, spin));
        z += weight;
        expected[cell(spin)] += weight;
    }
    for (int k = 0; k < 256; k++)
        expected[k] /= z;
}

static void draws_of_larger_worlds_have_the_exact_distribution(void **state)
{
    (void)state;
    static const cell_of cells[] = {rows_0_and_3, columns_0_and_2};
    double j[256], expected[256];
    fill_couplings(16, j);
    gfn_env *envs[] = {make_torus(4, 0.17), make_couplings(16, j)};
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < 2; k++) {
            find_cells(envs[i], 0.8, cells[k], expected);
            assert_draws_have(envs[i], 0.8, 60000, 256, cells[k], expected);
        }
        gfn_env_destroy(&envs[i]);
    }
}

static void draws_do_not_depend_on_calls(void **state)
{
    (void)state;
    double j[169];
    fill_couplings(13, j);
    gfn_env *torus = make_torus(7, 0.2), *couplings = make_couplings(13, j);
    assert_draws_do_not_depend_on_calls(torus);
    assert_draws_do_not_depend_on_calls(couplings);
    gfn_env_destroy(&torus);
    gfn_env_destroy(&couplings);
}

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
    assert_int_equal(gfn_env_read(env, "++++-+---", spins), GFN_OK);
    marginals->find(env->world, 1, spins, value);
    assert_true(is_close(value[0], -log_reward_of(env, spins) / 9, 1e-15));
    assert_true(is_close(value[1], 1.0 / 9, 1e-15));
    assert_int_equal(gfn_env_read(env, "---+-++-+", spins), GFN_OK);
    marginals->find(env->world, 1, spins, value);
    assert_true(is_close(value[1], -1.0 / 9, 1e-15));
    assert_true(is_close(value[2], 1.0 / 9, 1e-15));
    gfn_env_destroy(&env);
}

/* ---- errors ---- */

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

static void assert_unknown(const gfn_env *env, double beta, const char *word)
{
    void *solution = NULL;
    assert_int_equal(env->ops->solver->create(env->world, beta, &solution), GFN_ENOSUP);
    assert_null(solution);
    if (!strstr(gfn_error_message(), word) || !strstr(gfn_error_message(), " (hint: "))
        fail_msg("expected \"%s\", found: %s", word, gfn_error_message());
}

static void what_takes_too_long_is_not_solved(void **state)
{
    (void)state;
    static double j[27 * 27];
    gfn_env *large = make_torus(14, 0.2), *odd = make_torus(5, -20);
    gfn_env *couplings = make_couplings(27, j);
    assert_unknown(large, 1, "side 14");
    assert_unknown(odd, 2, "underflow");
    assert_unknown(couplings, 1, "27 spins");
    void *solution = solve(odd, 1.4);
    const double log_z = odd->ops->solver->log_z(solution), largest = 1.4 * 40 * (50 - 20);
    assert_true(log_z > largest && log_z < largest + 25 * log(2));
    odd->ops->solver->destroy(solution);
    gfn_env_destroy(&large);
    gfn_env_destroy(&odd);
    gfn_env_destroy(&couplings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_z_is_that_of_known_constants),
        cmocka_unit_test(closed_form_agrees_with_transfer_matrices),
        cmocka_unit_test(torus_has_the_rewards_of_its_matrix),
        cmocka_unit_test(rewards_are_sums_of_bonds),
        cmocka_unit_test(largest_reward_is_known_for_tori_and_positive_couplings),
        cmocka_unit_test(all_rules_of_environments_are_kept),
        cmocka_unit_test(functions_can_be_called_at_the_same_time),
        cmocka_unit_test(states_are_numbered_in_base_3_if_int64_suffices),
        cmocka_unit_test(actions_set_a_spin_down_or_up),
        cmocka_unit_test(text_is_a_sign_per_spin),
        cmocka_unit_test(tables_have_an_axis_per_spin),
        cmocka_unit_test(solvers_agree_with_the_sum_over_all_objects),
        cmocka_unit_test(the_two_solvers_agree),
        cmocka_unit_test(energy_is_the_derivative_of_log_z),
        cmocka_unit_test(draws_have_the_exact_distribution),
        cmocka_unit_test(draws_of_larger_worlds_have_the_exact_distribution),
        cmocka_unit_test(draws_do_not_depend_on_calls),
        cmocka_unit_test(rows_of_marginals_have_names),
        cmocka_unit_test(wrong_settings_are_rejected_with_a_hint),
        cmocka_unit_test(what_takes_too_long_is_not_solved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
