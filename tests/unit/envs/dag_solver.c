/* SPDX-License-Identifier: MIT
 *
 * The solver of graphs against sums over all graphs, and against sums by inclusion and exclusion
 * where graphs are too many.
 */
#include "tests/unit/envs/make_dag.h"

static const struct {
    int d;
    const char *settings;
    double beta;
} cases[] = {
    {2, "", 1},
    {3, "prior=edges", 0.37},
    {0, "", 1},
    {0, "score=linear-gaussian", 1},
    {0, "max-parents=1 prior=fair", 2.5},
    {4, "prior=edges edge-penalty=50", 1},
    {5, "", 1},
    {5, "score=linear-gaussian standardize=yes", 3},
    {5, "prior=er prior-edges=1.2 max-parents=2", 0.5},
    {5, "", 0},
    {5, "max-parents=1", -0.4},
    {5, "", 40}, /* weights differ by factors that no double holds */
    {4, "max-parents=1 score=linear-gaussian", 30},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static void *solve(const gfn_env *env, double beta)
{
    void *solution;
    assert_int_equal(env->ops->solver->create(env->world, beta, &solution), GFN_OK);
    return solution;
}

static void log_z_is_the_sum_over_all_graphs(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        gfn_env *env = make_dag_of(cases[i].d, cases[i].settings);
        double *log_reward;
        int32_t *graph = list_graphs(env, &log_reward);
        const double expected =
            log_sum_of((size_t)gfn_env_spec_of(env)->n_states, log_reward, cases[i].beta);
        void *solution = solve(env, cases[i].beta);
        const double found = env->ops->solver->log_z(solution);
        if (!(fabs(found - expected) < 1e-11 * (1 + fabs(expected))))
            fail_msg("%s: %.15g, expected %.15g", cases[i].settings, found, expected);
        env->ops->solver->destroy(solution);
        free(graph);
        free(log_reward);
        gfn_env_destroy(&env);
    }
}

static void marginals_are_those_of_all_graphs(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        gfn_env *env = make_dag_of(cases[i].d, cases[i].settings);
        const gfn_env_marginals *marginals = env->ops->marginals;
        const size_t n = (size_t)gfn_env_spec_of(env)->n_states, d = (size_t)dag_of(env)->d;
        const size_t values = 3 * (size_t)marginals->count(env->world);
        double *log_reward, one[60], expected[60] = {0}, found[60];
        int32_t *graph = list_graphs(env, &log_reward);
        void *solution = solve(env, cases[i].beta);
        const double log_z = log_sum_of(n, log_reward, cases[i].beta);
        assert_int_equal(values, 3 * d * (d - 1));
        for (size_t k = 0; k < n; k++) {
            marginals->find(env->world, 1, graph + k * d, one);
            for (size_t v = 0; v < values; v++)
                expected[v] += one[v] * exp(cases[i].beta * log_reward[k] - log_z);
        }
        env->ops->solver->marginals(solution, found);
        for (size_t v = 0; v < values; v++)
            if (!(fabs(found[v] - expected[v]) < 1e-11 * fmax(1, cases[i].beta)))
                fail_msg("%s: value %zu: %.15g, expected %.15g", cases[i].settings, v, found[v],
                         expected[v]);
        env->ops->solver->destroy(solution);
        free(graph);
        free(log_reward);
        gfn_env_destroy(&env);
    }
}

/* By numpy, see dag_scores.c: with powers of the matrix for paths. */
static void marginals_agree_with_numpy(void **state)
{
    (void)state;
    static const double expected[12][3] = {
        {0.486724698905, 0.487091798309, 0.999155151333},
        {0.270986263124, 0.299070193041, 0.909507092174},
        {0.153260105858, 0.465312241388, 0.345287196886},
        {0.511571310433, 0.511909261941, 0.999155151333},
        {0.339451484648, 0.39484865361, 0.938212270681},
        {0.637112713072, 0.642953485017, 0.972658713312},
        {0.395436554217, 0.423759244525, 0.909507092174},
        {0.463853453232, 0.509667822769, 0.938212270681},
        {0.29028942951, 0.519836462216, 0.563537681828},
        {0.116986856926, 0.347532709097, 0.345287196886},
        {0.334644457676, 0.345789313539, 0.972658713312},
        {0.237402797829, 0.325283597441, 0.563537681828},
    };
    gfn_env *env = make_dag_of(0, "");
    double found[36];
    void *solution = solve(env, 1);
    env->ops->solver->marginals(solution, found);
    for (size_t i = 0; i < 36; i++)
        if (!(fabs(found[i] - expected[i / 3][i % 3]) < 1e-11))
            fail_msg("row %zu: %.12g, expected %.12g", i / 3, found[i], expected[i / 3][i % 3]);
    env->ops->solver->destroy(solution);
    gfn_env_destroy(&env);
}

/* Robinson's sum over sinks: Z(S) = sum over T of (-1)^(|T| + 1) Z(S without T) prod over j in T of
 * A_j(S without T), in extended precision: 2e-10 is what cancellation leaves of it. */
static double sum_over_sinks(const gfn_dag *dag)
{
    const int d = dag->d;
    const size_t sets = (size_t)1 << d;
    long double *z = calloc(sets, sizeof *z), *a = calloc(sets * (size_t)d, sizeof *a);
    const double shift = dag->max_log_reward / d;
    assert_true(z && a);
    for (size_t set = 0; set < sets; set++)
        for (int j = 0; j < d; j++)
            if (!(set >> j & 1))
                for (size_t part = set;; part = (part - 1) & set) {
                    a[set * (size_t)d + (size_t)j] +=
                        expl((long double)(gfn_dag_scores_local(&dag->scores, j, (uint32_t)part) -
                                           shift));
                    if (part == 0)
                        break;
                }
    z[0] = 1;
    for (size_t set = 1; set < sets; set++)
        for (size_t sinks = set; sinks != 0; sinks = (sinks - 1) & set) {
            long double product = z[set & ~sinks];
            for (int j = 0; j < d; j++)
                if (sinks >> j & 1)
                    product *= a[(set & ~sinks) * (size_t)d + (size_t)j];
            z[set] += __builtin_popcountll(sinks) & 1 ? product : -product;
        }
    const double log_z = (double)logl(z[sets - 1]) + d * shift;
    free(z);
    free(a);
    return log_z;
}

static void log_z_of_nine_variables_agrees_with_inclusion_and_exclusion(void **state)
{
    (void)state;
    static const char *const settings[] = {"", "standardize=yes max-parents=3 prior=edges"};
    for (size_t i = 0; i < 2; i++) {
        gfn_env *env = make_dag_of(9, settings[i]);
        const double expected = sum_over_sinks(dag_of(env));
        void *solution = solve(env, 1);
        const double found = env->ops->solver->log_z(solution);
        if (!(fabs(found - expected) < 2e-10 * fabs(expected)))
            fail_msg("%s: %.15g, expected %.15g", settings[i], found, expected);
        assert_true(gfn_env_spec_of(env)->log_z == found);
        env->ops->solver->destroy(solution);
        gfn_env_destroy(&env);
    }
}

/* ---- draws ---- */

static const gfn_stream stream = {.seed = 20, .purpose = GFN_PURPOSE_TARGET};

/* Pearson's chi-square; graphs that are expected fewer than 5 times are counted together. */
static void draws_have_the_distribution_of_the_rewards(void **state)
{
    (void)state;
    enum { DRAWS = 20000 };
    for (size_t i = 1; i < CASES; i++) {
        gfn_env *env = make_dag_of(cases[i].d, cases[i].settings);
        const size_t n = (size_t)gfn_env_spec_of(env)->n_states, d = (size_t)dag_of(env)->d;
        double *log_reward, chi = 0, rest = 0, rest_found = 0, cells = 0;
        int32_t *graph = list_graphs(env, &log_reward), *drawn = malloc(DRAWS * d * sizeof *drawn);
        int64_t *number = malloc(DRAWS * sizeof *number);
        double *count = calloc(n, sizeof *count);
        void *solution = solve(env, cases[i].beta);
        const double log_z = log_sum_of(n, log_reward, cases[i].beta);
        env->ops->solver->draw(solution, &stream, 0, DRAWS, drawn);
        assert_int_equal(gfn_env_number(env, DRAWS, drawn, number), GFN_OK);
        for (size_t k = 0; k < DRAWS; k++) {
            assert_memory_equal(graph + (size_t)number[k] * d, drawn + k * d, d * sizeof *graph);
            count[number[k]]++;
        }
        for (size_t k = 0; k < n; k++) {
            const double expected = DRAWS * exp(cases[i].beta * log_reward[k] - log_z);
            if (expected >= 5) {
                chi += (count[k] - expected) * (count[k] - expected) / expected;
                cells++;
            } else {
                rest += expected;
                rest_found += count[k];
            }
        }
        if (rest >= 5)
            chi += (rest_found - rest) * (rest_found - rest) / rest;
        else
            assert_true(rest_found <= 5 * (1 + rest));
        if (cells > 1 && !(fabs(chi - cells) < 4.5 * sqrt(2 * cells) + 4))
            fail_msg("%s: chi-square %g of %g cells", cases[i].settings, chi, cells);
        env->ops->solver->destroy(solution);
        free(graph);
        free(log_reward);
        free(drawn);
        free(number);
        free(count);
        gfn_env_destroy(&env);
    }
}

static void draws_do_not_depend_on_how_they_are_split(void **state)
{
    (void)state;
    enum { N = 60, D = 6 };
    gfn_env *env = make_dag_of(D, "");
    void *solution = solve(env, 1);
    int32_t all[N][D], part[N][D];
    env->ops->solver->draw(solution, &stream, 100, N, all[0]);
    env->ops->solver->draw(solution, &stream, 117, N - 17, part[17]);
    env->ops->solver->draw(solution, &stream, 100, 17, part[0]);
    assert_memory_equal(all, part, sizeof all);
    assert_memory_not_equal(all[0], all[1], sizeof all[0] * 2);
    env->ops->solver->destroy(solution);
    gfn_env_destroy(&env);
}

/* The marginals of ten variables against those of draws: two ways through the sums. */
static void marginals_of_ten_variables_are_those_of_draws(void **state)
{
    (void)state;
    enum { D = 10, N = 4000, VALUES = 3 * D * (D - 1) };
    gfn_env *env = make_dag_of(D, "");
    static double exact[VALUES], one[N][VALUES];
    static int32_t drawn[N][D];
    void *solution = solve(env, 1);
    env->ops->solver->draw(solution, &stream, 0, N, drawn[0]);
    env->ops->marginals->find(env->world, N, drawn[0], one[0]);
    env->ops->solver->marginals(solution, exact);
    for (size_t v = 0; v < VALUES; v++) {
        double mean = 0;
        for (size_t k = 0; k < N; k++)
            mean += one[k][v] / N;
        const double error = sqrt(exact[v] * (1 - exact[v]) / N);
        if (!(exact[v] >= 0 && exact[v] <= 1 && fabs(mean - exact[v]) < 4.5 * error + 1e-3))
            fail_msg("value %zu: %g in draws, expected %g", v, mean, exact[v]);
        if (v % 3 == 0) /* an edge is a path, and in the blanket */
            assert_true(exact[v] <= exact[v + 1] + 1e-12 && exact[v] <= exact[v + 2] + 1e-12);
    }
    env->ops->solver->destroy(solution);
    gfn_env_destroy(&env);
}

static void more_variables_than_sums_can_hold_are_refused(void **state)
{
    (void)state;
    gfn_env *env = make_dag_of(15, "max-parents=2");
    void *solution;
    assert_int_equal(env->ops->solver->create(env->world, 1, &solution), GFN_ENOSUP);
    assert_non_null(strstr(gfn_error_message(), "at most 14 variables"));
    assert_true(isnan(gfn_env_spec_of(env)->log_z));
    assert_true(isnan(gfn_env_spec_of(env)->max_log_reward));
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_z_is_the_sum_over_all_graphs),
        cmocka_unit_test(marginals_are_those_of_all_graphs),
        cmocka_unit_test(marginals_agree_with_numpy),
        cmocka_unit_test(log_z_of_nine_variables_agrees_with_inclusion_and_exclusion),
        cmocka_unit_test(draws_have_the_distribution_of_the_rewards),
        cmocka_unit_test(draws_do_not_depend_on_how_they_are_split),
        cmocka_unit_test(marginals_of_ten_variables_are_those_of_draws),
        cmocka_unit_test(more_variables_than_sums_can_hold_are_refused),
    };
    return cmocka_run_group_tests_name("dag_solver", tests, NULL, NULL);
}
