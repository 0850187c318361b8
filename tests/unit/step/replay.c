/* SPDX-License-Identifier: MIT
 *
 * Training with exploration, with a replay buffer, and from given objects: what a batch is made of,
 * what a checkpoint keeps of it, and what is refused.
 */
#include "tests/unit/fixture.h"

#include <math.h>

#include "io/npy.h"
#include "train/trainer.h"

enum { BATCH = 30, OBJECTS = 50 };

/* Objects of the 9x9 grid, some of them twice. */
static int32_t given[OBJECTS][2];

static void save(const char *path, enum gfn_dtype dtype, int64_t rows, int64_t columns,
                 const void *data)
{
    const struct gfn_array array = {
        .dtype = dtype, .ndim = 2, .shape = {rows, columns}, .data = data};
    assert_int_equal(gfn_npy_save(path, &array), GFN_OK);
}

static void save_given(const char *path)
{
    for (int32_t i = 0; i < OBJECTS; i++) {
        given[i][0] = (i * i / 3 + 2) % 9;
        given[i][1] = (7 * i) % 9;
    }
    save(path, GFN_I32, OBJECTS, 2, given);
}

static gfn_trainer *new_trainer(gfn_run *run)
{
    gfn_trainer *trainer = NULL;
    if (gfn_trainer_create(run, &trainer) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return trainer;
}

static const int32_t *object_of(const gfn_trainer *t, size_t i)
{
    return t->learner->batch.log->terminal + i * t->learner->batch.log->state_width;
}

static bool is_held(const gfn_replay_buffer *replay, const int32_t *object)
{
    for (size_t i = 0; i < gfn_replay_buffer_count(replay); i++)
        if (memcmp(gfn_replay_buffer_object(replay, i), object, 2 * sizeof *object) == 0)
            return true;
    return false;
}

static void assert_equal_buffers(const gfn_replay_buffer *a, const gfn_replay_buffer *b)
{
    assert_int_equal(gfn_replay_buffer_count(a), gfn_replay_buffer_count(b));
    for (size_t i = 0; i < gfn_replay_buffer_count(a); i++)
        assert_memory_equal(gfn_replay_buffer_object(a, i), gfn_replay_buffer_object(b, i),
                            2 * sizeof(int32_t));
}

/* The last trajectories of a batch end in objects that the buffer held before it, and the buffer
 * gets what is new. */
static void a_batch_is_new_but_for_the_share_that_is_replayed(void **unused)
{
    (void)unused;
    static const struct {
        const char *settings;
        gfn_replay_kind kind;
        size_t capacity;
        int64_t n_new;
    } rows[] = {
        {" replay=fifo", GFN_REPLAY_FIFO, 1000, 15},
        {" replay=fifo replay-capacity=40 replay-share=0.9", GFN_REPLAY_FIFO, 40, 3},
        {" replay=fifo replay-capacity=1 replay-share=0.3", GFN_REPLAY_FIFO, 1, 21},
        {" replay=reward replay-capacity=11", GFN_REPLAY_REWARD, 11, 15},
        {" replay=reward replay-capacity=1 replay-share=0.02", GFN_REPLAY_REWARD, 1, 29},
        {" replay=reward replay-share=0", GFN_REPLAY_REWARD, 1000, 30},
        {" replay=fifo batch-size=2 replay-share=0.4", GFN_REPLAY_FIFO, 1000, 1},
    };
    for (size_t r = 0; r < COUNT(rows); r++) {
        char settings[300];
        gfn_replay_buffer *expected = NULL;
        snprintf(settings, sizeof settings, JOB "%s", rows[r].settings);
        gfn_run *run = new_run(settings);
        gfn_trainer *t = new_trainer(run);
        assert_int_equal(gfn_replay_buffer_create(rows[r].kind, rows[r].capacity, 2, &expected),
                         GFN_OK);
        for (int64_t step = 0; step < 12; step++) {
            assert_int_equal(gfn_trainer_step(t), GFN_OK);
            assert_int_equal(t->learner->batch.log->n, t->learner->batch.size);
            assert_int_equal(t->learner->batch.n_new,
                             step == 0 ? t->learner->batch.size : rows[r].n_new);
            for (size_t i = (size_t)t->learner->batch.n_new; i < t->learner->batch.log->n; i++)
                assert_true(is_held(expected, object_of(t, i)));
            gfn_replay_buffer_add(expected, (size_t)t->learner->batch.n_new,
                                  t->learner->batch.log->terminal,
                                  t->learner->batch.log->log_reward);
            assert_equal_buffers(t->learner->replay.buffer, expected);
        }
        gfn_replay_buffer_destroy(&expected);
        gfn_trainer_destroy(&t);
        gfn_run_destroy(&run);
    }
}

/* Objects are chosen evenly: 3,000 draws of 50, some of which are equal. A right choice exceeds the
 * bound (mean + 5 standard deviations of chi-square) about once in a million seeds. */
static void a_file_is_replayed_evenly(void **unused)
{
    (void)unused;
    double p[81] = {0};
    int64_t counts[81] = {0}, df;
    save_given("given.npy");
    gfn_run *run = new_run(JOB " terminal-states=given.npy");
    gfn_trainer *t = new_trainer(run);
    for (int64_t step = 0; step < 100; step++) {
        assert_int_equal(
            gfn_batch_sample(&t->learner->batch, run->sampler, &t->learner->replay, step), GFN_OK);
        assert_int_equal(t->learner->batch.n_new, 0);
        assert_int_equal(t->learner->batch.log->n, BATCH);
        for (size_t i = 0; i < BATCH; i++)
            counts[9 * object_of(t, i)[0] + object_of(t, i)[1]]++;
    }
    for (size_t i = 0; i < OBJECTS; i++)
        p[9 * given[i][0] + given[i][1]] += 1.0 / OBJECTS;
    const double chi_square = gfn_chi_square(1, 81, counts, p, &df);
    assert_true(df >= 20);
    assert_true(chi_square < (double)df + 5 * sqrt(2 * (double)df));
    gfn_trainer_destroy(&t);
    gfn_run_destroy(&run);
}

/* Words of 64 bits hold the same objects, and give the same run. */
static void a_file_of_int64_is_as_good(void **unused)
{
    (void)unused;
    int64_t wide[OBJECTS][2];
    save_given("given.npy");
    work(new_run(JOB " terminal-states=given.npy"), "narrow", 60, FINISHED);
    for (size_t i = 0; i < 2 * OBJECTS; i++)
        wide[i / 2][i % 2] = given[i / 2][i % 2];
    save("given.npy", GFN_I64, OBJECTS, 2, wide);
    work(new_run(JOB " terminal-states=given.npy"), "wide", 60, FINISHED);
    assert_same_run("narrow", "wide");
}

/* ---- ends and beginnings ---- */

static void a_buffer_lives_on_in_the_checkpoint(void **unused)
{
    (void)unused;
    static const char *const settings[] = {
        " replay=fifo replay-capacity=100",
        " replay=reward replay-capacity=20 backward=learned",
        " terminal-states=given.npy replay-share=0.4 backward=tied",
        " terminal-states=given.npy objective=subtb",
        " replay=fifo epsilon=0.3 temperature=1.5 explore-schedule=cosine",
    };
    for (size_t i = 0; i < COUNT(settings); i++) {
        char job[300], once[16], parts[16];
        snprintf(job, sizeof job, JOB "%s", settings[i]);
        snprintf(once, sizeof once, "once-%zu", i);
        snprintf(parts, sizeof parts, "parts-%zu", i);
        save_given("given.npy");
        work(new_run(job), once, 60, FINISHED);
        work(new_run(job), parts, 9, KILLED);
        assert_int_equal(remove("given.npy"), 0); /* the checkpoint has it */
        work(old_run(parts), NULL, 11, STOPPED);
        work(old_run(parts), NULL, 40, STOPPED);
        work(old_run(parts), NULL, 60, FINISHED);
        assert_same_run(parts, once);
    }
}

/* Without a checkpoint it begins anew, from the file. */
static void a_run_without_a_checkpoint_needs_the_file_again(void **unused)
{
    (void)unused;
    gfn_trainer *trainer = NULL;
    save_given("given.npy");
    work(new_run(JOB " terminal-states=given.npy"), "early", 3, KILLED);
    assert_int_equal(remove("given.npy"), 0);
    gfn_run *run = old_run("early");
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_EIO);
    assert_non_null(strstr(gfn_error_message(), "/given.npy: "));
    assert_null(trainer);
    gfn_run_destroy(&run);
    save_given("given.npy");
    work(old_run("early"), NULL, 60, FINISHED);
    work(new_run(JOB " terminal-states=given.npy"), "late", 60, FINISHED);
    assert_same_run("early", "late");
}

/* Exploration that decays over the run is part of its length. */
static void a_run_that_explores_is_extended_as_it_would_have_gone_on(void **unused)
{
    (void)unused;
    static const struct {
        const char *settings;
        bool is_same;
    } rows[] = {
        {" epsilon=0.4 explore-schedule=constant explore-until=1", true},
        {" temperature=2.5 explore-schedule=constant explore-until=1", true},
        {" temperature=2.5 explore-until=0", true},
        {" explore-until=1", true}, /* nothing is explored */
        {" epsilon=0.4 explore-schedule=constant", false},
        {" temperature=2.5 explore-until=1", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        static const gfn_setting length[] = {{"threads", "1"}, {"iterations", "75"}};
        gfn_run *run = NULL;
        char job[300], name[2][16];
        snprintf(name[0], sizeof name[0], "extended-%zu", i);
        snprintf(name[1], sizeof name[1], "long-%zu", i);
        snprintf(job, sizeof job, JOB " schedule=constant%s", rows[i].settings);
        work(new_run(job), name[0], 60, FINISHED);
        assert_int_equal(gfn_run_resume(comm, name[0], length, 2, &run), GFN_OK);
        assert_true((strstr(gfn_run_notice(run), "differs") == NULL) == rows[i].is_same);
        work(run, NULL, 75, FINISHED);
        snprintf(job, sizeof job, JOB " schedule=constant iterations=75%s", rows[i].settings);
        work(new_run(job), name[1], 75, FINISHED);
        if (rows[i].is_same)
            assert_same_file(name[0], name[1], "checkpoint.safetensors");
    }
}

/* What is measured is the policy: a run that ends while it explores finds the bounds that its
 * checkpoint has, and its sampler draws as ever. */
static void only_training_explores(void **unused)
{
    (void)unused;
    gfn_run *run = new_run(JOB " epsilon=1 explore-schedule=constant explore-until=1"), *again;
    gfn_trainer *t = new_trainer(run);
    gfn_bounds found, expected;
    gfn_report report;
    gfn_evaluation evaluation;
    assert_int_equal(gfn_trainer_keep(t, "explores"), GFN_OK);
    for (int i = 0; i < 10; i++)
        assert_int_equal(gfn_trainer_step(t), GFN_OK);
    gfn_trainer_request_stop(t);
    assert_int_equal(gfn_trainer_step(t), GFN_OK);
    assert_int_equal(gfn_trainer_finish(t, &report), GFN_OK);
    assert_int_equal(gfn_run_find_bounds(run, 5, 200, &found), GFN_OK);
    assert_int_equal(gfn_run_load(comm, "explores", 1, &again), GFN_OK);
    assert_int_equal(gfn_run_evaluate(again, &evaluation), GFN_OK);
    assert_int_equal(gfn_run_find_bounds(again, 5, 200, &expected), GFN_OK);
    assert_memory_equal(&report.bounds, &expected, sizeof expected);
    assert_memory_equal(&found, &expected, sizeof expected);
    gfn_draw_clear(&report.draw);
    gfn_trainer_destroy(&t);
    gfn_run_destroy(&run);
    gfn_run_destroy(&again);
}

/* ---- what is refused ---- */

static void refused(const char *settings, gfn_status status, const char *part)
{
    char job[300];
    gfn_trainer *trainer = NULL;
    snprintf(job, sizeof job, JOB "%s", settings);
    gfn_run *run = new_run(job);
    if (gfn_trainer_create(run, &trainer) != status || strstr(gfn_error_message(), part) == NULL ||
        strstr(gfn_error_message(), "expected ") == NULL ||
        strstr(gfn_error_message(), " found ") == NULL ||
        strstr(gfn_error_message(), " (hint: ") == NULL)
        fail_msg("%s: %s", settings, gfn_error_message());
    assert_null(trainer);
    gfn_run_destroy(&run);
}

static void options_that_contradict_are_refused_by_both_names(void **unused)
{
    (void)unused;
    save_given("given.npy");
    refused(" terminal-states=given.npy replay=fifo", GFN_EINVAL, "terminal-states: ");
    refused(" terminal-states=given.npy replay=fifo", GFN_EINVAL, "found --replay fifo ");
    refused(" replay-share=0.3", GFN_EINVAL, "replay-share: ");
    refused(" replay-share=0.3", GFN_EINVAL, "found --replay none and no --terminal-states");
    refused(" replay=fifo replay-share=1", GFN_EINVAL, "replay-share: ");
    refused(" replay=fifo replay-share=0.99", GFN_EINVAL, "found 0.99 of --batch-size 30");
    refused(" replay=reward batch-size=1", GFN_EINVAL,
            "--replay reward, found 0.5 of --batch-size "
            "1");
}

static void files_that_do_not_fit_are_refused(void **unused)
{
    (void)unused;
    static const double reals[4] = {1, 2, 3, 4}, halves[4] = {1, 2, 3.5, 4};
    static const int32_t bad[][2] = {{3, 4}, {8, 9}, {0, 0}}, low[][2] = {{0, -1}};
    static const int64_t wide[][2] = {{3, 4}, {8, INT64_C(1) << 32}}, deep[][2] = {{INT64_MIN, 0}};
    static const char job[] = " terminal-states=bad.npy";
    save("bad.npy", GFN_F64, 4, 1, reals);
    refused(job, GFN_EINVAL,
            "/bad.npy: expected objects of hypergrid as an array "
            "of whole numbers, [n, 2], found [4, 1]");
    save("bad.npy", GFN_F64, 2, 2, halves);
    refused(job, GFN_EINVAL,
            "/bad.npy: element [1, 0]: expected a whole number of 32 bits, found "
            "3.5 (hint: array.round().astype(\"<i4\"))");
    save("bad.npy", GFN_I32, 2, 3, bad);
    refused(job, GFN_EINVAL, "[n, 2], found [2, 3]");
    save("bad.npy", GFN_I32, 0, 2, bad);
    refused(job, GFN_EINVAL, "found [0, 2]");
    const struct gfn_array flat = {.dtype = GFN_I32, .ndim = 1, .shape = {4}, .data = bad};
    assert_int_equal(gfn_npy_save("bad.npy", &flat), GFN_OK);
    refused(job, GFN_EINVAL, "found [4]");
    save("bad.npy", GFN_I32, 3, 2, bad);
    refused(job, GFN_EINVAL, "bad.npy: row 1: expected an object of this hypergrid, found (8, 9)");
    save("bad.npy", GFN_I32, 1, 2, low);
    refused(job, GFN_EINVAL, "row 0: expected an object of this hypergrid, found (0, -1)");
    save("bad.npy", GFN_I64, 2, 2, wide);
    refused(job, GFN_EINVAL,
            "element [1, 1]: expected a whole number of 32 bits, found 4294967296");
    save("bad.npy", GFN_I64, 1, 2, deep);
    refused(job, GFN_EINVAL,
            "element [0, 0]: expected a whole number of 32 bits, found -9223372036854775808");
    assert_int_equal(gfn_file_replace("bad.npy", NULL, "no array", 8), GFN_OK);
    gfn_run *run = new_run(JOB " terminal-states=bad.npy");
    gfn_trainer *trainer = NULL;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "/bad.npy: expected a file"));
    gfn_run_destroy(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_new_but_for_the_share_that_is_replayed),
        cmocka_unit_test(a_file_is_replayed_evenly),
        cmocka_unit_test(a_file_of_int64_is_as_good),
        cmocka_unit_test(a_buffer_lives_on_in_the_checkpoint),
        cmocka_unit_test(a_run_without_a_checkpoint_needs_the_file_again),
        cmocka_unit_test(a_run_that_explores_is_extended_as_it_would_have_gone_on),
        cmocka_unit_test(only_training_explores),
        cmocka_unit_test(options_that_contradict_are_refused_by_both_names),
        cmocka_unit_test(files_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
