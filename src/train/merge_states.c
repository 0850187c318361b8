/* SPDX-License-Identifier: MIT
 *
 * The distinct states of all ranks, in the order that one process would have found.
 *
 * Ranks hold contiguous ranges of trajectories in rank order, and each numbers its states at their
 * first visit. Going through the ranks' lists in rank order and numbering at the first occurrence
 * is therefore numbering by first visit over the whole batch.
 */
#include "train/gradient.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "data/packed_state.h"

/* A record: the state's words, then its sums. */
static void write_records(gfn_gradient *g)
{
    const size_t width = g->key_words + g->n_columns, words = g->sampler->width;
    const int32_t *states = gfn_state_set_states(g->sampler->states);
    for (size_t i = 0; i < g->mine.n; i++) {
        int64_t *record = g->records + i * width;
        gfn_packed_write(record, states + (size_t)g->entry_row[i] * words, words);
        memcpy(record + g->key_words, g->mine.sum + i * g->n_columns,
               g->n_columns * sizeof *record);
    }
}

static gfn_status read_records(gfn_gradient *g, size_t n)
{
    const size_t width = g->key_words + g->n_columns;
    gfn_state_set_clear(g->states);
    for (size_t i = 0; i < n; i++) {
        const int64_t *record = g->gathered + i * width;
        const size_t known = gfn_state_set_count(g->states);
        const int32_t entry = gfn_state_set_add(g->states, gfn_packed_state(record));
        if (entry < 0)
            return gfn_fail(GFN_ECOMM,
                            "gradient: ranks visited more than %zu distinct states, the "
                            "most that the environment allows",
                            g->all.capacity);
        int64_t *sum = g->all.sum + (size_t)entry * g->n_columns;
        if ((size_t)entry == known)
            memset(sum, 0, g->n_columns * sizeof *sum);
        for (size_t c = 0; c < g->n_columns; c++)
            sum[c] += record[g->key_words + c];
    }
    g->all.n = gfn_state_set_count(g->states);
    return GFN_OK;
}

gfn_status gfn_gradient_merge(gfn_gradient *g, gfn_status mine, const gfn_entries **entries)
{
    *entries = &g->mine;
    if (g->size == 1)
        return GFN_OK;
    const size_t n = mine == GFN_OK ? g->mine.n : 0;
    if (mine == GFN_OK)
        write_records(g);
    const double start = gfn_clock_seconds();
    GFN_TRY(gfn_comm_gather_i64(g->comm, g->records, n, g->key_words + g->n_columns, g->gathered,
                                g->gathered_capacity, g->counts));
    gfn_message_took(g, gfn_clock_seconds() - start);
    size_t all = 0;
    for (int rank = 0; rank < g->size; rank++)
        all += g->counts[rank];
    *entries = &g->all;
    return read_records(g, all);
}
