/* SPDX-License-Identifier: MIT
 *
 * A run that ends anywhere and goes on leaves the files of a run that never stopped.
 */
#include <math.h>
#include <sys/wait.h>

#include "tests/unit/fixture.h"

#include "tests/unit/comma_locale.h"

/* The run that never stopped. */
static const char *whole(void)
{
    if (access("whole", F_OK) != 0)
        work(new_run(JOB), "whole", 60, FINISHED);
    return "whole";
}

/* 21 is a multiple of the checkpoints' 7, 40 of lines and evaluations, 20 of both but the first. */
static void a_run_that_ends_at_any_iteration_goes_on_to_the_same_files(void **unused)
{
    (void)unused;
    static const struct {
        int64_t last;
        enum ending ending;
    } cases[] = {{3, KILLED},   {7, KILLED},   {21, KILLED},  {40, KILLED},
                 {41, KILLED},  {59, KILLED},  {60, KILLED},  {0, STOPPED},
                 {1, STOPPED},  {4, STOPPED},  {20, STOPPED}, {33, STOPPED},
                 {35, STOPPED}, {40, STOPPED}, {59, STOPPED}, {60, FINISHED}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char name[16];
        snprintf(name, sizeof name, "any-%zu", i);
        work(new_run(JOB), name, cases[i].last, cases[i].ending);
        work(old_run(name), NULL, 60, FINISHED);
        assert_same_run(name, whole());
    }
}

/* Between two renewals of the target network, and at one: iterations 8, 16, ... */
#define TARGET_JOB JOB " objective=db target-every=8 loss=huber loss-scale=0.5"

static void a_target_network_is_resumed_between_renewals_and_at_them(void **unused)
{
    (void)unused;
    static const int64_t last[] = {0, 1, 7, 8, 9, 14, 16, 28, 35, 56, 59};
    work(new_run(TARGET_JOB), "target", 60, FINISHED);
    for (size_t i = 0; i < COUNT(last); i++) {
        char name[16];
        snprintf(name, sizeof name, "target-%zu", i);
        work(new_run(TARGET_JOB), name, last[i], STOPPED);
        work(old_run(name), NULL, 60, FINISHED);
        assert_same_run(name, "target");
    }
    work(new_run(TARGET_JOB), "target-killed", 33, KILLED);
    work(old_run("target-killed"), NULL, 60, FINISHED);
    assert_same_run("target-killed", "target");
}

/* How many arrays of a checkpoint have names with this prefix, and how many of these are as long as
 * those without it. */
static size_t count_arrays(const char *directory, const char *prefix)
{
    char path[64], name[64];
    gfn_safetensors *file = NULL;
    snprintf(path, sizeof path, "%s/checkpoint.safetensors", directory);
    assert_int_equal(gfn_safetensors_load(path, &file), GFN_OK);
    const struct gfn_tensors *all = gfn_safetensors_contents(file);
    size_t n = 0;
    for (size_t i = 0; i < all->n_arrays; i++) {
        snprintf(name, sizeof name, "%s%s", prefix, all->arrays[i].name);
        struct gfn_array other = all->arrays[i];
        other.name = name;
        n += gfn_safetensors_find(file, &other) == GFN_OK;
    }
    gfn_safetensors_destroy(&file);
    return n;
}

static void a_checkpoint_has_the_target_network_if_there_is_one(void **unused)
{
    (void)unused;
    work(new_run(JOB " objective=mdb"), "without", 3, STOPPED);
    work(new_run(JOB " objective=mdb target-every=2"), "with", 3, STOPPED);
    assert_int_equal(count_arrays("without", "adam.m."), 5);
    assert_int_equal(count_arrays("without", "target."), 0);
    assert_int_equal(count_arrays("with", "target."), 5); /* policy, log Z */
    const gfn_setting other[] = {{"target-every", "3"}};
    gfn_run *run = NULL;
    assert_int_equal(gfn_run_resume(comm, "with", other, 1, &run), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "target-every: "));
}

static void a_run_that_is_stopped_after_every_few_iterations_ends_alike(void **unused)
{
    (void)unused;
    work(new_run(JOB), "often", 2, STOPPED);
    for (int64_t last = 5; last < 60; last += 3)
        work(old_run("often"), NULL, last, last % 2 ? STOPPED : KILLED);
    work(old_run("often"), NULL, 60, FINISHED);
    assert_same_run("often", whole());
}

/* A program of a user may have called setlocale(). */
static void the_locale_of_the_program_changes_no_file(void **unused)
{
    (void)unused;
    whole();
    use_comma_locale();
    work(new_run(JOB), "in-comma-locale", 40, KILLED);
    work(old_run("in-comma-locale"), NULL, 60, FINISHED);
    setlocale(LC_ALL, "C");
    assert_same_run("in-comma-locale", whole());
}

static void put(const char *path, const char *text, size_t n)
{
    assert_int_equal(gfn_file_replace(path, NULL, text, n), GFN_OK);
}

/* What a kill leaves at the end of metrics.jsonl: a torn line, lines newer than the checkpoint. */
static void torn_and_newer_lines_are_written_again(void **unused)
{
    (void)unused;
    static const char *const ends[] = {"{\"iteration\":3", "\n", "{}\n{\"iter",
                                       "{\"iteration\":36,\"time_s\":1}\n{\"iteration\":40}\n"};
    for (size_t i = 0; i < COUNT(ends); i++) {
        char name[16], path[64], *text, *longer;
        size_t n;
        snprintf(name, sizeof name, "torn-%zu", i);
        snprintf(path, sizeof path, "%s/metrics.jsonl", name);
        work(new_run(JOB), name, 35, KILLED);
        assert_int_equal(gfn_file_read(path, 1 << 20, &text, &n), GFN_OK);
        longer = malloc(n + 100);
        memcpy(longer, text, n);
        strcpy(longer + n, ends[i]);
        put(path, longer, n + strlen(ends[i]));
        free(longer);
        gfn_release(&text);
        work(old_run(name), NULL, 60, FINISHED);
        assert_same_run(name, whole());
    }
}

/* Power fails: the line that belongs to the checkpoint's iteration never came to the disk. */
static void a_line_that_was_due_at_the_checkpoint_is_made_up_for(void **unused)
{
    (void)unused;
    char *text;
    size_t n;
    work(new_run(JOB), "due", 28, KILLED); /* a multiple of 7 and 4 */
    assert_int_equal(gfn_file_read("due/metrics.jsonl", 1 << 20, &text, &n), GFN_OK);
    char *line = strstr(text, "{\"iteration\":28");
    assert_non_null(line);
    put("due/metrics.jsonl", text, (size_t)(line - text));
    gfn_release(&text);
    work(old_run("due"), NULL, 60, FINISHED);
    assert_same_run("due", whole());
}

static void flip_last_byte(const char *path)
{
    char *bytes;
    size_t n;
    assert_int_equal(gfn_file_read(path, SIZE_MAX / 4, &bytes, &n), GFN_OK);
    bytes[n - 1] ^= 1;
    put(path, bytes, n);
    gfn_release(&bytes);
}

static void a_damaged_checkpoint_gives_way_to_the_one_before(void **unused)
{
    (void)unused;
    work(new_run(JOB), "fallback", 35, KILLED);
    flip_last_byte("fallback/checkpoint.safetensors");
    gfn_run *run = old_run("fallback");
    assert_int_equal(gfn_run_iteration(run), 28);
    assert_non_null(strstr(gfn_run_notice(run), "fallback/checkpoint.safetensors: the data is"));
    assert_non_null(strstr(gfn_run_notice(run), "checkpoint.prev.safetensors of iteration 28"));
    work(run, NULL, 30, KILLED); /* before another checkpoint */
    assert_int_equal(access("fallback/checkpoint.damaged.safetensors", F_OK), 0);
    run = old_run("fallback");
    assert_int_equal(gfn_run_iteration(run), 28);
    work(run, NULL, 60, FINISHED);
    assert_same_run("fallback", whole());
}

static void two_damaged_checkpoints_are_refused_and_touched_by_nobody(void **unused)
{
    (void)unused;
    gfn_run *run = NULL;
    work(new_run(JOB), "both", 35, KILLED);
    flip_last_byte("both/checkpoint.safetensors");
    flip_last_byte("both/checkpoint.prev.safetensors");
    assert_int_equal(gfn_run_resume(comm, "both", NULL, 0, &run), GFN_EDATA);
    assert_null(run);
    assert_non_null(strstr(gfn_error_message(), "both/checkpoint.safetensors: the data"));
    assert_non_null(strstr(gfn_error_message(), "both/checkpoint.prev.safetensors: the data"));
    assert_int_equal(access("both/checkpoint.safetensors", F_OK), 0);
    assert_int_equal(access("both/checkpoint.damaged.safetensors", F_OK), -1);
}

/* Metadata is text that no checksum of the format covers. */
static void a_changed_option_in_the_metadata_is_damage(void **unused)
{
    (void)unused;
    char *bytes;
    size_t n;
    gfn_run *run = NULL;
    work(new_run(JOB), "meta", 7, KILLED);
    assert_int_equal(gfn_file_read("meta/checkpoint.safetensors", 1 << 20, &bytes, &n), GFN_OK);
    char *rate = NULL;
    for (size_t i = 0; i + 6 < n && rate == NULL; i++)
        if (memcmp(bytes + i, "0.0173", 6) == 0)
            rate = bytes + i;
    assert_non_null(rate);
    rate[5] = '4';
    put("meta/checkpoint.safetensors", bytes, n);
    gfn_release(&bytes);
    assert_int_equal(gfn_run_resume(comm, "meta", NULL, 0, &run), GFN_EDATA);
    assert_non_null(strstr(gfn_error_message(), "metadata is damaged"));
}

/* It is not damaged: nothing is taken instead of it, nor put in its place. */
static void a_checkpoint_of_another_version_is_refused(void **unused)
{
    (void)unused;
    char *bytes, *version = NULL;
    size_t n;
    gfn_run *run = NULL;
    work(new_run(JOB), "foreign", 14, KILLED);
    assert_int_equal(gfn_file_read("foreign/checkpoint.safetensors", 1 << 20, &bytes, &n), GFN_OK);
    for (size_t i = 0; i + 21 < n && version == NULL; i++)
        if (memcmp(bytes + i, GFN_CHECKPOINT_FORMAT, 21) == 0)
            version = bytes + i + 20;
    assert_non_null(version);
    *version = '9';
    put("foreign/checkpoint.safetensors", bytes, n);
    gfn_release(&bytes);
    assert_int_equal(gfn_run_resume(comm, "foreign", NULL, 0, &run), GFN_EDATA);
    assert_non_null(strstr(gfn_error_message(), "found \"gfn-dist checkpoint 9\" (hint"));
    assert_int_equal(gfn_run_load(comm, "foreign", 1, &run), GFN_EDATA);
    assert_null(run);
}

static void a_run_is_kept_once(void **unused)
{
    (void)unused;
    gfn_trainer *trainer = NULL;
    work(new_run(JOB), "once", 14, STOPPED);
    gfn_run *run = old_run("once");
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, NULL), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, NULL), GFN_EINVAL);
    assert_int_equal(gfn_trainer_keep(trainer, "elsewhere"), GFN_EINVAL);
    assert_string_equal(gfn_run_directory(run), "once");
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    assert_int_equal(access("elsewhere", F_OK), -1);
}

static gfn_status change(const char *directory, const char *name, const char *value, gfn_run **run)
{
    const gfn_setting setting = {name, value};
    return gfn_run_resume(comm, directory, &setting, 1, run);
}

static void settings_that_contradict_are_refused_by_name(void **unused)
{
    (void)unused;
    static const char *const settings[][2] = {
        {"size", "10"},     {"batch-size", "31"},   {"seed", "6"},  {"lr", "0.0174"},
        {"hidden", "none"}, {"schedule", "linear"}, {"r0", "0.02"}, {"encoding", "khot"},
        {"lr-logz", "0.2"}, {"iterations", "6"}};
    work(new_run(JOB), "refuse", 7, STOPPED);
    for (size_t i = 0; i < COUNT(settings); i++) {
        gfn_run *run = NULL;
        assert_int_equal(change("refuse", settings[i][0], settings[i][1], &run), GFN_EINVAL);
        assert_null(run);
        const char *message = gfn_error_message();
        assert_int_equal(strncmp(message, settings[i][0], strlen(settings[i][0])), 0);
        assert_non_null(strstr(message, "expected"));
        assert_non_null(strstr(message, "(hint: "));
    }
    gfn_run *run = NULL;
    assert_int_equal(change("refuse", "lr", "1.73e-2", &run), GFN_OK);
    assert_string_equal(gfn_options_text(gfn_run_options(run), "lr"), "0.0173");
    gfn_run_destroy(&run);
}

/* As long as the rates are constant, a longer run begins as the shorter one. */
static void a_finished_run_can_be_extended(void **unused)
{
    (void)unused;
    gfn_run *run = NULL;
    work(new_run(JOB " schedule=constant"), "longer", 60, FINISHED);
    assert_int_equal(change("longer", "iterations", "75", &run), GFN_OK);
    assert_non_null(strstr(gfn_run_notice(run), "75 instead of 60"));
    assert_null(strstr(gfn_run_notice(run), "differs"));
    work(run, NULL, 61, KILLED); /* the new length is in a checkpoint already */
    work(old_run("longer"), NULL, 75, FINISHED);
    work(new_run(JOB " schedule=constant iterations=75"), "long", 75, FINISHED);
    assert_same_file("longer", "long", "checkpoint.safetensors");
    assert_int_equal(change(whole(), "iterations", "75", &run), GFN_OK);
    assert_non_null(strstr(gfn_run_notice(run), "those of a run of 75, and the result differs "
                                                "from that of a run of 75"));
    gfn_run_destroy(&run);
    assert_int_equal(gfn_run_resume(comm, whole(), NULL, 0, &run), GFN_OK);
    assert_non_null(strstr(gfn_run_notice(run), "all 60 iterations are done"));
    gfn_run_destroy(&run);
}

/* The default schedule decays over the last 40 of 400 iterations. */
static void a_run_can_be_extended_before_its_rates_decay(void **unused)
{
    (void)unused;
    static const char job[] = JOB " schedule=decay checkpoint-every=0 iterations=400";
    gfn_run *run = NULL;
    work(new_run(job), "early", 361, STOPPED);
    assert_int_equal(change("early", "iterations", "450", &run), GFN_OK);
    assert_non_null(strstr(gfn_run_notice(run), "450 instead of 400"));
    assert_null(strstr(gfn_run_notice(run), "differs"));
    work(run, NULL, 450, FINISHED);
    work(new_run(JOB " schedule=decay checkpoint-every=0 iterations=450"), "at-once", 450,
         FINISHED);
    assert_same_file("early", "at-once", "checkpoint.safetensors");
    work(new_run(job), "late-extension", 362, STOPPED);
    assert_int_equal(change("late-extension", "iterations", "450", &run), GFN_OK);
    assert_non_null(strstr(gfn_run_notice(run), "differs"));
    gfn_run_destroy(&run);
}

/* Two jobs on one run: the second waits ten seconds and is refused. */
static void a_run_is_gone_on_with_by_one_job_at_a_time(void **unused)
{
    (void)unused;
    gfn_run *second = NULL;
    work(new_run(JOB), "twice", 7, STOPPED);
    gfn_run *first = old_run("twice");
    assert_int_equal(gfn_run_resume(comm, "twice", NULL, 0, &second), GFN_EIO);
    assert_null(second);
    assert_non_null(strstr(gfn_error_message(), "another one is writing it"));
    gfn_run_destroy(&first);
    work(old_run("twice"), NULL, 60, FINISHED);
    assert_same_run("twice", whole());
}

/* The job before is still saving: what counts is what it leaves behind. */
static void nothing_is_read_before_the_job_before_has_ended(void **unused)
{
    (void)unused;
    int ready[2];
    char byte = 0;
    work(new_run(JOB), "late", 7, STOPPED);
    assert_int_equal(pipe(ready), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        gfn_run *run = old_run("late");
        byte = (char)write(ready[1], "x", 1);
        usleep(300000);
        work(run, NULL, 35, KILLED);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    gfn_run *run = old_run("late");
    assert_int_equal(gfn_run_iteration(run), 35);
    assert_int_equal(waitpid(child, NULL, 0), child);
    work(run, NULL, 60, FINISHED);
    assert_same_run("late", whole());
    close(ready[0]);
    close(ready[1]);
}

/* A folder stands for a file that the user may not read: root may read all files. */
static void a_checkpoint_that_cannot_be_opened_is_not_damaged(void **unused)
{
    (void)unused;
    gfn_run *run = NULL;
    work(new_run(JOB), "closed", 14, KILLED);
    assert_int_equal(rename("closed/checkpoint.safetensors", "closed/kept"), 0);
    assert_int_equal(mkdir("closed/checkpoint.safetensors", 0700), 0);
    assert_int_equal(gfn_run_resume(comm, "closed", NULL, 0, &run), GFN_EIO);
    assert_null(run);
    assert_int_equal(access("closed/checkpoint.damaged.safetensors", F_OK), -1);
}

/* The longer length was in the newest checkpoint alone, which is damaged. */
static void a_length_that_was_lost_with_a_checkpoint_is_told(void **unused)
{
    (void)unused;
    gfn_run *run = NULL;
    work(new_run(JOB), "lost", 60, FINISHED);
    assert_int_equal(change("lost", "iterations", "75", &run), GFN_OK);
    work(run, NULL, 61, KILLED);
    flip_last_byte("lost/checkpoint.safetensors");
    run = old_run("lost");
    assert_non_null(strstr(gfn_run_notice(run), "iterations: 60 in the checkpoint, 75 in lost/"));
    work(run, NULL, 60, FINISHED);
    assert_int_equal(access("lost/checkpoint.safetensors", F_OK), 0);
    assert_same_file("lost", whole(), "checkpoint.safetensors");
}

/* A branch: what was learned goes on elsewhere, and the old run stays as it is. */
static void a_loaded_run_can_be_kept_in_another_directory(void **unused)
{
    (void)unused;
    gfn_run *run = NULL;
    work(new_run(JOB), "trunk", 28, STOPPED);
    assert_int_equal(gfn_run_load(comm, "trunk", 1, &run), GFN_OK);
    work(run, "branch", 28, STOPPED); /* nothing is left to do */
    assert_same_file("trunk", "branch", "checkpoint.safetensors");
    work(old_run("branch"), NULL, 60, FINISHED);
    assert_same_file(whole(), "branch", "checkpoint.safetensors");
    assert_same_file(whole(), "branch", "histogram.npy");
    work(old_run("trunk"), NULL, 60, FINISHED);
    assert_same_run("trunk", whole());
    assert_int_equal(gfn_run_load(comm, "trunk", 1, &run), GFN_OK);
    gfn_trainer *trainer = NULL;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, "branch"), GFN_EEXIST);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
}

static void an_empty_directory_is_no_run(void **unused)
{
    (void)unused;
    gfn_run *run = NULL;
    assert_int_equal(gfn_run_resume(comm, ".", NULL, 0, &run), GFN_EIO);
    assert_non_null(strstr(gfn_error_message(), "expected a run directory with"));
    assert_int_equal(gfn_run_resume(comm, "nowhere", NULL, 0, &run), GFN_EIO);
    assert_null(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_ends_at_any_iteration_goes_on_to_the_same_files),
        cmocka_unit_test(a_target_network_is_resumed_between_renewals_and_at_them),
        cmocka_unit_test(a_checkpoint_has_the_target_network_if_there_is_one),
        cmocka_unit_test(a_run_that_is_stopped_after_every_few_iterations_ends_alike),
        cmocka_unit_test(torn_and_newer_lines_are_written_again),
        cmocka_unit_test(a_line_that_was_due_at_the_checkpoint_is_made_up_for),
        cmocka_unit_test(a_damaged_checkpoint_gives_way_to_the_one_before),
        cmocka_unit_test(two_damaged_checkpoints_are_refused_and_touched_by_nobody),
        cmocka_unit_test(a_changed_option_in_the_metadata_is_damage),
        cmocka_unit_test(a_checkpoint_of_another_version_is_refused),
        cmocka_unit_test(a_run_is_kept_once),
        cmocka_unit_test(settings_that_contradict_are_refused_by_name),
        cmocka_unit_test(a_finished_run_can_be_extended),
        cmocka_unit_test(a_run_can_be_extended_before_its_rates_decay),
        cmocka_unit_test(a_run_is_gone_on_with_by_one_job_at_a_time),
        cmocka_unit_test(nothing_is_read_before_the_job_before_has_ended),
        cmocka_unit_test(a_checkpoint_that_cannot_be_opened_is_not_damaged),
        cmocka_unit_test(a_length_that_was_lost_with_a_checkpoint_is_told),
        cmocka_unit_test(a_loaded_run_can_be_kept_in_another_directory),
        cmocka_unit_test(the_locale_of_the_program_changes_no_file),
        cmocka_unit_test(an_empty_directory_is_no_run),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
