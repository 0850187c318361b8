/* SPDX-License-Identifier: MIT
 *
 * Philox4x32-10 (see random.c) on several counters side by side. Random123 computes one at a time,
 * at a third of the speed; a test compares every word with it.
 */
#include "base/draws.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Two counters a vector, a word in the low half of each element; the high halves are rubbish. */
typedef uint64_t pair __attribute__((vector_size(16)));

enum { PAIRS = 8, LANES = 2 * PAIRS, ROUNDS = 10 };

/* Low halves of a times the word m: 64 bits. */
static inline pair multiply(pair a, uint64_t m)
{
#ifdef __SSE2__
    return (pair)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x((long long)m));
#else
    return (a & 0xffffffff) * m;
#endif
}

static inline void philox(pair c[4][PAIRS], uint64_t seed)
{
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        for (int j = 0; j < PAIRS; j++) {
            const pair p0 = multiply(c[0][j], 0xd2511f53), p1 = multiply(c[2][j], 0xcd9e8d57);
            c[0][j] = p1 >> 32 ^ c[1][j] ^ k0;
            c[1][j] = p1;
            c[2][j] = p0 >> 32 ^ c[3][j] ^ k1;
            c[3][j] = p0;
        }
        k0 += 0x9e3779b9;
        k1 += 0xbb67ae85;
    }
}

void gfn_draws(const gfn_stream *stream, size_t n, const uint64_t *trajectory, uint32_t block,
               uint32_t (*words)[4])
{
    const uint64_t purpose = block | (uint32_t)stream->purpose << 28;
    const uint64_t iteration = (uint32_t)stream->iteration;
    const uint64_t high = stream->iteration >> 32 << 16;
    for (size_t first = 0; first < n; first += LANES) {
        const size_t lanes = n - first < LANES ? n - first : LANES;
        pair c[4][PAIRS];
        for (size_t j = 0; j < LANES; j++) {
            const uint64_t number = trajectory[j < lanes ? first + j : first];
            c[0][j / 2][j % 2] = purpose;
            c[1][j / 2][j % 2] = iteration;
            c[2][j / 2][j % 2] = number;
            c[3][j / 2][j % 2] = (number >> 32 & 0xffff) | high;
        }
        philox(c, stream->seed);
        for (size_t j = 0; j < lanes; j++)
            for (int i = 0; i < 4; i++)
                words[first + j][i] = (uint32_t)c[i][j / 2][j % 2];
    }
}
