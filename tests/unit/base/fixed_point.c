/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/random.h>

#include "base/fingerprint.h"
#include "base/fixed_point.h"

static double draw(uint32_t i)
{
    const gfn_stream stream = {3, GFN_PURPOSE_CHECK, 1};
    return (gfn_random_unit(&stream, 0, i) - 0.5) * exp(20 * gfn_random_unit(&stream, 1, i) - 12);
}

static void conversion_rounds_as_llrint_does(void **unused)
{
    (void)unused;
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(gfn_fixed(draw(i), 0x1p36), llrint(draw(i) * 0x1p36));
    assert_int_equal(gfn_fixed(-0.0, 0x1p27), 0);
    assert_int_equal(gfn_fixed(65535.99, 0x1p27), llrint(65535.99 * 0x1p27));
    assert_int_equal(gfn_fixed(-65535.99, 0x1p27), llrint(-65535.99 * 0x1p27));
}

static void sums_do_not_depend_on_order(void **unused)
{
    (void)unused;
    enum { N = 1000 };
    gfn_real x[N];
    int64_t forward[1] = {0}, backward[1] = {0};
    for (uint32_t i = 0; i < N; i++)
        x[i] = (gfn_real)draw(i);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(gfn_fixed_add(1, x + i, 36, forward), 0);
        assert_int_equal(gfn_fixed_add(1, x + N - 1 - i, 36, backward), 0);
    }
    assert_int_equal(forward[0], backward[0]);
}

static void values_out_of_range_are_counted(void **unused)
{
    (void)unused;
    const gfn_real x[] = {1,      (gfn_real)NAN, (gfn_real)INFINITY,
                          -32768, 32767.5,       -(gfn_real)INFINITY};
    int64_t sum[6] = {0};
    assert_int_equal(gfn_fixed_add(6, x, 36, sum), 4);
    assert_int_equal(sum[0], INT64_C(1) << 36);
    for (size_t n = 0; n <= 6; n++)
        assert_int_equal(gfn_fixed_offenders(n, x, 36), n < 2 ? 0 : n < 5 ? n - 1 : n - 2);
}

/* The conversion rounds once, to nearest, like a cast in C. */
static void integers_become_the_nearest_reals(void **unused)
{
    (void)unused;
    enum { N = 4096 };
    static int64_t sum[N];
    static gfn_real x[N];
    const gfn_stream stream = {11, GFN_PURPOSE_CHECK, 2};
    const double unit = 0x1p-27 / 37;
    for (uint32_t i = 0; i < N; i++) {
        const uint64_t high = gfn_random_word(&stream, 0, i), low = gfn_random_word(&stream, 1, i);
        sum[i] = (int64_t)(high << 32 | low) >> i % 64;
    }
    memcpy(sum, (int64_t[]){0, -1, 1, INT64_MAX, INT64_MIN, INT64_C(1) << 53, (1 << 24) + 1},
           7 * sizeof *sum);
    gfn_fixed_reals(N, sum, unit, x);
    for (size_t i = 0; i < N; i++)
        assert_true(x[i] == (gfn_real)((double)sum[i] * unit));
}

static void the_magnitude_of_sums_is_that_of_the_largest(void **unused)
{
    (void)unused;
    int64_t sum[9] = {0};
    assert_int_equal(gfn_fixed_magnitude(0, NULL), 0);
    assert_int_equal(gfn_fixed_magnitude(9, sum), 0);
    for (int bit = 0; bit < 63; bit++)
        for (size_t i = 0; i < 9; i++) {
            memset(sum, 0, sizeof sum);
            sum[(i + 4) % 9] = bit > 1 ? -(INT64_C(1) << (bit - 1)) : 0;
            sum[i] = INT64_C(1) << bit;
            assert_int_equal(gfn_fixed_magnitude(9, sum), bit + 1);
            sum[i] = -sum[i] - (bit < 62);
            assert_int_equal(gfn_fixed_magnitude(9, sum), bit + (bit < 62));
        }
}

static void limbs_represent_small_and_large_values(void **unused)
{
    (void)unused;
    int64_t limbs[2], sum[2] = {0, 0};
    const double x[] = {0, 1e-15, 2.385, 27.84308062697563, 1e9, 0x1p-60, 4.39e12, -0x1p-60};
    for (size_t i = 0; i < 16; i++) {
        const double value = i < 8 ? x[i] : -x[i - 8];
        assert_int_equal(gfn_fixed_split(value, limbs), 0);
        assert_true(limbs[1] >= 0 && limbs[1] < INT64_C(1) << 40);
        assert_true(fabs(gfn_fixed_join(limbs) - value) <= fmax(0x1p-60, 1e-15 * fabs(value)));
        if (i > 5)
            continue;
        sum[0] += limbs[0];
        sum[1] += limbs[1];
    }
    assert_true(fabs(gfn_fixed_join(sum) - (1e9 + 2.385 + 27.84308062697563)) < 1e-6);
    assert_int_equal(gfn_fixed_split(-0x1p42, limbs), 1);
    assert_int_equal(gfn_fixed_split(0x1p42, limbs), 1);
    assert_int_equal(gfn_fixed_split(NAN, limbs), 1);
}

static void a_changed_bit_or_two_swapped_words_change_the_fingerprint(void **unused)
{
    (void)unused;
    enum { WORDS = 3 * 32 + 5 };
    uint32_t words[WORDS];
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = 1000 * i + 7;
    const uint32_t before = gfn_fingerprint(words, sizeof words);
    assert_int_equal(gfn_fingerprint(words, sizeof words), before);
    for (uint32_t bit = 0; bit < WORDS * 32; bit++) {
        words[bit / 32] ^= UINT32_C(1) << bit % 32;
        assert_int_not_equal(gfn_fingerprint(words, sizeof words), before);
        words[bit / 32] ^= UINT32_C(1) << bit % 32;
    }
    for (int apart = 1; apart <= 64; apart *= 2)
        for (int i = 0; i + apart < WORDS; i++) {
            const uint32_t word = words[i];
            words[i] = words[i + apart];
            words[i + apart] = word;
            assert_int_not_equal(gfn_fingerprint(words, sizeof words), before);
            words[i + apart] = words[i];
            words[i] = word;
        }
    assert_int_not_equal(gfn_fingerprint(words, sizeof words - 4), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversion_rounds_as_llrint_does),
        cmocka_unit_test(sums_do_not_depend_on_order),
        cmocka_unit_test(values_out_of_range_are_counted),
        cmocka_unit_test(integers_become_the_nearest_reals),
        cmocka_unit_test(the_magnitude_of_sums_is_that_of_the_largest),
        cmocka_unit_test(limbs_represent_small_and_large_values),
        cmocka_unit_test(a_changed_bit_or_two_swapped_words_change_the_fingerprint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
