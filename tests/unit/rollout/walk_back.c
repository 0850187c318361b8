/* SPDX-License-Identifier: MIT
 *
 * Trajectories that are drawn backward from given objects.
 */
#include "tests/unit/rollout/fixture.h"

static const gfn_stream stream = {2385, GFN_PURPOSE_BACKWARD, 17};

enum { N = 301 };

/* Objects of the world, by the policy. */
static int32_t *make_objects(fixture *f, size_t n)
{
    const gfn_stream forward = {2385, GFN_PURPOSE_SAMPLE, 4};
    int32_t *objects = malloc(n * f->width * sizeof *objects);
    assert_non_null(objects);
    assert_int_equal(gfn_sampler_objects(f->sampler, &forward, 0, n, objects), GFN_OK);
    return objects;
}

static gfn_status append(fixture *f, int64_t first, size_t n, const int32_t *objects)
{
    memcpy(f->log->terminal + f->log->n * f->width, objects, n * f->width * sizeof *objects);
    return gfn_sampler_backward(f->sampler, &stream, first, n, f->log);
}

/* A call of its own. */
static void retrace(fixture *f, int64_t first, size_t n, const int32_t *objects)
{
    f->log->n = 0;
    if (append(f, first, n, objects) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    assert_int_equal(f->log->n, n);
}

/* The log's rows are those of the states on the way, and of its end. */
static void assert_rows(const fixture *f, size_t i)
{
    size_t n_rows;
    const int32_t *states = gfn_sampler_states(f->sampler, &n_rows);
    const gfn_trajectories *log = f->log;
    const int32_t *row = log->row + i * log->max_steps;
    int32_t state[64];
    uint8_t done = GFN_LIVE;
    gfn_env_start(f->env, 1, state);
    for (size_t t = 0; t < (size_t)log->n_steps[i]; t++) {
        assert_in_range(row[t], 0, n_rows - 1);
        assert_memory_equal(states + (size_t)row[t] * f->width, state, f->width * sizeof *state);
        assert_int_equal(done, GFN_LIVE);
        assert_int_equal(
            gfn_env_step(f->env, 1, state, &done, log->action + i * log->max_steps + t), GFN_OK);
    }
    assert_memory_equal(states + (size_t)log->end_row[i] * f->width, state,
                        f->width * sizeof *state);
}

static void they_end_in_the_given_objects(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++)
        for (size_t capacity = N; capacity > 0; capacity = capacity == N ? 1 : 0) {
            fixture f;
            make(&f, world, capacity, 2);
            int32_t *objects = make_objects(&f, N);
            for (size_t first = 0; first < N; first += capacity == 1 ? 23 : N) {
                const int32_t *from = objects + first * f.width;
                retrace(&f, (int64_t)first, capacity, from);
                assert_memory_equal(f.log->terminal, from, capacity * f.width * sizeof *from);
                for (size_t i = 0; i < capacity; i++)
                    assert_rows(&f, i);
            }
            free(objects);
            drop(&f);
        }
}

static void they_are_scored_as_somebodys_actions_are(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++)
        for (size_t capacity = 8; capacity <= N; capacity += N - 8) { /* waves and table */
            fixture f, given;
            make(&f, world, N, 1);
            make(&given, world, capacity, 2);
            int32_t *objects = make_objects(&f, N);
            retrace(&f, 40, N, objects);
            for (size_t first = 0; first + capacity <= N; first += capacity) {
                given.log->n = capacity;
                memcpy(given.log->n_steps, f.log->n_steps + first, capacity * sizeof(int32_t));
                memcpy(given.log->action, f.log->action + first * f.log->max_steps,
                       capacity * f.log->max_steps * sizeof(int32_t));
                assert_int_equal(gfn_sampler_score(given.sampler, given.log), GFN_OK);
                for (size_t k = 0; k < capacity; k++)
                    assert_same(given.log, k, f.log, first + k);
            }
            free(objects);
            drop(&f);
            drop(&given);
        }
}

static void they_do_not_depend_on_their_companions_or_on_threads(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++) {
        fixture all, one, few;
        make(&all, world, N, 1);
        make(&one, world, 1, 1); /* too few for a table: the other way of making rows */
        make(&few, world, 64, 3);
        int32_t *objects = make_objects(&all, N);
        retrace(&all, 1000, N, objects);
        for (size_t i = 0; i < N; i += 13) {
            retrace(&one, 1000 + (int64_t)i, 1, objects + i * one.width);
            assert_same(one.log, 0, all.log, i);
        }
        for (size_t i = 0; i + 61 < N; i += 61) {
            retrace(&few, 1000 + (int64_t)i, 61, objects + i * few.width);
            for (size_t k = 0; k < 61; k++)
                assert_same(few.log, k, all.log, i + k);
        }
        free(objects);
        drop(&all);
        drop(&one);
        drop(&few);
    }
}

static void they_can_stand_behind_others_in_a_log(void **unused)
{
    (void)unused;
    const gfn_stream forward = {2385, GFN_PURPOSE_TRAIN, 17};
    enum { NEW = 37, OLD = 25, MORE = 11 };
    for (size_t world = 0; world < WORLDS; world++)
        for (int given = 0; given < 2; given++) {
            fixture f, alone;
            make(&f, world, NEW + OLD + MORE, 2);
            make(&alone, world, 40, 1);
            int32_t *objects = make_objects(&f, OLD + MORE);
            assert_int_equal(gfn_sampler_sample(f.sampler, &forward, 200, NEW, f.log), GFN_OK);
            if (given)
                assert_int_equal(gfn_sampler_score(f.sampler, f.log), GFN_OK);
            assert_int_equal(append(&f, 237, OLD, objects), GFN_OK);
            assert_int_equal(append(&f, 262, MORE, objects + OLD * f.width), GFN_OK);
            assert_int_equal(f.log->n, NEW + OLD + MORE);
            assert_int_equal(f.log->first, 200);
            assert_int_equal(gfn_sampler_sample(alone.sampler, &forward, 200, NEW, alone.log),
                             GFN_OK);
            for (size_t i = 0; i < NEW; i++)
                assert_same(f.log, i, alone.log, i);
            retrace(&alone, 237, OLD + MORE, objects);
            assert_int_equal(alone.log->first, 237);
            for (size_t i = 0; i < OLD + MORE; i++)
                assert_same(f.log, NEW + i, alone.log, i);
            for (size_t i = 0; i < f.log->n; i++)
                assert_rows(&f, i);
            free(objects);
            drop(&f);
            drop(&alone);
        }
}

static void a_log_of_sums_has_the_same_sums(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++) {
        fixture f, g;
        make(&f, world, N, 1);
        make(&g, world, N, 1);
        gfn_trajectories_hold_sums(g.log);
        int32_t *objects = make_objects(&f, N);
        retrace(&f, 5, N, objects);
        retrace(&g, 5, N, objects);
        assert_memory_equal(f.log->n_steps, g.log->n_steps, N * sizeof(int32_t));
        assert_memory_equal(f.log->sum_log_pf, g.log->sum_log_pf, N * sizeof(double));
        assert_memory_equal(f.log->sum_log_pb, g.log->sum_log_pb, N * sizeof(double));
        assert_memory_equal(f.log->log_reward, g.log->log_reward, N * sizeof(double));
        free(objects);
        drop(&f);
        drop(&g);
    }
}

/* ---- their distribution ---- */

/* How often each whole trajectory into one object was drawn, and exp of its sum of log P_B. */
typedef struct tally {
    int32_t action[1000][32];
    double p[1000];
    int64_t count[1000];
    size_t n;
} tally;

static void count(tally *c, const gfn_trajectories *log, size_t i)
{
    const size_t bytes = (size_t)log->n_steps[i] * sizeof(int32_t);
    const int32_t *action = log->action + i * log->max_steps;
    size_t k = 0;
    assert_true(log->n_steps[i] < 32); /* shorter ones end with -1 */
    while (k < c->n &&
           (memcmp(c->action[k], action, bytes) != 0 || c->action[k][log->n_steps[i]] != -1))
        k++;
    assert_true(k < 1000);
    if (k == c->n) {
        memset(c->action[k], -1, sizeof c->action[k]);
        memcpy(c->action[k], action, bytes);
        c->p[k] = exp(log->sum_log_pb[i]);
        c->count[k] = 0;
        c->n++;
    }
    c->count[k]++;
}

/* Every trajectory into the object comes as often as P_B says: 30,000 of them against the exact
 * probabilities, which add up to 1. A right sampler exceeds the bound (mean + 5 standard deviations
 * of chi-square) about once in a million seeds. */
static void their_distribution_is_p_b(void **unused)
{
    (void)unused;
    static const struct {
        size_t world;
        int32_t object[8];
        size_t paths; /* to a rung of the ladder: 1, 2, 5, 10, 25, 50 */
    } rows[] = {
        {0, {2, 4}, 15}, {1, {1, 2, 0, 1}, 12}, {3, {1, 2, 2, 1, 2}, 120}, {6, {5}, 50},
        {7, {4, 1}, 5},  {8, {1, 0, 1, 2}, 12}, {9, {2, 1, 1, 2}, 24},     {10, {1, 2, 2, 1}, 24},
        {11, {5}, 50},   {12, {4}, 25},
    };
    enum { DRAWS = 30000, CAPACITY = 500 };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
        for (size_t capacity = 2; capacity <= CAPACITY; capacity += CAPACITY - 2) {
            static tally c;
            fixture f;
            int64_t df;
            double sum = 0;
            const size_t draws = capacity == 2 ? DRAWS / 5 : DRAWS;
            make(&f, rows[r].world, capacity, 1);
            c.n = 0;
            for (size_t first = 0; first < draws; first += capacity) {
                int32_t objects[CAPACITY][8];
                for (size_t i = 0; i < capacity; i++)
                    memcpy(objects[0] + i * f.width, rows[r].object, f.width * sizeof(int32_t));
                retrace(&f, (int64_t)first, capacity, objects[0]);
                for (size_t i = 0; i < capacity; i++)
                    count(&c, f.log, i);
            }
            for (size_t k = 0; k < c.n; k++)
                sum += c.p[k];
            /* What was never drawn is improbable, and nothing was drawn that is no path. */
            assert_true(sum > 0.999 && sum < 1 + 1e-5);
            assert_in_range(c.n, 1, rows[r].paths);
            const double chi_square = gfn_chi_square(1, c.n, c.count, c.p, &df);
            if (chi_square > (double)df + 5 * sqrt(2 * (double)df))
                fail_msg("row %zu, capacity %zu: chi-square %g on %lld degrees of freedom", r,
                         capacity, chi_square, (long long)df);
            assert_true(df >= 2);
            drop(&f);
        }
}

/* ---- what is refused ---- */

static void a_log_whose_rows_mean_something_else_is_refused(void **unused)
{
    (void)unused;
    const gfn_stream forward = {2385, GFN_PURPOSE_TRAIN, 17};
    for (size_t capacity = 4; capacity <= 64; capacity += 60) { /* waves and table */
        fixture f;
        gfn_trajectories *other = NULL;
        gfn_real log_pf[3];
        int32_t object[2] = {3, 1};
        make(&f, WORLD_GRID16, capacity, 1);
        assert_int_equal(gfn_sampler_trajectories(f.sampler, &other), GFN_OK);
        for (int use = 0; use < 4; use++) {
            assert_int_equal(gfn_sampler_sample(f.sampler, &forward, 0, 2, f.log), GFN_OK);
            if (use == 0)
                assert_int_equal(gfn_sampler_objects(f.sampler, &forward, 0, 1, object), GFN_OK);
            else if (use == 1)
                assert_int_equal(gfn_sampler_log_pf(f.sampler, 1, object, log_pf), GFN_OK);
            else if (use == 2)
                assert_int_equal(gfn_sampler_sample(f.sampler, &forward, 9, 1, other), GFN_OK);
            else {
                other->n = 0;
                memcpy(other->terminal, object, sizeof object);
                assert_int_equal(gfn_sampler_backward(f.sampler, &stream, 0, 1, other), GFN_OK);
            }
            assert_int_equal(append(&f, 2, 1, object), GFN_EINVAL);
            assert_non_null(strstr(gfn_error_message(), "since"));
            assert_int_equal(f.log->n, 2);
            f.log->n = 0; /* a call of its own */
            assert_int_equal(append(&f, 2, 1, object), GFN_OK);
        }
        gfn_trajectories_destroy(&other);
        drop(&f);
    }
}

static void more_than_there_is_room_for_is_refused(void **unused)
{
    (void)unused;
    for (size_t capacity = 4; capacity <= 64; capacity += 60) {
        fixture f;
        make(&f, WORLD_GRID16, capacity, 1);
        int32_t *objects = make_objects(&f, capacity);
        retrace(&f, 0, capacity - 1, objects);
        assert_int_equal(gfn_sampler_backward(f.sampler, &stream, 0, 2, f.log), GFN_EINVAL);
        assert_int_equal(f.log->n, capacity - 1);
        assert_int_equal(append(&f, 0, 1, objects), GFN_OK);
        assert_int_equal(append(&f, 0, 0, objects), GFN_OK); /* none is no more */
        free(objects);
        drop(&f);
    }
}

/* States of the world in which no trajectory ends. */
static void states_that_are_no_objects_are_refused(void **unused)
{
    (void)unused;
    static const struct {
        size_t world;
        int32_t state[8];
    } rows[] = {
        {3, {1, 2, 0, 1, 2}},
        {3, {0}},
        {4, {1, 1, 1, 1, 1, 1, 0}},
        {5, {0, 2}},
        {6, {0}},
        {6, {4}},
        {9, {0}},
        {11, {2}},
        {12, {2}},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
        for (size_t capacity = 1; capacity <= 64; capacity += 63) {
            fixture f;
            make(&f, rows[r].world, capacity, 1);
            f.log->n = 0;
            assert_int_equal(append(&f, 0, 1, rows[r].state), GFN_EINVAL);
            assert_true(strlen(gfn_error_message()) > 0);
            drop(&f);
        }
}

static void a_learned_p_b_needs_a_log_with_backward_actions(void **unused)
{
    (void)unused;
    fixture f;
    gfn_trajectories *log = NULL;
    make(&f, 7, 4, 1);
    assert_int_equal(gfn_trajectories_create(4, f.log->max_steps, f.width, &log), GFN_OK);
    memset(log->terminal, 0, 4 * f.width * sizeof *log->terminal);
    assert_int_equal(gfn_sampler_backward(f.sampler, &stream, 0, 1, log), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "gfn_trajectories_hold_back"));
    assert_int_equal(gfn_trajectories_hold_back(log), GFN_OK);
    assert_int_equal(gfn_sampler_backward(f.sampler, &stream, 0, 1, log), GFN_OK);
    assert_int_equal(log->n_steps[0], 1); /* it stops in the start */
    gfn_trajectories_destroy(&log);
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_end_in_the_given_objects),
        cmocka_unit_test(they_are_scored_as_somebodys_actions_are),
        cmocka_unit_test(they_do_not_depend_on_their_companions_or_on_threads),
        cmocka_unit_test(they_can_stand_behind_others_in_a_log),
        cmocka_unit_test(a_log_of_sums_has_the_same_sums),
        cmocka_unit_test(their_distribution_is_p_b),
        cmocka_unit_test(a_log_whose_rows_mean_something_else_is_refused),
        cmocka_unit_test(more_than_there_is_room_for_is_refused),
        cmocka_unit_test(states_that_are_no_objects_are_refused),
        cmocka_unit_test(a_learned_p_b_needs_a_log_with_backward_actions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
