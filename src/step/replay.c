/* SPDX-License-Identifier: MIT */
#include "step/replay.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/name_table.h"
#include "comm/comm.h"
#include "env/env_internal.h"

/* Share of a batch that is drawn back unless --replay-share is given: from a buffer that training
 * fills, and from a file, which makes training offline. */
#define SHARE_OF_BUFFER 0.5
#define SHARE_OF_FILE 1.0

/* Objects whose rewards are found together. */
enum { PART = 256 };

static gfn_status check_options(const gfn_options *o, gfn_replay_kind kind)
{
    const bool has_file = gfn_options_is_set(o, "terminal-states");
    const bool grows = kind != GFN_REPLAY_NONE;
    if (has_file && grows)
        return gfn_fail(GFN_EINVAL,
                        "terminal-states: expected --replay none beside a file of objects, found "
                        "--replay %s (hint: a buffer is filled by training or from a file)",
                        gfn_options_text(o, "replay"));
    if (!has_file && !grows && gfn_options_is_set(o, "replay-share"))
        return gfn_fail(GFN_EINVAL,
                        "replay-share: expected a replay buffer, found --replay none and no "
                        "--terminal-states (hint: --replay fifo)");
    return GFN_OK;
}

/* A growing buffer needs new objects in each batch. */
static gfn_status set_share(gfn_replay *r, const gfn_options *o, int64_t batch_size)
{
    double share = r->grows ? SHARE_OF_BUFFER : SHARE_OF_FILE;
    if (gfn_options_is_set(o, "replay-share"))
        share = gfn_options_number(o, "replay-share");
    r->n = llround(share * (double)batch_size);
    if (r->n == 0 && share > 0)
        return gfn_fail(
            GFN_EINVAL,
            "replay-share: expected a share that is at least one trajectory of a batch, "
            "found %g of --batch-size %" PRId64 " (hint: a larger share or batch)",
            share, batch_size);
    if (r->grows && r->n == batch_size)
        return gfn_fail(GFN_EINVAL,
                        "replay-share: expected a share that leaves something new in each batch "
                        "for --replay %s, found %g of --batch-size %" PRId64
                        " (hint: a smaller share or a larger batch)",
                        gfn_options_text(o, "replay"), share, batch_size);
    return GFN_OK;
}

gfn_status gfn_replay_init(gfn_replay *r, const gfn_run *run, int64_t batch_size, int64_t n_mine)
{
    const gfn_options *o = run->options;
    size_t kind;
    r->comm = run->comm;
    r->env = run->env;
    r->width = (size_t)gfn_env_spec_of(run->env)->state_width;
    GFN_TRY(gfn_find_name("replay", gfn_replay_name, "", gfn_options_text(o, "replay"), &kind));
    GFN_TRY(check_options(o, (gfn_replay_kind)kind));
    r->grows = kind != GFN_REPLAY_NONE;
    r->kind = r->grows ? (gfn_replay_kind)kind : GFN_REPLAY_FIFO; /* the order of a file */
    r->is_used = r->grows || gfn_options_text(o, "terminal-states")[0];
    if (!r->is_used)
        return GFN_OK;
    r->capacity = r->grows ? (size_t)gfn_options_int(o, "replay-capacity") : 0;
    GFN_TRY(set_share(r, o, batch_size));
    if (!r->grows)
        return GFN_OK;
    r->exchange = (gfn_exchange){.comm = r->comm,
                                 .width = r->width,
                                 .n_values = 1,
                                 .capacity = (size_t)n_mine,
                                 .all_capacity = (size_t)batch_size};
    GFN_TRY(gfn_allocate("rewards to replay", (size_t)batch_size, sizeof(double), &r->log_reward));
    return gfn_exchange_init(&r->exchange);
}

void gfn_replay_clear(gfn_replay *r)
{
    gfn_replay_buffer_destroy(&r->buffer);
    gfn_exchange_clear(&r->exchange);
    gfn_release(&r->log_reward);
}

/* Add objects of a file, whose rewards are still to be found. Local. */
static gfn_status fill(gfn_replay *r, size_t n, const int32_t *objects)
{
    double log_reward[PART];
    for (size_t done = 0; done < n; done += PART) {
        const size_t some = n - done < PART ? n - done : PART;
        const int32_t *object = objects + done * r->width;
        GFN_TRY(gfn_env_log_reward(r->env, some, object, log_reward));
        gfn_replay_buffer_add(r->buffer, some, object, log_reward);
    }
    return GFN_OK;
}

gfn_status gfn_replay_fill(gfn_replay *r, gfn_status mine, int32_t *objects, size_t n)
{
    int32_t *all = objects;
    GFN_TRY(gfn_comm_agree(r->comm, mine));
    if (!r->is_used)
        return GFN_OK;
    GFN_TRY(
        gfn_comm_broadcast_array(r->comm, "objects to replay", r->width * sizeof *all, &n, &all));
    const size_t capacity = r->capacity > 0 ? r->capacity : n;
    gfn_status status =
        gfn_comm_agree(r->comm, gfn_replay_buffer_create(r->kind, capacity, r->width, &r->buffer));
    if (status == GFN_OK)
        status = gfn_comm_agree(r->comm, fill(r, n, all));
    if (gfn_comm_rank(r->comm) != 0)
        gfn_release(&all);
    return status;
}

/* Rewards travel with their objects: a function of the environment may fail on one rank alone, and
 * nothing may fail after the update. They are sent as the words that hold their bits. */
gfn_status gfn_replay_add(gfn_replay *r, const gfn_trajectories *log, size_t n)
{
    if (!r->grows)
        return GFN_OK;
    gfn_exchange *x = &r->exchange;
    for (size_t i = 0; i < n; i++)
        memcpy(gfn_exchange_put(x, i, log->terminal + i * r->width), &log->log_reward[i],
               sizeof(double));
    GFN_TRY(gfn_exchange_gather(x, n));
    for (size_t i = 0; i < x->n; i++)
        memcpy(&r->log_reward[i], gfn_exchange_values(x, i), sizeof *r->log_reward);
    gfn_replay_buffer_add(r->buffer, x->n, gfn_exchange_unpack_states(x), r->log_reward);
    return GFN_OK;
}
