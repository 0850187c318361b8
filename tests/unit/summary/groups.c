/* SPDX-License-Identifier: MIT
 *
 * Groups of runs, their labels and their figures. The portraits here have options, directories and
 * results alone.
 */
#include "tests/unit/fixture.h"

#include <math.h>

#include "summary/figures.h"
#include "summary/groups.h"

enum { MOST = 8 };

static gfn_arena *arena;
static gfn_portrait run[MOST];
static double metric[MOST][64];
static gfn_groups groups;

static int begin(void **state)
{
    (void)state;
    memset(run, 0, sizeof run);
    assert_true(gfn_metric_count() <= 64);
    return gfn_arena_create(&arena) != GFN_OK;
}

static int end(void **state)
{
    (void)state;
    for (size_t i = 0; i < MOST; i++)
        gfn_options_destroy(&run[i].options);
    gfn_arena_destroy(&arena);
    return 0;
}

static void add_run(size_t i, const char *name, const char *settings)
{
    assert_int_equal(gfn_run_options_create(NULL, &run[i].options), GFN_OK);
    assert_int_equal(gfn_options_parse(run[i].options, settings, "test"), GFN_OK);
    run[i].name = run[i].place = name;
    run[i].metric = metric[i];
    run[i].trajectories_done = 100;
    for (size_t k = 0; k < 64; k++)
        metric[i][k] = NAN;
}

static void find(size_t n, const char *labels)
{
    assert_int_equal(gfn_groups_find(arena, run, n, &groups), GFN_OK);
    assert_int_equal(gfn_groups_label(arena, &groups, labels), GFN_OK);
}

static void assert_labels(size_t n, const char *const *wanted)
{
    assert_int_equal(groups.n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(groups.group[i].label, wanted[i]);
}

/* ---- groups ---- */

/* "0.1" and "1e-1" are one number; threads, samples and cadences change nothing. */
static void runs_that_differ_only_in_seeds_are_a_group(void **state)
{
    (void)state;
    char text[GFN_CAPTION_TEXT];
    add_run(0, "a", "lr=0.1 seed=3");
    add_run(1, "b", "lr=0.2 seed=3");
    add_run(2, "c", "lr=1e-1 seed=4 threads=2 samples=7 log-every=5 time-limit=3s picture=no");
    add_run(3, "d", "lr=0.2 seed=1");
    find(4, NULL);
    assert_labels(2, (const char *const[]){"lr=0.1", "lr=0.2"});
    assert_true(groups.group[0].n == 2 && groups.group[0].run[1] == &run[2]);
    assert_true(groups.group[1].n == 2 && groups.group[1].run[1] == &run[3]);
    gfn_groups_describe_differences(&groups, text);
    assert_string_equal(text, "lr");
    gfn_groups_describe_method(&groups, text);
    assert_string_equal(text, "tb, hidden 32, batch-size 256; 1000 iterations");
    assert_int_equal(gfn_groups_describe_env(&groups, text), GFN_OK);
    assert_string_equal(text, "hypergrid: size 16, ndim 2, reward original, encoding auto");
}

static void a_group_has_no_seed_twice(void **state)
{
    (void)state;
    add_run(0, "old/seed-0", "seed=0");
    add_run(1, "old/seed-1", "seed=1");
    add_run(2, "new/seed-0", "seed=0");
    add_run(3, "new/seed-1", "seed=1");
    run[0].place = run[1].place = "old";
    run[2].place = run[3].place = "new/";
    find(4, NULL);
    assert_labels(2, (const char *const[]){"old", "new"});
    assert_true(groups.group[1].n == 2 && groups.group[1].run[0] == &run[2]);
}

static void another_length_is_another_experiment(void **state)
{
    (void)state;
    add_run(0, "a", "iterations=10 seed=0");
    add_run(1, "b", "iterations=20 seed=1");
    find(2, NULL);
    assert_labels(2, (const char *const[]){"iterations=10", "iterations=20"});
}

/* ---- labels ---- */

static void labels_name_all_options_that_differ(void **state)
{
    (void)state;
    add_run(0, "a", "lr=0.1 hidden=8");
    add_run(1, "b", "lr=0.1 hidden=64 r0=0.001");
    find(2, NULL);
    assert_labels(2, (const char *const[]){"hidden=8, r0=unset", "hidden=64, r0=0.001"});
}

/* The shortest end of a path that no other has; and never an absolute path. */
static void runs_with_the_same_options_have_the_ends_of_their_paths(void **state)
{
    (void)state;
    add_run(0, "/data/a/x", "seed=1");
    add_run(1, "/data/b/x/", "seed=1");
    add_run(2, "/data/y", "seed=1");
    add_run(3, "y", "seed=1");
    add_run(4, "/data/b/x", "seed=1");
    find(5, NULL);
    assert_labels(5, (const char *const[]){"a/x", "b/x", "data/y", "y", "b/x (2)"});
}

static void long_labels_are_replaced_or_shortened(void **state)
{
    (void)state;
    add_run(0, "one", "lr=0.1 hidden=8 epsilon=0.1 weight-decay=0.001");
    add_run(1, "a-name-of-more-than-forty-characters-that-ends-here",
            "lr=0.2 hidden=9 epsilon=0.2 weight-decay=0.002");
    add_run(2, "a-name-of-more-than-forty-letters-there-that-ends-here",
            "lr=0.3 hidden=9 epsilon=0.2 weight-decay=0.002");
    find(3, NULL);
    assert_labels(3, (const char *const[]){"one", "a-name-of-more-than...ers-that-ends-here",
                                           "a-name-of-more-than...ere-that-ends-here"});
}

static void paths_in_labels_are_names_of_files(void **state)
{
    (void)state;
    add_run(0, "a", "reward=file reward-file=/data/long/path/one.npy");
    add_run(1, "b", "reward=file reward-file=/data/long/path/two.npy");
    find(2, NULL);
    assert_labels(2, (const char *const[]){"reward-file=one.npy", "reward-file=two.npy"});
}

static void given_labels_are_used_in_order(void **state)
{
    (void)state;
    add_run(0, "a", "lr=0.1");
    add_run(1, "b", "lr=0.2");
    find(2, "ours\\, tuned,\xce\xb7 = 0.2");
    assert_labels(2, (const char *const[]){"ours, tuned", "\xce\xb7 = 0.2"});
}

static void assert_refused_labels(const char *labels, const char *message)
{
    assert_int_equal(gfn_groups_label(arena, &groups, labels), GFN_EINVAL);
    if (strstr(gfn_error_message(), message) == NULL)
        fail_msg("%s: expected %s, found %s", labels, message, gfn_error_message());
}

static void other_labels_are_refused(void **state)
{
    (void)state;
    add_run(0, "a", "lr=0.1");
    add_run(1, "b", "lr=0.2");
    find(2, NULL);
    assert_refused_labels(
        "A", "picture-labels: expected 2, one per group of runs, found 1 in \"A\" (hint: "
             "the groups are lr=0.1; lr=0.2)");
    assert_refused_labels("A,B,C", "found 3");
    assert_refused_labels("A,", "expected a name for each group, found none at place 2");
    assert_refused_labels("A,A", "expected different names, found \"A\" twice");
}

/* ---- figures ---- */

static size_t metric_index(const char *name)
{
    size_t i = 0;
    while (strcmp(gfn_metric_of(i)->name, name) != 0)
        i++;
    return i;
}

/* 1, 2, 6: mean 3, standard error sqrt(14 / 2 / 3) = 1.5275. */
static void figures_are_means_with_their_standard_errors(void **state)
{
    (void)state;
    const size_t error = metric_index("log_z_error");
    for (size_t i = 0; i < 3; i++) {
        add_run(i, "a", i == 0 ? "seed=0" : i == 1 ? "seed=1" : "seed=2");
        metric[i][error] = (const double[]){-6, 1, -2}[i];
    }
    find(3, NULL);
    const gfn_figure figure = gfn_figure_of(groups.group, error);
    assert_int_equal(figure.n, 3);
    assert_float_equal(figure.mean, 3, 1e-12);
    assert_float_equal(figure.error, 1.5275252316519468, 1e-12);
    assert_true(figure.min == 1 && figure.max == 6);
}

static const char *cell(const gfn_table *table, size_t row, size_t column)
{
    return table->cell[row * table->columns + column];
}

/* The columns are those that a run knows: here L1 and loss. */
static void the_table_says_what_is_not_known(void **state)
{
    (void)state;
    const size_t l1 = metric_index("l1"), loss = metric_index("loss");
    gfn_table table;
    add_run(0, "a", "lr=0.1 seed=0");
    add_run(1, "b", "lr=0.1 seed=1");
    add_run(2, "c", "lr=0.2");
    add_run(3, "d", "lr=0.3");
    metric[0][l1] = 0.0195;
    metric[1][l1] = 0.0361;
    metric[0][loss] = 2.5e-7;
    metric[2][loss] = INFINITY;
    metric[3][loss] = 1.5e-8;
    run[1].trajectories_done = 250;
    run[2].trajectories_done = NAN;
    find(4, NULL);
    assert_int_equal(gfn_figures_tabulate(arena, &groups, &(gfn_table_form){"+-", 0, true}, &table),
                     GFN_OK);
    assert_true(table.rows == 3 && table.columns == 5);
    const char *const wanted[3][5] = {
        {"lr=0.1", "2", "100-250", "0.0278 +- 0.0083", "2.5e-07 (1 of 2)"},
        {"lr=0.2", "1", "-", "-", "inf"},
        {"lr=0.3", "1", "100", "-", "1.5e-08"}};
    for (size_t row = 0; row < 3; row++)
        for (size_t column = 0; column < 5; column++)
            assert_string_equal(cell(&table, row, column), wanted[row][column]);
    assert_string_equal(table.heading[3], "L1");
    assert_string_equal(table.note, "+-: standard error of the mean over seeds");
}

static void the_only_group_has_its_seeds_in_rows(void **state)
{
    (void)state;
    gfn_table table;
    char *text;
    add_run(0, "a", "seed=7");
    add_run(1, "b", "seed=5");
    metric[0][metric_index("tv")] = 2.5e-5;
    metric[1][metric_index("tv")] = 1.5e-5;
    find(2, NULL);
    assert_int_equal(gfn_figures_tabulate(arena, &groups, &(gfn_table_form){"+-", 1, true}, &table),
                     GFN_OK);
    assert_int_equal(table.rows, 2);
    assert_string_equal(cell(&table, 0, 0), "mean");
    assert_string_equal(cell(&table, 0, 3), "(2.00 +- 0.50)e-05");
    assert_string_equal(cell(&table, 1, 0), "seed 7");
    assert_true(table.style[0] == 0 && table.style[1] == -1);
    assert_non_null(strstr(table.note, "; 1 more row: gfn-dist plot prints them"));
    assert_int_equal(gfn_figures_print(arena, &groups, &text), GFN_OK);
    assert_string_equal(text, "          seeds  trajectories                  TV\n"
                              "  mean        2           100  (2.00 +- 0.50)e-05\n"
                              "  seed 7      1           100             2.5e-05\n"
                              "  seed 5      1           100             1.5e-05\n"
                              "  +-: standard error of the mean over seeds\n");
}

/* Other times, and another picture would be drawn of a run that is trained again. */
static void pictures_have_no_times(void **state)
{
    (void)state;
    const size_t time = metric_index("time_s"), loss = metric_index("loss");
    gfn_table table;
    add_run(0, "a", "lr=0.1");
    add_run(1, "b", "lr=0.2");
    metric[0][time] = metric[0][loss] = 2.5;
    find(2, NULL);
    for (int has_times = 0; has_times < 2; has_times++) {
        const gfn_table_form form = {"+-", 0, has_times};
        assert_int_equal(gfn_figures_tabulate(arena, &groups, &form, &table), GFN_OK);
        assert_int_equal(table.columns, 4 + has_times);
        assert_string_equal(table.heading[3], "loss");
    }
    assert_string_equal(table.heading[4], "time [s]");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(runs_that_differ_only_in_seeds_are_a_group),
        CASE(a_group_has_no_seed_twice),
        CASE(another_length_is_another_experiment),
        CASE(labels_name_all_options_that_differ),
        CASE(runs_with_the_same_options_have_the_ends_of_their_paths),
        CASE(long_labels_are_replaced_or_shortened),
        CASE(paths_in_labels_are_names_of_files),
        CASE(given_labels_are_used_in_order),
        CASE(other_labels_are_refused),
        CASE(figures_are_means_with_their_standard_errors),
        CASE(the_table_says_what_is_not_known),
        CASE(the_only_group_has_its_seeds_in_rows),
        CASE(pictures_have_no_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
