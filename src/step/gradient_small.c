/* SPDX-License-Identifier: MIT
 *
 * The gradient in a small space. The sampler has a table, so an entry is a row, which is the number
 * of a state. The payload of the message is the sums of all entries.
 */
#include "base/error.h"
#include "step/gradient_parts.h"

static gfn_status allocate(gfn_gradient *g)
{
    GFN_TRY(gfn_gradient_reserve(g, GFN_ROWS_TABLE, 0));
    const size_t n = (size_t)gfn_env_spec_of(g->rows.env)->n_states, k = g->sums.columns.n;
    GFN_TRY(gfn_allreduce_init(&g->allreduce, g->comm, n * k));
    GFN_TRY(gfn_entries_init(&g->sums.entries, n, k, g->allreduce.message));
    if (n <= GFN_WHOLE_STATES)
        return GFN_OK;
    GFN_TRY(gfn_blocks_allocate(&g->blocks, &g->rows, n, gfn_most_block_rows(n), NULL));
    for (size_t i = 0; i < n; i++)
        g->blocks.row[i] = (int32_t)i;
    return GFN_OK;
}

/* What can fail after the message fails on all ranks alike: they compute the same. */
static gfn_status sum(gfn_gradient *g, gfn_status mine, gfn_real *vector)
{
    const gfn_entries *entries = &g->sums.entries;
    GFN_TRY(gfn_gradient_exchange(g, mine));
    gfn_blocks_scale(&g->blocks, entries);
    if (entries->n <= GFN_WHOLE_STATES)
        return gfn_blocks_run_whole(&g->blocks, &g->rows, entries, vector);
    const gfn_block_share all = gfn_blocks_share(entries->n, 0, 1);
    GFN_TRY(gfn_blocks_run(&g->blocks, &g->rows, entries, &all));
    gfn_blocks_convert(&g->blocks, vector);
    return GFN_OK;
}

const gfn_gradient_kind gfn_gradient_small = {allocate, sum};
