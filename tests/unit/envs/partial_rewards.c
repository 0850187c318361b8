/* SPDX-License-Identifier: MIT
 *
 * What the parts of an object contribute to log R, in each family that knows it: sums by other code
 * than the environment's, from the definitions.
 */
#include <gfn/env.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "envs/ising.h"
#include "tests/unit/envs/ising.h"

static double partial_of(const gfn_env *env, const int32_t *state)
{
    double log_r = NAN;
    assert_true(gfn_env_has_partial_rewards(env));
    gfn_env_ask_state_reward(env, 1, state, &log_r);
    return log_r;
}

/* Spins: pairs of which both are set. */
static double sum_pairs(int n, const double *j, const int32_t *spin)
{
    double sum = 0;
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
            if (spin[a] != GFN_SPIN_UNSET && spin[b] != GFN_SPIN_UNSET)
                sum += spin[a] == spin[b] ? j[a * n + b] : -j[a * n + b];
    return sum;
}

static void spins_that_are_set_have_their_bonds(void **state)
{
    (void)state;
    for (int side = 2; side <= 6; side++) {
        double torus[36 * 36], other[36 * 36];
        const int n = side * side;
        fill_torus(side, 0.3, torus);
        fill_couplings(n, other);
        gfn_env *env[] = {make_torus(side, 0.3), make_couplings(n, other)};
        for (uint32_t k = 0; k < 100; k++) {
            const gfn_stream stream = {.seed = k, .purpose = GFN_PURPOSE_CHECK};
            int32_t spin[36];
            for (uint32_t i = 0; i < 36; i++)
                spin[i] = (int32_t)(gfn_random_word(&stream, 0, i) % (k % 2 ? 3 : 2)) + !(k % 2);
            assert_near(partial_of(env[0], spin), sum_pairs(n, torus, spin), 1e-12, "torus");
            assert_near(partial_of(env[1], spin), sum_pairs(n, other, spin), 1e-12, "couplings");
            if (k % 2 == 0) /* an object */
                assert_near(partial_of(env[0], spin), log_reward_of(env[0], spin), 1e-12, "R");
        }
        gfn_env_destroy(&env[0]);
        gfn_env_destroy(&env[1]);
    }
}

/* An item is a bit. */
static void items_that_are_chosen_have_their_energies(void **state)
{
    (void)state;
    double energy[] = {0.5, 0.25, -1, 0.25, 2, 4, -1, 4, 8};
    gfn_env *env =
        make_with_matrix("set", "choose=2", "energies", &(gfn_matrix){3, 1, energy, NULL});
    assert_near(partial_of(env, (int32_t[]){0}), 0, 1e-15, "none");
    assert_near(partial_of(env, (int32_t[]){4}), 1, 1e-15, "{2}");
    assert_near(partial_of(env, (int32_t[]){5}), 0.5, 1e-15, "{0, 2}");
    gfn_env_destroy(&env);
    env = make_with_matrix("set", "choose=2", "energies", &(gfn_matrix){3, 3, energy, NULL});
    assert_near(partial_of(env, (int32_t[]){2}), -2, 1e-15, "{1}");
    assert_near(partial_of(env, (int32_t[]){3}), -0.5 - 2 - 0.25, 1e-15, "{0, 1}");
    gfn_env_destroy(&env);
}

/* Items that are still free are -1. */
static void items_so_far_have_their_costs(void **state)
{
    (void)state;
    double cost[] = {0, 1, 2, 4, 0, 8, 16, 32, 0};
    static const int32_t none[] = {-1, -1, -1}, one[] = {2, -1, -1}, two[] = {2, 0, -1},
                         all[] = {2, 0, 1};
    for (int is_tour = 0; is_tour < 2; is_tour++) {
        gfn_env *env = make_with_matrix("permutation", is_tour ? "reward=tour" : "reward=path",
                                        "cost", &(gfn_matrix){3, 3, cost, NULL});
        assert_near(partial_of(env, none), 0, 1e-15, "none");
        assert_near(partial_of(env, one), 0, 1e-15, "2");
        assert_near(partial_of(env, two), -16, 1e-15, "2 0");
        assert_near(partial_of(env, all), -17, 1e-15, "2 0 1");
        assert_near(log_reward_of(env, all), is_tour ? -17 - 8 : -17, 1e-15, "R");
        gfn_env_destroy(&env);
    }
    double jobs[] = {0.5, 1, 0.25, 3, 2, 1}; /* time, weight */
    gfn_env *env = make_with_matrix("permutation", "reward=completion-time", "cost",
                                    &(gfn_matrix){3, 2, jobs, NULL});
    assert_near(partial_of(env, none), 0, 1e-15, "none");
    assert_near(partial_of(env, two), -2 - 2.5, 1e-15, "2 0");
    assert_near(partial_of(env, all), -2 - 2.5 - 3 * 2.75, 1e-15, "2 0 1");
    assert_near(partial_of(env, all), log_reward_of(env, all), 1e-15, "R");
    gfn_env_destroy(&env);
}

/* Where rewards come from outside, the environment has no partial ones. */
static void other_rewards_have_no_partial_ones(void **state)
{
    (void)state;
    gfn_env *env = make_with_matrix("sequence", "length=2", NULL, NULL);
    assert_false(gfn_env_has_partial_rewards(env));
    gfn_env_destroy(&env);
    env = make_with_matrix("set", "items=3 choose=2", NULL, NULL);
    assert_false(gfn_env_has_partial_rewards(env));
    gfn_env_destroy(&env);
    env = make_torus(2, 0.3);
    assert_true(gfn_env_has_partial_rewards(env));
    assert_int_equal(gfn_env_make_up_rewards(env, 2385), GFN_OK);
    assert_false(gfn_env_has_partial_rewards(env));
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spins_that_are_set_have_their_bonds),
        cmocka_unit_test(items_that_are_chosen_have_their_energies),
        cmocka_unit_test(items_so_far_have_their_costs),
        cmocka_unit_test(other_rewards_have_no_partial_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
