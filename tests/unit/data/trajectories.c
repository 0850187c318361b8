/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gfn/trajectories.h>

static void a_batch_has_room_for_its_last_step(void **unused)
{
    (void)unused;
    gfn_trajectories *t;
    assert_int_equal(gfn_trajectories_create(7, 31, 2, &t), GFN_OK);
    assert_int_equal(t->n, 0);
    t->action[7 * 31 - 1] = 2;
    t->row[7 * 31 - 1] = 255;
    t->log_pf[7 * 31 - 1] = -1.5;
    t->log_pb[7 * 31 - 1] = -0.5;
    t->terminal[7 * 2 - 1] = 15;
    t->log_reward[6] = t->sum_log_pf[6] = t->sum_log_pb[6] = -2.385;
    t->n_steps[6] = 31;
    gfn_trajectories_destroy(&t);
    assert_null(t);
    gfn_trajectories_destroy(&t);
}

static void zero_and_impossible_sizes_are_rejected(void **unused)
{
    (void)unused;
    gfn_trajectories *t = NULL;
    assert_int_equal(gfn_trajectories_create(0, 1, 1, &t), GFN_EINVAL);
    assert_int_equal(gfn_trajectories_create(1, 0, 1, &t), GFN_EINVAL);
    assert_int_equal(gfn_trajectories_create(1, 1, 0, &t), GFN_EINVAL);
    assert_int_equal(gfn_trajectories_create(SIZE_MAX / 2, 3, 1, &t), GFN_EINVAL);
    assert_int_equal(gfn_trajectories_create(SIZE_MAX / 16, 1, 1, &t), GFN_ENOMEM);
    assert_null(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_has_room_for_its_last_step),
        cmocka_unit_test(zero_and_impossible_sizes_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
