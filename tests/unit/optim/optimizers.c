/* SPDX-License-Identifier: MIT
 *
 * The table of optimizers; steps of sgd computed by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/optim.h>

/* The rate decays: an optimizer whose steps have the length of the rate ends as close. */
static void every_optimizer_is_found_by_its_name_and_minimizes_a_square(void **unused)
{
    enum { STEPS = 2000 };
    (void)unused;
    assert_null(gfn_optimizer_kind(gfn_optimizer_kinds()));
    assert_null(gfn_optimizer_name(gfn_optimizer_kinds()));
    for (size_t i = 0; i < gfn_optimizer_kinds(); i++) {
        const gfn_optimizer *found = NULL, *o = gfn_optimizer_kind(i);
        assert_int_equal(gfn_optimizer_find(gfn_optimizer_name(i), &found), GFN_OK);
        assert_ptr_equal(found, o);
        assert_true(o->n_moments <= GFN_MAX_MOMENTS);
        gfn_real x[3] = {(gfn_real)2.385, (gfn_real)-0.85, 0}, m[2][3] = {{0}};
        gfn_real *const moment[GFN_MAX_MOMENTS] = {m[0], m[1]};
        for (int64_t t = 1; t <= STEPS; t++) {
            const gfn_real g[3] = {x[0], x[1], x[2]}; /* gradient of x^2 / 2 */
            o->step(t, 0.01 * gfn_schedule_factor(GFN_COSINE, t - 1, STEPS), 3, x, g, moment);
        }
        for (size_t k = 0; k < 3; k++)
            assert_true(x[k] > -1e-3 && x[k] < 1e-3);
    }
    const gfn_optimizer *none = NULL;
    assert_int_equal(gfn_optimizer_find("adamm", &none), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "(hint: adam)"));
}

static void adam_of_the_table_has_the_bits_of_the_function(void **unused)
{
    (void)unused;
    const gfn_adam adam = GFN_ADAM_DEFAULT;
    const gfn_optimizer *o = NULL;
    assert_int_equal(gfn_optimizer_find("adam", &o), GFN_OK);
    assert_string_equal(o->moment[0], "m"); /* names of tensors in checkpoints */
    assert_string_equal(o->moment[1], "v");
    gfn_real a[5] = {1, -2, 3, (gfn_real)0.385, 0}, b[5], m[2][5] = {{0}}, other[2][5] = {{0}};
    memcpy(b, a, sizeof a);
    gfn_real *const moment[GFN_MAX_MOMENTS] = {other[0], other[1]};
    for (int64_t t = 1; t <= 7; t++) {
        const gfn_real g[5] = {(gfn_real)0.1 * (gfn_real)t, 2, -3, (gfn_real)0.23, 0};
        gfn_adam_step(&adam, t, 0.0123, 5, a, g, m[0], m[1]);
        o->step(t, 0.0123, 5, b, g, moment);
    }
    assert_memory_equal(a, b, sizeof a);
    assert_memory_equal(m, other, sizeof m);
}

/* b: 2, .9 x 2 + 2 = 3.8, .9 x 3.8 - 1 = 2.42; x: 1 - .25 (2 + 3.8 + 2.42) = -1.055 */
static void sgd_matches_steps_by_hand(void **unused)
{
    (void)unused;
    const gfn_optimizer *o = NULL;
    assert_int_equal(gfn_optimizer_find("sgd", &o), GFN_OK);
    assert_int_equal(o->n_moments, 1);
    gfn_real x = 1, b = 0;
    gfn_real *const moment[GFN_MAX_MOMENTS] = {&b};
    const gfn_real g[3] = {2, 2, -1};
    for (int64_t t = 1; t <= 3; t++)
        o->step(t, 0.25, 1, &x, &g[t - 1], moment);
    assert_true(b > 2.42 - 1e-5 && b < 2.42 + 1e-5);
    assert_true(x > -1.055 - 1e-5 && x < -1.055 + 1e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimizer_is_found_by_its_name_and_minimizes_a_square),
        cmocka_unit_test(adam_of_the_table_has_the_bits_of_the_function),
        cmocka_unit_test(sgd_matches_steps_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
