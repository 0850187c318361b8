/* SPDX-License-Identifier: MIT
 *
 * Sweeps: what their runs come to together, and what they do not begin with or go on with.
 */
#include <math.h>

#include "tests/unit/fixture.h"

#include "io/json.h"

#define SMALL "size=6 batch-size=20 iterations=30 hidden=7 samples=50 threads=1"

static gfn_status create(const char *settings, const char *seeds, const char *directory,
                         gfn_sweep **sweep)
{
    gfn_options *options = NULL;
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    const gfn_status status = gfn_sweep_create(comm, options, seeds, directory, sweep);
    gfn_options_destroy(&options);
    return status;
}

/* Train a run up to `last` iterations, kept in `place`; finished or as if killed. */
static void train(gfn_run *run, const char *place, int64_t last)
{
    gfn_trainer *trainer = NULL;
    gfn_progress progress;
    gfn_report report;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, place), GFN_OK);
    while (!gfn_trainer_is_done(trainer) && gfn_run_iteration(run) < last)
        assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_OK);
    if (gfn_trainer_is_done(trainer)) {
        assert_int_equal(gfn_trainer_finish(trainer, &report), GFN_OK);
        gfn_draw_clear(&report.draw);
    }
    gfn_trainer_destroy(&trainer);
}

static void train_seed(gfn_sweep *sweep, size_t index, int64_t last)
{
    gfn_run *run = NULL;
    assert_int_equal(gfn_sweep_begin(sweep, index, &run), GFN_OK);
    train(run, gfn_sweep_place(sweep, index), last);
    gfn_run_destroy(&run);
    assert_int_equal(gfn_sweep_end(sweep, index, GFN_OK), GFN_OK);
}

static uint32_t crc_alone(const char *seed)
{
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    gfn_trainer *trainer = NULL;
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, SMALL, "test"), GFN_OK);
    assert_int_equal(gfn_options_set(options, "seed", seed, "test"), GFN_OK);
    assert_int_equal(gfn_run_create(comm, options, 1, &run), GFN_OK);
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    while (!gfn_trainer_is_done(trainer))
        assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
    const uint32_t crc = gfn_run_params_crc(run);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    gfn_options_destroy(&options);
    return crc;
}

static void a_seed_gives_the_parameters_of_its_run_alone(void **unused)
{
    (void)unused;
    static const char *const seeds[] = {"3", "11", "4"};
    gfn_sweep *sweep = NULL;
    gfn_json *json = NULL;
    assert_int_equal(create(SMALL, "3,11,4", "alone", &sweep), GFN_OK);
    assert_int_equal(gfn_sweep_count(sweep), 3);
    for (size_t i = 0; i < 3; i++)
        train_seed(sweep, i, INT64_MAX);
    gfn_sweep_destroy(&sweep);
    assert_null(sweep);
    assert_int_equal(gfn_json_load("alone/sweep.json", &json), GFN_OK);
    assert_true(gfn_json_flag(json, "complete"));
    for (size_t i = 0; i < 3; i++) {
        char name[64], crc[16];
        snprintf(name, sizeof name, "runs.seed-%s.params_crc", seeds[i]);
        snprintf(crc, sizeof crc, "%08x", (unsigned)crc_alone(seeds[i]));
        assert_string_equal(gfn_json_string(json, name), crc);
    }
    gfn_json_destroy(&json);
}

/* Killed in the second seed, before its first checkpoint, and after its third. */
static void a_sweep_goes_on_where_it_was(void **unused)
{
    (void)unused;
    gfn_sweep *sweep = NULL;
    gfn_run *run = NULL;
    assert_int_equal(create(SMALL " checkpoint-every=5", "0-2", "killed", &sweep), GFN_OK);
    train_seed(sweep, 0, INT64_MAX);
    assert_int_equal(gfn_sweep_begin(sweep, 1, &run), GFN_OK);
    train(run, gfn_sweep_place(sweep, 1), 3);
    gfn_run_destroy(&run);
    gfn_sweep_destroy(&sweep);
    for (int64_t last = 17; last < 1000; last += 900) {
        assert_true(gfn_sweep_is_there("killed"));
        assert_int_equal(gfn_sweep_resume(comm, "killed", NULL, NULL, 0, &sweep), GFN_OK);
        assert_true(gfn_sweep_is_done(sweep, 0));
        assert_false(gfn_sweep_is_done(sweep, 1));
        assert_int_equal(gfn_sweep_begin(sweep, 1, &run), GFN_OK);
        assert_int_equal(gfn_run_iteration(run), last == 17 ? 0 : 15);
        train(run, gfn_sweep_place(sweep, 1), last);
        gfn_run_destroy(&run);
        assert_int_equal(gfn_sweep_end(sweep, 1, GFN_OK), GFN_OK);
        assert_int_equal(gfn_sweep_is_done(sweep, 1), last > 17);
        if (last > 17)
            train_seed(sweep, 2, INT64_MAX);
        gfn_sweep_destroy(&sweep);
    }
    assert_int_equal(gfn_sweep_resume(comm, "killed", NULL, NULL, 0, &sweep), GFN_OK);
    for (size_t i = 0; i < 3; i++)
        assert_true(gfn_sweep_is_done(sweep, i));
    gfn_sweep_destroy(&sweep);
}

static void write_summary(int seed, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "known/seed-%d/summary.json", seed);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_statistics(const gfn_sweep *sweep, const char *column, const gfn_statistics *e)
{
    gfn_statistics s;
    gfn_sweep_statistics(sweep, gfn_sweep_column_find(column), &s);
    assert_int_equal(s.n, e->n);
    assert_true(s.min == e->min && s.max == e->max && s.median == e->median);
    assert_true(s.worst == e->worst);
    assert_int_equal(s.worst_seed, e->worst_seed);
    assert_true(fabs(s.mean - e->mean) < 1e-15);
    if (e->n > 1)
        assert_true(fabs(s.standard_error - e->standard_error) < 1e-15);
    else
        assert_true(isnan(s.standard_error));
}

/* Four runs are done, one stopped, one has a damaged summary. Of l1 .4 .1 .3 .2: the squares of the
 * distances from .25 sum to .05, the standard error is sqrt(.05 / 3 / 4). Of modes 15 16 15 16: 1 /
 * sqrt(12). One run does not know its TV. */
static void statistics_are_those_of_the_runs_that_are_done(void **unused)
{
    (void)unused;
    gfn_sweep *sweep = NULL;
    assert_int_equal(create(SMALL, "0-5", "known", &sweep), GFN_OK);
    for (size_t i = 0; i < 6; i++)
        train_seed(sweep, i, INT64_MAX);
    gfn_sweep_destroy(&sweep);
#define DONE "{\"complete\": true, \"iteration\": 30, \"metrics\": {"
    write_summary(
        0, DONE
        "\"l1\": 0.4, \"tv\": 0.2, \"log_z_error\": 0.25, \"modes\": 15, \"correlation\": -0.5}}");
    write_summary(
        1,
        DONE "\"l1\": 0.1, \"tv\": null, \"jsd\": \"inf\", \"log_z_error\": 0.5, \"modes\": 16}}");
    write_summary(2, DONE
                  "\"l1\": 0.3, \"jsd\": 0.25, \"tv\": 0.2, \"log_z_error\": -1, \"modes\": 15}}");
    write_summary(3, "{\"complete\": false, \"iteration\": 29, \"metrics\": {\"l1\": 9}}");
    write_summary(4, "{\"complete\": true, \"iteration\"");
    write_summary(5, DONE "\"l1\": 0.2, \"tv\": 0.2, \"log_z_error\": 0.125, \"modes\": 16}}");
    assert_int_equal(gfn_sweep_resume(comm, "known", NULL, NULL, 0, &sweep), GFN_OK);
    assert_false(gfn_sweep_is_done(sweep, 3));
    assert_false(gfn_sweep_is_done(sweep, 4));
    const double sum = 0.1 + 0.2 + 0.3 + 0.4;
    assert_statistics(
        sweep, "l1",
        &(gfn_statistics){4, 0.1, (0.2 + 0.3) / 2, 0.4, 0.4, sum / 4, sqrt(0.05 / 12), 0});
    assert_statistics(sweep, "tv", &(gfn_statistics){3, 0.2, 0.2, 0.2, 0.2, 0.2, 0, 0});
    assert_statistics(sweep, "modes",
                      &(gfn_statistics){4, 15, 15.5, 16, 15, 15.5, 1 / sqrt(12), 0});
    /* Of sizes .125 .25 .5 1 the mean is .46875, squares of distances sum to .44921875. */
    assert_statistics(sweep, "log_z_error",
                      &(gfn_statistics){4, 0.125, 0.375, 1, 1, 0.46875, sqrt(0.44921875 / 12), 2});
    assert_statistics(sweep, "correlation",
                      &(gfn_statistics){1, -0.5, -0.5, -0.5, -0.5, -0.5, NAN, 0});
    gfn_statistics s, none;
    gfn_sweep_statistics(sweep, gfn_sweep_column_find("jsd"), &s);
    assert_true(s.n == 2 && s.min == 0.25 && s.worst_seed == 1 && isnan(s.standard_error));
    assert_true(s.max == INFINITY && s.median == INFINITY && s.mean == INFINITY);
    gfn_sweep_statistics(sweep, gfn_sweep_column_find("kl"), &none);
    assert_true(none.n == 0 && isnan(none.median) && isnan(none.worst) && none.worst_seed == -1);
    assert_int_equal(gfn_sweep_column_find("nothing"), gfn_sweep_columns());
    gfn_sweep_destroy(&sweep);
}

static void more_iterations_and_more_seeds_reopen_a_sweep(void **unused)
{
    (void)unused;
    const gfn_setting longer = {"iterations", "45"}, shorter = {"iterations", "29"};
    gfn_sweep *sweep = NULL;
    gfn_run *run = NULL;
    assert_int_equal(create(SMALL, "0-1", "longer", &sweep), GFN_OK);
    for (size_t i = 0; i < 2; i++)
        train_seed(sweep, i, INT64_MAX);
    gfn_sweep_destroy(&sweep);
    assert_int_equal(gfn_sweep_resume(comm, "longer", NULL, &shorter, 1, &sweep), GFN_EINVAL);
    assert_string_equal(gfn_error_message(), "iterations: expected at least the 30 that seed 0 has "
                                             "done, found 29 (hint: leave it out)");
    assert_int_equal(gfn_sweep_resume(comm, "longer", "1,2", NULL, 0, &sweep), GFN_EINVAL);
    assert_non_null(
        strstr(gfn_error_message(), "expected all of 0-1, which longer has, found 1,2"));
    assert_null(sweep);
    /* What was refused has changed nothing. */
    assert_int_equal(gfn_sweep_resume(comm, "longer", NULL, NULL, 0, &sweep), GFN_OK);
    assert_true(gfn_sweep_is_done(sweep, 0) && gfn_sweep_is_done(sweep, 1));
    gfn_sweep_destroy(&sweep);
    assert_int_equal(gfn_sweep_resume(comm, "longer", "0-2", &longer, 1, &sweep), GFN_OK);
    assert_int_equal(gfn_sweep_count(sweep), 3);
    train_seed(sweep, 0, INT64_MAX);
    assert_true(gfn_sweep_is_done(sweep, 0));
    gfn_sweep_destroy(&sweep);
    /* Another job knows of the length: it goes on with the seeds that are left to it. */
    assert_int_equal(gfn_sweep_resume(comm, "longer", NULL, NULL, 0, &sweep), GFN_OK);
    for (size_t i = 1; i < 3; i++) {
        assert_false(gfn_sweep_is_done(sweep, i));
        assert_int_equal(gfn_sweep_begin(sweep, i, &run), GFN_OK);
        assert_int_equal(gfn_run_iteration(run), i == 1 ? 30 : 0);
        assert_int_equal(gfn_options_int(gfn_run_options(run), "iterations"), 45);
        gfn_run_destroy(&run);
    }
    gfn_sweep_destroy(&sweep);
}

static void what_no_seed_could_be_trained_with_leaves_nothing(void **unused)
{
    (void)unused;
    static const char *const seeds[] = {"", "1,1", "3-1", "0-1000", "x", "9007199254740993"};
    gfn_sweep *sweep = NULL;
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        assert_int_equal(create(SMALL, seeds[i], "bad", &sweep), GFN_EINVAL);
        assert_memory_equal(gfn_error_message(), "seeds: expected ", 16);
    }
    assert_int_equal(create(SMALL " lr=1 weight-decay=1", "0-2", "bad", &sweep), GFN_EINVAL);
    assert_memory_equal(gfn_error_message(), "weight-decay: ", 14);
    assert_int_equal(create(SMALL " objective=nonsense", "0-2", "bad", &sweep), GFN_EINVAL);
    assert_int_equal(access("bad", F_OK), -1);
    assert_null(sweep);
}

static void a_directory_holds_one_sweep(void **unused)
{
    (void)unused;
    gfn_sweep *sweep = NULL, *second = NULL;
    assert_int_equal(create(SMALL, "0-1", "one", &sweep), GFN_OK);
    assert_int_equal(create(SMALL, "0-1", "one", &second), GFN_EEXIST);
    gfn_sweep_destroy(&sweep);
    assert_int_equal(gfn_sweep_resume(comm, "one/seed-0", NULL, NULL, 0, &sweep), GFN_EIO);
    assert_non_null(strstr(gfn_error_message(), "expected the directory of a sweep"));
    gfn_run *run = NULL;
    assert_int_equal(gfn_run_load(comm, "one", 1, &run), GFN_EIO);
    assert_non_null(strstr(gfn_error_message(), "found that of a sweep"));
    const gfn_setting other = {"lr", "0.3"}, seed = {"seed", "7"};
    assert_int_equal(gfn_sweep_resume(comm, "one", NULL, &other, 1, &sweep), GFN_EINVAL);
    assert_int_equal(gfn_sweep_resume(comm, "one", NULL, &seed, 1, &sweep), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "seeds 0-1 of the sweep one, found 7"));
    assert_int_equal(unlink("one/config.ini"), 0);
    assert_int_equal(gfn_sweep_resume(comm, "one", NULL, NULL, 0, &sweep), GFN_EIO);
    assert_int_equal(system("echo '{\"seeds\": \"x\"}' >one/sweep.json; touch one/config.ini"), 0);
    assert_int_equal(gfn_sweep_resume(comm, "one", NULL, NULL, 0, &sweep), GFN_EDATA);
    assert_null(sweep);
}

static void a_failure_names_the_seed(void **unused)
{
    (void)unused;
    gfn_sweep *sweep = NULL;
    gfn_run *run = NULL;
    assert_int_equal(create(SMALL, "5,6", "failing", &sweep), GFN_OK);
    assert_int_equal(gfn_sweep_begin(sweep, 1, &run), GFN_OK);
    FILE *file = fopen(gfn_sweep_place(sweep, 1), "w");
    assert_non_null(file);
    fclose(file);
    gfn_trainer *trainer = NULL;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    const gfn_status status = gfn_trainer_keep(trainer, gfn_sweep_place(sweep, 1));
    assert_int_equal(status, GFN_EEXIST);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    assert_int_equal(gfn_sweep_end(sweep, 1, status), GFN_EEXIST);
    assert_memory_equal(gfn_error_message(), "seed 6: failing/seed-6: expected a folder", 41);
    gfn_sweep_destroy(&sweep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_parameters_of_its_run_alone),
        cmocka_unit_test(a_sweep_goes_on_where_it_was),
        cmocka_unit_test(statistics_are_those_of_the_runs_that_are_done),
        cmocka_unit_test(more_iterations_and_more_seeds_reopen_a_sweep),
        cmocka_unit_test(what_no_seed_could_be_trained_with_leaves_nothing),
        cmocka_unit_test(a_directory_holds_one_sweep),
        cmocka_unit_test(a_failure_names_the_seed),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
