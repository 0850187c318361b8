/* SPDX-License-Identifier: MIT
 *
 * data/packed_state.h - a state as int64 words, two of its words in each, as messages carry it.
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

static inline void gfn_packed_write(int64_t *record, const int32_t *state, size_t width)
{
    record[gfn_packed_words(width) - 1] = 0;
    memcpy(record, state, width * sizeof *state);
}

static inline void gfn_packed_read(const int64_t *record, int32_t *state, size_t width)
{
    memcpy(state, record, width * sizeof *state);
}

/* Where the state stands in the record. */
static inline const int32_t *gfn_packed_state(const int64_t *record)
{
    return (const int32_t *)(const void *)record;
}

#endif
