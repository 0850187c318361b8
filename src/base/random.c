/* SPDX-License-Identifier: MIT
 *
 * Philox4x32-10: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011. The counter packs the coordinates of a draw, one to one:
 *
 *     word 0   block (28 bits), purpose (4 bits)
 *     word 1   iteration, bits 0 to 31
 *     word 2   trajectory, bits 0 to 31
 *     word 3   trajectory, bits 32 to 47; iteration, bits 32 to 47
 *
 * The key is the seed. Known answer: counter 0 and key 0 give 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
 */
#include <gfn/random.h>

#include <assert.h>

#include <Random123/philox.h>

void gfn_random_words(const gfn_stream *stream, uint64_t trajectory, uint32_t block,
                      uint32_t words[4])
{
    assert((unsigned)stream->purpose < 16 && block >> 28 == 0);
    assert(stream->iteration >> 48 == 0 && trajectory >> 48 == 0);
    philox4x32_ctr_t counter = {{
        block | (uint32_t)stream->purpose << 28,
        (uint32_t)stream->iteration,
        (uint32_t)trajectory,
        (uint32_t)(trajectory >> 32 & 0xffff) | (uint32_t)(stream->iteration >> 32) << 16,
    }};
    philox4x32_key_t key = {{(uint32_t)stream->seed, (uint32_t)(stream->seed >> 32)}};
    philox4x32_ctr_t random = philox4x32_R(10, counter, key);
    for (int i = 0; i < 4; i++)
        words[i] = random.v[i];
}

uint32_t gfn_random_word(const gfn_stream *stream, uint64_t trajectory, uint32_t draw)
{
    uint32_t words[4];
    gfn_random_words(stream, trajectory, draw / 4, words);
    return words[draw % 4];
}

double gfn_random_unit(const gfn_stream *stream, uint64_t trajectory, uint32_t draw)
{
    return (gfn_random_word(stream, trajectory, draw) + 0.5) * 0x1p-32;
}
