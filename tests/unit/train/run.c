/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <gfn/gfn.h>

#include "base/memory.h"
#include "io/file.h"
#include "io/safetensors.h"
#include "run/run.h"

static gfn_comm *comm;
static char folder[256];

static int open_folder(void **unused)
{
    (void)unused;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/gfn-train-XXXXXX", tmp ? tmp : ".");
    return mkdtemp(folder) == NULL || gfn_comm_open_serial(&comm) != GFN_OK;
}

static int close_folder(void **unused)
{
    (void)unused;
    char command[320];
    gfn_comm_close(&comm);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static gfn_run *make_run(const char *settings, int threads)
{
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    assert_int_equal(gfn_run_create(comm, options, threads, &run), GFN_OK);
    gfn_options_destroy(&options);
    return run;
}

/* Train to the end, kept in `directory` or (NULL) not at all. */
static void train(gfn_run *run, const char *directory, gfn_report *report)
{
    gfn_trainer *trainer = NULL;
    gfn_progress progress;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    if (directory)
        assert_int_equal(gfn_trainer_keep(trainer, directory), GFN_OK);
    while (!gfn_trainer_is_done(trainer))
        assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_OK);
    assert_int_equal(gfn_trainer_finish(trainer, report), GFN_OK);
    gfn_trainer_destroy(&trainer);
}

/* Thresholds of the default job; the worst of ten seeds measured 6.4e-4 and 5.5e-5. */
static void the_default_job_reaches_the_exact_distribution(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("seed=3", 1);
    gfn_report report;
    train(run, NULL, &report);
    assert_true(report.is_complete);
    assert_true(report.last.evaluation.is_exact);
    assert_true(report.last.evaluation.metrics.l1 <= 1e-3);
    assert_true(fabs(report.last.evaluation.log_z_error) <= 1e-4);
    assert_true(fabs(report.last.evaluation.log_z_true - 3.7509148) < 1e-5); /* log 42.56 */
    assert_int_equal(report.last.modes, 4);
    assert_int_equal(report.draw.modes, 4);
    /* Mean + 5 standard deviations of chi-square; and samples score what a perfect sampler does. */
    const double df = (double)report.draw.chi_square_df;
    assert_true(report.draw.chi_square < df + 5 * sqrt(2 * df));
    assert_true(fabs(report.draw.l1 / report.draw.l1_noise_floor - 1) < 0.25);
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
}

/* Five steps of the trainer against the same loop written out: sample, gradient (clipped), Adam
 * with its steps counted from 1, rates that decay from their full value; weights, which are every
 * other view, decay before it. */
static void check_steps(const char *more, double decay, double most)
{
    enum { STEPS = 5, BATCH = 40 };
    char settings[256];
    snprintf(settings, sizeof settings,
             "size=7 batch-size=40 iterations=9 lr=0.0173 lr-logz=0.21 schedule=cosine "
             "log-z-init=0.75 seed=6 %s",
             more);
    gfn_run *run = make_run(settings, 1);
    gfn_run *by_hand = make_run("size=7 batch-size=40 iterations=9 seed=6", 2);
    gfn_trainer *trainer = NULL;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    for (int i = 0; i < STEPS; i++)
        assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
    gfn_model *model = gfn_run_model(by_hand);
    gfn_sampler *sampler = gfn_run_sampler(by_hand);
    gfn_trajectories *log = NULL;
    gfn_gradient *gradient = NULL;
    const gfn_adam adam = GFN_ADAM_DEFAULT;
    const size_t n = gfn_model_n_params(model), z = n - 1;
    gfn_real *x = gfn_model_params(model), *g = calloc(3 * n, sizeof *g);
    gfn_real *m = g + n, *v = m + n;
    double loss;
    x[z] = 0.75;
    assert_int_equal(gfn_gradient_create(comm, sampler, gfn_objective_find("tb"), BATCH, &gradient),
                     GFN_OK);
    assert_int_equal(gfn_sampler_trajectories(sampler, &log), GFN_OK);
    for (int64_t i = 0; i < STEPS; i++) {
        const gfn_stream stream = {6, GFN_PURPOSE_TRAIN, (uint64_t)i};
        const double factor = gfn_schedule_factor(GFN_COSINE, i, 9);
        assert_int_equal(gfn_sampler_sample(sampler, &stream, 0, BATCH, log), GFN_OK);
        assert_int_equal(gfn_gradient_add(gradient, log), GFN_OK);
        assert_int_equal(gfn_gradient_backward(gradient, GFN_OK, g, &loss), GFN_OK);
        if (most > 0) {
            assert_true(gfn_norm(n, g) > most);
            gfn_clip_norm(most, n, g);
        }
        for (size_t k = 0; decay > 0 && k + 1 < gfn_model_n_views(model); k += 2)
            gfn_weight_decay(0.0173 * factor * decay, gfn_model_view(model, k)->n,
                             x + gfn_model_view(model, k)->offset);
        gfn_adam_step(&adam, i + 1, 0.0173 * factor, z, x, g, m, v);
        gfn_adam_step(&adam, i + 1, 0.21 * factor, 1, x + z, g + z, m + z, v + z);
    }
    assert_memory_equal(gfn_model_params(gfn_run_model(run)), x, n * sizeof *x);
    free(g);
    gfn_gradient_destroy(&gradient);
    gfn_trajectories_destroy(&log);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    gfn_run_destroy(&by_hand);
}

static void a_step_is_the_loop_written_out(void **unused)
{
    (void)unused;
    check_steps("", 0, 0);
}

static void gradients_are_clipped_and_weights_decay_where_asked_for(void **unused)
{
    (void)unused;
    check_steps("weight-decay=0.37", 0.37, 0);
    check_steps("clip-norm=0.8", 0, 0.8);
    check_steps("weight-decay=0.37 clip-norm=0.8", 0.37, 0.8);
}

static void a_decay_beyond_all_of_a_weight_is_refused(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=7 lr=0.25 weight-decay=4", 1);
    gfn_trainer *trainer = NULL;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_EINVAL);
    assert_null(trainer);
    assert_string_equal(gfn_error_message(),
                        "weight-decay: expected lr x weight-decay below 1, found lr 0.25 and "
                        "weight-decay 4 (hint: --weight-decay 0.01)");
    gfn_run_destroy(&run);
}

static bool is_moving(const char *settings)
{
    gfn_report report;
    gfn_run *run = make_run(settings, 1);
    train(run, NULL, &report);
    const bool found = report.is_log_z_moving;
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
    return found;
}

static void log_z_that_is_still_on_its_way_is_noticed(void **unused)
{
    (void)unused;
    assert_true(is_moving("samples=0 iterations=200 log-z-init=-50"));
    assert_true(is_moving("samples=0 iterations=200 log-z-init=90 schedule=cosine"));
    assert_true(is_moving("samples=0 iterations=80")); /* more slowly, but far from the end */
    assert_false(is_moving("samples=0 iterations=400"));
    assert_false(is_moving("samples=0 iterations=400 schedule=constant"));
    assert_false(is_moving("samples=0 iterations=400 lr-logz=0 log-z-init=-50"));
    assert_false(is_moving("samples=0 iterations=400 objective=vargrad"));
    assert_false(is_moving("samples=0 iterations=8 log-z-init=-50")); /* too few to judge by */
}

static void a_checkpoint_gives_back_the_run(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=6 ndim=3 hidden=9,5 iterations=30 seed=8 lr=0.0123", 2);
    gfn_run *again = NULL;
    gfn_report report;
    train(run, in_folder("a"), &report);
    assert_int_equal(gfn_run_load(comm, in_folder("a"), 1, &again), GFN_OK);
    assert_int_equal(gfn_run_iteration(again), 30);
    assert_int_equal(gfn_run_params_crc(again), gfn_run_params_crc(run));
    for (size_t i = 0; i < gfn_options_count(gfn_run_options(run)); i++) {
        const char *name = gfn_options_row(gfn_run_options(run), i)->name;
        assert_string_equal(gfn_options_text(gfn_run_options(again), name),
                            gfn_options_text(gfn_run_options(run), name));
    }
    gfn_evaluation evaluation;
    assert_int_equal(gfn_run_evaluate(again, &evaluation), GFN_OK);
    assert_memory_equal(&evaluation.metrics, &report.last.evaluation.metrics, sizeof(gfn_metrics));
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&again);
    gfn_run_destroy(&run);
}

static void a_checkpoint_holds_all_that_a_run_needs_to_go_on(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=6 iterations=20", 1);
    gfn_report report;
    gfn_safetensors *file = NULL;
    train(run, in_folder("b"), &report);
    assert_int_equal(gfn_safetensors_load(in_folder("b/checkpoint.safetensors"), &file), GFN_OK);
    static const char *const names[] = {"policy.0.weight", "policy.0.bias", "policy.1.weight",
                                        "policy.1.bias", "log_z"};
    static const int64_t shapes[][2] = {{36, 32}, {32}, {32, 3}, {3}, {1}};
    static const char *const prefixes[] = {"", "adam.m.", "adam.v."};
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 3; k++) {
            char name[64];
            snprintf(name, sizeof name, "%s%s", prefixes[k], names[i]);
            struct gfn_array array = {.name = name,
                                      .dtype = GFN_F32,
                                      .ndim = shapes[i][1] ? 2 : 1,
                                      .shape = {shapes[i][0], shapes[i][1]}};
            assert_int_equal(gfn_safetensors_find(file, &array), GFN_OK);
            const float *data = array.data;
            double sum = 0, least = 0;
            for (int64_t j = 0; j < shapes[i][0] * (shapes[i][1] ? shapes[i][1] : 1); j++) {
                sum += fabs((double)data[j]);
                least = fmin(least, (double)data[j]);
            }
            assert_true(sum > 0);
            assert_true(k < 2 || least >= 0); /* second moments */
        }
    struct gfn_array modes = {
        .name = "modes", .dtype = GFN_I32, .ndim = 2, .shape = {report.last.modes, 2}};
    assert_int_equal(gfn_safetensors_find(file, &modes), GFN_OK);
    assert_string_equal(gfn_safetensors_text(file, "iteration"), "20");
    assert_string_equal(gfn_safetensors_text(file, "config.size"), "6");
    assert_string_equal(gfn_safetensors_text(file, "config.lr"), "0.005");
    gfn_safetensors_destroy(&file);
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
}

static void a_run_is_never_overwritten(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=6 iterations=3", 1), *other = make_run("size=6", 1);
    gfn_report report;
    gfn_trainer *trainer = NULL;
    train(run, in_folder("c"), &report);
    assert_int_equal(gfn_trainer_create(other, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, in_folder("c")), GFN_EEXIST);
    assert_non_null(strstr(gfn_error_message(), "hint"));
    gfn_trainer_destroy(&trainer);
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
    gfn_run_destroy(&other);
}

/* A second trainer of a run is refused, or is never kept, while the first one is at work. */
static void another_trainer_does_not_close_the_files_of_the_first(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=6 iterations=4 log-every=1 checkpoint-every=2", 1);
    gfn_trainer *trainer = NULL, *other = NULL;
    gfn_progress progress;
    gfn_report report;
    char *text = NULL;
    size_t n = 0, lines = 0;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, in_folder("two")), GFN_OK);
    assert_int_equal(gfn_trainer_create(run, &other), GFN_OK);
    assert_int_equal(gfn_trainer_keep(other, in_folder("three")), GFN_EINVAL);
    gfn_trainer_destroy(&other);
    assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_OK);
    assert_int_equal(gfn_trainer_create(run, &other), GFN_EINVAL);
    assert_null(other);
    while (!gfn_trainer_is_done(trainer))
        assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_OK);
    assert_int_equal(gfn_trainer_finish(trainer, &report), GFN_OK);
    assert_int_equal(gfn_file_read(in_folder("two/metrics.jsonl"), 1 << 20, &text, &n), GFN_OK);
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, 4);
    gfn_release(&text);
    gfn_draw_clear(&report.draw);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
}

/* A run that goes on may get its trainer at the second try. */
static void a_trainer_that_was_not_kept_leaves_a_resumed_run_as_it_was(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=6 iterations=4", 1);
    gfn_trainer *trainer = NULL;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, in_folder("try")), GFN_OK);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run); /* before its first checkpoint */
    gfn_report report;
    assert_int_equal(gfn_run_resume(comm, in_folder("try"), NULL, 0, &run), GFN_OK);
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    gfn_trainer_destroy(&trainer);
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, NULL), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, NULL), GFN_EINVAL);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    assert_int_equal(gfn_run_resume(comm, in_folder("try"), NULL, 0, &run), GFN_OK);
    train(run, NULL, &report);
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
}

static void damaged_or_missing_checkpoints_are_refused(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=6 iterations=3", 1), *again = NULL;
    gfn_report report;
    char path[512];
    train(run, in_folder("d"), &report);
    snprintf(path, sizeof path, "%s", in_folder("d/checkpoint.safetensors"));
    assert_int_equal(truncate(path, 5000), 0);
    assert_int_equal(gfn_run_load(comm, in_folder("d"), 1, &again), GFN_EDATA);
    assert_int_equal(gfn_run_load(comm, in_folder("nowhere"), 1, &again), GFN_EIO);
    assert_null(again);
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
}

static void the_written_configuration_repeats_the_run(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=5 ndim=3 batch-size=50 iterations=25 hidden=none seed=77", 1);
    gfn_options *options = NULL;
    gfn_report report, repeated;
    train(run, in_folder("e"), &report);
    assert_int_equal(gfn_run_options_load(in_folder("e/config.ini"), NULL, &options), GFN_OK);
    gfn_run *again = NULL;
    assert_int_equal(gfn_run_create(comm, options, 1, &again), GFN_OK);
    train(again, NULL, &repeated);
    assert_int_equal(gfn_run_params_crc(again), gfn_run_params_crc(run));
    assert_memory_equal(report.draw.counts, repeated.draw.counts,
                        report.draw.n_counts * sizeof(int64_t));
    gfn_draw_clear(&report.draw);
    gfn_draw_clear(&repeated.draw);
    gfn_options_destroy(&options);
    gfn_run_destroy(&again);
    gfn_run_destroy(&run);
}

static void a_time_limit_stops_and_saves(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=6 iterations=100000000 time-limit=0.05", 1);
    gfn_report report;
    train(run, in_folder("f"), &report);
    assert_false(report.is_complete);
    assert_true(report.last.iteration > 0);
    assert_int_equal(access(in_folder("f/checkpoint.safetensors"), F_OK), 0);
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
}

static void a_run_has_one_trainer_since_moments_are_not_its_own(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=6 iterations=3", 1);
    gfn_report report;
    gfn_trainer *trainer = NULL;
    train(run, NULL, &report);
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_EINVAL);
    assert_null(trainer);
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
}

static void a_space_that_cannot_be_enumerated_is_trained_without_exact_metrics(void **unused)
{
    (void)unused;
    gfn_run *run = make_run("size=64 ndim=20 batch-size=4 iterations=2 samples=20", 1);
    gfn_report report;
    train(run, in_folder("g"), &report);
    assert_false(report.last.evaluation.is_exact);
    assert_true(isnan(report.last.evaluation.metrics.l1));
    assert_false(isnan(report.last.evaluation.log_z_true)); /* in closed form */
    assert_null(report.draw.counts);
    assert_true(access(in_folder("g/histogram.npy"), F_OK) != 0);
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_job_reaches_the_exact_distribution),
        cmocka_unit_test(a_step_is_the_loop_written_out),
        cmocka_unit_test(gradients_are_clipped_and_weights_decay_where_asked_for),
        cmocka_unit_test(a_decay_beyond_all_of_a_weight_is_refused),
        cmocka_unit_test(log_z_that_is_still_on_its_way_is_noticed),
        cmocka_unit_test(a_checkpoint_gives_back_the_run),
        cmocka_unit_test(a_checkpoint_holds_all_that_a_run_needs_to_go_on),
        cmocka_unit_test(a_run_is_never_overwritten),
        cmocka_unit_test(another_trainer_does_not_close_the_files_of_the_first),
        cmocka_unit_test(a_trainer_that_was_not_kept_leaves_a_resumed_run_as_it_was),
        cmocka_unit_test(damaged_or_missing_checkpoints_are_refused),
        cmocka_unit_test(the_written_configuration_repeats_the_run),
        cmocka_unit_test(a_time_limit_stops_and_saves),
        cmocka_unit_test(a_run_has_one_trainer_since_moments_are_not_its_own),
        cmocka_unit_test(a_space_that_cannot_be_enumerated_is_trained_without_exact_metrics),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
