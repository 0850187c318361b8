/* SPDX-License-Identifier: MIT
 *
 * data/packed_state.h - states in messages, which are arrays of int64: two int32 words of the state
 * per int64.
 */
#ifndef DATA_PACKED_STATE_H
#define DATA_PACKED_STATE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* int64 words that hold a state of `width` int32 words. */
static inline size_t gfn_packed_words(size_t width)
{
    return (width + 1) / 2;
}

/* Pack a state; the unused half of the last word is 0. */
static inline void gfn_packed_write(int64_t *packed, const int32_t *state, size_t width)
{
    packed[gfn_packed_words(width) - 1] = 0;
    memcpy(packed, state, width * sizeof *state);
}

static inline void gfn_packed_read(const int64_t *packed, int32_t *state, size_t width)
{
    memcpy(state, packed, width * sizeof *state);
}

/* The state inside a packed one, without a copy. */
static inline const int32_t *gfn_packed_state(const int64_t *packed)
{
    return (const int32_t *)(const void *)packed;
}

#endif
