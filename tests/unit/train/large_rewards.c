/* SPDX-License-Identifier: MIT
 *
 * Rewards with a large logarithm: all objectives train if log R is within +-1e5, in every kind of
 * gradient; beyond, a message says what to do.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/gfn.h>

#include "env/env_internal.h"

static gfn_comm *comm;

/* The grid of the program, with `offset` added to log R, and `slope` for each cell of (x, y). */
static const gfn_env_ops *grid;
static gfn_env_ops far_grid;
static double offset, slope;

static void describe(const void *world, gfn_env_spec *spec)
{
    grid->describe(world, spec);
    spec->max_log_reward = slope == 0 ? spec->max_log_reward + offset : (double)NAN;
    spec->log_z = slope == 0 ? spec->log_z + offset : (double)NAN;
}

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    grid->log_reward(world, n, state, log_reward);
    for (size_t i = 0; i < n; i++)
        log_reward[i] += offset + (slope == 0 ? 0 : slope * (state[2 * i] + state[2 * i + 1]));
}

static int set_up(void **unused)
{
    (void)unused;
    grid = gfn_env_find("hypergrid");
    far_grid = *grid;
    far_grid.name = "far-grid";
    far_grid.describe = describe;
    far_grid.log_reward = log_reward;
    return gfn_env_add(&far_grid) != GFN_OK || gfn_comm_open_serial(&comm) != GFN_OK;
}

static int tear_down(void **unused)
{
    (void)unused;
    gfn_comm_close(&comm);
    return 0;
}

static void start(const char *settings, const char *objective, gfn_run **run, gfn_trainer **trainer)
{
    gfn_options *options = NULL;
    char text[256];
    snprintf(text, sizeof text, "env=far-grid objective=%s samples=0 %s", objective, settings);
    assert_int_equal(gfn_run_options_create("far-grid", &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, text, "test"), GFN_OK);
    assert_int_equal(gfn_run_create(comm, options, 1, run), GFN_OK);
    assert_int_equal(gfn_trainer_create(*run, trainer), GFN_OK);
    gfn_options_destroy(&options);
}

static void every_objective_trains_within_1e5(void **unused)
{
    (void)unused;
    static const double offsets[] = {1000, -1000, 1e5 - 10, 10 - 1e5};
    static const char *const jobs[] = {
        "size=6 batch-size=8 log-z-init=0",                  /* one block of all states */
        "size=24 batch-size=200 log-z-init=0",               /* blocks of all states */
        "size=5 ndim=5 batch-size=8 hidden=64 log-z-init=0", /* blocks of visited states */
        "size=6 batch-size=1 clip-norm=1 log-z-init=0",
        "size=6 batch-size=8 optimizer=sgd lr=1e-9 log-z-init=0",
    };
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++)
        for (size_t j = 0; j < sizeof jobs / sizeof jobs[0]; j++)
            for (size_t k = 0; k < gfn_objective_kinds(); k++) {
                gfn_run *run = NULL;
                gfn_trainer *trainer = NULL;
                const gfn_objective *o = gfn_objective_kind(k);
                offset = offsets[i];
                if (o->least_batch > 1 && strstr(jobs[j], "batch-size=1 "))
                    continue;
                start(jobs[j], o->name, &run, &trainer);
                for (int step = 0; step < 10; step++)
                    if (gfn_trainer_step(trainer) != GFN_OK)
                        fail_msg("log R + %g, %s, %s: %s", offset, jobs[j], o->name,
                                 gfn_error_message());
                gfn_trainer_destroy(&trainer);
                gfn_run_destroy(&run);
            }
}

/* Their slopes are limited, though their exponentials would overflow. */
static void every_loss_trains_within_1e5(void **unused)
{
    (void)unused;
    static const char *const methods[] = {"loss=huber", "loss=linex", "loss=linex loss-scale=-0.5",
                                          "loss=linex loss-scale=0.001", "loss=cosh"};
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < sizeof methods / sizeof methods[0]; j++)
            for (size_t k = 0; k < gfn_objective_kinds(); k++) {
                gfn_run *run = NULL;
                gfn_trainer *trainer = NULL;
                char job[128];
                offset = i == 0 ? 1e5 - 10 : 10 - 1e5;
                snprintf(job, sizeof job, "size=6 batch-size=8 log-z-init=0 %s", methods[j]);
                start(job, gfn_objective_kind(k)->name, &run, &trainer);
                for (int step = 0; step < 10; step++)
                    if (gfn_trainer_step(trainer) != GFN_OK)
                        fail_msg("log R + %g, %s, %s: %s", offset, job, gfn_objective_kind(k)->name,
                                 gfn_error_message());
                gfn_trainer_destroy(&trainer);
                gfn_run_destroy(&run);
            }
}

/* Nearly all trajectories come to stop at the start. mdb, which has no other steps, divides by the
 * mean number of the others, which is far below 1. */
static void steep_rewards_train_too(void **unused)
{
    (void)unused;
    slope = -9500; /* log R from -95,000 to 0 */
    offset = 0;
    for (size_t k = 0; k < gfn_objective_kinds(); k++) {
        gfn_run *run = NULL;
        gfn_trainer *trainer = NULL;
        const char *name = gfn_objective_kind(k)->name;
        start("size=6 r0=0.1 batch-size=64", name, &run, &trainer);
        for (int step = 0; step < 200; step++)
            if (gfn_trainer_step(trainer) != GFN_OK)
                fail_msg("%s, step %d: %s", name, step, gfn_error_message());
        gfn_trainer_destroy(&trainer);
        gfn_run_destroy(&run);
    }
    slope = 0;
}

/* log Z, or the flows, start at the constant. */
static void a_constant_in_log_r_changes_little_of_what_is_learned(void **unused)
{
    (void)unused;
    static const double offsets[] = {1000, 1e5 - 10, 10 - 1e5};
    for (size_t k = 0; k < gfn_objective_kinds(); k++)
        for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
            const char *name = gfn_objective_kind(k)->name;
            gfn_run *run = NULL;
            gfn_trainer *trainer = NULL;
            gfn_evaluation e;
            offset = offsets[i];
            start("size=7 r0=0.1 iterations=600 batch-size=64", name, &run, &trainer);
            for (int step = 0; step < 600; step++)
                assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
            assert_int_equal(gfn_run_evaluate(run, &e), GFN_OK);
            if (!(e.metrics.l1 < 0.05 && fabs(e.log_z_error) < 0.05))
                fail_msg("log R + %g, %s: l1 %g, log Z error %g", offset, name, e.metrics.l1,
                         e.log_z_error);
            gfn_trainer_destroy(&trainer);
            gfn_run_destroy(&run);
        }
}

static void larger_rewards_are_refused_with_what_to_do(void **unused)
{
    (void)unused;
    static const double offsets[] = {1e7, -1e7};
    for (size_t i = 0; i < 2; i++) {
        gfn_run *run = NULL;
        gfn_trainer *trainer = NULL;
        offset = offsets[i];
        start("size=6 batch-size=8 log-z-init=0", "tb", &run, &trainer);
        assert_int_equal(gfn_trainer_step(trainer), GFN_ENUMERIC);
        assert_non_null(strstr(gfn_error_message(), "add a constant to log R"));
        gfn_trainer_destroy(&trainer);
        gfn_run_destroy(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_objective_trains_within_1e5),
        cmocka_unit_test(every_loss_trains_within_1e5),
        cmocka_unit_test(steep_rewards_train_too),
        cmocka_unit_test(a_constant_in_log_r_changes_little_of_what_is_learned),
        cmocka_unit_test(larger_rewards_are_refused_with_what_to_do),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
