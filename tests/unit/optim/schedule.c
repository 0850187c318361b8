/* SPDX-License-Identifier: MIT */
#include <gfn/optim.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const gfn_schedule all[] = {GFN_CONSTANT, GFN_LINEAR, GFN_COSINE, GFN_DECAY};
enum { ALL = sizeof all / sizeof all[0] };

static void every_schedule_starts_at_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        assert_true(gfn_schedule_factor(all[i], 0, 1) == 1);
        assert_true(gfn_schedule_factor(all[i], 0, 2385) == 1);
    }
}

static void a_decay_ends_right_after_the_last_step(void **state)
{
    (void)state;
    assert_true(gfn_schedule_factor(GFN_LINEAR, 2385, 2385) == 0);
    assert_true(gfn_schedule_factor(GFN_COSINE, 2385, 2385) == 0);
    assert_true(gfn_schedule_factor(GFN_LINEAR, 2384, 2385) > 0);
    assert_true(gfn_schedule_factor(GFN_COSINE, 2384, 2385) > 0);
    assert_true(gfn_schedule_factor(GFN_DECAY, 2385, 2385) == 0);
    assert_true(gfn_schedule_factor(GFN_DECAY, 2384, 2385) > 0);
    assert_true(gfn_schedule_factor(GFN_LINEAR, 9999, 2385) == 0); /* and stays 0 */
    assert_true(gfn_schedule_factor(GFN_COSINE, 9999, 2385) == 0);
    assert_true(gfn_schedule_factor(GFN_DECAY, 9999, 2385) == 0);
    assert_true(gfn_schedule_factor(GFN_CONSTANT, 2385, 2385) == 1);
}

/* cos(60 degrees) = 1/2, cos(120 degrees) = -1/2. */
static void a_third_of_the_way_has_known_factors(void **state)
{
    (void)state;
    assert_true(fabs(gfn_schedule_factor(GFN_LINEAR, 100, 300) - 2.0 / 3) < 1e-15);
    assert_true(fabs(gfn_schedule_factor(GFN_COSINE, 100, 300) - 0.75) < 1e-15);
    assert_true(fabs(gfn_schedule_factor(GFN_COSINE, 200, 300) - 0.25) < 1e-15);
    assert_true(gfn_schedule_factor(GFN_CONSTANT, 100, 300) == 1);
}

static void a_decay_never_grows(void **state)
{
    (void)state;
    for (size_t k = 1; k < ALL; k++)
        for (int64_t i = 0; i < 77; i++) {
            const double now = gfn_schedule_factor(all[k], i, 77);
            const double next = gfn_schedule_factor(all[k], i + 1, 77);
            assert_true(next < now || (all[k] == GFN_DECAY && next >= 1));
        }
}

/* Over the last quarter of 1000 steps and of 4000, the last 62.5 of 500, the last 0.9 of 60. */
static void a_decay_is_constant_before_the_last_part(void **state)
{
    (void)state;
    static const struct {
        int64_t iteration, iterations;
        double factor;
    } rows[] = {{750, 1000, 1},    {751, 1000, 0.996}, {875, 1000, 0.5}, {3000, 4000, 1},
                {3500, 4000, 0.5}, {437, 500, 1},      {450, 500, 0.8},  {475, 500, 0.4},
                {59, 60, 1},       {60, 60, 0},        {0, 1, 1},        {0, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(fabs(gfn_schedule_factor(GFN_DECAY, rows[i].iteration, rows[i].iterations) -
                         rows[i].factor) < 1e-14);
}

static void schedules_are_found_by_name(void **state)
{
    (void)state;
    gfn_schedule schedule = GFN_LINEAR;
    assert_int_equal(gfn_schedule_find("constant", &schedule), GFN_OK);
    assert_int_equal(schedule, GFN_CONSTANT);
    assert_int_equal(gfn_schedule_find("linear", &schedule), GFN_OK);
    assert_int_equal(schedule, GFN_LINEAR);
    assert_int_equal(gfn_schedule_find("cosine", &schedule), GFN_OK);
    assert_int_equal(schedule, GFN_COSINE);
    assert_int_equal(gfn_schedule_find("decay", &schedule), GFN_OK);
    assert_int_equal(schedule, GFN_DECAY);
}

static void unknown_schedules_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "cos", "Cosine", "cosine ", "step"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gfn_schedule schedule = GFN_LINEAR;
        assert_int_equal(gfn_schedule_find(bad[i], &schedule), GFN_EINVAL);
        assert_int_equal(schedule, GFN_LINEAR);
    }
    assert_string_equal(gfn_error_message(),
                        "schedule: expected one of constant, linear, cosine, decay, found "
                        "\"step\" (hint: gfn-dist list)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_schedule_starts_at_one),
        cmocka_unit_test(a_decay_ends_right_after_the_last_step),
        cmocka_unit_test(a_third_of_the_way_has_known_factors),
        cmocka_unit_test(a_decay_never_grows),
        cmocka_unit_test(a_decay_is_constant_before_the_last_part),
        cmocka_unit_test(schedules_are_found_by_name),
        cmocka_unit_test(unknown_schedules_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
