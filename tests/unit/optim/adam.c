/* SPDX-License-Identifier: MIT
 *
 * Compiled twice: adam uses float, adam64 double.
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
static const double tolerance = 1e-13;
#else
static const double tolerance = 2e-6;
#endif

static const gfn_adam adam = GFN_ADAM_DEFAULT;

/* Exact in float and in double. */
static double gradient(int64_t t, size_t i)
{
    return ((double)((37 * t + 101 * (int64_t)i) % 211) - 105) / (double)(1 << (6 + 2 * i));
}

static void assert_near(gfn_real found, double expected)
{
    double error = fabs((double)found - expected);
    assert_true(error <= tolerance * fmax(1, fabs(expected)));
}

/* Expected: algorithm 1 of the paper, line by line, in Python's decimal module with 50 digits: rate
 * 1/256, x from {0.5, -1.25, 2.375, 0, -3}, the gradients above. Errors of m and v are relative to
 * the size of the gradients and of their squares. */
static void adam_matches_reference_after_100_steps(void **state)
{
    (void)state;
    static const double x_expected[5] = {0.50795431687580605562, -1.2498614103102967388,
                                         2.3949864942701490911, -0.021622874349760096147,
                                         -2.9811515261846182057};
    static const double m_expected[5] = {-0.13523637188993214986, -0.0053452413879651597059,
                                         0.00032863188869264954497, 0.0035703306688082770207,
                                         -0.00020361465036275189916};
    static const double v_expected[5] = {0.08490090456073041969, 0.0054740803917392140757,
                                         0.00033354119586367453288, 2.1246976276871664611e-05,
                                         1.3110795344150291125e-06};
    gfn_real x[5] = {0.5, -1.25, 2.375, 0, -3}, m[5] = {0}, v[5] = {0}, g[5];
    for (int64_t t = 1; t <= 100; t++) {
        for (size_t i = 0; i < 5; i++)
            g[i] = (gfn_real)gradient(t, i);
        gfn_adam_step(&adam, t, 0.00390625, 5, x, g, m, v);
    }
    for (size_t i = 0; i < 5; i++) {
        double size = 1.0 / (1 << (2 * i));
        assert_near(x[i], x_expected[i]);
        assert_near((gfn_real)(m[i] / size), m_expected[i] / size);
        assert_near((gfn_real)(v[i] / (size * size)), v_expected[i] / (size * size));
    }
}

/* The same with the decay 0.3 of torch.optim.AdamW: x - rate 0.3 x before each step. */
static void weights_decay_as_in_the_reference(void **state)
{
    (void)state;
    static const double expected[5] = {0.45148062874071735720, -1.1114111743929277954,
                                       2.13004602131545198708, -0.0196908042304747855,
                                       -2.6512890743496210434};
    gfn_real x[5] = {0.5, -1.25, 2.375, 0, -3}, m[5] = {0}, v[5] = {0}, g[5];
    for (int64_t t = 1; t <= 100; t++) {
        for (size_t i = 0; i < 5; i++)
            g[i] = (gfn_real)gradient(t, i);
        gfn_weight_decay(0.00390625 * 0.3, 5, x);
        gfn_adam_step(&adam, t, 0.00390625, 5, x, g, m, v);
    }
    for (size_t i = 0; i < 5; i++)
        assert_near(x[i], expected[i]);
}

static void the_first_step_has_the_length_of_the_rate(void **state)
{
    (void)state;
    gfn_real x[3] = {1.5, -0.25, 3}, m[3] = {0}, v[3] = {0};
    const gfn_real g[3] = {(gfn_real)0.07, (gfn_real)-41.7, (gfn_real)2.385};
    gfn_adam_step(&adam, 1, 0.01, 3, x, g, m, v);
    assert_near(x[0], 1.5 - 0.01 * 0.07 / (0.07 + 1e-8));
    assert_near(x[1], -0.25 + 0.01 * 41.7 / (41.7 + 1e-8));
    assert_near(x[2], 3 - 0.01 * 2.385 / (2.385 + 1e-8));
}

static void a_gradient_that_was_always_zero_moves_nothing(void **state)
{
    (void)state;
    gfn_real x[3] = {(gfn_real)0.1, -7, 0}, before[3], m[3] = {0}, v[3] = {0};
    const gfn_real g[3] = {0};
    memcpy(before, x, sizeof x);
    for (int64_t t = 1; t <= 20; t++)
        gfn_adam_step(&adam, t, 0.1, 3, x, g, m, v);
    assert_memory_equal(x, before, sizeof x);
    for (size_t i = 0; i < 3; i++)
        assert_true(m[i] == 0 && v[i] == 0);
}

static void a_rate_of_zero_moves_the_moments_only(void **state)
{
    (void)state;
    gfn_real x[1] = {(gfn_real)0.3}, m[1] = {0}, v[1] = {0};
    const gfn_real g[1] = {2};
    gfn_adam_step(&adam, 1, 0, 1, x, g, m, v);
    assert_true(x[0] == (gfn_real)0.3);
    assert_near(m[0], 0.2);
    assert_near(v[0], 0.004);
}

enum { LONGEST = 67, OFFSETS = 9 };

struct arrays {
    gfn_real x[LONGEST + OFFSETS], g[LONGEST + OFFSETS], m[LONGEST + OFFSETS], v[LONGEST + OFFSETS];
};

static void fill(struct arrays *arrays, size_t offset)
{
    for (size_t i = 0; i < LONGEST; i++) {
        arrays->x[offset + i] = (gfn_real)sin(1.7 * (double)i);
        arrays->g[offset + i] = (gfn_real)exp(3 * cos(2.3 * (double)i) - 4);
        arrays->m[offset + i] = (gfn_real)(0.01 * cos(0.9 * (double)i));
        arrays->v[offset + i] = (gfn_real)(0.02 + 0.01 * sin(3.1 * (double)i));
    }
}

static void step_pieces(struct arrays *arrays, size_t offset, size_t piece)
{
    for (size_t i = 0; i < LONGEST; i += piece) {
        size_t n = LONGEST - i < piece ? LONGEST - i : piece, at = offset + i;
        gfn_adam_step(&adam, 5, 0.003, n, arrays->x + at, arrays->g + at, arrays->m + at,
                      arrays->v + at);
    }
}

static void the_bits_of_an_element_do_not_depend_on_its_index_or_address(void **state)
{
    (void)state;
    struct arrays alone, together;
    fill(&alone, 0);
    step_pieces(&alone, 0, 1);
    for (size_t offset = 0; offset < OFFSETS; offset++)
        for (size_t piece = 1; piece <= LONGEST; piece += 3) {
            fill(&together, offset);
            step_pieces(&together, offset, piece);
            assert_memory_equal(together.x + offset, alone.x, LONGEST * sizeof(gfn_real));
            assert_memory_equal(together.m + offset, alone.m, LONGEST * sizeof(gfn_real));
            assert_memory_equal(together.v + offset, alone.v, LONGEST * sizeof(gfn_real));
        }
}

/* (x - 3)^2 + 10 (y + 1)^2 has its minimum at (3, -1). */
static void adam_finds_the_minimum_of_a_bowl(void **state)
{
    (void)state;
    gfn_real x[2] = {0, 0}, m[2] = {0}, v[2] = {0};
    for (int64_t t = 1; t <= 2000; t++) {
        const gfn_real g[2] = {2 * (x[0] - 3), 20 * (x[1] + 1)};
        double rate = 0.05 * gfn_schedule_factor(GFN_COSINE, t - 1, 2000);
        gfn_adam_step(&adam, t, rate, 2, x, g, m, v);
    }
    assert_true(fabs((double)x[0] - 3) < 1e-4);
    assert_true(fabs((double)x[1] + 1) < 1e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adam_matches_reference_after_100_steps),
        cmocka_unit_test(weights_decay_as_in_the_reference),
        cmocka_unit_test(the_first_step_has_the_length_of_the_rate),
        cmocka_unit_test(a_gradient_that_was_always_zero_moves_nothing),
        cmocka_unit_test(a_rate_of_zero_moves_the_moments_only),
        cmocka_unit_test(the_bits_of_an_element_do_not_depend_on_its_index_or_address),
        cmocka_unit_test(adam_finds_the_minimum_of_a_bowl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
