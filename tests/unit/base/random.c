/* SPDX-License-Identifier: MIT */
#include <gfn/random.h>

#include "base/random_block.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The three vectors "philox4x32 10" of tests/kat_vectors in Random123 1.14.0. Their counters and
 * keys are split into the arguments of this interface. */
static void philox_gives_the_known_answers(void **state)
{
    (void)state;
    static const struct {
        gfn_stream stream;
        uint64_t trajectory;
        uint32_t block;
        uint32_t words[4];
    } known[] = {
        {{0, GFN_PURPOSE_INIT, 0}, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffffffffffff, (gfn_purpose)15, 0xffffffffffff},
         0xffffffffffff,
         0xfffffff,
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x299f31d0a4093822, GFN_PURPOSE_SAMPLE, 0x037085a308d3},
         0x734413198a2e,
         0x43f6a88,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t words[4];
        gfn_random_words(&known[i].stream, known[i].trajectory, known[i].block, words);
        assert_memory_equal(words, known[i].words, sizeof words);
    }
}

static void a_draw_is_a_word_of_its_block(void **state)
{
    (void)state;
    const gfn_stream stream = {2385, GFN_PURPOSE_TRAIN, 41};
    for (uint32_t draw = 0; draw < 64; draw++) {
        uint32_t words[4];
        gfn_random_words(&stream, 7919, draw / 4, words);
        assert_int_equal(gfn_random_word(&stream, 7919, draw), words[draw % 4]);
        double unit = gfn_random_unit(&stream, 7919, draw);
        assert_true(unit == (words[draw % 4] + 0.5) / 4294967296.0);
        assert_true(unit > 0 && unit < 1);
    }
}

static int compare_blocks(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

/* For each key Philox is a bijection, so two equal blocks of a seed would mean that a counter is
 * used twice. */
static void streams_never_share_a_block(void **state)
{
    (void)state;
    static const uint64_t iterations[] = {
        0, 1, 2, 0x10000, 0xffffffff, 0x100000000, 0x800000000000};
    static const uint64_t trajectories[] = {
        0, 1, 2, 0x10000, 0xffffffff, 0x100000000, 0x800000000000};
    static const uint32_t blocks[] = {0, 1, 2, 0x10000, 0x8000000, 0xfffffff};
    static uint32_t seen[4 * 7 * 7 * 6][4];
    size_t n = 0;
    for (int purpose = GFN_PURPOSE_INIT; purpose <= GFN_PURPOSE_CHECK; purpose++)
        for (size_t i = 0; i < 7; i++)
            for (size_t j = 0; j < 7; j++)
                for (size_t k = 0; k < 6; k++) {
                    gfn_stream stream = {77, (gfn_purpose)purpose, iterations[i]};
                    gfn_random_words(&stream, trajectories[j], blocks[k], seen[n++]);
                }
    assert_int_equal(n, sizeof seen / sizeof seen[0]);
    qsort(seen, n, sizeof seen[0], compare_blocks);
    for (size_t i = 1; i < n; i++)
        assert_true(compare_blocks(seen[i - 1], seen[i]) != 0);
}

static void both_halves_of_the_seed_matter(void **state)
{
    (void)state;
    const gfn_stream a = {5, GFN_PURPOSE_TRAIN, 0}, b = {6, GFN_PURPOSE_TRAIN, 0};
    const gfn_stream c = {UINT64_C(0x100000005), GFN_PURPOSE_TRAIN, 0};
    uint32_t x = gfn_random_word(&a, 0, 0);
    assert_true(x != gfn_random_word(&b, 0, 0));
    assert_true(x != gfn_random_word(&c, 0, 0));
}

enum { SIDE = 1024 };

/* 2^20 draws, indexed as in the sampler. Mean 1/2 and variance 1/12 within 5 standard errors,
 * chi-square over 256 equal bins within 5 standard deviations (255 +- sqrt(510)), and correlations
 * with the next trajectory and the next draw within 5 standard errors (1/1024) of 0. */
static void draws_look_uniform_and_independent(void **state)
{
    (void)state;
    const gfn_stream stream = {20240229, GFN_PURPOSE_TRAIN, 3};
    static double u[SIDE + 1][SIDE + 1];
    for (uint64_t trajectory = 0; trajectory <= SIDE; trajectory++)
        for (uint32_t draw = 0; draw <= SIDE; draw++)
            u[trajectory][draw] = gfn_random_unit(&stream, trajectory, draw);
    const double n = (double)SIDE * SIDE;
    double sum = 0, squares = 0, across = 0, along = 0, bins[256] = {0}, chi_square = 0;
    for (size_t i = 0; i < SIDE; i++)
        for (size_t j = 0; j < SIDE; j++) {
            double x = u[i][j] - 0.5;
            sum += x;
            squares += x * x;
            across += x * (u[i + 1][j] - 0.5);
            along += x * (u[i][j + 1] - 0.5);
            bins[(int)(u[i][j] * 256)]++;
        }
    for (int i = 0; i < 256; i++)
        chi_square += (bins[i] - n / 256) * (bins[i] - n / 256) / (n / 256);
    assert_true(fabs(sum / n) < 5 * sqrt(1 / 12.0 / n));
    assert_true(fabs(squares / n - 1 / 12.0) < 5 * sqrt(1 / 180.0 / n));
    assert_true(fabs(chi_square - 255) < 5 * sqrt(510));
    assert_true(fabs(12 * across / n) < 5.0 / SIDE);
    assert_true(fabs(12 * along / n) < 5.0 / SIDE);
}

static void blocks_equal_single_draws(void **state)
{
    (void)state;
    const gfn_stream stream = {UINT64_C(0xfedcba9876543210), GFN_PURPOSE_SAMPLE,
                               (UINT64_C(1) << 40) + 12345};
    enum { MOST = 3 * GFN_RANDOM_BLOCK };
    for (size_t n = 0; n < MOST; n++)
        for (uint32_t block = 0; block < 300000000; block = 7 * block + 1) {
            uint64_t trajectory[MOST] = {0};
            uint32_t words[4][MOST], one[4];
            if (block >> 28)
                break;
            for (size_t k = 0; k < n; k++)
                trajectory[k] = (UINT64_C(0x7fff00000001) * (k + 1)) & UINT64_C(0xffffffffffff);
            gfn_random_block(&stream, n, trajectory, block, MOST, words[0]);
            for (size_t k = 0; k < n; k++) {
                gfn_random_words(&stream, trajectory[k], block, one);
                for (int i = 0; i < 4; i++)
                    assert_int_equal(words[i][k], one[i]);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_equal_single_draws),
        cmocka_unit_test(philox_gives_the_known_answers),
        cmocka_unit_test(a_draw_is_a_word_of_its_block),
        cmocka_unit_test(streams_never_share_a_block),
        cmocka_unit_test(both_halves_of_the_seed_matter),
        cmocka_unit_test(draws_look_uniform_and_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
