/* SPDX-License-Identifier: MIT */
#include "step/batch.h"

#include <string.h>

#include "base/error.h"

gfn_status gfn_batch_init(gfn_batch *b, const gfn_run *run, const gfn_objective *objective)
{
    const gfn_options *o = run->options;
    b->size = gfn_options_int(o, "batch-size");
    b->iterations = gfn_options_int(o, "iterations");
    b->seed = (uint64_t)gfn_options_int(o, "seed");
    b->epsilon = gfn_options_number(o, "epsilon");
    b->temperature = gfn_options_number(o, "temperature");
    b->explore_until = gfn_options_number(o, "explore-until");
    gfn_comm_share(run->comm, b->size, &b->first, &b->n);
    GFN_TRY(gfn_schedule_find(gfn_options_text(o, "explore-schedule"), &b->schedule));
    GFN_TRY(gfn_sampler_trajectories(run->sampler, &b->log));
    if (!(objective->needs & GFN_NEEDS_STEPS))
        gfn_trajectories_hold_sums(b->log);
    return GFN_OK;
}

void gfn_batch_clear(gfn_batch *b)
{
    gfn_trajectories_destroy(&b->log);
}

/* The schedule scales exploration from its full amount to none. */
static gfn_status explore(const gfn_batch *b, gfn_sampler *sampler, int64_t iteration)
{
    const int64_t until = (int64_t)(b->explore_until * (double)b->iterations);
    const double left = iteration < until ? gfn_schedule_factor(b->schedule, iteration, until) : 0;
    return gfn_sampler_explore(sampler, b->epsilon * left, 1 + (b->temperature - 1) * left);
}

/* Count the new ones of this rank's trajectories. */
static int64_t count_new(const gfn_batch *b, const gfn_replay *replay)
{
    const bool is_empty = replay->buffer == NULL || gfn_replay_buffer_count(replay->buffer) == 0;
    const int64_t left = b->size - (is_empty ? 0 : replay->n) - b->first;
    return left < 0 ? 0 : left < b->n ? left : b->n;
}

/* Choose an object for each of this rank's trajectories that are not new, and draw them back. */
static gfn_status draw_back(const gfn_batch *b, gfn_sampler *sampler, const gfn_replay *replay,
                            uint64_t iteration)
{
    const gfn_stream choice = {b->seed, GFN_PURPOSE_REPLAY, iteration};
    const gfn_stream stream = {b->seed, GFN_PURPOSE_BACKWARD, iteration};
    const uint64_t count = gfn_replay_buffer_count(replay->buffer);
    const size_t width = b->log->state_width;
    for (int64_t i = b->n_new; i < b->n; i++) {
        const uint64_t word = gfn_random_word(&choice, (uint64_t)(b->first + i), 0);
        memcpy(b->log->terminal + (size_t)i * width,
               gfn_replay_buffer_object(replay->buffer, (size_t)(word * count >> 32)),
               width * sizeof(int32_t));
    }
    return gfn_sampler_backward(sampler, &stream, b->first + b->n_new, (size_t)(b->n - b->n_new),
                                b->log);
}

static gfn_status draw(gfn_batch *b, gfn_sampler *sampler, const gfn_replay *replay,
                       uint64_t iteration)
{
    const gfn_stream stream = {b->seed, GFN_PURPOSE_TRAIN, iteration};
    b->n_new = count_new(b, replay);
    b->log->n = 0;
    if (b->n_new > 0 || b->n == 0)
        GFN_TRY(gfn_sampler_sample(sampler, &stream, b->first, (size_t)b->n_new, b->log));
    return b->n_new < b->n ? draw_back(b, sampler, replay, iteration) : GFN_OK;
}

/* The sampler explores only here: everything else is drawn from the policy itself. */
gfn_status gfn_batch_sample(gfn_batch *b, gfn_sampler *sampler, const gfn_replay *replay,
                            int64_t iteration)
{
    GFN_TRY(explore(b, sampler, iteration));
    const gfn_status status = draw(b, sampler, replay, (uint64_t)iteration);
    gfn_sampler_explore(sampler, 0, 1);
    return status;
}
