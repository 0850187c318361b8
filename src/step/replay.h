/* SPDX-License-Identifier: MIT
 *
 * step/replay.h - the replay buffer of a run, the same on every rank: filled by the objects that
 * training draws, or once from a file of objects.
 */
#ifndef STEP_REPLAY_H
#define STEP_REPLAY_H

#include <gfn/trajectories.h>

#include "data/exchange.h"
#include "data/replay_buffer.h"
#include "run/run.h"

typedef struct gfn_replay {
    gfn_comm *comm; /* borrowed, as env */
    const gfn_env *env;
    gfn_replay_buffer *buffer; /* NULL: there is none, or it is not filled yet */
    gfn_replay_kind kind;
    bool is_used, grows; /* the options request a buffer; training fills it */
    size_t capacity;     /* 0: as many objects as it is filled with */
    int64_t n;           /* trajectories of a batch that are drawn back from it */
    size_t width;
    gfn_exchange exchange; /* of the objects of a batch and their rewards, if the buffer grows */
    double *log_reward;    /* [batch size], if the buffer grows */
} gfn_replay;

/* The buffer that the options request, still empty. n_mine: trajectories of this rank. Errors:
 * GFN_EINVAL (options that contradict each other), GFN_ENOMEM. */
gfn_status gfn_replay_init(gfn_replay *replay, const gfn_run *run, int64_t batch_size,
                           int64_t n_mine);
void gfn_replay_clear(gfn_replay *replay);

/* Fill the new buffer with n objects of rank 0 (NULL on other ranks), whose caller still owns them.
 * mine: this rank's status so far. Nothing happens if no buffer is used, except that ranks agree on
 * a status. Collective; the status is the same on every rank. Errors: also GFN_EENV. */
gfn_status gfn_replay_fill(gfn_replay *replay, gfn_status mine, int32_t *objects, size_t n);

/* Add the objects of trajectories 0 ... n-1 of each rank's log, if training fills the buffer. An
 * error leaves the buffer as it was. Collective. Errors: GFN_ECOMM. */
gfn_status gfn_replay_add(gfn_replay *replay, const gfn_trajectories *log, size_t n);

#endif
