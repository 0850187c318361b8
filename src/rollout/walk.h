/* SPDX-License-Identifier: MIT
 *
 * rollout/walk.h - walks: from the start, with drawn or given actions, or backward from objects.
 */
#ifndef ROLLOUT_WALK_H
#define ROLLOUT_WALK_H

#include "rollout/storage.h"

/* One request: draw from a stream, or (stream NULL) follow the actions given in log. */
typedef struct gfn_walk {
    gfn_sampler *sampler;
    const gfn_stream *stream;
    int64_t first; /* number of trajectory 0 in the stream */
    size_t n;
    gfn_trajectories *log; /* NULL: only `terminal` is wanted */
    int32_t *terminal;     /* [n][width] */
    bool knows_rewards;    /* log->log_reward is given */
    _Atomic size_t fault;  /* lowest trajectory whose given actions are wrong; SIZE_MAX: none */
} gfn_walk;

/* A kind of walk from the start; all give the same bits. */
typedef struct gfn_walk_kind {
    gfn_status (*renew)(gfn_sampler *sampler); /* updates rows to the current parameters */
    gfn_status (*walk)(gfn_walk *walk);
} gfn_walk_kind;

extern const gfn_walk_kind gfn_walk_by_table; /* walk_table.c, needs a table */
extern const gfn_walk_kind gfn_walk_in_waves; /* walk_waves.c, for the others */

/* walk_back.c: draw log->n trajectories backward from the objects log->terminal: fills n_steps and
 * action. Their numbers in the stream start at `first`. Errors: as gfn_sampler_find_rows();
 * GFN_EINVAL (an object that is too far from the start). */
gfn_status gfn_walk_back(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                         gfn_trajectories *log);

/* Values in place of an action: the trajectory has ended, or the given action is wrong. */
enum { GFN_WALK_OVER = -1, GFN_WALK_WRONG = -2 };

/* The given action of step t of trajectory i in a row, or GFN_WALK_OVER, or GFN_WALK_WRONG. */
int32_t gfn_walk_given(const gfn_walk *walk, size_t i, size_t t, int32_t row);

/* The action of step t of trajectory i in a row: drawn, or given. words [4] must be kept from step
 * to step. GFN_WALK_OVER or GFN_WALK_WRONG if there is none. */
static inline int32_t gfn_walk_action(const gfn_walk *walk, size_t i, size_t t, int32_t row,
                                      uint32_t words[4])
{
    if (!walk->stream)
        return gfn_walk_given(walk, i, t, row);
    if (walk->sampler->ends[row])
        return GFN_WALK_OVER;
    if (t % 4 == 0)
        gfn_random_words(walk->stream, (uint64_t)walk->first + i, (uint32_t)(t / 4), words);
    return gfn_row_action(walk->sampler, row, words[t % 4]);
}

#endif
