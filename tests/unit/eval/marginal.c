/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "eval/marginal.h"

enum { A = 3, B = 4, C = 5, CELLS = A * B * C };
static const int64_t axis[] = {A, B, C};
static double p[CELLS];
static int64_t count[CELLS], total;

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < CELLS; i++) {
        p[i] = 0.013 * ((i * 37) % 23) + 0.002;
        count[i] = (i * 29) % 17;
        total += count[i];
    }
    return 0;
}

/* By its definition, over all cells. */
static double sum_of(const int at[3], int down, int right, int64_t y, int64_t x, double value)
{
    return (down < 0 || at[down] == y) && at[right] == x ? value : 0;
}

static void check(const gfn_cells *cells, int down, int right)
{
    double found[25];
    const int64_t rows = down < 0 ? 1 : axis[down], columns = axis[right];
    gfn_marginal(cells, down, right, 100, found);
    for (int64_t y = 0; y < rows; y++)
        for (int64_t x = 0; x < columns; x++) {
            double wanted = 0;
            for (int i = 0; i < CELLS; i++) {
                const int at[] = {i / (B * C), i / C % B, i % C};
                const double value =
                    cells->p ? cells->p[i] : (double)cells->count[i] / (double)cells->total;
                wanted += sum_of(at, down, right, y, x, value);
            }
            assert_float_equal(found[y * columns + x], wanted, 1e-12);
        }
}

static void marginals_are_sums_over_the_other_axes(void **state)
{
    (void)state;
    const gfn_cells of_p = {.ndim = 3, .axis = axis, .p = p};
    const gfn_cells of_counts = {.ndim = 3, .axis = axis, .count = count, .total = total};
    for (int down = -1; down < 3; down++)
        for (int right = 0; right < 3; right++)
            if (down != right) {
                check(&of_p, down, right);
                check(&of_counts, down, right);
            }
}

/* 5 cells in at most 2 bins: 3 and 2 of them. */
static void bins_hold_means_of_their_cells(void **state)
{
    (void)state;
    const gfn_cells cells = {.ndim = 3, .axis = axis, .p = p};
    double fine[5], coarse[2];
    assert_int_equal(gfn_bins(5, 2), 2);
    assert_int_equal(gfn_bins(5, 5), 5);
    assert_int_equal(gfn_bins(1000, 300), 250);
    gfn_marginal(&cells, -1, 2, 5, fine);
    gfn_marginal(&cells, -1, 2, 2, coarse);
    assert_float_equal(coarse[0], (fine[0] + fine[1] + fine[2]) / 3, 1e-12);
    assert_float_equal(coarse[1], (fine[3] + fine[4]) / 2, 1e-12);
}

static void bins_in_two_directions_hold_means(void **state)
{
    (void)state;
    const gfn_cells cells = {.ndim = 3, .axis = axis, .p = p};
    double fine[20], six[6]; /* 2 + 2 down, 2 + 2 + 1 to the right */
    gfn_marginal(&cells, 1, 2, 5, fine);
    gfn_marginal(&cells, 1, 2, 3, six);
    assert_float_equal(six[0], (fine[0] + fine[1] + fine[5] + fine[6]) / 4, 1e-12);
    assert_float_equal(six[5], (fine[14] + fine[19]) / 2, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marginals_are_sums_over_the_other_axes),
        cmocka_unit_test(bins_hold_means_of_their_cells),
        cmocka_unit_test(bins_in_two_directions_hold_means),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
