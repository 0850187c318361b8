/* SPDX-License-Identifier: MIT
 *
 * base/random_block.h - random words for many trajectories at once.
 */
#ifndef BASE_RANDOM_BLOCK_H
#define BASE_RANDOM_BLOCK_H

#include <stddef.h>

#include <gfn/random.h>

/* Trajectories that are drawn for side by side. */
enum { GFN_RANDOM_BLOCK = 16 };

/* words[i*stride + k] = word i (of 4) of what gfn_random_words() gives for trajectory[k] and
 * `block`, for n trajectories: the same numbers, several in the time of one. n is taken up to a
 * multiple of GFN_RANDOM_BLOCK: so many numbers are read, and so many words written, stride >=
 * that. */
void gfn_random_block(const gfn_stream *stream, size_t n, const uint64_t *trajectory,
                      uint32_t block, size_t stride, uint32_t *words);

#endif
