/* SPDX-License-Identifier: MIT
 *
 * Portraits of short runs, for tests of what pictures show of environments.
 */
#ifndef TESTS_UNIT_SUMMARY_PORTRAY_H
#define TESTS_UNIT_SUMMARY_PORTRAY_H

#include "tests/unit/fixture.h"

#include "summary/portrait.h"

#define SHORT                                                                                      \
    " batch-size=20 iterations=6 seed=3 hidden=8 threads=1 samples=500 log-every=2 "               \
    "checkpoint-every=0 eval-every=0 picture=no"

static inline void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline gfn_run *run_of(const char *env, const char *settings)
{
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    assert_int_equal(gfn_run_options_create(env, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    if (gfn_run_create(comm, options, 1, &run) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    gfn_options_destroy(&options);
    return run;
}

/* Train a run, which leaves its files in a directory; load it, measure it and portray it. */
static inline gfn_status portray(const char *env, const char *settings, const char *directory,
                                 gfn_portrait *p)
{
    gfn_report report = {.last = {.modes = -1, .n_modes = -1}, .collapsed = -1};
    const gfn_stream stream = {5, GFN_PURPOSE_SAMPLE, 0};
    gfn_run *run = NULL;
    work(run_of(env, settings), directory, INT64_MAX, FINISHED);
    assert_int_equal(gfn_run_load(comm, directory, 1, &run), GFN_OK);
    const int64_t samples = gfn_options_int(gfn_run_options(run), "samples");
    assert_int_equal(gfn_run_evaluate(run, &report.last.evaluation), GFN_OK);
    assert_int_equal(gfn_run_find_bounds(run, 3, samples, &report.bounds), GFN_OK);
    assert_int_equal(gfn_run_draw(run, &stream, samples, false, &report.draw), GFN_OK);
    const gfn_status status = gfn_portrait_create(run, directory, &report, p);
    gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
    return status;
}

static inline void portray_well(const char *env, const char *settings, const char *directory,
                                gfn_portrait *p)
{
    if (portray(env, settings, directory, p) != GFN_OK)
        fail_msg("%s", gfn_error_message());
}

static inline double at(const gfn_map *map, size_t row, size_t column)
{
    return map->value[row * map->columns + column];
}

#endif
