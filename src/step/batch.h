/* SPDX-License-Identifier: MIT
 *
 * step/batch.h - the trajectories of a batch: most are drawn from the exploring policy, the last
 * ones may be drawn backward from objects of the replay buffer. They are numbered over all ranks,
 * so a rank's share is a range of either kind or of both.
 */
#ifndef STEP_BATCH_H
#define STEP_BATCH_H

#include <gfn/objective.h>
#include <gfn/optim.h>
#include <gfn/trajectories.h>

#include "step/replay.h"

typedef struct gfn_batch {
    gfn_trajectories *log; /* this rank's share */
    int64_t size;          /* trajectories over all ranks */
    int64_t first, n;      /* this rank's trajectories of every batch */
    int64_t n_new;         /* the first n_new of this rank in the last batch were drawn forward */
    uint64_t seed;
    int64_t iterations;
    double epsilon, temperature;
    gfn_schedule schedule; /* of exploration */
    double explore_until;  /* share of the iterations after which epsilon is 0, temperature 1 */
} gfn_batch;

/* Errors: GFN_ENOMEM, GFN_EINVAL (sizes overflow). */
gfn_status gfn_batch_init(gfn_batch *batch, const gfn_run *run, const gfn_objective *objective);
void gfn_batch_clear(gfn_batch *batch);

/* Fill batch->log with this rank's share of batch `iteration`. Local. Errors: those of
 * gfn_sampler_sample() and gfn_sampler_backward(). */
gfn_status gfn_batch_sample(gfn_batch *batch, gfn_sampler *sampler, const gfn_replay *replay,
                            int64_t iteration);

#endif
