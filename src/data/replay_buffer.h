/* SPDX-License-Identifier: MIT
 *
 * data/replay_buffer.h - a replay buffer: objects from which backward trajectories are drawn.
 *
 * The contents depend only on the objects that were added and their order, so that ranks that add
 * the same objects have equal buffers.
 */
#ifndef DATA_REPLAY_BUFFER_H
#define DATA_REPLAY_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

typedef struct gfn_replay_buffer gfn_replay_buffer;

/* Which object a full buffer drops. */
typedef enum gfn_replay_kind {
    GFN_REPLAY_NONE,   /* there is no buffer */
    GFN_REPLAY_FIFO,   /* the oldest */
    GFN_REPLAY_REWARD, /* that of the smallest reward. Each object is stored once. Of equal rewards,
                        * objects with a smaller hash are kept, so that no part of the space is
                        * preferred */
} gfn_replay_kind;

/* "none", "fifo" and "reward", in the order of the kinds; NULL past the last. */
const char *gfn_replay_name(size_t index);

/* Room for `capacity` objects of `width` words. Errors: GFN_EINVAL (sizes), GFN_ENOMEM. */
gfn_status gfn_replay_buffer_create(gfn_replay_kind kind, size_t capacity, size_t width,
                                    gfn_replay_buffer **replay);
void gfn_replay_buffer_destroy(gfn_replay_buffer **replay);

/* Add objects [n][width] in order. */
void gfn_replay_buffer_add(gfn_replay_buffer *replay, size_t n, const int32_t *object,
                           const double *log_reward);

size_t gfn_replay_buffer_count(const gfn_replay_buffer *replay);
size_t gfn_replay_buffer_capacity(const gfn_replay_buffer *replay);

/* Object i < count. Object 0 is the oldest one of a FIFO buffer, else that of the largest reward.
 * Adding the objects in this order to an empty buffer gives an equal buffer. */
const int32_t *gfn_replay_buffer_object(const gfn_replay_buffer *replay, size_t i);

#endif
