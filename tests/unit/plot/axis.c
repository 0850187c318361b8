/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plot/axis.h"

static gfn_plot_axis axis_over(bool is_log, double least, double most, bool has_room, size_t marks)
{
    gfn_plot_axis axis = gfn_axis_begin(is_log);
    gfn_axis_add(&axis, least);
    gfn_axis_add(&axis, most);
    gfn_axis_end(&axis, has_room, marks);
    return axis;
}

static void assert_texts(const gfn_plot_axis *axis, size_t n, const char *const *wanted)
{
    char text[32];
    assert_int_equal(axis->n_marks, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(gfn_axis_text(axis, axis->mark[i], text, sizeof text), wanted[i]);
}

static void marks_are_round_numbers_within_the_axis(void **state)
{
    (void)state;
    const gfn_plot_axis a = axis_over(false, -0.037, 2.385, false, 5);
    assert_texts(&a, 5, (const char *const[]){"0", "0.5", "1.0", "1.5", "2.0"});
    const gfn_plot_axis b = axis_over(false, 0, 256000, false, 4);
    assert_texts(&b, 3, (const char *const[]){"0", "100k", "200k"});
    const gfn_plot_axis c = axis_over(false, 0, 3.1e9, false, 4);
    assert_texts(&c, 4, (const char *const[]){"0", "1G", "2G", "3G"});
    const gfn_plot_axis d = axis_over(false, 0, 1e6, false, 5);
    assert_texts(&d, 6, (const char *const[]){"0", "0.2M", "0.4M", "0.6M", "0.8M", "1.0M"});
    const gfn_plot_axis e = axis_over(false, 0, 9000, false, 2);
    assert_texts(&e, 2, (const char *const[]){"0", "5000"});
    const gfn_plot_axis f = axis_over(false, 0, 3.2e-6, false, 3);
    assert_texts(&f, 2, (const char *const[]){"0", "2e-6"});
}

static void logarithmic_marks_are_powers_of_ten(void **state)
{
    (void)state;
    const gfn_plot_axis a = axis_over(true, 3.2e-7, 4.5, false, 4);
    assert_texts(&a, 4, (const char *const[]){"1e-6", "1e-4", "0.01", "1"});
}

static void a_short_logarithmic_axis_has_intermediate_marks(void **state)
{
    (void)state;
    const gfn_plot_axis a = axis_over(true, 0.15, 0.7, false, 4);
    assert_texts(&a, 2, (const char *const[]){"0.2", "0.5"});
}

/* 0.011 ... 0.9 has one power of 10; 0.21 ... 0.45 has neither 0.2 nor 0.5, and 1.01 ... 2.2 only 2
 * of all whole numbers. */
static void a_logarithmic_axis_has_the_coarsest_marks_that_are_enough(void **state)
{
    (void)state;
    const gfn_plot_axis a = axis_over(true, 0.011, 0.9, false, 5);
    assert_texts(&a, 5, (const char *const[]){"0.02", "0.05", "0.1", "0.2", "0.5"});
    const gfn_plot_axis b = axis_over(true, 0.21, 0.45, false, 5);
    assert_texts(&b, 2, (const char *const[]){"0.3", "0.4"});
    const gfn_plot_axis c = axis_over(true, 1.01, 2.2, false, 5);
    assert_texts(&c, 2, (const char *const[]){"1.5", "2.0"});
    const gfn_plot_axis d = axis_over(true, 1.01e-5, 2.2e-5, false, 5);
    assert_texts(&d, 2, (const char *const[]){"1.5e-5", "2.0e-5"});
}

static void every_axis_has_two_marks(void **state)
{
    (void)state;
    for (int is_log = 0; is_log < 2; is_log++)
        for (int begin = 0; begin < 100; begin++)
            for (int length = 1; length < 200; length += 3)
                for (size_t most = 1; most < 8; most++) {
                    const double least = pow(10, 0.0137 * begin - 3);
                    const double ratio = pow(10, 0.0173 * length);
                    const gfn_plot_axis a = axis_over(is_log, least, least * ratio, true, most);
                    assert_in_range(a.n_marks, 2, 2 * most + 9);
                }
}

/* As iterations are: 3 of them have no 0.5. */
static void marks_of_whole_numbers_are_whole(void **state)
{
    (void)state;
    gfn_plot_axis a = gfn_axis_begin(false);
    a.is_whole = true;
    gfn_axis_add(&a, 0);
    gfn_axis_add(&a, 3);
    gfn_axis_end(&a, false, 8);
    assert_texts(&a, 4, (const char *const[]){"0", "1", "2", "3"});
}

static void neighbouring_marks_have_different_texts(void **state)
{
    (void)state;
    const double spans[][2] = {{3.75091, 3.75092}, {-1e5, -99999.5}, {0, 0.0012},
                               {1e6, 1.0001e6},    {500, 4000},      {1e-7, 3e-7}};
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
        for (int is_log = 0; is_log < 2; is_log++) {
            const gfn_plot_axis a = axis_over(is_log, spans[i][0], spans[i][1], true, 5);
            char text[2][32] = {"", ""};
            for (size_t k = 0; k < a.n_marks; k++) {
                gfn_axis_text(&a, a.mark[k], text[k % 2], sizeof text[0]);
                assert_string_not_equal(text[0], text[1]);
                assert_true(strlen(text[k % 2]) < 11);
            }
        }
    const gfn_plot_axis thousands = axis_over(true, 900, 5100, false, 5);
    assert_texts(&thousands, 3, (const char *const[]){"1000", "2000", "5000"});
}

static void fractions_run_from_end_to_end(void **state)
{
    (void)state;
    const gfn_plot_axis a = axis_over(false, 2, 10, false, 4),
                        b = axis_over(true, 1e-4, 1, false, 4);
    assert_float_equal(gfn_axis_fraction(&a, 4), 0.25, 1e-12);
    assert_float_equal(gfn_axis_fraction(&b, 1e-3), 0.25, 1e-12);
    assert_true(isnan(gfn_axis_fraction(&b, 0)));
    assert_true(isnan(gfn_axis_fraction(&b, -3)));
    assert_true(isnan(gfn_axis_fraction(&a, INFINITY)));
}

static void numbers_that_are_not_finite_do_not_extend_the_axis(void **state)
{
    (void)state;
    gfn_plot_axis a = gfn_axis_begin(true);
    const double none[] = {NAN, INFINITY, -INFINITY, 0, -2.5};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        gfn_axis_add(&a, none[i]);
    assert_true(gfn_axis_is_empty(&a));
    gfn_axis_end(&a, true, 4);
    assert_true(isfinite(a.least) && isfinite(a.most) && a.least < a.most);
}

/* Equal, tiny and huge numbers give an axis of positive length with a limited number of marks. */
static void any_range_gives_a_scale(void **state)
{
    (void)state;
    const double ends[][2] = {
        {3.75, 3.75},        {0, 0},          {1e300, 1e300}, {-1e-300, 1e-300},
        {-1.7e308, 1.7e308}, {5e-324, 1e308}, {1, 1 + 1e-15}};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        for (int is_log = 0; is_log < 2; is_log++) {
            const gfn_plot_axis a = axis_over(is_log, ends[i][0], ends[i][1], true, 5);
            assert_true(a.n_marks <= GFN_AXIS_MARKS);
            assert_true(a.least < a.most);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_round_numbers_within_the_axis),
        cmocka_unit_test(logarithmic_marks_are_powers_of_ten),
        cmocka_unit_test(a_short_logarithmic_axis_has_intermediate_marks),
        cmocka_unit_test(a_logarithmic_axis_has_the_coarsest_marks_that_are_enough),
        cmocka_unit_test(every_axis_has_two_marks),
        cmocka_unit_test(marks_of_whole_numbers_are_whole),
        cmocka_unit_test(neighbouring_marks_have_different_texts),
        cmocka_unit_test(fractions_run_from_end_to_end),
        cmocka_unit_test(numbers_that_are_not_finite_do_not_extend_the_axis),
        cmocka_unit_test(any_range_gives_a_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
