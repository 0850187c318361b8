/* SPDX-License-Identifier: MIT
 *
 * The solver of sets against sums over all sets.
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
#include "tests/unit/envs/make_matrix.h"

enum { MOST = 40 };

static const double zeros[1024];

static gfn_env *make(const char *settings, size_t n, const double *energy)
{
    const gfn_matrix matrix = {(int64_t)n, 1, energy, NULL};
    return make_with_matrix("set", settings, "energies", &matrix);
}

static void *solve(const gfn_env *env, double beta)
{
    void *solution = NULL;
    if (env->ops->solver->create(env->world, beta, &solution) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return solution;
}

/* log Z of R^beta and the marginals, by a sum over all words whose bits are the items. */
static double sum_all(int n, int k, const double *energy, double beta, double *marginal)
{
    long double z = 0, included[MOST] = {0};
    for (uint32_t set = 0; set < UINT32_C(1) << n; set++) {
        long double sum = 0;
        if (__builtin_popcount(set) != k)
            continue;
        for (int i = 0; i < n; i++)
            sum += set >> i & 1 ? energy[i] : 0;
        const long double r = expl(-beta * sum);
        z += r;
        for (int i = 0; i < n; i++)
            included[i] += set >> i & 1 ? r : 0;
    }
    for (int i = 0; i < n; i++)
        marginal[i] = (double)(included[i] / z);
    return (double)logl(z);
}

/* By hand: 1/2 + 1/4 + 1/8 over the pairs of weights 1, 1/2 and 1/4. */
static void three_items_are_known_by_hand(void **state)
{
    (void)state;
    const double energy[3] = {log(4), 0, log(2)};
    double marginal[3];
    gfn_env *env = make("choose=2", 3, energy);
    void *solution = solve(env, 1);
    assert_true(is_close(env->ops->solver->log_z(solution), log(0.875), 1e-14));
    assert_true(is_close(gfn_env_spec_of(env)->log_z, log(0.875), 1e-14));
    env->ops->solver->marginals(solution, marginal);
    assert_true(is_close(marginal[0], 3 / 7., 1e-14));
    assert_true(is_close(marginal[1], 6 / 7., 1e-14));
    assert_true(is_close(marginal[2], 5 / 7., 1e-14));
    env->ops->solver->destroy(solution);
    gfn_env_destroy(&env);
}

static void log_z_and_marginals_agree_with_sums_over_all_sets(void **state)
{
    (void)state;
    static const double energy[14] = {0.7,   0.88, -0.27, 0.88, 1.61,  -2.2, 0.05,
                                      -0.44, 0,    3.1,   -1.9, -0.27, 0.6,  1.02};
    static const double betas[] = {1, 0, 0.5, 3, -1, 40};
    for (int k = 1; k <= 14; k++)
        for (size_t b = 0; b < sizeof betas / sizeof betas[0]; b++) {
            char settings[32];
            double expected[MOST], found[MOST];
            snprintf(settings, sizeof settings, "choose=%d", k);
            gfn_env *env = make(settings, 14, energy);
            void *solution = solve(env, betas[b]);
            const double log_z = sum_all(14, k, energy, betas[b], expected);
            assert_true(fabs(env->ops->solver->log_z(solution) - log_z) <
                        1e-12 * fmax(1, fabs(log_z)));
            env->ops->solver->marginals(solution, found);
            for (int i = 0; i < 14; i++)
                assert_true(fabs(found[i] - expected[i]) < 1e-12);
            env->ops->solver->destroy(solution);
            gfn_env_destroy(&env);
        }
}

/* Uniform: C(n, k) sets, and every item is in k/n of them. */
static void large_sets_agree_with_binomials(void **state)
{
    (void)state;
    static const struct {
        int n, k;
    } rows[] = {{80, 60}, {1024, 1}, {1024, 512}, {1024, 1023}, {1024, 1024}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        const int n = rows[r].n, k = rows[r].k;
        const double expected = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
        char settings[48];
        double marginal[1024];
        snprintf(settings, sizeof settings, "items=%d choose=%d", n, k);
        gfn_env *env = make(settings, (size_t)n, zeros);
        assert_true(fabs(gfn_env_spec_of(env)->log_z - expected) < 1e-9);
        void *solution = solve(env, 2.5);
        env->ops->solver->marginals(solution, marginal);
        for (int i = 0; i < n; i++)
            assert_true(is_close(marginal[i], (double)k / n, 1e-11));
        env->ops->solver->destroy(solution);
        gfn_env_destroy(&env);
    }
}

/* ---- draws ---- */

static const double six[6] = {0.9, -0.6, 0.1, 1.7, -0.6, 0.33};
static const gfn_stream stream = {.seed = 2385, .purpose = GFN_PURPOSE_TARGET, .iteration = 3};

/* 20 sets of 3 of 6 items: 19 degrees of freedom, whose chi-square is above 43.8 once in a
 * thousand times. */
static void draws_have_the_exact_distribution(void **state)
{
    (void)state;
    enum { N = 100000, STATES = 42, FIRST = 22 }; /* objects are the last 20 of 42 states */
    const double beta = 1.3;
    static int32_t set[N];
    static int64_t number[N];
    double count[STATES] = {0}, chi_square = 0, scratch[MOST];
    gfn_env *env = make("choose=3", 6, six);
    void *solution = solve(env, beta);
    const double log_z = sum_all(6, 3, six, beta, scratch);
    env->ops->solver->draw(solution, &stream, 0, N, set);
    assert_int_equal(gfn_env_number(env, N, set, number), GFN_OK);
    for (int i = 0; i < N; i++)
        count[number[i]]++;
    for (int64_t i = 0; i < STATES; i++) {
        int32_t object;
        assert_true(i >= FIRST || count[i] == 0);
        if (i < FIRST)
            continue;
        gfn_env_state_at(env, 1, &i, &object);
        const double expected = N * exp(beta * log_reward_of(env, &object) - log_z);
        chi_square += (count[i] - expected) * (count[i] - expected) / expected;
    }
    if (!(chi_square < 43.8))
        fail_msg("chi-square %g", chi_square);
    env->ops->solver->destroy(solution);
    gfn_env_destroy(&env);
}

static void draws_depend_on_stream_and_place_alone(void **state)
{
    (void)state;
    enum { N = 500, WIDTH = 3 };
    static int32_t all[N * WIDTH], parts[N * WIDTH];
    gfn_env *env = make("items=80 choose=60", 80, zeros);
    void *solution = solve(env, 1);
    env->ops->solver->draw(solution, &stream, 1000, N, all);
    assert_int_equal(gfn_env_check_objects(env, N, all), GFN_OK);
    for (int64_t first = 0, n; first < N; first += n) {
        n = first % 7 + 1 < N - first ? first % 7 + 1 : N - first;
        memset(parts + first * WIDTH, 0xff, (size_t)n * WIDTH * sizeof *parts);
        env->ops->solver->draw(solution, &stream, 1000 + first, (size_t)n, parts + first * WIDTH);
    }
    assert_memory_equal(parts, all, sizeof all);
    gfn_stream other = stream;
    other.iteration++;
    env->ops->solver->draw(solution, &other, 1000, N, parts);
    assert_memory_not_equal(parts, all, sizeof all);
    env->ops->solver->destroy(solution);
    gfn_env_destroy(&env);
}

/* Items whose weights are too small for any number, and too large. */
static void extreme_energies_are_drawn_as_well(void **state)
{
    (void)state;
    static const double energy[5] = {1e100, -1e100, 4e5, 0, 1e100};
    gfn_env *env = make("choose=3", 5, energy);
    void *solution = solve(env, 1);
    int32_t set[16];
    double marginal[5];
    env->ops->solver->draw(solution, &stream, 0, 16, set);
    for (int i = 0; i < 16; i++)
        assert_int_equal(set[i], 1 << 1 | 1 << 2 | 1 << 3);
    env->ops->solver->marginals(solution, marginal);
    for (int i = 0; i < 5; i++)
        assert_true(marginal[i] == (i >= 1 && i <= 3));
    env->ops->solver->destroy(solution);
    solution = NULL;
    assert_int_equal(env->ops->solver->create(env->world, 1e300, &solution), GFN_ENOSUP);
    assert_null(solution);
    assert_non_null(strstr(gfn_error_message(), "expected a finite log Z, found inf"));
    gfn_env_destroy(&env);
}

static void energies_of_pairs_have_no_solution(void **state)
{
    (void)state;
    static const double pairs[4] = {0.5, 1, 1, 0.5};
    const gfn_matrix matrix = {2, 2, pairs, NULL};
    gfn_env *env = make_with_matrix("set", "choose=1", "energies", &matrix);
    void *solution = NULL;
    assert_int_equal(env->ops->solver->create(env->world, 1, &solution), GFN_ENOSUP);
    assert_null(solution);
    assert_non_null(strstr(gfn_error_message(), "found pairs"));
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_items_are_known_by_hand),
        cmocka_unit_test(log_z_and_marginals_agree_with_sums_over_all_sets),
        cmocka_unit_test(large_sets_agree_with_binomials),
        cmocka_unit_test(draws_have_the_exact_distribution),
        cmocka_unit_test(draws_depend_on_stream_and_place_alone),
        cmocka_unit_test(extreme_energies_are_drawn_as_well),
        cmocka_unit_test(energies_of_pairs_have_no_solution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
