/* SPDX-License-Identifier: MIT
 *
 * step/modes.h - the modes that training has found: the objects of maximal reward that it has
 * sampled; or if the reward has given modes, those near which it has sampled an object. Each rank
 * remembers its own, and a count takes the union.
 */
#ifndef STEP_MODES_H
#define STEP_MODES_H

#include <gfn/trajectories.h>

#include "data/exchange.h"
#include "data/state_set.h"
#include "eval/mode_regions.h"
#include "run/run.h"

typedef struct gfn_modes {
    const gfn_env *env;    /* borrowed */
    gfn_state_set *found;  /* by this rank; NULL: the maximal reward is not known */
    int64_t *found_at;     /* [count of found] iteration, from 1; see gfn_modes_put() */
    double max_log_reward; /* NAN: gfn_modes_begin() will find it */
    size_t width;
    gfn_state_set *all;        /* of all ranks, at the last count; on every rank */
    int64_t *all_at;           /* [count of all] as found_at, of the rank that was first */
    gfn_mode_regions *regions; /* that those lie in; NULL: the environment has none */
    bool is_full;              /* more than are remembered; the same on every rank */
    gfn_exchange exchange;
    int64_t n, n_regions; /* at the last count; -1: not known */
    int64_t newest_at;    /* iteration at which the last of these n was found; 0: not known */
} gfn_modes;

/* Errors: GFN_ENOMEM. */
gfn_status gfn_modes_init(gfn_modes *modes, const gfn_run *run);

/* Before the first batch: find the largest reward by the exact evaluation, if the environment does
 * not state it. Collective. Errors: GFN_ENOMEM, and those of
 * gfn_run_exact_prepare(). */
gfn_status gfn_modes_begin(gfn_modes *modes, gfn_run *run);
void gfn_modes_clear(gfn_modes *modes);

/* Remember what the policy found in an iteration, counted from 1: by trajectories 0 ... n-1 of the
 * log. */
void gfn_modes_add(gfn_modes *modes, const gfn_trajectories *log, size_t n, int64_t iteration);

/* Add one mode of a checkpoint, with the iteration at which the last of its modes was found; 0: not
 * known. */
void gfn_modes_put(gfn_modes *modes, const int32_t *object, int64_t newest_at);

/* Count modes and their regions over all ranks. Collective. Errors: GFN_ECOMM; GFN_EENV, after
 * which the union of all ranks is known, but not the regions. */
gfn_status gfn_modes_count(gfn_modes *modes);

#endif
