/* SPDX-License-Identifier: MIT
 *
 * data/replay_buffer.h - a replay buffer: objects that trajectories are drawn back from again.
 *
 * What it holds is a function of the objects that were added and of their order, so that ranks
 * which add the same hold the same.
 */
#ifndef DATA_REPLAY_BUFFER_H
#define DATA_REPLAY_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

typedef struct gfn_replay_buffer gfn_replay_buffer;

/* What a full buffer gives up. */
typedef enum gfn_replay_kind {
    GFN_REPLAY_FIFO,   /* the oldest */
    GFN_REPLAY_REWARD, /* that of the smallest reward; each object is held once. Of equal rewards
                        * those stay whose hash is smaller, which favours no part of a space */
} gfn_replay_kind;

/* Room for `capacity` objects of `width` words. Errors: GFN_EINVAL (sizes), GFN_ENOMEM. */
gfn_status gfn_replay_buffer_create(gfn_replay_kind kind, size_t capacity, size_t width,
                                    gfn_replay_buffer **replay);
void gfn_replay_buffer_destroy(gfn_replay_buffer **replay);

/* Add objects [n][width], one after the other. */
void gfn_replay_buffer_add(gfn_replay_buffer *replay, size_t n, const int32_t *object,
                           const double *log_reward);

size_t gfn_replay_buffer_count(const gfn_replay_buffer *replay);
size_t gfn_replay_buffer_capacity(const gfn_replay_buffer *replay);

/* Object i < count; of a FIFO buffer the oldest is 0, else that of the largest reward. Adding the
 * objects in this order to an empty buffer makes one that is equal. */
const int32_t *gfn_replay_buffer_object(const gfn_replay_buffer *replay, size_t i);

#endif
