/* SPDX-License-Identifier: MIT
 *
 * step/merge_states.h - the distinct states of all ranks, in the order that one process would have
 * found.
 *
 * Ranks hold contiguous ranges of trajectories in rank order, and each numbers its states at their
 * first visit. Reading the ranks' lists in rank order and numbering at the first occurrence is
 * therefore numbering by first visit over the whole batch.
 */
#ifndef STEP_MERGE_STATES_H
#define STEP_MERGE_STATES_H

#include <gfn/comm.h>

#include "data/exchange.h"
#include "data/state_set.h"
#include "rollout/rows.h"
#include "step/entries.h"

typedef struct gfn_merge {
    gfn_entries all;       /* of all ranks */
    gfn_state_set *states; /* of the entries in `all` */
    gfn_exchange exchange; /* the values of a state are its sums */
} gfn_merge;

/* mine: a rank's entries; most: distinct states over all ranks; most_records: entries of all ranks,
 * where a state counts once for each rank. Errors: GFN_ENOMEM, GFN_EINVAL (too many). */
gfn_status gfn_merge_init(gfn_merge *merge, gfn_comm *comm, const gfn_entries *mine,
                          size_t state_width, size_t most, size_t most_records);
void gfn_merge_clear(gfn_merge *merge);

/* Gather the entries of all ranks. A rank that failed (status) gives none. Collective. Errors:
 * GFN_ECOMM. */
gfn_status gfn_merge_gather(gfn_merge *merge, gfn_status status, const gfn_entries *mine,
                            const gfn_rows *rows);

/* Merge what was gathered into merge->all and merge->states. Local, the same on every rank.
 * Errors: GFN_ECOMM (more states than there can be). */
gfn_status gfn_merge_read(gfn_merge *merge);

#endif
