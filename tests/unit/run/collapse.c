/* SPDX-License-Identifier: MIT
 *
 * When training counts as collapsed, by L1 and the ELBO's trajectories.
 */
#include <gfn/gfn.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void a_large_distance_of_like_trajectories_is_a_collapse(void **unused)
{
    static const struct {
        double l1, error;
        int64_t expected;
    } samples[] = {
        {1.9, 0, 1},    {0.75, 1e-6, 1}, {1.9, 0.01062, 1}, {1.9, 0.01063, 0}, /* 1.9 / 4 /
                                                                                  sqrt(2000) */
        {0.4, 0, 0},    {1.9, 2.385, 0}, {0.7, 0.3, 0},     {1e-4, 1e-9, 0},   {0, 0, 0},
        {1.9, NAN, -1}, {NAN, 0, -1},
    };
    (void)unused;
    for (size_t i = 0; i < COUNT(samples); i++) {
        const gfn_report report = {
            .last = {.evaluation = {.is_exact = true, .metrics = {.l1 = samples[i].l1}}},
            .bounds = {.n = 2000, .elbo = {1, samples[i].error}},
            .draw = {.l1 = 0.1, .l1_noise_floor = 0.1}};
        assert_int_equal(gfn_report_collapse(&report), samples[i].expected);
    }
}

/* Without exact metrics: a perfect sampler has its L1, too. */
static void of_samples_what_exceeds_the_noise_floor_counts(void **unused)
{
    (void)unused;
    gfn_report report = {.last = {.evaluation = {.log_z_true = NAN}},
                         .bounds = {.n = 100, .elbo = {1, 1e-3}},
                         .draw = {.l1 = 1.9, .l1_noise_floor = 1.85}};
    assert_int_equal(gfn_report_collapse(&report), 0);
    report.draw.l1_noise_floor = 0.125;
    assert_int_equal(gfn_report_collapse(&report), 1);
    report.draw.l1_noise_floor = NAN;
    assert_int_equal(gfn_report_collapse(&report), -1);
}

/* Samples of a large space say nothing: a perfect sampler's L1 is near 2. */
static void an_elbo_far_below_log_z_counts(void **unused)
{
    (void)unused;
    gfn_report report = {.last = {.evaluation = {.log_z_true = 2.385}},
                         .draw = {.l1 = 2, .l1_noise_floor = 1.999},
                         .bounds = {.n = 100, .elbo = {2.38, 0.01}}};
    assert_int_equal(gfn_report_collapse(&report), 0);
    report.bounds.elbo.mean = 2.385 + log(0.7); /* 0.3 of the target is missing */
    assert_int_equal(gfn_report_collapse(&report), 1);
    report.bounds.elbo.mean = 2.5;
    assert_int_equal(gfn_report_collapse(&report), 0);
}

/* In a large space, residuals of 1 are small; but without a collapse they do not take 3 from log Z.
 */
static void an_elbo_below_that_of_normal_residuals_counts(void **unused)
{
    (void)unused;
    gfn_report report = {.last = {.evaluation = {.log_z_true = 88}},
                         .draw = {.l1 = 2, .l1_noise_floor = 1.999},
                         .bounds = {.n = 2000, .elbo = {85, 0.0368}}}; /* 3 > 0.288 + 2.708 */
    assert_int_equal(gfn_report_collapse(&report), 1);
    report.last.evaluation.is_exact = true; /* only the orders of construction collapsed */
    report.last.evaluation.metrics.l1 = 0.01;
    assert_int_equal(gfn_report_collapse(&report), 0);
    report.last.evaluation.is_exact = false;
    report.bounds.elbo.error = 0.0369;
    assert_int_equal(gfn_report_collapse(&report), 0);
    report.bounds.elbo.error = 1; /* nothing is learned */
    report.bounds.elbo.mean = -300;
    assert_int_equal(gfn_report_collapse(&report), 0);
}

/* Two trajectories may be alike by chance. */
static void few_trajectories_say_nothing(void **unused)
{
    (void)unused;
    gfn_report report = {.last = {.evaluation = {.log_z_true = 88}},
                         .draw = {.l1 = 2, .l1_noise_floor = 1.999},
                         .bounds = {.n = 29, .elbo = {85, 0.01}}};
    assert_int_equal(gfn_report_collapse(&report), -1);
    report.bounds.n = 30;
    assert_int_equal(gfn_report_collapse(&report), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_distance_of_like_trajectories_is_a_collapse),
        cmocka_unit_test(of_samples_what_exceeds_the_noise_floor_counts),
        cmocka_unit_test(an_elbo_far_below_log_z_counts),
        cmocka_unit_test(an_elbo_below_that_of_normal_residuals_counts),
        cmocka_unit_test(few_trajectories_say_nothing),
    };
    return cmocka_run_group_tests_name("collapse", tests, NULL, NULL);
}
