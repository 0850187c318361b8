/* SPDX-License-Identifier: MIT
 *
 * Files of rewards and of terminal states that do not fit the run: one message, before anything is
 * written.
 */
#include "tests/unit/ui/program.h"

#include <math.h>

enum { FAILED = CLI_EXIT_FAILED, USAGE = CLI_EXIT_USAGE, SIDE = 8, CELLS = SIDE * SIDE };

/* ---- rewards ---- */

/* The 8x8 grid with holes, one of them in the far corner. */
static void fill_rewards(double rewards[CELLS])
{
    static const double cells[] = {1, 0, 2, 0.5, 0, 4, 1, 1, 2, 0, 0, 0.5, 1};
    for (size_t i = 0; i < CELLS; i++)
        rewards[i] = cells[(i * i + i / 9) % COUNT(cells)];
    rewards[CELLS - 1] = 0;
}

static void put_rewards(const char *path, const char *shape, const double *rewards, size_t n)
{
    put_npy(path, "<f8", false, shape, rewards, n * sizeof *rewards);
}

/* bad.npy does not fit the 8x8 grid; the message begins with its name and ends with a hint. */
static void assert_rewards_refused(const char *pattern)
{
    char whole[256];
    const refusal r = {
        USAGE, whole, {"--size", "8", "--reward", "file", "--reward-file", "bad.npy"}};
    snprintf(whole, sizeof whole, "^gfn-dist: /.*/bad.npy: %s.* \\(hint: ", pattern);
    assert_all_refused(&r, 1);
}

static void a_file_of_rewards_is_there_and_wanted(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE, "reward is file: .*found none \\(hint: --reward-file", {"--reward", "file"}},
        {USAGE,
         "reward-file is /.*/bad.npy, and the reward original .*hint",
         {"--reward-file", "bad.npy"}},
        {FAILED, "missing.npy: cannot open", {"--reward", "file", "--reward-file", "missing.npy"}},
    };
    assert_all_refused(cases, COUNT(cases));
}

static void rewards_have_the_shape_of_the_grid(void **state)
{
    (void)state;
    double rewards[CELLS];
    fill_rewards(rewards);
    put_rewards("bad.npy", "4, 4", rewards, 16);
    assert_rewards_refused("hypergrid: expected 8 x 8 values, one per state, found 4 x 4");
    put_rewards("bad.npy", "64,", rewards, CELLS);
    assert_rewards_refused("hypergrid: expected 8 x 8 values, one per state, found 64");
}

static void rewards_are_finite_and_not_negative(void **state)
{
    (void)state;
    static const struct {
        size_t cell;
        double value;
        const char *pattern;
    } rows[] = {
        {CELLS - 1, -1, "hypergrid: \\(7, 7\\): expected values of 0 or more, found -1"},
        {0, NAN, "hypergrid: .*found -?nan for \\(0, 0\\)"},
        {1, INFINITY, "hypergrid: .*found inf for \\(0, 1\\)"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        double rewards[CELLS];
        fill_rewards(rewards);
        rewards[0] = 0;
        rewards[rows[i].cell] = rows[i].value;
        put_rewards("bad.npy", "8, 8", rewards, CELLS);
        assert_rewards_refused(rows[i].pattern);
    }
    put_rewards("bad.npy", "8, 8", (double[CELLS]){0}, CELLS);
    assert_rewards_refused("hypergrid: .*found 0 in all");
}

static void some_objectives_need_rewards_without_zeros(void **state)
{
    (void)state;
    static const refusal r = {
        USAGE,
        "^gfn-dist: objective mdb: expected .*found hypergrid, in which some rewards are 0 \\(hint",
        {"--size", "8", "--reward", "file", "--reward-file", "good.npy", "--objective", "mdb"}};
    double rewards[CELLS];
    fill_rewards(rewards);
    put_rewards("good.npy", "8, 8", rewards, CELLS);
    assert_all_refused(&r, 1);
}

static void rewards_are_numbers(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE,
         "counts.npy: element \\[0, 0\\]: expected a number that float64 holds .*found 9.* \\(hint",
         {"--size", "8", "--reward", "file", "--reward-file", "counts.npy"}},
        {USAGE,
         "cut.npy: expected 512 bytes of data, found 172",
         {"--size", "8", "--reward", "file", "--reward-file", "cut.npy"}},
    };
    const int64_t counts[CELLS] = {INT64_MAX};
    double rewards[CELLS];
    fill_rewards(rewards);
    put_text("bad.npy", "1,2,3\n");
    assert_rewards_refused("expected a file in NumPy's format, found another");
    put_npy("bad.npy", "<c8", false, "8, 8", rewards, sizeof rewards);
    assert_rewards_refused("expected numbers of a type .*found '<c8'");
    put_npy("counts.npy", "<i8", false, "8, 8", counts, sizeof counts);
    put_npy("cut.npy", "<f8", false, "8, 8", rewards, 172);
    assert_all_refused(cases, COUNT(cases));
}

static void a_file_of_the_user_is_not_overwritten(void **state)
{
    (void)state;
    static const refusal r = {
        USAGE,
        "mine: expected a folder without a run, found reward.npy \\(hint: another --out\\)",
        {"--size", "8", "--reward", "file", "--reward-file", "mine/reward.npy", "--out", "mine"}};
    double rewards[CELLS];
    fill_rewards(rewards);
    assert_int_equal(mkdir("mine", 0777), 0);
    put_rewards("mine/reward.npy", "8, 8", rewards, CELLS);
    assert_all_refused(&r, 1);
}

static void a_run_is_used_with_the_rewards_that_it_was_trained_with(void **state)
{
    (void)state;
    static const refusal changed[] = {
        {FAILED, "^gfn-dist: run/checkpoint.safetensors: expected rewards .*hint", {"eval", "run"}},
        {FAILED,
         "^gfn-dist: run/checkpoint.safetensors: expected rewards .*hint",
         {"sample", "run"}},
        {FAILED,
         "^gfn-dist: run/checkpoint.safetensors: expected rewards .*hint",
         {"--resume", "run"}},
    };
    static const refusal small = {
        FAILED, "^gfn-dist: run/reward.npy: .*found F64 .4, 4.", {"eval", "run"}};
    static const refusal gone = {FAILED, "^gfn-dist: run/reward.npy: cannot open", {"eval", "run"}};
    double rewards[CELLS];
    fill_rewards(rewards);
    put_rewards("reward.npy", "8, 8", rewards, CELLS);
    assert_passes((arguments){"--size", "8", "--reward", "file", "--reward-file", "reward.npy",
                              "--iterations", "3", "--quiet", "--out", "run"});
    for (size_t i = 0; i < CELLS; i++)
        rewards[i] = rewards[i] == 4 ? 0.5 : rewards[i];
    put_rewards("run/reward.npy", "8, 8", rewards, CELLS);
    assert_all_refused(changed, COUNT(changed));
    put_rewards("run/reward.npy", "4, 4", rewards, 16);
    assert_all_refused(&small, 1);
    assert_int_equal(remove("run/reward.npy"), 0);
    assert_all_refused(&gone, 1);
}

static void the_list_names_all_rewards(void **state)
{
    (void)state;
    assert_passes((arguments){"list"});
    assert_non_null(strstr(out, "reward original|cosine|sparse|deceptive|file"));
}

/* ---- terminal states ---- */

/* Every cell of the 8x8 grid, row by row, as int32 and as int64. */
static int32_t cells[CELLS][2];
static int64_t wide_cells[CELLS][2];

static void put_cells(void)
{
    for (int i = 0; i < CELLS; i++) {
        wide_cells[i][0] = cells[i][0] = i / SIDE;
        wide_cells[i][1] = cells[i][1] = i % SIDE;
    }
    put_npy("cells.npy", "<i4", false, "64, 2", cells, sizeof cells);
    put_npy("wide.npy", "<i8", false, "64, 2", wide_cells, sizeof wide_cells);
}

static void terminal_states_are_objects_of_the_environment(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE,
         "^gfn-dist: terminal-states: /.*/cells.npy: .*hypergrid.*, \\[n, 4\\], found \\[64, 2\\] "
         "\\(hint",
         {"--size", "8", "--ndim", "4", "--terminal-states", "cells.npy"}},
        {USAGE,
         "^gfn-dist: terminal-states: /.*/wide.npy: row 7: expected an object .*found \\(0, 7\\) "
         "\\(hint",
         {"--size", "7", "--terminal-states", "wide.npy"}},
        /* A cell of reward 0 is no object. */
        {USAGE,
         "cells.npy: row 0: expected an object .*found \\(0, 0\\)",
         {"--size", "8", "--reward", "file", "--reward-file", "reward.npy", "--terminal-states",
          "cells.npy"}},
    };
    double rewards[CELLS] = {0};
    for (int i = 1; i < CELLS; i++)
        rewards[i] = 1;
    put_rewards("reward.npy", "8, 8", rewards, CELLS);
    put_cells();
    assert_all_refused(cases, COUNT(cases));
}

static void terminal_states_are_a_matrix_of_whole_numbers(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE,
         "^gfn-dist: terminal-states: /.*/run/checkpoint.safetensors: expected .*NumPy",
         {"--terminal-states", "run/checkpoint.safetensors"}},
        {USAGE,
         "^gfn-dist: terminal-states: /.*/none.npy: " EVERYTHING,
         {"--terminal-states", "none.npy"}},
        {USAGE,
         "^gfn-dist: terminal-states: /.*/flat.npy: " EVERYTHING,
         {"--terminal-states", "flat.npy"}},
        {USAGE,
         "^gfn-dist: terminal-states: /.*/real.npy: element .*" EVERYTHING,
         {"--terminal-states", "real.npy"}},
        {USAGE,
         "^gfn-dist: terminal-states: /.*/cut.npy: expected 512 bytes of data, found 172",
         {"--size", "8", "--terminal-states", "cut.npy"}},
    };
    const int32_t zeros[4] = {0};
    assert_passes((arguments){"--size", "4", "--iterations", "3", "--quiet", "--out", "run"});
    put_cells();
    put_npy("none.npy", "<i4", false, "0, 2", zeros, 0);
    put_npy("flat.npy", "<i4", false, "4,", zeros, sizeof zeros);
    put_npy("real.npy", "<f8", false, "1, 2", (double[2]){0, 2.5}, 2 * sizeof(double));
    put_npy("cut.npy", "<i4", false, "64, 2", cells, 172);
    assert_all_refused(cases, COUNT(cases));
}

static void a_file_of_terminal_states_is_there_and_alone(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE,
         "^gfn-dist: terminal-states: expected --replay none .*found --replay reward.*hint",
         {"--size", "8", "--terminal-states", "cells.npy", "--replay", "reward"}},
        {FAILED,
         "^gfn-dist: terminal-states: /.*/missing.npy: cannot open",
         {"--terminal-states", "missing.npy"}},
        {FAILED, "^gfn-dist: terminal-states: /.*/\\.: ", {"--terminal-states", "."}},
    };
    put_cells();
    assert_all_refused(cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_file_of_rewards_is_there_and_wanted),
        scratch_test(rewards_have_the_shape_of_the_grid),
        scratch_test(rewards_are_finite_and_not_negative),
        scratch_test(some_objectives_need_rewards_without_zeros),
        scratch_test(rewards_are_numbers),
        scratch_test(a_file_of_the_user_is_not_overwritten),
        scratch_test(a_run_is_used_with_the_rewards_that_it_was_trained_with),
        scratch_test(the_list_names_all_rewards),
        scratch_test(terminal_states_are_objects_of_the_environment),
        scratch_test(terminal_states_are_a_matrix_of_whole_numbers),
        scratch_test(a_file_of_terminal_states_is_there_and_alone),
    };
    return cmocka_run_group_tests_name("refused files", tests, NULL, print_refusals);
}
