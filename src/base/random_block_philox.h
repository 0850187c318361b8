/* SPDX-License-Identifier: MIT
 *
 * base/random_block_philox.h - Philox for one vector width. random_block.c includes this file once
 * per width, with the macros PHILOX (name of the function), BYTES (width), TARGET (attribute of the
 * function) and MULTIPLY (the low half of each 64-bit element times a 32-bit word).
 */

/* Fill words [4][stride] for the counters (word0, word1, low 32 bits of number[k], its next 16 bits
 * | high3) of GFN_RANDOM_BLOCK trajectories. Each 64-bit element holds a word in its low half; the
 * high halves are undefined. x - (vec){0} broadcasts x. */
TARGET
static void PHILOX(const philox_start *start, const uint64_t *number, size_t stride,
                   uint32_t *words)
{
    typedef uint64_t vec __attribute__((vector_size(BYTES)));
    typedef uint64_t unaligned __attribute__((vector_size(BYTES), aligned(8), may_alias));
    enum { LANES = BYTES / 8, VECTORS = GFN_RANDOM_BLOCK / LANES };
    vec c[4][VECTORS];
    uint32_t k0 = (uint32_t)start->seed, k1 = (uint32_t)(start->seed >> 32);
    for (int j = 0; j < VECTORS; j++) {
        const vec n = *(const unaligned *)(number + j * LANES);
        c[0][j] = start->word0 - (vec){0};
        c[1][j] = start->word1 - (vec){0};
        c[2][j] = n;
        c[3][j] = (n >> 32 & 0xffff) | start->high3;
    }
    for (int round = 0; round < 10; round++) {
        for (int j = 0; j < VECTORS; j++) {
            const vec p0 = MULTIPLY(c[0][j], 0xd2511f53), p1 = MULTIPLY(c[2][j], 0xcd9e8d57);
            c[0][j] = p1 >> 32 ^ c[1][j] ^ k0;
            c[1][j] = p1;
            c[2][j] = p0 >> 32 ^ c[3][j] ^ k1;
            c[3][j] = p0;
        }
        k0 += 0x9e3779b9;
        k1 += 0xbb67ae85;
    }
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < GFN_RANDOM_BLOCK; k++)
            words[(size_t)i * stride + (size_t)k] = (uint32_t)c[i][k / LANES][k % LANES];
}

#undef PHILOX
#undef BYTES
#undef TARGET
#undef MULTIPLY
