/* SPDX-License-Identifier: MIT
 *
 * Bounds on log Z by trajectories against their exact values: sums over all trajectories of a small
 * grid, under a policy that is half trained.
 */
#include <gfn/gfn.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SIZE = 4, STATES = SIZE * SIZE, ACTIONS = 3 };

typedef struct fixture {
    gfn_comm *comm;
    gfn_run *run;
    gfn_evaluation evaluation;
    gfn_bounds bounds;
    double log_pf[STATES][ACTIONS], log_r[STATES], target[STATES];
} fixture;

static void train(fixture *f, const char *settings)
{
    gfn_options *options;
    gfn_trainer *trainer;
    assert_int_equal(gfn_comm_open_serial(&f->comm), GFN_OK);
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, "size=4 seed=5 batch-size=32 threads=1", "test"),
                     GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    assert_int_equal(gfn_run_create(f->comm, options, 0, &f->run), GFN_OK);
    assert_int_equal(gfn_trainer_create(f->run, &trainer), GFN_OK);
    while (!gfn_trainer_is_done(trainer))
        assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
    gfn_trainer_destroy(&trainer);
    gfn_options_destroy(&options);
    assert_int_equal(gfn_run_evaluate(f->run, &f->evaluation), GFN_OK);
    assert_int_equal(gfn_run_find_bounds(f->run, 10000, &f->bounds), GFN_OK);
}

static void drop(fixture *f)
{
    gfn_run_destroy(&f->run);
    gfn_comm_close(&f->comm);
}

static void look_up(fixture *f)
{
    int32_t state[STATES][2];
    gfn_real log_pf[STATES * ACTIONS];
    for (int32_t i = 0; i < STATES; i++) {
        state[i][0] = i / SIZE;
        state[i][1] = i % SIZE;
        f->target[i] = gfn_run_target(f->run)[i];
    }
    assert_int_equal(gfn_sampler_log_pf(gfn_run_sampler(f->run), STATES, state[0], log_pf), GFN_OK);
    gfn_env_log_reward(gfn_run_env(f->run), STATES, state[0], f->log_r);
    for (int i = 0; i < STATES * ACTIONS; i++)
        f->log_pf[i / ACTIONS][i % ACTIONS] = (double)log_pf[i];
}

/* Sums over all trajectories that go on from (y, x), which was reached with these log P. */
static void sum_all(const fixture *f, int y, int x, double log_pf, double log_pb, double sums[2])
{
    const int i = y * SIZE + x;
    const double at_end = log_pf + f->log_pf[i][2], w = f->log_r[i] + log_pb - at_end;
    sums[0] += exp(at_end) * w;
    sums[1] += f->target[i] * exp(log_pb) * w;
    if (y + 1 < SIZE)
        sum_all(f, y + 1, x, log_pf + f->log_pf[i][0], log_pb - log(x > 0 ? 2 : 1), sums);
    if (x + 1 < SIZE)
        sum_all(f, y, x + 1, log_pf + f->log_pf[i][1], log_pb - log(y > 0 ? 2 : 1), sums);
}

static int is_within(gfn_estimate found, double expected)
{
    return fabs(found.mean - expected) < 4 * found.error;
}

static void bounds_are_sums_over_all_trajectories(void **unused)
{
    (void)unused;
    fixture f;
    double exact[2] = {0, 0};
    train(&f, "iterations=60 schedule=constant");
    look_up(&f);
    sum_all(&f, 0, 0, 0, 0, exact);
    assert_true(is_within(f.bounds.elbo, exact[0]));
    assert_true(is_within(f.bounds.eubo, exact[1]));
    /* It is half trained: the bounds are apart, far beyond their errors. */
    assert_true(exact[0] < f.evaluation.log_z_true - 8 * f.bounds.elbo.error);
    assert_true(exact[1] > f.evaluation.log_z_true + 8 * f.bounds.eubo.error);
    assert_true(f.bounds.correlation > 0.2 && f.bounds.correlation < 0.999);
    drop(&f);
}

static void bounds_meet_where_the_policy_is_right(void **unused)
{
    static const char *const settings[] = {"iterations=2000", "iterations=2000 backward=learned",
                                           "iterations=2000 backward=tied objective=db"};
    (void)unused;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        fixture f;
        train(&f, settings[i]);
        const double log_z = f.evaluation.log_z_true;
        assert_true(fabs(f.bounds.elbo.mean - log_z) < 1e-3);
        assert_true(fabs(f.bounds.eubo.mean - log_z) < 1e-3);
        assert_true(f.bounds.correlation > 0.9999);
        drop(&f);
    }
}

static void equal_rewards_have_no_correlation(void **unused)
{
    (void)unused;
    fixture f;
    train(&f, "iterations=3 r1=0 r2=0");
    assert_true(isnan(f.bounds.correlation) && isfinite(f.bounds.elbo.mean));
    drop(&f);
}

static void nothing_is_known_of_no_trajectories(void **unused)
{
    (void)unused;
    fixture f;
    train(&f, "iterations=1");
    assert_int_equal(gfn_run_find_bounds(f.run, 0, &f.bounds), GFN_OK);
    assert_true(f.bounds.n == 0 && isnan(f.bounds.elbo.mean) && isnan(f.bounds.correlation));
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_sums_over_all_trajectories),
        cmocka_unit_test(bounds_meet_where_the_policy_is_right),
        cmocka_unit_test(equal_rewards_have_no_correlation),
        cmocka_unit_test(nothing_is_known_of_no_trajectories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
