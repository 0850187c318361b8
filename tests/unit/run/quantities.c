/* SPDX-License-Identifier: MIT
 *
 * The bins of histograms: of values on a lattice, of any values, and of one value.
 */
#include "run/quantities.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MOST = 2000 };

/* Bins of the n values first + step * (0 ... n - 1), in another order. */
static gfn_quantity fit_lattice(size_t n, double first, double step)
{
    static double x[MOST];
    gfn_quantity q;
    for (size_t i = 0; i < n; i++)
        x[i] = first + step * (double)((i * 7 + 3) % n);
    gfn_quantity_fit(n, x, &q);
    for (size_t i = 1; i < n; i++)
        assert_true(x[i - 1] <= x[i]);
    return q;
}

static void each_value_of_a_short_lattice_has_a_bin(void **unused)
{
    (void)unused;
    const gfn_quantity q = fit_lattice(17, -1, 0.125);
    assert_int_equal(q.bins, 17);
    assert_true(fabs(q.first + 1) < 1e-12 && fabs(q.width - 0.125) < 1e-12);
}

/* 101 values: two in each of 51 bins, whose first middle is between the first two. */
static void bins_of_a_long_lattice_have_equal_numbers_of_values(void **unused)
{
    (void)unused;
    const gfn_quantity q = fit_lattice(101, -1, 0.02);
    assert_int_equal(q.bins, 51);
    assert_true(fabs(q.width - 0.04) < 1e-12 && fabs(q.first + 0.99) < 1e-12);
}

static void values_without_a_lattice_are_covered(void **unused)
{
    double x[MOST];
    gfn_quantity q;
    (void)unused;
    for (size_t i = 0; i < MOST; i++)
        x[i] = fmod((double)i * 0.6180339887, 1) * 10 - 3;
    gfn_quantity_fit(MOST, x, &q);
    assert_in_range(q.bins, GFN_MOST_BINS / 2, GFN_MOST_BINS);
    assert_true(q.first - q.width / 2 <= x[0] + 1e-9);
    assert_true(q.first + ((double)q.bins - 0.5) * q.width >= x[MOST - 1] - 1e-9);
}

static void one_value_is_one_bin(void **unused)
{
    double x[] = {2.5, 2.5, 2.5};
    gfn_quantity q;
    (void)unused;
    gfn_quantity_fit(3, x, &q);
    assert_int_equal(q.bins, 1);
    assert_true(q.first == 2.5 && q.width > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_of_a_short_lattice_has_a_bin),
        cmocka_unit_test(bins_of_a_long_lattice_have_equal_numbers_of_values),
        cmocka_unit_test(values_without_a_lattice_are_covered),
        cmocka_unit_test(one_value_is_one_bin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
