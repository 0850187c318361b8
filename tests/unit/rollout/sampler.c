/* SPDX-License-Identifier: MIT */
#include "tests/unit/rollout/fixture.h"

static const gfn_stream stream = {2385, GFN_PURPOSE_TRAIN, 17};

static void sample(fixture *f, int64_t first, size_t n)
{
    assert_int_equal(gfn_sampler_sample(f->sampler, &stream, first, n, f->log), GFN_OK);
}

static void a_trajectory_does_not_depend_on_its_companions_or_on_threads(void **unused)
{
    (void)unused;
    enum { N = 301 };
    for (size_t world = 0; world < WORLDS; world++) {
        fixture all, one, few;
        make(&all, world, N, 1);
        make(&one, world, 1, 1); /* too few for a table: the other way of making rows */
        make(&few, world, 64, 3);
        sample(&all, 1000, N);
        for (size_t i = 0; i < N; i += 13) {
            sample(&one, 1000 + (int64_t)i, 1);
            assert_same(one.log, 0, all.log, i);
        }
        for (size_t i = 0; i + 61 < N; i += 61) {
            sample(&few, 1000 + (int64_t)i, 61);
            for (size_t k = 0; k < 61; k++)
                assert_same(few.log, k, all.log, i + k);
        }
        drop(&all);
        drop(&one);
        drop(&few);
    }
}

static void equal_states_have_equal_rows_and_other_states_others(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++) {
        fixture f;
        make(&f, world, 40, 2);
        sample(&f, 0, 40);
        const gfn_env_spec *spec = gfn_env_spec_of(f.env);
        const size_t width = (size_t)spec->state_width;
        int32_t *seen = calloc((size_t)1 << 20, width * sizeof *seen);
        uint8_t *is_seen = calloc((size_t)1 << 20, 1);
        int32_t state[64];
        for (size_t i = 0; i < f.log->n; i++) {
            uint8_t done = 0;
            gfn_env_start(f.env, 1, state);
            for (size_t t = 0; t < (size_t)f.log->n_steps[i]; t++) {
                const size_t at = i * f.log->max_steps + t, row = (size_t)f.log->row[at];
                assert_true(row < (size_t)1 << 20);
                if (is_seen[row])
                    assert_memory_equal(seen + row * width, state, width * sizeof *state);
                memcpy(seen + row * width, state, width * sizeof *state);
                is_seen[row] = 1;
                assert_int_equal(gfn_env_step(f.env, 1, state, &done, f.log->action + at), GFN_OK);
            }
            assert_int_not_equal(done, GFN_LIVE);
            assert_memory_equal(state, f.log->terminal + i * width, width * sizeof *state);
        }
        for (size_t a = 0; a < 3000; a++)
            for (size_t b = 0; is_seen[a] && b < a; b++)
                if (is_seen[b])
                    assert_memory_not_equal(seen + a * width, seen + b * width,
                                            width * sizeof *seen);
        free(seen);
        free(is_seen);
        drop(&f);
    }
}

static void log_p_b_is_uniform_over_the_edges_into_the_next_state(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++) {
        fixture f;
        if (worlds[world].backward != GFN_BACKWARD_UNIFORM)
            continue;
        make(&f, world, 50, 1);
        sample(&f, 7, 50);
        const gfn_shape *shape = gfn_env_shape(f.env);
        for (size_t i = 0; i < f.log->n; i++) {
            int32_t state[64];
            uint8_t done = 0, mask[64];
            double sum = 0;
            gfn_env_start(f.env, 1, state);
            for (size_t t = 0; t < (size_t)f.log->n_steps[i]; t++) {
                const size_t at = i * f.log->max_steps + t;
                int edges = 0;
                assert_int_equal(gfn_env_step(f.env, 1, state, &done, f.log->action + at), GFN_OK);
                if (f.log->action[at] != shape->stop_action) {
                    f.env->ops->allowed_back(f.env->world, 1, state, mask);
                    for (int b = 0; b < shape->n_back_actions; b++)
                        edges += mask[b];
                } else {
                    edges = 1;
                }
                assert_true(fabs((double)f.log->log_pb[at] + log(edges)) < 1e-6);
                sum += (double)f.log->log_pb[at];
            }
            assert_true(fabs(sum - f.log->sum_log_pb[i]) < 1e-9);
        }
        drop(&f);
    }
}

static void scoring_what_was_sampled_gives_the_same_log(void **unused)
{
    (void)unused;
    enum { N = 90 };
    for (size_t world = 0; world < WORLDS; world++)
        for (size_t capacity = 1; capacity <= N; capacity += N - 1) {
            fixture f, given;
            make(&f, world, N, 2);
            make(&given, world, capacity, 1);
            sample(&f, 40, N);
            for (size_t first = 0; first < N; first += capacity) {
                const size_t steps = f.log->max_steps;
                given.log->n = capacity;
                memcpy(given.log->n_steps, f.log->n_steps + first, capacity * sizeof(int32_t));
                memcpy(given.log->action, f.log->action + first * steps,
                       capacity * steps * sizeof(int32_t));
                assert_int_equal(gfn_sampler_score(given.sampler, given.log), GFN_OK);
                for (size_t k = 0; k < capacity; k++)
                    assert_same(given.log, k, f.log, first + k);
            }
            drop(&f);
            drop(&given);
        }
}

static gfn_status score(fixture *f, const int32_t *action, int32_t n_steps)
{
    f->log->n = 1;
    f->log->n_steps[0] = n_steps;
    memcpy(f->log->action, action, 8 * sizeof *action);
    return gfn_sampler_score(f->sampler, f->log);
}

static void a_log_of_sums_has_the_same_sums(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++) {
        fixture f, g;
        make(&f, world, 41, 1);
        make(&g, world, 41, 1);
        gfn_trajectories_hold_sums(g.log);
        assert_null(g.log->log_pf);
        assert_null(g.log->log_pb);
        sample(&f, 5, 41);
        sample(&g, 5, 41);
        for (int score = 0; score < 2; score++) {
            assert_memory_equal(f.log->n_steps, g.log->n_steps, 41 * sizeof(int32_t));
            assert_memory_equal(f.log->sum_log_pf, g.log->sum_log_pf, 41 * sizeof(double));
            assert_memory_equal(f.log->sum_log_pb, g.log->sum_log_pb, 41 * sizeof(double));
            for (size_t i = 0; i < 41; i++) {
                const size_t at = i * f.log->max_steps, n = (size_t)f.log->n_steps[i];
                assert_memory_equal(f.log->row + at, g.log->row + at, n * sizeof(int32_t));
                assert_memory_equal(f.log->action + at, g.log->action + at, n * sizeof(int32_t));
            }
            assert_int_equal(gfn_sampler_score(g.sampler, g.log), GFN_OK);
        }
        drop(&f);
        drop(&g);
    }
}

static void given_trajectories_that_cannot_be_are_refused(void **unused)
{
    (void)unused;
    for (size_t capacity = 1; capacity <= 64; capacity += 63) { /* waves and table */
        fixture f;
        make(&f, 0, capacity, 1);
        assert_int_equal(score(&f, (int32_t[8]){0, 1, 2}, 3), GFN_OK);
        assert_int_equal(score(&f, (int32_t[8]){2}, 1), GFN_OK);
        assert_int_equal(score(&f, (int32_t[8]){0, 1, 1}, 3), GFN_EINVAL); /* does not stop */
        assert_int_equal(score(&f, (int32_t[8]){0, 2, 1}, 3), GFN_EINVAL); /* goes on */
        assert_int_equal(f.log->n_steps[0], 3);                            /* as it was given */
        assert_int_equal(score(&f, (int32_t[8]){0, 3, 2}, 3), GFN_EINVAL); /* no such action */
        assert_int_equal(score(&f, (int32_t[8]){0, -1, 2}, 3), GFN_EINVAL);
        assert_int_equal(score(&f, (int32_t[8]){0}, 0), GFN_EINVAL);
        assert_int_equal(score(&f, (int32_t[8]){0}, -1), GFN_EINVAL);
        assert_int_equal(score(&f, (int32_t[8]){0}, 1000), GFN_EINVAL);
        for (int t = 0; t < 17; t++) /* one step beyond the border */
            f.log->action[t] = t < 16 ? 0 : 2;
        f.log->n_steps[0] = 17;
        assert_int_equal(gfn_sampler_score(f.sampler, f.log), GFN_EINVAL);
        assert_non_null(strstr(gfn_error_message(), "trajectory 0"));
        drop(&f);
    }
}

static void objects_are_the_ends_of_the_same_trajectories(void **unused)
{
    (void)unused;
    enum { N = 500 };
    for (size_t world = 0; world < WORLDS; world++) {
        fixture f, few;
        make(&f, world, N, 1);
        make(&few, world, 7, 2);
        const size_t width = f.log->state_width;
        int32_t *objects = malloc(N * width * sizeof *objects);
        sample(&f, 3, N);
        assert_int_equal(gfn_sampler_objects(few.sampler, &stream, 3, N, objects), GFN_OK);
        assert_memory_equal(objects, f.log->terminal, N * width * sizeof *objects);
        free(objects);
        drop(&f);
        drop(&few);
    }
}

/* The frequencies of 60,000 objects against the exact distribution; a right sampler exceeds the
 * bound (mean + 5 standard deviations of chi-square) about once in a million seeds. */
static void objects_follow_the_exact_distribution_of_the_policy(void **unused)
{
    (void)unused;
    enum { N = 60000 };
    for (size_t world = 0; world < WORLDS; world++) {
        fixture f;
        gfn_exact *exact;
        const double *p;
        make(&f, world, 256, 2);
        const gfn_env_spec *spec = gfn_env_spec_of(f.env);
        if (spec->n_states > 0) {
            const size_t width = (size_t)spec->state_width, n = (size_t)spec->n_states;
            int32_t *objects = malloc(N * width * sizeof *objects);
            int64_t *counts = calloc(n, sizeof *counts), df;
            assert_int_equal(gfn_exact_create(f.env, 1, &exact), GFN_OK);
            assert_int_equal(gfn_exact_run(exact, gfn_sampler_log_pf, f.sampler, &p), GFN_OK);
            assert_int_equal(gfn_sampler_objects(f.sampler, &stream, 0, N, objects), GFN_OK);
            assert_int_equal(gfn_histogram_add(f.env, N, objects, counts), GFN_OK);
            const double chi_square = gfn_chi_square(1, n, counts, p, &df);
            assert_true(df >= 2);
            assert_true(chi_square < (double)df + 5 * sqrt(2 * (double)df));
            gfn_exact_destroy(&exact);
            free(objects);
            free(counts);
        }
        drop(&f);
    }
}

static void a_policy_that_is_not_finite_is_told_with_its_state(void **unused)
{
    (void)unused;
    for (size_t capacity = 1; capacity <= 64; capacity += 63) {
        fixture f;
        make(&f, 0, capacity, 1);
        gfn_model_params(f.model)[gfn_model_n_params(f.model) - 2] = (gfn_real)NAN;
        assert_int_equal(gfn_sampler_sample(f.sampler, &stream, 0, 1, f.log), GFN_ENUMERIC);
        assert_non_null(strstr(gfn_error_message(), "state (0, 0)"));
        drop(&f);
    }
}

/* A world that promises shorter trajectories than it has. */
static void describe_wrongly(const void *world, gfn_env_spec *spec)
{
    ladder_world.describe(world, spec);
    spec->max_steps = 3;
}

static void a_world_with_longer_trajectories_than_it_says_is_refused(void **unused)
{
    (void)unused;
    for (size_t capacity = 1; capacity <= 100; capacity += 99) { /* waves and table */
        const gfn_model_config config = {.n_hidden = 0};
        gfn_env_ops liar = ladder_world;
        fixture f = {0};
        liar.describe = describe_wrongly;
        assert_int_equal(gfn_env_create_from(&liar, "rungs=40", &f.env), GFN_OK);
        assert_int_equal(gfn_model_create(gfn_env_shape(f.env), &config, &f.model), GFN_OK);
        gfn_status status = gfn_sampler_create(f.env, f.model, capacity, 1, &f.sampler);
        for (int64_t i = 0; i < 50 && status == GFN_OK; i++) {
            if (f.log == NULL)
                assert_int_equal(gfn_sampler_trajectories(f.sampler, &f.log), GFN_OK);
            status = gfn_sampler_sample(f.sampler, &stream, i, 1, f.log);
        }
        assert_int_equal(status, GFN_EENV);
        assert_non_null(strstr(gfn_error_message(), "max_steps"));
        drop(&f);
    }
}

static void a_model_of_another_shape_and_bad_sizes_are_refused(void **unused)
{
    (void)unused;
    fixture f;
    gfn_env *other = NULL;
    gfn_sampler *sampler = NULL;
    make(&f, 0, 4, 1);
    assert_int_equal(gfn_env_create("hypergrid", "size=17", &other), GFN_OK);
    assert_int_equal(gfn_sampler_create(other, f.model, 4, 1, &sampler), GFN_EINVAL);
    assert_int_equal(gfn_sampler_create(f.env, f.model, 0, 1, &sampler), GFN_EINVAL);
    assert_int_equal(gfn_sampler_create(f.env, f.model, 4, 0, &sampler), GFN_EINVAL);
    assert_int_equal(gfn_sampler_sample(f.sampler, &stream, 0, 5, f.log), GFN_EINVAL);
    assert_null(sampler);
    gfn_env_destroy(&other);
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trajectory_does_not_depend_on_its_companions_or_on_threads),
        cmocka_unit_test(equal_states_have_equal_rows_and_other_states_others),
        cmocka_unit_test(log_p_b_is_uniform_over_the_edges_into_the_next_state),
        cmocka_unit_test(scoring_what_was_sampled_gives_the_same_log),
        cmocka_unit_test(a_log_of_sums_has_the_same_sums),
        cmocka_unit_test(given_trajectories_that_cannot_be_are_refused),
        cmocka_unit_test(objects_are_the_ends_of_the_same_trajectories),
        cmocka_unit_test(objects_follow_the_exact_distribution_of_the_policy),
        cmocka_unit_test(a_policy_that_is_not_finite_is_told_with_its_state),
        cmocka_unit_test(a_world_with_longer_trajectories_than_it_says_is_refused),
        cmocka_unit_test(a_model_of_another_shape_and_bad_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
