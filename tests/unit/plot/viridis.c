/* SPDX-License-Identifier: MIT */
#include <gfn/plot.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_color(double fraction, int red, int green, int blue, int tolerance)
{
    uint8_t rgb[3];
    gfn_viridis(fraction, rgb);
    assert_in_range(abs(rgb[0] - red), 0, tolerance);
    assert_in_range(abs(rgb[1] - green), 0, tolerance);
    assert_in_range(abs(rgb[2] - blue), 0, tolerance);
}

/* round(255 matplotlib.colormaps["viridis"].colors[i]) at the fraction i / 255. */
static void colors_are_those_of_matplotlib(void **state)
{
    (void)state;
    assert_color(0, 68, 1, 84, 0);
    assert_color(17 / 255.0, 72, 26, 108, 0);
    assert_color(136 / 255.0, 31, 152, 139, 0);
    assert_color(1, 253, 231, 37, 0);
    assert_color(64 / 255.0, 59, 82, 139, 7);
    assert_color(128 / 255.0, 33, 145, 140, 7);
    assert_color(200 / 255.0, 112, 207, 87, 7);
}

static void halfway_between_two_anchors_is_their_mean(void **state)
{
    (void)state;
    assert_color(0.5 / 15, 70, 14, 96, 0); /* of (68, 1, 84) and (72, 26, 108) */
}

static void fractions_out_of_range_have_the_color_of_the_end(void **state)
{
    (void)state;
    assert_color(-2.385, 68, 1, 84, 0);
    assert_color(-INFINITY, 68, 1, 84, 0);
    assert_color(NAN, 68, 1, 84, 0);
    assert_color(1.0000001, 253, 231, 37, 0);
    assert_color(INFINITY, 253, 231, 37, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colors_are_those_of_matplotlib),
        cmocka_unit_test(halfway_between_two_anchors_is_their_mean),
        cmocka_unit_test(fractions_out_of_range_have_the_color_of_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
