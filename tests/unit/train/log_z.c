/* SPDX-License-Identifier: MIT
 *
 * The start of log Z: what the option log-z-init says, once.
 */
#include <math.h>

#include "tests/unit/fixture.h"

#include "run/run.h"

/* A rate of 0 leaves log Z at its start. */
#define RATE_0 "size=7 batch-size=40 iterations=9 lr-logz=0 seed=6 samples=0 "

/* log Z after one step. The caller sets it before and after the trainer is made, except to NAN. */
static double log_z_after(gfn_run *run, double before, double after)
{
    gfn_trainer *trainer = NULL;
    gfn_model *model = gfn_run_model(run);
    gfn_real *log_z = gfn_model_params(model) + gfn_model_log_z_offset(model);
    if (!isnan(before))
        *log_z = (gfn_real)before;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    if (!isnan(after))
        *log_z = (gfn_real)after;
    assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
    gfn_trainer_destroy(&trainer);
    const double found = gfn_model_log_z(model);
    gfn_run_destroy(&run);
    return found;
}

static double first_log_z(const char *settings)
{
    return log_z_after(new_run(settings), NAN, NAN);
}

static double estimated_log_z(void)
{
    gfn_run *fresh = new_run("size=7 batch-size=40 seed=6");
    double estimate = NAN;
    assert_int_equal(gfn_run_estimate_log_z(fresh, 40, &estimate), GFN_OK);
    gfn_run_destroy(&fresh);
    return (double)(gfn_real)estimate;
}

/* Neither exploration nor replay enters into the estimate. */
static void learned_log_z_starts_at_an_estimate_or_a_number(void **unused)
{
    (void)unused;
    const double estimate = estimated_log_z();
    assert_true(estimate != 0 && isfinite(estimate));
    assert_true(first_log_z(RATE_0) == estimate);
    assert_true(first_log_z(RATE_0 "epsilon=0.5 temperature=2 replay=fifo") == estimate);
    assert_true(first_log_z(RATE_0 "log-z-init=-3.25") == -3.25);
    assert_true(first_log_z(RATE_0 "log-z-init=0") == 0);
    assert_true(first_log_z(RATE_0 "objective=vargrad") ==
                first_log_z(RATE_0 "objective=vargrad log-z-init=7"));
}

/* As gfn/trainer.h says. */
static void a_log_z_of_the_caller_is_overwritten_in_new_runs_alone(void **unused)
{
    (void)unused;
    const double estimate = estimated_log_z();
    gfn_run *run = NULL;
    assert_true(log_z_after(new_run(RATE_0), 5, NAN) == estimate);
    assert_true(log_z_after(new_run(RATE_0), NAN, 6) == estimate);
    assert_true(log_z_after(new_run(RATE_0 "log-z-init=2.5"), 5, NAN) == 2.5);
    assert_true(log_z_after(new_run(RATE_0 "log-z-init=2.5"), 5, 6) == 6);
    work(new_run(RATE_0), "begun", 1, STOPPED);
    assert_int_equal(gfn_run_load(comm, "begun", 1, &run), GFN_OK);
    assert_true(log_z_after(run, 5, NAN) == 5);
    assert_true(log_z_after(old_run("begun"), NAN, NAN) == estimate);
    assert_true(log_z_after(old_run("begun"), 5, NAN) == 5);
}

static void a_trainer_that_is_not_made_changes_no_parameter(void **unused)
{
    (void)unused;
    gfn_trainer *trainer = NULL;
    gfn_run *run = new_run("size=7 objective=db log-z-init=130 terminal-states=none.npy");
    const uint32_t before = gfn_run_params_crc(run);
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_EIO);
    assert_int_equal(gfn_run_params_crc(run), before);
    gfn_run_destroy(&run);
}

/* The checkpoint of a run that was stopped before its first step has what log-z-init set at its
 * beginning, but no estimate. */
static void the_start_of_log_z_and_flows_is_not_repeated(void **unused)
{
    (void)unused;
    static const char *const jobs[] = {
        JOB " log-z-init=2.75", JOB " objective=db log-z-init=130",
        JOB " objective=db r0=1e60 r1=1e61 r2=1e62", /* an estimate beyond 100 */
    };
    for (size_t i = 0; i < COUNT(jobs); i++)
        for (int64_t last = 0; last < 2; last++) {
            char name[32], other[32];
            snprintf(name, sizeof name, "start-%zu-%d", i, (int)last);
            snprintf(other, sizeof other, "start-%zu-%d-whole", i, (int)last);
            work(new_run(jobs[i]), other, 60, FINISHED);
            work(new_run(jobs[i]), name, last, STOPPED);
            work(old_run(name), NULL, 60, FINISHED);
            assert_same_run(name, other);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learned_log_z_starts_at_an_estimate_or_a_number),
        cmocka_unit_test(a_log_z_of_the_caller_is_overwritten_in_new_runs_alone),
        cmocka_unit_test(a_trainer_that_is_not_made_changes_no_parameter),
        cmocka_unit_test(the_start_of_log_z_and_flows_is_not_repeated),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
