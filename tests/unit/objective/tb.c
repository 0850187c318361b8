/* SPDX-License-Identifier: MIT */
#include <gfn/objective.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* By hand: delta = 1.5 - 2.75 - 0.375 - (-1.25) = -0.375. */
static void the_loss_is_the_squared_residual(void **state)
{
    (void)state;
    const gfn_terms terms = {
        .n_steps = 3, .sum_log_pf = -2.75, .sum_log_pb = -1.25, .log_reward = 0.375, .log_z = 1.5};
    double d_log_pf[4] = {7, 7, 7, 7}, d_log_pb[4] = {7, 7, 7, 7};
    gfn_derivatives d = {.log_pf = d_log_pf, .log_pb = d_log_pb, .log_z = 7};
    double loss = gfn_objective_find("tb")->loss(&terms, &d);
    assert_true(loss == 0.140625);
    assert_true(d.is_uniform);
    assert_true(d_log_pf[0] == -0.75 && d_log_pb[0] == 0.75);
    assert_true(d.log_z == -0.75);
    assert_true(d_log_pf[3] == 7 && d_log_pb[3] == 7); /* past the end */
}

/* One choice between two objects of rewards 3 and 1: P_F = R / Z with Z = 4 is in balance. */
static void a_policy_in_balance_has_no_loss(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const double reward = i ? 1 : 3, z = 4;
        const gfn_terms terms = {.n_steps = 2,
                                 .sum_log_pf = log(reward / z),
                                 .log_reward = log(reward),
                                 .log_z = log(z)};
        double d_log_pf[2], d_log_pb[2];
        gfn_derivatives d = {.log_pf = d_log_pf, .log_pb = d_log_pb, .log_z = 7};
        assert_true(gfn_objective_find("tb")->loss(&terms, &d) < 1e-30);
        assert_true(fabs(d_log_pf[0]) < 1e-15);
        assert_true(fabs(d.log_z) < 1e-15);
    }
}

/* 400 steps of probability 1e-3: their product would be 0 in any floating-point format. */
static void long_trajectories_do_not_underflow(void **state)
{
    (void)state;
    static double d_log_pf[400], d_log_pb[400];
    const gfn_terms terms = {
        .n_steps = 400, .sum_log_pf = 400 * log(1e-3), .log_z = 400 * log(1e3) + 0.5};
    gfn_derivatives d = {.log_pf = d_log_pf, .log_pb = d_log_pb, .log_z = 7};
    double loss = gfn_objective_find("tb")->loss(&terms, &d);
    assert_true(fabs(loss - 0.25) < 1e-11);
    assert_true(fabs(d_log_pf[0] - 1) < 1e-11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loss_is_the_squared_residual),
        cmocka_unit_test(a_policy_in_balance_has_no_loss),
        cmocka_unit_test(long_trajectories_do_not_underflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
