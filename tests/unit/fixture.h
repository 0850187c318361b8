/* SPDX-License-Identifier: MIT
 *
 * Runs in a folder of their own, for tests that end them, go on with them and compare the files.
 */
#ifndef TESTS_UNIT_TRAIN_FIXTURE_H
#define TESTS_UNIT_TRAIN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <gfn/gfn.h>

#include "base/memory.h"
#include "io/file.h"
#include "store/checkpoint.h"
#include "store/names.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static gfn_comm *comm;
static char folder[256];

static inline int open_folder(void **unused)
{
    (void)unused;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/gfn-runs-XXXXXX", tmp ? tmp : ".");
    return mkdtemp(folder) == NULL || chdir(folder) != 0 || gfn_comm_open_serial(&comm) != GFN_OK;
}

static inline int close_folder(void **unused)
{
    (void)unused;
    char command[320];
    gfn_comm_close(&comm);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return chdir("/") != 0 || system(command);
}

/* A decaying schedule, modes, lines and evaluations that fall on different iterations. */
#define JOB                                                                                        \
    "size=9 batch-size=30 iterations=60 seed=5 lr=0.0173 hidden=12 log-every=4 eval-every=10 "     \
    "checkpoint-every=7 samples=200 threads=1 schedule=cosine"

static inline gfn_run *new_run(const char *settings)
{
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    assert_int_equal(gfn_run_create(comm, options, 1, &run), GFN_OK);
    gfn_options_destroy(&options);
    return run;
}

/* On one thread: others do not live on in a process that is forked. */
static inline gfn_run *old_run(const char *directory)
{
    static const gfn_setting alone = {"threads", "1"};
    gfn_run *run = NULL;
    assert_int_equal(gfn_run_resume(comm, directory, &alone, 1, &run), GFN_OK);
    return run;
}

/* How a job ends. */
enum ending { KILLED, STOPPED, FINISHED };

/* Train up to `last`; a job that is killed leaves what it has written. */
static inline void work(gfn_run *run, const char *directory, int64_t last, enum ending ending)
{
    gfn_trainer *trainer = NULL;
    gfn_progress progress;
    gfn_report report;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, directory), GFN_OK);
    while (gfn_run_iteration(run) < last && !gfn_trainer_is_done(trainer)) {
        if (ending == STOPPED && gfn_run_iteration(run) == last - 1)
            gfn_trainer_request_stop(trainer);
        assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_OK);
    }
    if (ending != KILLED) {
        assert_int_equal(gfn_trainer_finish(trainer, &report), GFN_OK);
        assert_int_equal(report.is_complete, ending == FINISHED);
        gfn_draw_clear(&report.draw);
    }
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
}

/* Metrics without what clocks say. */
static inline char *read_metrics(const char *directory)
{
    static const char *const clocks[] = {"\"time_s\":", "\"trajectories_per_s\":"};
    char path[64], *text, *value;
    size_t n;
    snprintf(path, sizeof path, "%s/metrics.jsonl", directory);
    assert_int_equal(gfn_file_read(path, SIZE_MAX / 4, &text, &n), GFN_OK);
    for (size_t i = 0; i < COUNT(clocks); i++)
        for (char *at = text; (value = strstr(at, clocks[i])) != NULL; at = value) {
            value += strlen(clocks[i]);
            size_t length = strcspn(value, ",}\n");
            memmove(value, value + length, strlen(value + length) + 1);
        }
    return text;
}

static inline void assert_same_file(const char *a, const char *b, const char *name)
{
    char path[64];
    char *bytes[2];
    size_t n[2];
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", i ? b : a, name);
        assert_int_equal(gfn_file_read(path, SIZE_MAX / 4, &bytes[i], &n[i]), GFN_OK);
    }
    assert_int_equal(n[0], n[1]);
    assert_memory_equal(bytes[0], bytes[1], n[0]);
    gfn_release(&bytes[0]);
    gfn_release(&bytes[1]);
}

static inline void assert_same_run(const char *a, const char *b)
{
    char *mine = read_metrics(a), *other = read_metrics(b);
    assert_string_equal(mine, other);
    gfn_release(&mine);
    gfn_release(&other);
    assert_same_file(a, b, "checkpoint.safetensors");
    assert_same_file(a, b, "histogram.npy");
    assert_same_file(a, b, "config.ini");
}

#endif
