/* SPDX-License-Identifier: MIT
 *
 * gfn_env_check() on worlds that break a rule about marginals or the solver.
 */
#include <gfn/env.h>

#include "tests/unit/env/broken.h"
#include "tests/unit/env/make.h"
#include "tests/unit/env/rich.h"

/* The base is `rich`; TALL has more states than expect_broken() tests one by one. */
#define RICH &rich, NULL
#define TALL &rich, "rungs=1000"

static gfn_env_ops rich;
static gfn_env_solver solver;
static gfn_env_marginals marginals;

/* ---- marginals ---- */

static int64_t count_none(const void *world)
{
    (void)world;
    return 0;
}

static void there_are_no_rows(gfn_env_ops *ops)
{
    (void)ops;
    marginals.count = count_none;
}

static int64_t count_four(const void *world)
{
    (void)world;
    return RICH_ROWS + 1;
}

static void find_has_fewer_rows_than_count(gfn_env_ops *ops)
{
    (void)ops;
    marginals.count = count_four;
}

static int64_t count_two(const void *world)
{
    (void)world;
    return RICH_ROWS - 1;
}

static void find_has_more_rows_than_count(gfn_env_ops *ops)
{
    (void)ops;
    marginals.count = count_two;
}

static void key_of_one(const void *world, int64_t row, char *text, size_t size)
{
    (void)world;
    snprintf(text, size, "\"third, %d\"", (int)row);
}

static void a_key_lacks_a_name(gfn_env_ops *ops)
{
    (void)ops;
    marginals.key = key_of_one;
}

static void key_of_all(const void *world, int64_t row, char *text, size_t size)
{
    rich_key(world, row / 2, text, size);
}

static void rows_share_a_key(gfn_env_ops *ops)
{
    (void)ops;
    marginals.key = key_of_all;
}

static void key_of_any_size(const void *world, int64_t row, char *text, size_t size)
{
    (void)size;
    rich_key(world, row, text, 64);
}

static void a_key_is_not_cut(gfn_env_ops *ops)
{
    (void)ops;
    marginals.key = key_of_any_size;
}

static void find_ratio(const void *world, size_t n, const int32_t *state, double *value)
{
    rich_find(world, n, state, value);
    for (size_t i = 0; i < n; i++)
        value[i * RICH_VALUES] /= state[i] - 7;
}

static void a_marginal_is_infinite(gfn_env_ops *ops)
{
    (void)ops;
    marginals.find = find_ratio;
}

/* ---- pictures of marginals ---- */

static void two_lines(const void *world, int64_t lines[2])
{
    (void)world;
    lines[0] = 2;
    lines[1] = RICH_ROWS;
}

static void rows_are_not_the_cells(gfn_env_ops *ops)
{
    (void)ops;
    marginals.cell = NULL;
    marginals.map_lines = two_lines;
}

static void no_lines_down(const void *world, int64_t lines[2])
{
    (void)world;
    lines[0] = 0;
    lines[1] = RICH_ROWS;
}

static void a_map_has_no_lines_down(gfn_env_ops *ops)
{
    (void)ops;
    marginals.map_lines = no_lines_down;
}

static void an_object_has_no_lines_down(gfn_env_ops *ops)
{
    (void)ops;
    marginals.object_lines = no_lines_down;
}

static void one_cell(const void *world, int64_t row, int64_t cell[2])
{
    (void)world, (void)row;
    cell[0] = cell[1] = 0;
}

static void rows_share_a_cell(gfn_env_ops *ops)
{
    (void)ops;
    marginals.cell = one_cell;
}

static void turned_cell(const void *world, int64_t row, int64_t cell[2])
{
    (void)world;
    cell[0] = row;
    cell[1] = 0;
}

static void a_cell_is_not_in_the_map(gfn_env_ops *ops)
{
    (void)ops;
    marginals.cell = turned_cell;
}

static void label_of_any_size(const void *world, int axis, int64_t line, char *text, size_t size)
{
    (void)size;
    rich_label(world, axis, line, text, 64);
}

static void a_label_is_not_cut(gfn_env_ops *ops)
{
    (void)ops;
    marginals.label = label_of_any_size;
}

static int64_t too_many_bins(const void *world, int64_t row, double range[2])
{
    rich_bins(world, row, range);
    return GFN_ENV_MAX_BINS + 1;
}

static void bins_are_too_many(gfn_env_ops *ops)
{
    (void)ops;
    marginals.bins = too_many_bins;
}

static int64_t bins_of_nothing(const void *world, int64_t row, double range[2])
{
    const int64_t bins = rich_bins(world, row, range);
    range[1] = range[0];
    return bins;
}

static void bins_have_no_range(gfn_env_ops *ops)
{
    (void)ops;
    marginals.bins = bins_of_nothing;
}

static void draw_bright(const void *world, const int32_t *state, double *value)
{
    rich_draw_object(world, state, value);
    value[1] += 1;
}

static void an_object_is_too_bright(gfn_env_ops *ops)
{
    (void)ops;
    marginals.draw_object = draw_bright;
}

static void draw_one_cell_more(const void *world, const int32_t *state, double *value)
{
    rich_draw_object(world, state, value);
    value[2] = 0;
}

static void an_object_is_drawn_beyond(gfn_env_ops *ops)
{
    (void)ops;
    marginals.draw_object = draw_one_cell_more;
}

/* ---- the solver ---- */

static gfn_status solve_at_one(const void *world, double beta, void **solution)
{
    (void)beta;
    return rich_solve(world, 1, solution);
}

static void log_z_ignores_beta(gfn_env_ops *ops)
{
    (void)ops;
    solver.create = solve_at_one;
}

static double log_z_above(const void *solution)
{
    return rich_log_z(solution) + 1e-7;
}

static void log_z_is_not_that_of_the_description(gfn_env_ops *ops)
{
    (void)ops;
    solver.log_z = log_z_above;
}

static double log_z_of_nothing(const void *solution)
{
    (void)solution;
    return -INFINITY;
}

static void log_z_is_infinite(gfn_env_ops *ops)
{
    (void)ops;
    solver.log_z = log_z_of_nothing;
}

static void draw_any(const void *solution, const gfn_stream *stream, int64_t first, size_t n,
                     int32_t *state)
{
    rich_draw(solution, stream, first, n, state);
    for (size_t i = 0; i < n; i++)
        state[i] -= (first + (int64_t)i) % 8 == 7;
}

static void a_draw_is_no_object(gfn_env_ops *ops)
{
    (void)ops;
    solver.draw = draw_any;
}

static void draw_from_zero(const void *solution, const gfn_stream *stream, int64_t first, size_t n,
                           int32_t *state)
{
    (void)first;
    rich_draw(solution, stream, 0, n, state);
}

static void draws_depend_on_the_split(gfn_env_ops *ops)
{
    (void)ops;
    solver.draw = draw_from_zero;
}

static void draw_one_more(const void *solution, const gfn_stream *stream, int64_t first, size_t n,
                          int32_t *state)
{
    rich_draw(solution, stream, first, n + 1, state);
}

static void draws_are_written_beyond(gfn_env_ops *ops)
{
    (void)ops;
    solver.draw = draw_one_more;
}

static void draw_uniformly(const void *solution, const gfn_stream *stream, int64_t first, size_t n,
                           int32_t *state)
{
    struct rich_solution flat = *(const struct rich_solution *)solution;
    double z = 0;
    flat.beta = 0;
    for (int32_t k = 0; k <= rungs_of(flat.world); k++)
        z += rich_weight(&flat, k);
    flat.log_z = log(z);
    rich_draw(&flat, stream, first, n, state);
}

static void draws_are_uniform(gfn_env_ops *ops)
{
    (void)ops;
    solver.draw = draw_uniformly;
}

static void expect_others(const void *solution, double *value)
{
    rich_expect(solution, value);
    value[3] += 1e-6;
}

static void an_expectation_is_wrong(gfn_env_ops *ops)
{
    (void)ops;
    solver.marginals = expect_others;
}

static void expect_infinity(const void *solution, double *value)
{
    rich_expect(solution, value);
    value[3] = INFINITY;
}

static void an_expectation_is_infinite(gfn_env_ops *ops)
{
    (void)ops;
    solver.marginals = expect_infinity;
}

static void expect_one_more(const void *solution, double *value)
{
    rich_expect(solution, value);
    value[RICH_VALUES] = 0;
}

static void expectations_are_written_beyond(gfn_env_ops *ops)
{
    (void)ops;
    solver.marginals = expect_one_more;
}

/* ---- the tests ---- */

static const struct broken values[] = {
    {there_are_no_rows, RICH, "marginals have rows"},
    {find_has_fewer_rows_than_count, RICH, "lanes are independent in marginals->find()"},
    {find_has_more_rows_than_count, RICH, "lanes are independent in marginals->find()"},
    {a_key_lacks_a_name, RICH, "marginals->key() gives a name per heading"},
    {rows_share_a_key, RICH, "rows of marginals have distinct keys"},
    {a_key_is_not_cut, RICH, "marginals->key() cuts its text"},
    {a_marginal_is_infinite, RICH, "marginals are finite; in state rung 7"},
};

static const struct broken pictures[] = {
    {a_map_has_no_lines_down, RICH, "maps have lines down and to the right"},
    {an_object_has_no_lines_down, RICH, "maps have lines down and to the right"},
    {rows_are_not_the_cells, RICH, "the rows of marginals are the cells of the map"},
    {rows_share_a_cell, RICH, "each row has a cell of its own"},
    {a_cell_is_not_in_the_map, RICH, "cells are within the map"},
    {a_label_is_not_cut, RICH, "marginals->label() cuts its text"},
    {bins_are_too_many, RICH, "bins are not too many"},
    {bins_have_no_range, RICH, "bins divide a range"},
    {an_object_is_too_bright, RICH, "objects are drawn from 0 to 1"},
    {an_object_is_drawn_beyond, RICH, "draw_object() writes the cells of its map"},
};

static const struct broken solvers[] = {
    {log_z_ignores_beta, RICH, "log Z of the solver is the log of the sum of R^beta"},
    {log_z_is_not_that_of_the_description, RICH, "log Z of the solver is the log of the sum"},
    {log_z_is_not_that_of_the_description, TALL, "log Z of the solver is the log of the sum"},
    {log_z_is_infinite, TALL, "log Z of the solver is finite"},
    {a_draw_is_no_object, TALL, "draws of the solver are objects"},
    {draws_depend_on_the_split, TALL, "a draw depends on its number alone"},
    {draws_are_written_beyond, RICH, "solver->draw() writes n objects"},
    {draws_are_uniform, RICH, "draws follow R^beta / Z"},
    {an_expectation_is_wrong, RICH, "marginals of the solver are expectations"},
    {an_expectation_is_infinite, TALL, "marginals of the solver are finite, or NAN"},
    {expectations_are_written_beyond, RICH, "solver->marginals() writes rows times columns"},
};

/* Every row begins with what is not broken. */
static void expect_each_broken(const struct broken *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        solver = rich_solver;
        marginals = rich_marginals;
        expect_broken(rows + i, 1);
    }
}

static void a_rich_world_keeps_the_contract(void **state)
{
    (void)state;
    static const char *const settings[] = {NULL, "rungs=1", "rungs=250", "rungs=1000"};
    solver = rich_solver;
    marginals = rich_marginals;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        gfn_env *env = make_env(&rich, settings[i]);
        for (int64_t most = 100; most <= 10000; most *= 100)
            if (gfn_env_check(env, 2385, most, NULL) != GFN_OK)
                fail_msg("%s: %s", settings[i] ? settings[i] : "", gfn_error_message());
        gfn_env_destroy(&env);
    }
}

static gfn_status solve_nothing(const void *world, double beta, void **solution)
{
    (void)world, (void)beta, (void)solution;
    return gfn_fail(GFN_ENOSUP, "too large");
}

static void a_solver_may_refuse_a_world_that_is_too_large(void **state)
{
    (void)state;
    solver = rich_solver;
    solver.create = solve_nothing;
    gfn_env *env = make_env(&rich, NULL);
    assert_int_equal(gfn_env_check(env, 2385, 10000, NULL), GFN_OK);
    gfn_env_destroy(&env);
}

static void broken_rules_about_marginals_are_detected_and_named(void **state)
{
    (void)state;
    expect_each_broken(values, sizeof values / sizeof values[0]);
}

static void broken_rules_about_pictures_are_detected_and_named(void **state)
{
    (void)state;
    expect_each_broken(pictures, sizeof pictures / sizeof pictures[0]);
}

static void broken_rules_about_solvers_are_detected_and_named(void **state)
{
    (void)state;
    expect_each_broken(solvers, sizeof solvers / sizeof solvers[0]);
}

static int set_up(void **state)
{
    (void)state;
    rich = rich_world();
    rich.solver = &solver;
    rich.marginals = &marginals;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rich_world_keeps_the_contract),
        cmocka_unit_test(a_solver_may_refuse_a_world_that_is_too_large),
        cmocka_unit_test(broken_rules_about_marginals_are_detected_and_named),
        cmocka_unit_test(broken_rules_about_pictures_are_detected_and_named),
        cmocka_unit_test(broken_rules_about_solvers_are_detected_and_named),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
