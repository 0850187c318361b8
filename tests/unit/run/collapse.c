/* SPDX-License-Identifier: MIT
 *
 * When training counts as collapsed, by loss and L1.
 */
#include <gfn/gfn.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "run/run.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static gfn_comm *comm;

static int open_comm(void **unused)
{
    (void)unused;
    return gfn_comm_open_serial(&comm) != GFN_OK;
}

static int close_comm(void **unused)
{
    (void)unused;
    gfn_comm_close(&comm);
    return 0;
}

static gfn_run *make(const char *settings)
{
    gfn_options *options;
    gfn_run *run;
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    assert_int_equal(gfn_run_create(comm, options, 1, &run), GFN_OK);
    gfn_options_destroy(&options);
    return run;
}

typedef struct sample {
    double loss, l1;
    int64_t expected;
} sample;

/* Far beyond what the residual of a trajectory, sqrt(loss), explains. */
static void a_small_loss_with_a_large_distance_is_a_collapse(void **unused)
{
    static const sample samples[] = {
        {0, 1.9, 1}, {1e-6, 0.75, 1}, {0.0564, 1.9, 1}, {0.0565, 1.9, 0}, /* (1.9 / 8)^2 */
        {0, 0.4, 0}, {2.385, 1.9, 0}, {0.3, 0.7, 0},    {1e-9, 1e-4, 0},
        {0, 0, 0},   {NAN, 1.9, -1},  {0, NAN, -1},
    };
    (void)unused;
    gfn_run *run = make("size=4");
    for (size_t i = 0; i < COUNT(samples); i++) {
        const gfn_report report = {
            .last = {.loss = samples[i].loss,
                     .evaluation = {.is_exact = true, .metrics = {.l1 = samples[i].l1}}},
            .draw = {.l1 = 0.1, .l1_noise_floor = 0.1}};
        assert_int_equal(gfn_run_find_collapse(run, &report), samples[i].expected);
    }
    gfn_run_destroy(&run);
}

/* Without exact metrics: a perfect sampler has its L1, too. */
static void of_samples_what_exceeds_the_noise_floor_counts(void **unused)
{
    (void)unused;
    gfn_run *run = make("size=4");
    gfn_report report = {.last = {.loss = 1e-3, .evaluation = {.log_z_true = NAN}},
                         .draw = {.l1 = 1.9, .l1_noise_floor = 1.85}};
    assert_int_equal(gfn_run_find_collapse(run, &report), 0);
    report.draw.l1_noise_floor = 0.125;
    assert_int_equal(gfn_run_find_collapse(run, &report), 1);
    report.draw.l1_noise_floor = NAN;
    assert_int_equal(gfn_run_find_collapse(run, &report), -1);
    gfn_run_destroy(&run);
}

/* Samples of a large space say nothing: a perfect sampler's L1 is near 2. */
static void an_elbo_far_below_log_z_counts(void **unused)
{
    (void)unused;
    gfn_run *run = make("size=4");
    gfn_report report = {.last = {.loss = 1e-3, .evaluation = {.log_z_true = 2.385}},
                         .draw = {.l1 = 2, .l1_noise_floor = 1.999},
                         .bounds = {.elbo = {2.38, 0.01}}};
    assert_int_equal(gfn_run_find_collapse(run, &report), 0);
    report.bounds.elbo.mean = 2.385 + log(0.7); /* 0.3 of the target is missing */
    assert_int_equal(gfn_run_find_collapse(run, &report), 1);
    report.bounds.elbo.mean = 2.5;
    assert_int_equal(gfn_run_find_collapse(run, &report), 0);
    gfn_run_destroy(&run);
}

/* Residuals of 8 + 8 - 1 steps may add up: (1.9 / 8 / 15)^2 = 0.0002507. */
static void residuals_of_steps_may_add_up(void **unused)
{
    static const char *const objectives[] = {"db", "subtb", "fl-db", "fl-subtb", "fm", "mdb"};
    (void)unused;
    for (size_t i = 0; i < COUNT(objectives); i++) {
        char settings[64];
        snprintf(settings, sizeof settings, "size=8 objective=%s", objectives[i]);
        gfn_run *run = make(settings);
        gfn_report report = {
            .last = {.loss = 0.000251, .evaluation = {.is_exact = true, .metrics = {.l1 = 1.9}}}};
        assert_int_equal(gfn_run_find_collapse(run, &report), 0);
        report.last.loss = 0.00025;
        assert_int_equal(gfn_run_find_collapse(run, &report), 1);
        gfn_run_destroy(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_loss_with_a_large_distance_is_a_collapse),
        cmocka_unit_test(of_samples_what_exceeds_the_noise_floor_counts),
        cmocka_unit_test(an_elbo_far_below_log_z_counts),
        cmocka_unit_test(residuals_of_steps_may_add_up),
    };
    return cmocka_run_group_tests(tests, open_comm, close_comm);
}
