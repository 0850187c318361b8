/* SPDX-License-Identifier: MIT
 *
 * base/draws.h - random words for many trajectories at once.
 */
#ifndef BASE_DRAWS_H
#define BASE_DRAWS_H

#include <stddef.h>

#include <gfn/random.h>

/* words[i] = what gfn_random_words() gives for trajectory[i] and `block`, for n trajectories: the
 * same numbers, several in the time of one. */
void gfn_draws(const gfn_stream *stream, size_t n, const uint64_t *trajectory, uint32_t block,
               uint32_t (*words)[4]);

#endif
