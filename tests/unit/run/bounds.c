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
#include <string.h>

#include <cmocka.h>

#include "run/run.h"

enum { SIZE = 4, STATES = SIZE * SIZE, ACTIONS = 3 };

typedef struct fixture {
    gfn_comm *comm;
    gfn_run *run;
    gfn_evaluation evaluation;
    gfn_bounds bounds;
    double log_pf[STATES][ACTIONS], log_r[STATES], target[STATES];
} fixture;

static void make(fixture *f, const char *settings)
{
    gfn_options *options;
    assert_int_equal(gfn_comm_open_serial(&f->comm), GFN_OK);
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, "size=4 seed=5 batch-size=32 threads=1", "test"),
                     GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    assert_int_equal(gfn_run_create(f->comm, options, 0, &f->run), GFN_OK);
    gfn_options_destroy(&options);
}

static void measure(fixture *f, int64_t n)
{
    assert_int_equal(gfn_run_evaluate(f->run, &f->evaluation), GFN_OK);
    assert_int_equal(gfn_run_find_bounds(f->run, 0, n, &f->bounds), GFN_OK);
}

static void train(fixture *f, const char *settings)
{
    gfn_trainer *trainer;
    make(f, settings);
    assert_int_equal(gfn_trainer_create(f->run, &trainer), GFN_OK);
    while (!gfn_trainer_is_done(trainer))
        assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
    gfn_trainer_destroy(&trainer);
    measure(f, 10000);
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
                                           "iterations=2000 backward=tied objective=db",
                                           "iterations=2000 objective=fm"};
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

/* The fraction of the flow into (y, x) that comes from (y - 1, x). */
static double fraction_from_above(int y, int x)
{
    return y == 0 ? 0 : x == 0 ? 1 : 0.85 - 0.04 * y + 0.02 * x;
}

/* Set the flows of all edges of a linear policy on one-hot cells: exact ones, whose P_B is far from
 * uniform. */
static void set_exact_flows(const fixture *f)
{
    double flow[STATES];
    int32_t state[STATES][2];
    double log_r[STATES];
    gfn_model *model = gfn_run_model(f->run);
    gfn_real *weight = gfn_model_params(model) + gfn_model_view(model, 0)->offset;
    gfn_real *bias = gfn_model_params(model) + gfn_model_view(model, 1)->offset;
    assert_int_equal(gfn_model_view(model, 0)->n, STATES * ACTIONS);
    for (int32_t i = 0; i < STATES; i++) {
        state[i][0] = i / SIZE;
        state[i][1] = i % SIZE;
    }
    gfn_env_log_reward(gfn_run_env(f->run), STATES, state[0], log_r);
    memset(bias, 0, ACTIONS * sizeof *bias);
    for (int i = STATES; i-- > 0;) {
        const int y = i / SIZE, x = i % SIZE;
        const double down = y + 1 < SIZE ? flow[i + SIZE] * fraction_from_above(y + 1, x) : 0;
        const double right = x + 1 < SIZE ? flow[i + 1] * (1 - fraction_from_above(y, x + 1)) : 0;
        flow[i] = exp(log_r[i]) + down + right;
        weight[i * ACTIONS] = (gfn_real)(down > 0 ? log(down) : 0);
        weight[i * ACTIONS + 1] = (gfn_real)(right > 0 ? log(right) : 0);
        weight[i * ACTIONS + 2] = (gfn_real)log_r[i];
    }
}

static void exact_flows_close_the_bounds(void **unused)
{
    (void)unused;
    fixture f;
    make(&f, "objective=fm hidden=none encoding=onehot");
    set_exact_flows(&f);
    measure(&f, 1000);
    const double log_z = f.evaluation.log_z_true;
    assert_true(f.evaluation.metrics.l1 < 1e-5);
    assert_true(fabs(f.bounds.elbo.mean - log_z) < 1e-5 && f.bounds.elbo.error < 1e-5);
    assert_true(fabs(f.bounds.eubo.mean - log_z) < 1e-5 && f.bounds.eubo.error < 1e-5);
    assert_true(f.bounds.correlation > 0.999999);
    drop(&f);
}

/* 11^3 states are walked by table with a batch of 128, and in waves with one of 32. */
static void bounds_of_flows_do_not_depend_on_the_walk(void **unused)
{
    (void)unused;
    fixture table, waves;
    make(&table, "objective=fm size=11 ndim=3 batch-size=128 threads=3");
    make(&waves, "objective=fm size=11 ndim=3 batch-size=32");
    measure(&table, 500);
    measure(&waves, 500);
    assert_memory_equal(&table.bounds, &waves.bounds, sizeof table.bounds);
    assert_true(table.bounds.elbo.mean < table.evaluation.log_z_true);
    assert_true(table.bounds.eubo.mean > table.evaluation.log_z_true);
    drop(&table);
    drop(&waves);
}

static double estimate_log_z(gfn_run *run, int64_t n)
{
    double log_z = NAN;
    assert_int_equal(gfn_run_estimate_log_z(run, n, &log_z), GFN_OK);
    return log_z;
}

/* The mean of exp(w) over trajectories of any policy is Z, and if the policy is right, each is. */
static void z_is_estimated_by_any_policy(void **unused)
{
    (void)unused;
    fixture f;
    train(&f, "iterations=0");
    const double log_z = f.evaluation.log_z_true;
    assert_true(fabs(estimate_log_z(f.run, 2000) - log_z) < 0.15);
    assert_true(estimate_log_z(f.run, 2000) == estimate_log_z(f.run, 100000)); /* the most */
    assert_true(estimate_log_z(f.run, 1) != estimate_log_z(f.run, 2));
    drop(&f);
    train(&f, "iterations=2000 backward=learned");
    assert_true(fabs(estimate_log_z(f.run, 1) - log_z) < 1e-3);
    drop(&f);
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
    assert_int_equal(gfn_run_find_bounds(f.run, 0, 0, &f.bounds), GFN_OK);
    assert_true(f.bounds.n == 0 && isnan(f.bounds.elbo.mean) && isnan(f.bounds.correlation));
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_sums_over_all_trajectories),
        cmocka_unit_test(bounds_meet_where_the_policy_is_right),
        cmocka_unit_test(exact_flows_close_the_bounds),
        cmocka_unit_test(bounds_of_flows_do_not_depend_on_the_walk),
        cmocka_unit_test(z_is_estimated_by_any_policy),
        cmocka_unit_test(equal_rewards_have_no_correlation),
        cmocka_unit_test(nothing_is_known_of_no_trajectories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
