/* SPDX-License-Identifier: MIT
 *
 * What is known exactly of Ising worlds.
 */
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

/* The two solvers share nothing; more than 10 spins are cut into low and high ones. */
static void the_two_solvers_agree(void **state)
{
    (void)state;
    for (int side = 4; side <= 5; side++) {
        double j[625], found[3], expected[3];
        fill_torus(side, -0.17, j);
        gfn_env *torus = make_torus(side, -0.17), *couplings = make_couplings(side * side, j);
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

/* The weights of most rows underflow: then they are those of no true sample. */
static void strong_bonds_have_their_ground_states(void **state)
{
    (void)state;
    gfn_env *env = make_torus(6, -80);
    const gfn_env_solver *solver = env->ops->solver;
    const gfn_stream stream = {2385, GFN_PURPOSE_TARGET, 0};
    void *solution = solve(env, 1);
    int32_t spin[8 * 36];
    double mean[3];
    assert_near(solver->log_z(solution), 72 * 160 + log(2), 1e-6, "log Z");
    solver->marginals(solution, mean);
    assert_near(mean[0], -320, 1e-6, "energy per spin");
    solver->draw(solution, &stream, 0, 8, spin);
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 36; k++) /* a checkerboard: 1 is down, 2 is up */
            assert_int_equal(spin[i * 36 + k] == spin[i * 36], (k / 6 + k % 6) % 2 == 0);
    solver->destroy(solution);
    gfn_env_destroy(&env);
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
        cmocka_unit_test(solvers_agree_with_the_sum_over_all_objects),
        cmocka_unit_test(the_two_solvers_agree),
        cmocka_unit_test(energy_is_the_derivative_of_log_z),
        cmocka_unit_test(draws_have_the_exact_distribution),
        cmocka_unit_test(draws_of_larger_worlds_have_the_exact_distribution),
        cmocka_unit_test(draws_do_not_depend_on_calls),
        cmocka_unit_test(strong_bonds_have_their_ground_states),
        cmocka_unit_test(what_takes_too_long_is_not_solved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
