/* SPDX-License-Identifier: MIT
 *
 * Compiled twice: clip uses float, clip64 double.
 */
#include <gfn/optim.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#ifdef GFN_REAL64
#define EPSILON 0x1p-52
#else
#define EPSILON 0x1p-23
#endif

enum { LONGEST = 1000 };

/* Exact in float and in double. */
static void fill(gfn_real *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (gfn_real)((double)(37 * i % 211) - 105) / 64;
}

/* Expected: Python's decimal module with 50 digits. */
static void the_norm_is_the_root_of_the_sum_of_squares(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double norm;
    } expected[] = {{0, 0},
                    {1, 1.640625},
                    {5, 2.12494255437058815564},
                    {16, 3.78679861492527748600},
                    {33, 5.45820411742726968530},
                    {1000, 30.1287317774184613952}};
    gfn_real x[LONGEST];
    fill(x, LONGEST);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(fabs(gfn_norm(expected[i].n, x) - expected[i].norm) <=
                    4 * 0x1p-53 * expected[i].norm);
}

/* Expected: the same module, with C = 1.5 and g = (0.75, -2, 2.5, 0.125). */
static void a_longer_gradient_is_scaled_down_to_the_norm(void **state)
{
    (void)state;
    static const double expected[4] = {0.34188162548284152388, -0.9116843346209107303,
                                       1.13960541827613841296, 0.05698027091380692064};
    gfn_real g[4] = {(gfn_real)0.75, -2, (gfn_real)2.5, (gfn_real)0.125};
    gfn_clip_norm(1.5, 4, g);
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs((double)g[i] - expected[i]) <= EPSILON * fabs(expected[i]));
}

static void a_shorter_gradient_keeps_its_bits(void **state)
{
    (void)state;
    gfn_real g[LONGEST], before[LONGEST] = {0};
    fill(g, LONGEST);
    memcpy(before, g, sizeof before);
    gfn_clip_norm(30.1288, LONGEST, g);
    assert_memory_equal(g, before, sizeof before);
    memset(g, 0, sizeof g);
    memset(before, 0, sizeof before);
    gfn_clip_norm(1e-3, LONGEST, g);
    assert_memory_equal(g, before, sizeof before);
}

static void clipping_keeps_the_direction(void **state)
{
    (void)state;
    gfn_real g[LONGEST], before[LONGEST];
    for (double most = 1e-4; most < 30; most *= 7.3) {
        fill(g, LONGEST);
        fill(before, LONGEST);
        gfn_clip_norm(most, LONGEST, g);
        assert_true(fabs(gfn_norm(LONGEST, g) / most - 1) < 1e-6);
        for (size_t i = 0; i < LONGEST; i++)
            assert_true(fabs((double)g[i] * 30.1287317774184613952 - (double)before[i] * most) <=
                        1e-6 * fabs((double)before[i]) * most);
    }
}

static void the_bits_of_a_norm_do_not_depend_on_the_address(void **state)
{
    (void)state;
    gfn_real x[LONGEST + 9];
    for (size_t n = 0; n < 67; n++)
        for (size_t offset = 0; offset < 9; offset++) {
            gfn_real first[67];
            for (size_t i = 0; i < n; i++)
                first[i] = x[offset + i] = (gfn_real)exp(3 * cos(2.3 * (double)i) - 4);
            assert_true(gfn_norm(n, x + offset) == gfn_norm(n, first));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_norm_is_the_root_of_the_sum_of_squares),
        cmocka_unit_test(a_longer_gradient_is_scaled_down_to_the_norm),
        cmocka_unit_test(a_shorter_gradient_keeps_its_bits),
        cmocka_unit_test(clipping_keeps_the_direction),
        cmocka_unit_test(the_bits_of_a_norm_do_not_depend_on_the_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
