/* SPDX-License-Identifier: MIT
 *
 * base/random_block.h - random words for many trajectories at once.
 */
#ifndef BASE_RANDOM_BLOCK_H
#define BASE_RANDOM_BLOCK_H

#include <stddef.h>

#include <gfn/random.h>

/* Trajectories per block. */
enum { GFN_RANDOM_BLOCK = 16 };

/* words[i*stride + k] = word i (of 4) that gfn_random_words() gives for trajectory[k] and `block`,
 * k < n. n is rounded up to a multiple of GFN_RANDOM_BLOCK: trajectory[] must have that many
 * elements, and each row of words is filled that far, so `stride` must be at least that. */
void gfn_random_block(const gfn_stream *stream, size_t n, const uint64_t *trajectory,
                      uint32_t block, size_t stride, uint32_t *words);

#endif
