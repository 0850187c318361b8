/* SPDX-License-Identifier: MIT
 *
 * The exact evaluation in parts and on threads: neither changes a bit. Built twice: with policies
 * in float, and in double.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/random.h>

#include "base/parallel.h"
#include "eval/edges.h"
#include "eval/exact.h"
#include "eval/state_loop.h"
#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"

/* ---- a grid that is numbered along diagonals: no action adds a constant to the number ---- */

static const gfn_env_ops *grid_ops(void)
{
    return gfn_env_find("hypergrid");
}

static gfn_env_ops diagonal_world;

enum { SIDE = 37 };

static int64_t number_of[SIDE][SIDE];
static int32_t cell_of[SIDE * SIDE][2];

static void diagonal_number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        number[i] = number_of[state[2 * i]][state[2 * i + 1]];
}

static void diagonal_state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        memcpy(state + 2 * i, cell_of[number[i]], sizeof cell_of[0]);
}

static void diagonal_describe(const void *world, gfn_env_spec *spec)
{
    grid_ops()->describe(world, spec);
    spec->ndim = 0;
    spec->has_constant_deltas = false;
}

static int make_diagonal_world(void **state)
{
    (void)state;
    int64_t n = 0;
    for (int32_t sum = 0; sum <= 2 * (SIDE - 1); sum++)
        for (int32_t y = 0; y < SIDE; y++)
            if (sum - y >= 0 && sum - y < SIDE) {
                number_of[y][sum - y] = n;
                cell_of[n][0] = y;
                cell_of[n++][1] = sum - y;
            }
    diagonal_world = *grid_ops();
    diagonal_world.name = "diagonals";
    diagonal_world.number = diagonal_number;
    diagonal_world.state_at = diagonal_state_at;
    diagonal_world.describe = diagonal_describe;
    return 0;
}

/* ---- policies ---- */

/* Any probabilities: a hash of the state and the action, normalized. */
static gfn_status mixed(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    const gfn_env *env = self;
    const size_t k = (size_t)env->spec.shape.n_actions, width = (size_t)env->spec.state_width;
    uint8_t *mask = malloc(n * k);
    gfn_env_allowed(env, n, state, NULL, mask);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        uint64_t h = 2385;
        for (size_t w = 0; w < width; w++)
            h = (h ^ (uint32_t)state[i * width + w]) * UINT64_C(0x9e3779b97f4a7c15);
        for (size_t a = 0; a < k; a++)
            sum += mask[i * k + a] ? 1 + (double)((h >> (a % 40)) % 97) : 0;
        for (size_t a = 0; a < k; a++) /* values of forbidden actions are ignored */
            log_pf[i * k + a] = (gfn_real)log((1 + (double)((h >> (a % 40)) % 97)) / sum);
    }
    free(mask);
    return GFN_OK;
}

static gfn_exact *prepare(const gfn_env *env, int threads)
{
    gfn_exact *exact = NULL;
    if (gfn_exact_create(env, threads, &exact) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return exact;
}

/* p of `mixed`, to be freed. */
static double *evaluate(gfn_env *env, gfn_exact *exact)
{
    const size_t bytes = gfn_exact_n(exact) * sizeof(double);
    const double *p;
    double *copy = malloc(bytes);
    if (gfn_exact_run(exact, mixed, env, &p) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    memcpy(copy, p, bytes);
    return copy;
}

/* All edges of all states, to be freed. */
static double *find_all_edges(gfn_env *env)
{
    const size_t n = (size_t)env->spec.n_states, k = (size_t)env->spec.shape.n_actions;
    double *edges = malloc(n * k * sizeof *edges);
    gfn_real *log_pf = malloc(k * sizeof *log_pf);
    gfn_edge_table *table;
    assert_int_equal(gfn_edge_table_create(env, &table), GFN_OK);
    for (size_t s = 0; s < n; s++) {
        gfn_edge_table_load(table, s, 1);
        mixed(env, 1, table->state, log_pf);
        gfn_edges_find(1, k, table->mask, log_pf, edges + s * k);
    }
    gfn_edge_table_destroy(&table);
    free(log_pf);
    return edges;
}

static const struct {
    const gfn_env_ops *ops;
    const char *settings;
} worlds[] = {
    {NULL, "size=16"},
    {NULL, "size=91 r0=1e-3"}, /* 8281 states: three chunks */
    {NULL, "size=11 ndim=4 reward=cosine"},
    {&diagonal_world, "size=37"},
    {&ladder_world, "rungs=37"},
    {&bits_world, "length=9 numbered=yes"}, /* 19683 states */
};
enum { WORLDS = sizeof worlds / sizeof worlds[0] };

/* ---- claims ---- */

static void states_may_be_pushed_in_any_parts(void **unused)
{
    (void)unused;
    static const size_t parts[] = {1, 7, 240, 4096, 1 << 20};
    for (size_t w = 0; w < WORLDS; w++) {
        gfn_env *env = make_env(worlds[w].ops, worlds[w].settings);
        gfn_exact *exact = prepare(env, 2);
        const size_t n = gfn_exact_n(exact), k = (size_t)env->spec.shape.n_actions;
        double *expected = evaluate(env, exact), *edges = find_all_edges(env);
        const double *p;
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            gfn_exact_begin(exact);
            for (size_t first = 0, m; first < n; first += m) {
                m = n - first < parts[i] ? n - first : parts[i];
                gfn_exact_push(exact, m, edges + first * k);
            }
            assert_int_equal(gfn_exact_end(exact, &p), GFN_OK);
            assert_memory_equal(p, expected, n * sizeof *p);
        }
        free(expected);
        free(edges);
        gfn_exact_destroy(&exact);
        gfn_env_destroy(&env);
    }
}

static void threads_change_no_bit(void **unused)
{
    (void)unused;
    for (size_t w = 0; w < WORLDS; w++) {
        gfn_env *env = make_env(worlds[w].ops, worlds[w].settings);
        gfn_exact *alone = prepare(env, 1);
        const size_t n = gfn_exact_n(alone);
        double *expected = evaluate(env, alone);
        for (int threads = 2; threads <= 3; threads++) {
            gfn_exact *exact = prepare(env, threads);
            double *p = evaluate(env, exact);
            assert_memory_equal(p, expected, n * sizeof *p);
            assert_memory_equal(gfn_exact_target(exact), gfn_exact_target(alone), n * sizeof *p);
            assert_true(gfn_exact_log_z(exact) == gfn_exact_log_z(alone));
            assert_int_equal(gfn_exact_n_modes(exact), gfn_exact_n_modes(alone));
            assert_int_equal(gfn_exact_n_mode_regions(exact), gfn_exact_n_mode_regions(alone));
            free(p);
            gfn_exact_destroy(&exact);
        }
        free(expected);
        gfn_exact_destroy(&alone);
        gfn_env_destroy(&env);
    }
}

/* A cell has at most two parents, so the order of their numbers cannot matter. */
static void how_states_are_numbered_does_not_matter(void **unused)
{
    (void)unused;
    gfn_env *grid = make_env(NULL, "size=37"), *diagonals = make_env(&diagonal_world, "size=37");
    gfn_exact *of_grid = prepare(grid, 1), *of_diagonals = prepare(diagonals, 1);
    double *p = evaluate(grid, of_grid), *q = evaluate(diagonals, of_diagonals);
    for (int64_t i = 0; i < SIDE * SIDE; i++) {
        int32_t cell[2];
        int64_t number;
        assert_int_equal(gfn_env_state_at(grid, 1, &i, cell), GFN_OK);
        assert_int_equal(gfn_env_number(diagonals, 1, cell, &number), GFN_OK);
        assert_true(p[i] == q[number]);
    }
    free(p);
    free(q);
    gfn_exact_destroy(&of_grid);
    gfn_exact_destroy(&of_diagonals);
    gfn_env_destroy(&grid);
    gfn_env_destroy(&diagonals);
}

/* Two doubles and a count of samples per state: 8^8 states take 384 MiB. */
static void memory_is_24_bytes_per_state(void **unused)
{
    (void)unused;
    assert_int_equal(gfn_exact_bytes(16777216), INT64_C(384) << 20);
}

/* ---- metrics ---- */

enum { N = 3 * GFN_STATE_LOOP_RANGE + 1234 };

/* A distribution of positive numbers, some the same as their neighbours. */
static void fill(double *p, uint64_t seed)
{
    const gfn_stream stream = {seed, GFN_PURPOSE_CHECK, 3};
    double sum = 0;
    for (size_t i = 0; i < N; i++) {
        p[i] = exp(-9 * gfn_random_unit(&stream, i / 3, 0));
        sum += p[i];
    }
    for (size_t i = 0; i < N; i++)
        p[i] /= sum;
}

static void threads_change_no_bit_of_the_metrics(void **unused)
{
    (void)unused;
    double *p = malloc(N * sizeof *p), *q = malloc(N * sizeof *q);
    int64_t *counts = calloc(N, sizeof *counts), total = 0, df[2];
    fill(p, 5);
    fill(q, 8);
    for (size_t i = 0; i < N; i++)
        total += counts[i] = (int64_t)(i % 5 ? 2e5 * p[i] : 0);
    gfn_metrics expected, metrics;
    gfn_metrics_compute(1, N, p, q, &expected);
    for (int threads = 2; threads <= 3; threads++) {
        gfn_metrics_compute(threads, N, p, q, &metrics);
        assert_memory_equal(&metrics, &expected, sizeof expected);
        assert_true(gfn_l1_of_counts(threads, N, counts, q) == gfn_l1_of_counts(1, N, counts, q));
        assert_true(gfn_l1_noise_floor(threads, N, q, total) == gfn_l1_noise_floor(1, N, q, total));
        assert_true(gfn_chi_square(threads, N, counts, p, &df[0]) ==
                    gfn_chi_square(1, N, counts, p, &df[1]));
        assert_int_equal(df[0], df[1]);
    }
    free(p);
    free(q);
    free(counts);
}

/* ---- loops over states ---- */

enum { MANY = 700 * GFN_STATE_LOOP_RANGE + 3 };

static size_t next;

static void note_range(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)self;
    (void)thread;
    const size_t range[] = {first, n};
    for (size_t i = 0; i < GFN_STATE_LOOP_PART; i++)
        if (((char *)part)[i] != 0)
            return; /* makes the sum wrong */
    memcpy(part, range, sizeof range);
}

static void follow_range(void *self, const void *part)
{
    (void)self;
    size_t range[2];
    memcpy(range, part, sizeof range);
    if (range[0] == next)
        next += range[1];
}

static void parts_are_added_up_in_the_order_of_their_ranges(void **unused)
{
    (void)unused;
    for (int threads = 1; threads <= 3; threads++) {
        next = 0;
        gfn_state_loop_run(threads, MANY, &(gfn_state_loop){note_range, follow_range, NULL});
        assert_int_equal(next, MANY);
    }
}

static void count_loop(void *loops)
{
    (*(int *)loops)++;
}

/* A watch takes a computation that starts no loops for a hang. */
static void a_long_loop_is_cut_into_several_parallel_loops(void **unused)
{
    (void)unused;
    int loops = 0;
    gfn_parallel_set_hook(count_loop, &loops);
    gfn_state_loop_run(2, MANY, &(gfn_state_loop){note_range, NULL, NULL});
    gfn_parallel_set_hook(NULL, NULL);
    assert_int_equal(loops, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_may_be_pushed_in_any_parts),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(how_states_are_numbered_does_not_matter),
        cmocka_unit_test(memory_is_24_bytes_per_state),
        cmocka_unit_test(threads_change_no_bit_of_the_metrics),
        cmocka_unit_test(parts_are_added_up_in_the_order_of_their_ranges),
        cmocka_unit_test(a_long_loop_is_cut_into_several_parallel_loops),
    };
    return cmocka_run_group_tests(tests, make_diagonal_world, NULL);
}
