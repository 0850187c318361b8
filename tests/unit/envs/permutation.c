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
#include "tests/unit/envs/solver.h"

enum { MAX = 32 };

static const char *const rewards[] = {"tour", "path", "completion-time"};

/* Costs of ways, not symmetric; times and weights. */
static const double ways[] = {
    0,    2.385, 0.71,      1.94, 3.02, /**/ 1.13, 0,    2.66,      0.48, 1.57, /**/ 2.2, 0.93, 0,
    1.31, 0.85,  /**/ 0.64, 1.78, 2.91, 0,         2.07, /**/ 1.46, 0.39, 1.12, 2.53,     0,
};
static const double times[] = {0.91, 1.4, 0.23, 0.35, 0.58, 2.1, 1.17, 0.62, 0.44, 0.87};

static gfn_env *make_of(const char *reward, int64_t rows, int64_t columns, const double *cost)
{
    char settings[64];
    snprintf(settings, sizeof settings, "reward=%s", reward);
    return make_with_matrix("permutation", settings, "cost",
                            &(gfn_matrix){rows, columns, cost, NULL});
}

static gfn_env *make_known(int kind)
{
    return kind < 2 ? make_of(rewards[kind], 5, 5, ways) : make_of(rewards[kind], 5, 2, times);
}

/* n items with costs of some entropy; those of ways are also on the diagonal, which does not
 * count. */
static gfn_env *make_random(int kind, int n)
{
    const gfn_stream stream = {.seed = 2385, .purpose = GFN_PURPOSE_CHECK};
    double cost[MAX * MAX];
    for (int i = 0; i < n * n; i++)
        cost[i] = 1.7 * gfn_random_unit(&stream, (uint64_t)n, (uint32_t)i) - (kind < 2 ? 0.4 : 0);
    return make_of(rewards[kind], n, kind < 2 ? n : 2, cost);
}

/* ---- rewards ---- */

/* From sums over all 120 orders, by another program: log Z, and the probabilities that item 4
 * follows item 2 at once, and at any place. */
static const struct {
    int kind;
    double beta, log_z, at_once, later;
} known[] = {
    {0, 1, -1.143037185950, 0.763007676215, 0.709328194289},
    {0, 0.37, 2.093308190416, 0.364047199862, 0.539635759905},
    {1, 1, -0.157044617755, 0.456494669389, 0.586623285865},
    {1, 0.37, 2.617316202129, 0.271474393715, 0.518149782468},
    {2, 1, -4.635265149566, 0.280918999129, 0.714320859955},
    {2, 0.37, 1.037938422513, 0.224209351890, 0.607006827657},
};

static void constants_are_those_of_another_program(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        gfn_env *env = make_known(known[i].kind);
        double value[20][2];
        void *solution = solve(env, known[i].beta);
        assert_near(env->ops->solver->log_z(solution), known[i].log_z, 1e-11, "log Z");
        env->ops->solver->marginals(solution, &value[0][0]);
        assert_near(value[2 * 4 + 3][0], known[i].at_once, 1e-11, "at once");
        assert_near(value[2 * 4 + 3][1], known[i].later, 1e-11, "later");
        env->ops->solver->destroy(solution);
        gfn_env_destroy(&env);
    }
}

static double log_reward_of_text(const gfn_env *env, const char *text)
{
    int32_t item[MAX];
    if (gfn_env_read(env, text, item) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return log_reward_of(env, item);
}

static void rewards_are_minus_costs(void **state)
{
    (void)state;
    static const double expected[] = {
        -(1.94 + 1.78 + 2.66 + 0.85 + 1.46),
        -(1.94 + 1.78 + 2.66 + 0.85),
        -(1.4 * 0.91 + 0.62 * 2.08 + 0.35 * 2.31 + 2.1 * 2.89 + 0.87 * 3.33),
    };
    for (int kind = 0; kind < 3; kind++) {
        gfn_env *env = make_known(kind);
        assert_true(is_close(log_reward_of_text(env, "0 3 1 2 4"), expected[kind], 1e-14));
        gfn_env_destroy(&env);
    }
    /* One column: weights of 1. */
    gfn_env *env = make_of("completion-time", 3, 1, (double[]){0.5, 0.25, 2});
    assert_true(is_close(log_reward_of_text(env, "2 0 1"), -(2 + 2.5 + 2.75), 1e-15));
    gfn_env_destroy(&env);
}

/* So that all of them are modes if one is. */
static void equal_tours_have_equal_bits(void **state)
{
    (void)state;
    gfn_env *tour = make_known(0), *path;
    const double reward = log_reward_of_text(tour, "0 3 1 2 4");
    assert_true(reward == log_reward_of_text(tour, "3 1 2 4 0"));
    assert_true(reward == log_reward_of_text(tour, "4 0 3 1 2"));
    assert_true(reward != log_reward_of_text(tour, "4 2 1 3 0"));
    gfn_env_destroy(&tour);
    double symmetric[25];
    for (int i = 0; i < 25; i++)
        symmetric[i] = ways[i] + ways[i % 5 * 5 + i / 5];
    tour = make_of("tour", 5, 5, symmetric);
    path = make_of("path", 5, 5, symmetric);
    for (int64_t i = gfn_env_spec_of(tour)->n_states - 120; i < gfn_env_spec_of(tour)->n_states;
         i++) {
        int32_t item[5], back[5];
        gfn_env_state_at(tour, 1, &i, item);
        for (int k = 0; k < 5; k++)
            back[k] = item[4 - k];
        assert_true(log_reward_of(path, item) == log_reward_of(path, back));
        for (int k = 0; k < 5; k++) {
            const int32_t turned[] = {back[k], back[(k + 1) % 5], back[(k + 2) % 5],
                                      back[(k + 3) % 5], back[(k + 4) % 5]};
            assert_true(log_reward_of(tour, item) == log_reward_of(tour, turned));
        }
    }
    gfn_env_destroy(&tour);
    gfn_env_destroy(&path);
}

/* ---- the contract ---- */

static void all_rules_of_environments_are_kept(void **state)
{
    (void)state;
    static const int sizes[] = {2, 3, 4, 5, 6, 11, 20, 21, 32};
    for (int kind = 0; kind < 3; kind++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            gfn_env *env = make_random(kind, sizes[i]);
            assert_keeps_the_contract(env, rewards[kind]);
            gfn_env_destroy(&env);
        }
}

static gfn_status make_again(void *self, gfn_env **env)
{
    (void)self;
    return create_with_matrix("permutation", "", "cost", &(gfn_matrix){5, 5, ways, NULL}, env);
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

static void states_are_numbered_if_int64_suffices(void **state)
{
    (void)state;
    static const struct {
        int n;
        int64_t states;
    } rows[] = {
        {2, 5}, {3, 16}, {10, 9864101}, {20, INT64_C(6613313319248080001)}, {21, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_random(0, rows[i].n);
        assert_int_equal(gfn_env_spec_of(env)->n_states, rows[i].states);
        gfn_env_destroy(&env);
    }
    gfn_env *env = make_random(0, 3);
    int32_t item[3];
    int64_t number = 1 + 3 + 2 * 2; /* after the start and single items: 2, then the first left */
    gfn_env_state_at(env, 1, &number, item);
    assert_memory_equal(item, ((int32_t[]){2, 0, -1}), sizeof item);
    gfn_env_destroy(&env);
}

static void text_is_the_items_in_order(void **state)
{
    (void)state;
    gfn_env *env = make_known(0);
    int32_t item[5];
    static const struct {
        const char *text, *word;
    } rows[] = {
        {"0 1 2 3", "expected 5 numbers, found 4"},
        {"0 1 2 3 x", "expected whole numbers, found \"x\""},
        {"0 1 2 3 -1", "expected an object of this permutation, found (0, 1, 2, 3, -1)"},
        {"0 1 2 3 3", "expected an object of this permutation"},
        {"0 1 2 3 5", "expected an object of this permutation"},
        {"0 -1 2 3 4", "expected an object of this permutation"},
        {"0 1 -7 3 4", "expected an object of this permutation"},
        {"-1 1 2 3 4", "expected an object of this permutation"},
    };
    assert_text_keeps_states(env);
    assert_int_equal(gfn_env_read(env, "3 0,4 1 2", item), GFN_OK);
    assert_memory_equal(item, ((int32_t[]){3, 0, 4, 1, 2}), sizeof item);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(gfn_env_read(env, rows[i].text, item), GFN_EINVAL);
        if (!strstr(gfn_error_message(), rows[i].word))
            fail_msg("%s: %s", rows[i].text, gfn_error_message());
    }
    gfn_env_destroy(&env);
}

/* ---- the solver ---- */

static void solver_agrees_with_the_sum_over_all_orders(void **state)
{
    (void)state;
    static const double betas[] = {1, 0, 0.37, 2.385};
    for (int kind = 0; kind < 3; kind++)
        for (int n = 2; n <= 7; n++)
            for (size_t b = 0; b < sizeof betas / sizeof betas[0]; b++) {
                gfn_env *env = make_random(kind, n);
                assert_solver_is_exact(env, betas[b], rewards[kind]);
                gfn_env_destroy(&env);
            }
}

/* By hand: with equal costs c, log Z is log n! - beta n c, one c less for paths; also if all
 * weights are too small for a double. */
static void equal_costs_of_any_size_are_solved(void **state)
{
    (void)state;
    double cost[15 * 15];
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < 3; i++) {
            const double c = (const double[]){0.3, 2385, -1e6}[i];
            for (int k = 0; k < 225; k++)
                cost[k] = c;
            gfn_env *env = make_of(rewards[kind], 15, 15, cost);
            void *solution = solve(env, 1.5);
            assert_near(env->ops->solver->log_z(solution), lgamma(16) - 1.5 * (15 - kind) * c,
                        1e-13, "log Z");
            env->ops->solver->destroy(solution);
            gfn_env_destroy(&env);
        }
}

/* The place of each of 5 items, of all 120 orders the number; distinct and below 625. */
static int order_of_5(const int32_t *item)
{
    return ((item[0] * 5 + item[1]) * 5 + item[2]) * 5 + item[3];
}

static void draws_have_the_exact_distribution(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        gfn_env *env = make_known(kind);
        assert_draws_are_exact(env, 0.6, 40000, 625, order_of_5);
        gfn_env_destroy(&env);
    }
}

static void draws_do_not_depend_on_calls(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        gfn_env *env = make_random(kind, 9);
        assert_draws_do_not_depend_on_calls(env);
        gfn_env_destroy(&env);
    }
}

static void marginals_are_of_pairs_of_items(void **state)
{
    (void)state;
    gfn_env *tour = make_known(0), *path = make_known(1);
    const gfn_env_marginals *marginals = tour->ops->marginals;
    const int32_t item[] = {3, 0, 4, 1, 2};
    double of_tour[20][2], of_path[20][2];
    assert_int_equal(marginals->count(tour->world), 20);
    marginals->find(tour->world, 1, item, &of_tour[0][0]);
    marginals->find(path->world, 1, item, &of_path[0][0]);
    for (int row = 0; row < 20; row++) {
        char key[16];
        int first, second, place[2] = {0};
        marginals->key(tour->world, row, key, sizeof key);
        assert_int_equal(sscanf(key, "%d,%d", &first, &second), 2);
        assert_true(first != second && (row == 0 || first * 5 + second > 1));
        for (int k = 0; k < 5; k++) {
            place[0] = item[k] == first ? k : place[0];
            place[1] = item[k] == second ? k : place[1];
        }
        assert_true(of_path[row][0] == (place[0] + 1 == place[1]));
        assert_true(of_tour[row][0] == ((place[0] + 1) % 5 == place[1]));
        assert_true(of_path[row][1] == (place[0] < place[1]));
        assert_true(of_tour[row][1] == (place[0] < place[1]));
    }
    gfn_env_destroy(&tour);
    gfn_env_destroy(&path);
}

/* ---- errors ---- */

static void assert_refused(const char *settings, const gfn_matrix *matrix, const char *word)
{
    gfn_env *env = NULL;
    const char *name = matrix ? "cost" : NULL;
    assert_int_equal(create_with_matrix("permutation", settings, name, matrix, &env), GFN_EINVAL);
    const char *message = gfn_error_message();
    if (!strstr(message, word) || !strstr(message, "expected ") || !strstr(message, " (hint: "))
        fail_msg("expected \"%s\", found: %s", word, message);
}

static void wrong_settings_are_rejected_with_a_hint(void **state)
{
    (void)state;
    static const double large[33 * 33];
    const gfn_matrix square = {5, 5, ways, NULL}, two = {5, 2, times, NULL};
    double negative[10];
    assert_refused("", NULL, "found neither");
    assert_refused("items=1", NULL, "items");
    assert_refused("items=33", NULL, "items");
    assert_refused("items=5 reward=circle", NULL, "completion-time");
    assert_refused("items=6", &square, "5, found --items 6");
    assert_refused("", &two, "expected a square matrix for --reward tour, found 5 x 2");
    assert_refused("reward=path", &two, "expected a square matrix for --reward path, found 5 x 2");
    assert_refused("reward=completion-time", &square, "found 5");
    assert_refused("", &(gfn_matrix){33, 33, large, NULL}, "found 33");
    assert_refused("", &(gfn_matrix){1, 1, large, NULL}, "found 1");
    memcpy(negative, times, sizeof times);
    negative[7] = -0.5;
    assert_refused("reward=completion-time", &(gfn_matrix){5, 2, negative, NULL},
                   "found the weight -0.5 in row 3");
    assert_refused("reward=completion-time", &(gfn_matrix){10, 1, negative, NULL},
                   "found the time -0.5 in row 7");
}

static void rewards_may_come_from_outside(void **state)
{
    (void)state;
    gfn_env *env = NULL;
    void *solution = NULL;
    assert_int_equal(create_with_matrix("permutation", "items=6", NULL, NULL, &env), GFN_OK);
    assert_true(gfn_env_spec_of(env)->needs_rewards);
    assert_int_equal(gfn_env_spec_of(env)->n_states, 1957);
    assert_int_equal(env->ops->solver->create(env->world, 1, &solution), GFN_ENOSUP);
    gfn_env_destroy(&env);
}

static void too_many_items_are_not_solved(void **state)
{
    (void)state;
    static const int most[] = {21, 20, 20};
    for (int kind = 0; kind < 3; kind++) {
        gfn_env *env = make_random(kind, most[kind] + 1);
        void *solution = NULL;
        char part[64];
        snprintf(part, sizeof part, "at most %d items (hint: ", most[kind]);
        assert_int_equal(env->ops->solver->create(env->world, 1, &solution), GFN_ENOSUP);
        assert_null(solution);
        if (!strstr(gfn_error_message(), part))
            fail_msg("expected \"%s\", found: %s", part, gfn_error_message());
        gfn_env_destroy(&env);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_those_of_another_program),
        cmocka_unit_test(rewards_are_minus_costs),
        cmocka_unit_test(equal_tours_have_equal_bits),
        cmocka_unit_test(all_rules_of_environments_are_kept),
        cmocka_unit_test(functions_can_be_called_at_the_same_time),
        cmocka_unit_test(states_are_numbered_if_int64_suffices),
        cmocka_unit_test(text_is_the_items_in_order),
        cmocka_unit_test(solver_agrees_with_the_sum_over_all_orders),
        cmocka_unit_test(equal_costs_of_any_size_are_solved),
        cmocka_unit_test(draws_have_the_exact_distribution),
        cmocka_unit_test(draws_do_not_depend_on_calls),
        cmocka_unit_test(marginals_are_of_pairs_of_items),
        cmocka_unit_test(wrong_settings_are_rejected_with_a_hint),
        cmocka_unit_test(rewards_may_come_from_outside),
        cmocka_unit_test(too_many_items_are_not_solved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
