/* SPDX-License-Identifier: MIT
 *
 * The trajectories of a batch: most are drawn from the policy as it explores, the last ones may be
 * drawn back from objects of the replay buffer. They are numbered over all ranks, so a rank's share
 * is a range of either kind or of both.
 */
#include <string.h>

#include "base/error.h"
#include "train/trainer.h"

/* How much of the exploration of the beginning is left. */
static gfn_status explore(gfn_trainer *t)
{
    const int64_t until = (int64_t)(t->explore_until * (double)t->iterations);
    const int64_t i = t->run->iteration;
    const double left = i < until ? gfn_schedule_factor(t->explore_schedule, i, until) : 0;
    return gfn_sampler_explore(t->run->sampler, t->epsilon * left, 1 + (t->temperature - 1) * left);
}

/* Of this rank's trajectories, how many are new. */
static int64_t count_new(const gfn_trainer *t)
{
    const bool is_empty =
        t->replays.buffer == NULL || gfn_replay_buffer_count(t->replays.buffer) == 0;
    const int64_t left = t->batch_size - (is_empty ? 0 : t->replays.n) - t->first;
    return left < 0 ? 0 : left < t->n ? left : t->n;
}

/* Choose an object for each of this rank's trajectories that are not new, and draw them back. */
static gfn_status replay(gfn_trainer *t)
{
    const uint64_t iteration = (uint64_t)t->run->iteration;
    const gfn_stream choice = {t->seed, GFN_PURPOSE_REPLAY, iteration};
    const gfn_stream stream = {t->seed, GFN_PURPOSE_BACKWARD, iteration};
    const uint64_t count = gfn_replay_buffer_count(t->replays.buffer);
    const size_t width = t->log->state_width;
    for (int64_t i = t->n_new; i < t->n; i++) {
        const uint64_t word = gfn_random_word(&choice, (uint64_t)(t->first + i), 0);
        memcpy(t->log->terminal + (size_t)i * width,
               gfn_replay_buffer_object(t->replays.buffer, (size_t)(word * count >> 32)),
               width * sizeof(int32_t));
    }
    return gfn_sampler_backward(t->run->sampler, &stream, t->first + t->n_new,
                                (size_t)(t->n - t->n_new), t->log);
}

static gfn_status draw(gfn_trainer *t)
{
    const gfn_stream stream = {t->seed, GFN_PURPOSE_TRAIN, (uint64_t)t->run->iteration};
    t->n_new = count_new(t);
    t->log->n = 0;
    if (t->n_new > 0 || t->n == 0)
        GFN_TRY(gfn_sampler_sample(t->run->sampler, &stream, t->first, (size_t)t->n_new, t->log));
    return t->n_new < t->n ? replay(t) : GFN_OK;
}

/* Only here does the sampler explore: what else is drawn is the policy's. */
gfn_status gfn_trainer_sample(gfn_trainer *t)
{
    GFN_TRY(explore(t));
    gfn_status status = draw(t);
    gfn_sampler_explore(t->run->sampler, 0, 1);
    return status;
}

gfn_status gfn_trainer_remember(gfn_trainer *t)
{
    gfn_trajectories drawn = *t->log;
    drawn.n = (size_t)t->n_new;
    gfn_modes_add(&t->modes, &drawn);
    return gfn_replays_add(t, &drawn);
}
