/* SPDX-License-Identifier: MIT
 *
 * Modes of an environment that does not state its largest reward, but whose states are numbered:
 * the hypergrid, if it said less.
 */
#include "tests/unit/fixture.h"

#include <math.h>

#include "run/run.h"

#define SETTINGS                                                                                   \
    "size=9 ndim=3 batch-size=300 iterations=12 seed=5 hidden=12 eval-every=10 samples=2000 "      \
    "checkpoint-every=7 picture=no threads=1"

static gfn_env_ops unstated;

static void describe(const void *world, gfn_env_spec *spec)
{
    gfn_env_find("hypergrid")->describe(world, spec);
    spec->max_log_reward = NAN;
}

static int set_up(void **unused)
{
    unstated = *gfn_env_find("hypergrid");
    unstated.name = "unstated";
    unstated.describe = describe;
    return gfn_env_add(&unstated) != GFN_OK || open_folder(unused);
}

static gfn_run *make(const char *env)
{
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    assert_int_equal(gfn_run_options_create(env, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, SETTINGS, "test"), GFN_OK);
    assert_int_equal(gfn_run_create(comm, options, 1, &run), GFN_OK);
    gfn_options_destroy(&options);
    return run;
}

/* Train to the end, and return the report without its arrays. */
static gfn_report finish(gfn_run *run, const char *directory)
{
    gfn_trainer *trainer = NULL;
    gfn_progress progress;
    gfn_report report;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, directory), GFN_OK);
    while (!gfn_trainer_is_done(trainer))
        assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_OK);
    assert_int_equal(gfn_trainer_finish(trainer, &report), GFN_OK);
    gfn_draw_clear(&report.draw);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    return report;
}

static void they_are_those_of_the_same_world_that_states_it(void **unused)
{
    (void)unused;
    const gfn_report stated = finish(make("hypergrid"), "stated");
    const gfn_report found = finish(make("unstated"), "found");
    assert_int_equal(found.last.n_modes, 8);
    assert_in_range(found.last.modes, 1, 8);
    assert_int_equal(found.last.modes, stated.last.modes);
    assert_int_equal(found.last.modes_all_at, stated.last.modes_all_at);
    assert_int_equal(found.last.modes_all_at > 0, found.last.modes == 8);
    assert_int_equal(found.last.mode_regions, stated.last.mode_regions);
    assert_int_equal(found.last.n_mode_regions, stated.last.n_mode_regions);
    assert_int_equal(found.draw.modes, stated.draw.modes);
    assert_in_range(found.draw.modes, 1, 8);
}

static void a_resumed_run_remembers_them(void **unused)
{
    (void)unused;
    work(make("unstated"), "killed", 9, KILLED);
    const gfn_report whole = finish(make("unstated"), "whole");
    assert_int_equal(finish(old_run("killed"), NULL).last.modes, whole.last.modes);
    assert_same_run("killed", "whole");
}

/* As runs of earlier versions: their number is not known, but training continues. */
static void a_checkpoint_without_them_is_resumed(void **unused)
{
    (void)unused;
    gfn_run *run = make("unstated");
    run->exact.is_impossible = true;
    work(run, "without", 9, KILLED);
    const gfn_report report = finish(old_run("without"), NULL);
    assert_true(report.last.evaluation.is_exact);
    assert_int_equal(report.last.n_modes, 8);
    assert_int_equal(report.last.modes, -1);
    assert_int_equal(report.last.mode_regions, -1);
    assert_in_range(report.draw.modes, 1, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_those_of_the_same_world_that_states_it),
        cmocka_unit_test(a_resumed_run_remembers_them),
        cmocka_unit_test(a_checkpoint_without_them_is_resumed),
    };
    return cmocka_run_group_tests(tests, set_up, close_folder);
}
