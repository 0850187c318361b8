/* SPDX-License-Identifier: MIT
 *
 * Correlations of values and of ranks.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/statistics.h"

/* By hand: sums of squares 5 and 20.296875, of products 9.625. */
static void correlation_is_pearsons(void **unused)
{
    (void)unused;
    static const double x[] = {1, 2, 3, 4}, y[] = {-1, 0.5, 4, 4.25};
    assert_true(fabs(gfn_correlation(4, x, y) - 9.625 / sqrt(5 * 20.296875)) < 1e-14);
    assert_true(fabs(gfn_correlation(4, x, x) - 1) < 1e-14);
}

static void constant_and_infinite_values_have_no_correlation(void **unused)
{
    (void)unused;
    static const double x[] = {1, 2, 3}, same[] = {0.1, 0.1, 0.1}, infinite[] = {1, -INFINITY, 2};
    assert_true(isnan(gfn_correlation(3, x, same)));
    assert_true(isnan(gfn_correlation(3, infinite, x)));
}

static void equal_values_have_the_mean_of_their_ranks(void **unused)
{
    (void)unused;
    static const double expected[] = {4, 1.5, 4, 6, 1.5, 4};
    double x[] = {2.385, -7, 2.385, 3, -7, 2.385};
    assert_int_equal(gfn_rank(6, x), GFN_OK);
    assert_memory_equal(x, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(correlation_is_pearsons),
        cmocka_unit_test(constant_and_infinite_values_have_no_correlation),
        cmocka_unit_test(equal_values_have_the_mean_of_their_ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
