/* SPDX-License-Identifier: MIT
 *
 * Exploration changes which trajectories are drawn, and nothing that is said of them.
 */
#include "tests/unit/rollout/fixture.h"

static const gfn_stream stream = {2385, GFN_PURPOSE_TRAIN, 17};

static const struct {
    double epsilon, temperature;
} ways[] = {{0.3, 1}, {0, 2.5}, {0.15, 0.4}, {1, 1}, {0.05, 1e6}, {0, 1e-3}};

enum { WAYS = sizeof ways / sizeof ways[0], CAPACITY = 500 };

static void explore(fixture *f, size_t way)
{
    assert_int_equal(gfn_sampler_explore(f->sampler, ways[way].epsilon, ways[way].temperature),
                     GFN_OK);
}

static void sample(fixture *f, int64_t first, size_t n)
{
    assert_int_equal(gfn_sampler_sample(f->sampler, &stream, first, n, f->log), GFN_OK);
}

/* The probabilities of the header's formula: softmax in double of what the policy says. */
static void find_probabilities(fixture *f, size_t way, const int32_t *state, double *p)
{
    const size_t k = (size_t)gfn_env_shape(f->env)->n_actions;
    gfn_real log_pf[64];
    double sum = 0;
    size_t allowed = 0;
    assert_int_equal(gfn_sampler_log_pf(f->sampler, 1, state, log_pf), GFN_OK);
    for (size_t a = 0; a < k; a++) {
        allowed += log_pf[a] > -INFINITY;
        p[a] = exp((double)log_pf[a] / ways[way].temperature);
        sum += p[a];
    }
    for (size_t a = 0; a < k; a++) {
        p[a] *= (1 - ways[way].epsilon) / sum;
        p[a] += log_pf[a] > -INFINITY ? ways[way].epsilon / (double)allowed : 0;
    }
}

/* Frequencies of the first action, and of the second where the first was the most frequent one.
 * A right sampler exceeds the bound (mean + 5 standard deviations of chi-square) about once in a
 * million seeds. */
static void actions_are_drawn_with_the_probabilities_of_the_formula(void **unused)
{
    (void)unused;
    enum { DRAWS = 6000 };
    for (size_t world = 0; world < WORLDS; world++)
        for (size_t way = 0; way < WAYS; way++) {
            fixture f;
            double p[2][64];
            int64_t counts[2][64] = {{0}}, df;
            int32_t state[2][64], likely = 0;
            uint8_t done = GFN_LIVE;
            /* Waves, and where there can be one a table. */
            make(&f, world, way % 2 ? CAPACITY : 10, 1);
            const size_t draws = way % 2 ? DRAWS : DRAWS / 4;
            const size_t k = (size_t)gfn_env_shape(f.env)->n_actions;
            gfn_env_start(f.env, 2, state[0]);
            gfn_env_start(f.env, 1, state[1]);
            find_probabilities(&f, way, state[0], p[0]);
            for (size_t a = 0; a < k; a++)
                if ((int)a != gfn_env_shape(f.env)->stop_action && p[0][a] > p[0][likely])
                    likely = (int32_t)a;
            assert_int_equal(gfn_env_step(f.env, 1, state[1], &done, &likely), GFN_OK);
            find_probabilities(&f, way, state[1], p[1]);
            explore(&f, way);
            for (size_t first = 0; first < draws; first += f.log->capacity) {
                sample(&f, (int64_t)first, f.log->capacity);
                for (size_t i = 0; i < f.log->n; i++) {
                    const int32_t *action = f.log->action + i * f.log->max_steps;
                    counts[0][action[0]]++;
                    counts[1][action[1]] += action[0] == likely;
                }
            }
            for (size_t t = 0; t < 2; t++) {
                const double chi_square = gfn_chi_square(1, k, counts[t], p[t], &df);
                if (df > 0 && chi_square > (double)df + 5 * sqrt(2 * (double)df))
                    fail_msg("world %zu, way %zu, step %zu: chi-square %g on %lld degrees of "
                             "freedom",
                             world, way, t, chi_square, (long long)df);
            }
            drop(&f);
        }
}

/* Trajectories are scored as P_F and P_B say, whoever drew them: the same actions, scored by a
 * sampler that never explored, have the same bits. Scores of the policy that drew them would be
 * wrong for training. */
static void what_is_logged_is_the_policy_and_not_how_it_explores(void **unused)
{
    (void)unused;
    enum { N = 90 };
    for (size_t world = 0; world < WORLDS; world++)
        for (size_t way = 0; way < WAYS; way++) {
            const size_t capacity = way % 2 ? N : 9;
            fixture f, given;
            make(&f, world, capacity, 2);
            make(&given, world, N, 1);
            explore(&f, way);
            for (size_t first = 0; first < N; first += capacity) {
                sample(&f, 40 + (int64_t)first, capacity);
                given.log->n = capacity;
                memcpy(given.log->n_steps, f.log->n_steps, capacity * sizeof(int32_t));
                memcpy(given.log->action, f.log->action,
                       capacity * f.log->max_steps * sizeof(int32_t));
                assert_int_equal(gfn_sampler_score(given.sampler, given.log), GFN_OK);
                for (size_t k = 0; k < capacity; k++)
                    assert_same(given.log, k, f.log, k);
            }
            drop(&f);
            drop(&given);
        }
}

static void a_trajectory_does_not_depend_on_its_companions_or_on_threads(void **unused)
{
    (void)unused;
    enum { N = 150 };
    for (size_t world = 0; world < WORLDS; world++)
        for (size_t way = 0; way < WAYS; way++) {
            fixture all, few;
            make(&all, world, N, 1);
            make(&few, world, 6, 3); /* too few for a table */
            explore(&all, way);
            explore(&few, way);
            sample(&all, 1000, N);
            for (size_t i = 0; i + 5 <= N; i += 25) {
                sample(&few, 1000 + (int64_t)i, 5);
                for (size_t k = 0; k < 5; k++)
                    assert_same(few.log, k, all.log, i + k);
            }
            drop(&all);
            drop(&few);
        }
}

/* Whether two samplers draw the same; not where the policy leaves no choice. */
static bool draw_the_same(fixture *f, fixture *g)
{
    size_t n = 0;
    sample(f, 7, 60);
    sample(g, 7, 60);
    for (size_t i = 0; i < 60; i++)
        n += f->log->n_steps[i] == g->log->n_steps[i] &&
             memcmp(f->log->action + i * f->log->max_steps, g->log->action + i * g->log->max_steps,
                    (size_t)f->log->n_steps[i] * sizeof(int32_t)) == 0;
    return n == 60;
}

static void epsilon_0_and_temperature_1_are_the_policy_itself(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++)
        for (size_t capacity = 60; capacity <= CAPACITY; capacity += CAPACITY - 60) {
            fixture f, plain;
            make(&f, world, capacity, 1);
            make(&plain, world, capacity, 1);
            assert_int_equal(gfn_sampler_explore(f.sampler, 0, 1), GFN_OK);
            assert_true(draw_the_same(&f, &plain));
            explore(&f, 0);
            assert_false(draw_the_same(&f, &plain));
            assert_int_equal(gfn_sampler_explore(f.sampler, 0, 1), GFN_OK);
            assert_true(draw_the_same(&f, &plain));
            for (size_t i = 0; i < 60; i++)
                assert_same(f.log, i, plain.log, i);
            drop(&f);
            drop(&plain);
        }
}

static void objects_are_those_of_the_policy(void **unused)
{
    (void)unused;
    enum { N = 200 };
    for (size_t world = 0; world < WORLDS; world++)
        for (size_t capacity = 60; capacity <= CAPACITY; capacity += CAPACITY - 60) {
            fixture f, plain;
            int32_t found[N * 16], expected[N * 16];
            make(&f, world, capacity, 1);
            make(&plain, world, capacity, 1);
            assert_true(f.width <= 16);
            explore(&f, 3);
            assert_false(draw_the_same(&f, &plain));
            assert_int_equal(gfn_sampler_objects(f.sampler, &stream, 3, N, found), GFN_OK);
            assert_int_equal(gfn_sampler_objects(plain.sampler, &stream, 3, N, expected), GFN_OK);
            assert_memory_equal(found, expected, N * f.width * sizeof *found);
            assert_false(draw_the_same(&f, &plain)); /* it still explores */
            drop(&f);
            drop(&plain);
        }
}

static void exploration_that_makes_no_sense_is_refused(void **unused)
{
    (void)unused;
    static const double bad[][2] = {{-1e-9, 1}, {1.0000001, 1}, {NAN, 1},        {INFINITY, 1},
                                    {0.1, 0},   {0.1, -2},      {0.1, INFINITY}, {0.1, NAN}};
    fixture f, plain;
    make(&f, WORLD_GRID16, 64, 1);
    make(&plain, WORLD_GRID16, 64, 1);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(gfn_sampler_explore(f.sampler, bad[i][0], bad[i][1]), GFN_EINVAL);
        assert_non_null(strstr(gfn_error_message(), "(hint: "));
    }
    assert_true(draw_the_same(&f, &plain)); /* as it was */
    drop(&f);
    drop(&plain);
}

/* States without actions have no probabilities: what a broken policy left behind is not read. */
static void a_policy_that_is_not_finite_is_told_and_forgotten(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++)
        for (size_t capacity = 2; capacity <= 64; capacity += 62) {
            fixture f;
            make(&f, world, capacity, 1);
            explore(&f, 0);
            gfn_real *params = gfn_model_params(f.model);
            const size_t n = gfn_model_n_params(f.model);
            gfn_real *good = malloc(n * sizeof *good);
            memcpy(good, params, n * sizeof *good);
            for (size_t i = 0; i < n; i++)
                params[i] = (gfn_real)NAN;
            assert_int_equal(gfn_sampler_sample(f.sampler, &stream, 0, 2, f.log), GFN_ENUMERIC);
            memcpy(params, good, n * sizeof *good);
            for (int64_t i = 0; i < 20; i += 2)
                if (gfn_sampler_sample(f.sampler, &stream, i, 2, f.log) != GFN_OK)
                    fail_msg("world %zu: %s", world, gfn_error_message());
            free(good);
            drop(&f);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_are_drawn_with_the_probabilities_of_the_formula),
        cmocka_unit_test(what_is_logged_is_the_policy_and_not_how_it_explores),
        cmocka_unit_test(a_trajectory_does_not_depend_on_its_companions_or_on_threads),
        cmocka_unit_test(epsilon_0_and_temperature_1_are_the_policy_itself),
        cmocka_unit_test(objects_are_those_of_the_policy),
        cmocka_unit_test(exploration_that_makes_no_sense_is_refused),
        cmocka_unit_test(a_policy_that_is_not_finite_is_told_and_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
