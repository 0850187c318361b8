/* SPDX-License-Identifier: MIT
 *
 * gfn/random.h - counter-based random numbers.
 *
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): a random
 * number is a pure function of (seed, purpose, iteration, trajectory, draw), where `draw` counts
 * the numbers of a trajectory. There is no state to save or to share between threads, and ranks and
 * threads have no influence.
 */
#ifndef GFN_RANDOM_H
#define GFN_RANDOM_H

#include <stdint.h>

#include <gfn/status.h>

GFN_BEGIN_DECLS

/* The use of a stream; streams of different purposes have no number in common. */
typedef enum gfn_purpose {
    GFN_PURPOSE_INIT = 0,     /* initial parameters: trajectory = view, draw = element */
    GFN_PURPOSE_TRAIN = 1,    /* actions of training trajectories */
    GFN_PURPOSE_SAMPLE = 2,   /* actions of samples drawn from a trained policy */
    GFN_PURPOSE_CHECK = 3,    /* tests and contract checks */
    GFN_PURPOSE_REPLAY = 4,   /* draw 0: the choice of an object of the replay buffer */
    GFN_PURPOSE_BACKWARD = 5, /* backward actions of trajectories that begin with an object */
    GFN_PURPOSE_TARGET = 6, /* iteration 0, draw 0: the choice of an object of the target; 1: modes
                             * of bits; 2: flips of their bits for a test set */
    GFN_PURPOSE_BOUND = 7,  /* trajectories for the bounds of log Z */
} gfn_purpose;

typedef struct gfn_stream {
    uint64_t seed; /* any */
    gfn_purpose purpose;
    uint64_t iteration; /* < 2^48 */
} gfn_stream;

/* Words 4*block ... 4*block+3 of a trajectory's stream, each uniform on [0, 2^32).
 * trajectory < 2^48, block < 2^28. */
GFN_API void gfn_random_words(const gfn_stream *stream, uint64_t trajectory, uint32_t block,
                              uint32_t words[4]);

/* Draw number `draw` (< 2^30) of a trajectory, uniform on [0, 2^32). */
GFN_API uint32_t gfn_random_word(const gfn_stream *stream, uint64_t trajectory, uint32_t draw);

/* The same draw as a double in (0, 1): (word + 1/2) / 2^32. */
GFN_API double gfn_random_unit(const gfn_stream *stream, uint64_t trajectory, uint32_t draw);

GFN_END_DECLS

#endif
