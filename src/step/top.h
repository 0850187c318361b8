/* SPDX-License-Identifier: MIT
 *
 * step/top.h - the best distinct objects that training has sampled. Each rank remembers its own,
 * and a join takes the best of all.
 *
 * Objects are ordered by log R, and equal ones by the time of discovery: iteration, then number of
 * the trajectory. An object that is among the K best of all ranks is among the K best of the rank
 * that discovered it, so the result does not depend on the number of ranks.
 */
#ifndef STEP_TOP_H
#define STEP_TOP_H

#include <gfn/trajectories.h>

#include "data/exchange.h"
#include "data/state_set.h"
#include "rollout/rows.h"
#include "run/run.h"

typedef struct gfn_top_entry {
    double log_reward;
    int64_t iteration, trajectory; /* of the discovery; the iteration counts from 1 */
    int32_t index;                 /* of the object in `found` */
} gfn_top_entry;

typedef struct gfn_top {
    size_t most, width;   /* objects to keep; 0: none */
    gfn_state_set *found; /* by this rank, more than `most` until they are cut */
    gfn_top_entry *entry; /* [count of found] */
    double least;         /* objects with this log R or less do not matter any more */
    uint8_t *is_known;    /* [states] if rows are numbers: the object was added; else NULL */
    gfn_exchange exchange;
    gfn_state_set *joined; /* the objects of all ranks that were joined */

    /* The best of all ranks after gfn_top_join(), on every rank, in order. */
    size_t n;
    int32_t *object;     /* [n][width] */
    gfn_top_entry *best; /* [n] */
} gfn_top;

/* Errors: GFN_ENOMEM. */
gfn_status gfn_top_init(gfn_top *top, const gfn_run *run);
void gfn_top_clear(gfn_top *top);

/* Remember trajectories 0 ... n-1 of the log, whose numbers begin with `first`. */
void gfn_top_add(gfn_top *top, const gfn_rows *rows, const gfn_trajectories *log, size_t n,
                 int64_t iteration, int64_t first);

/* Add one object, for instance of a checkpoint. */
void gfn_top_put(gfn_top *top, const int32_t *object, gfn_top_entry entry);

/* Find the best of all ranks. Collective. Errors: GFN_ECOMM. */
gfn_status gfn_top_join(gfn_top *top);

#endif
