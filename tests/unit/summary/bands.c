/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "summary/bands.h"

static gfn_arena *arena;

static int open_arena(void **state)
{
    (void)state;
    return gfn_arena_create(&arena) != GFN_OK;
}

static int close_arena(void **state)
{
    (void)state;
    gfn_arena_destroy(&arena);
    return 0;
}

static gfn_band band_of(size_t n, const gfn_series *curve, bool is_log)
{
    gfn_band band;
    assert_int_equal(gfn_band_make(arena, n, curve, is_log, &band), GFN_OK);
    return band;
}

static void assert_points(size_t n, const double *found, const double *wanted)
{
    for (size_t i = 0; i < n; i++)
        assert_float_equal(found[i], wanted[i], 1e-12);
}

static void curves_with_the_same_x_are_averaged_there(void **state)
{
    (void)state;
    const double x[] = {10, 20, 30}, a[] = {1, 2.5, 0.25}, b[] = {3, 2, 0.75}, c[] = {2, 6, 5};
    const gfn_series curve[] = {
        {.n = 3, .x = x, .y = a}, {.n = 3, .x = x, .y = b}, {.n = 3, .x = x, .y = c}};
    const gfn_band band = band_of(3, curve, true);
    assert_int_equal(band.mean.n, 3);
    assert_points(3, band.mean.x, x);
    assert_points(3, band.mean.y, (const double[]){2, 3.5, 2});
    assert_points(3, band.mean.low, (const double[]){1, 2, 0.25});
    assert_points(3, band.mean.high, (const double[]){3, 6, 5});
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(band.rest[i].n, 0);
}

static void curves_have_the_values_of_their_lines_between_points(void **state)
{
    (void)state;
    const double xa[] = {0, 2}, a[] = {1, 3}, xb[] = {0, 1, 2}, b[] = {5, 3, 1};
    const gfn_series curve[] = {{.n = 2, .x = xa, .y = a}, {.n = 3, .x = xb, .y = b}};
    const gfn_band band = band_of(2, curve, false);
    assert_int_equal(band.mean.n, 3);
    assert_points(3, band.mean.y, (const double[]){3, 2.5, 2});
    assert_points(3, band.mean.low, (const double[]){1, 2, 1});
    assert_points(3, band.mean.high, (const double[]){5, 3, 3});
    /* On a logarithmic scale the line from 1 to 3 passes the root of 3. */
    assert_float_equal(band_of(2, curve, true).mean.low[1], sqrt(3), 1e-12);
}

/* From where both have begun to where one ends; the other goes on alone. */
static void the_mean_is_where_all_curves_are(void **state)
{
    (void)state;
    const double xa[] = {0, 10, 20, 30, 40}, a[] = {1, 1, 1, 1, 7}, xb[] = {5, 15, 25},
                 b[] = {3, 3, 5};
    const gfn_series curve[] = {{.n = 5, .x = xa, .y = a}, {.n = 3, .x = xb, .y = b}};
    const gfn_band band = band_of(2, curve, false);
    assert_int_equal(band.mean.n, 5);
    assert_points(5, band.mean.x, (const double[]){5, 10, 15, 20, 25});
    assert_points(5, band.mean.y, (const double[]){2, 2, 2, 2.5, 3});
    assert_int_equal(band.rest[0].n, 3);
    assert_points(3, band.rest[0].x, (const double[]){20, 30, 40});
    assert_int_equal(band.rest[1].n, 0);
}

/* A curve without points, as that of a run that has just begun, does not hide the others. */
static void points_that_are_not_shown_do_not_count(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3}, a[] = {NAN, 4, 2}, b[] = {0, 2, 2}, none[] = {NAN, -1, INFINITY};
    const gfn_series curve[] = {
        {.n = 3, .x = x, .y = none}, {.n = 3, .x = x, .y = a}, {.n = 3, .x = x, .y = b}, {.n = 0}};
    const gfn_band band = band_of(4, curve, true);
    assert_int_equal(band.n, 2);
    assert_int_equal(band.mean.n, 2);
    assert_points(2, band.mean.y, (const double[]){3, 2});
    assert_int_equal(band_of(1, curve, true).mean.n, 0);
}

static void curves_that_do_not_overlap_have_no_mean(void **state)
{
    (void)state;
    const double xa[] = {1, 2}, xb[] = {3, 4}, y[] = {1, 1};
    const gfn_series curve[] = {{.n = 2, .x = xa, .y = y}, {.n = 2, .x = xb, .y = y}};
    const gfn_band band = band_of(2, curve, false);
    assert_int_equal(band.mean.n, 0);
    assert_true(band.rest[0].n == 2 && band.rest[1].n == 2);
}

/* 3 curves of 3000 points, all at different x, have fewer points than pixels could show. */
static void a_long_mean_is_thinned_evenly(void **state)
{
    (void)state;
    enum { N = 3000 };
    static double x[3][N], y[N];
    gfn_series curve[3];
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < N; i++) {
            x[k][i] = i == 0 || i == N - 1 ? (double)(3 * i) : (double)(3 * i + k);
            y[i] = 2;
        }
        curve[k] = (gfn_series){.n = N, .x = x[k], .y = y};
    }
    const gfn_band band = band_of(3, curve, true);
    assert_in_range(band.mean.n, 2000, 4001);
    assert_float_equal(band.mean.x[band.mean.n - 1], 3 * (N - 1), 0);
    assert_float_equal(band.mean.y[band.mean.n / 2], 2, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_with_the_same_x_are_averaged_there),
        cmocka_unit_test(curves_have_the_values_of_their_lines_between_points),
        cmocka_unit_test(the_mean_is_where_all_curves_are),
        cmocka_unit_test(points_that_are_not_shown_do_not_count),
        cmocka_unit_test(curves_that_do_not_overlap_have_no_mean),
        cmocka_unit_test(a_long_mean_is_thinned_evenly),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
