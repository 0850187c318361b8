/* SPDX-License-Identifier: MIT
 *
 * The gradient in general. Entries are numbered by first visit over the whole batch, every rank
 * runs its share of the blocks, and the payload of the message is the gradient.
 */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "step/gradient_parts.h"

/* Rows for states that this rank has not visited: those in its share of the blocks, which is at
 * most one block more than an equal share. */
static size_t count_extra_rows(const gfn_gradient *g, size_t most)
{
    const size_t size = (size_t)gfn_comm_size(g->comm);
    return size == 1 ? 0 : most / size + GFN_MAX_BLOCKS / size + gfn_most_block_rows(most) + 1;
}

static gfn_status allocate_merge(gfn_gradient *g, size_t most)
{
    const size_t entries = g->objective->needs & GFN_NEEDS_INFLOW ? 1 + g->rows.n_back : 1;
    size_t visits;
    if (!gfn_multiply((size_t)g->batch_size * entries, g->rows.max_steps + 1, &visits))
        return gfn_fail(GFN_EINVAL, "gradient: sizes of the exchange overflow (hint: a smaller "
                                    "--batch-size)");
    return gfn_merge_init(&g->merge, g->comm, &g->sums.entries, g->rows.width, most,
                          g->together < visits ? g->together : visits);
}

static gfn_status allocate(gfn_gradient *g)
{
    const size_t most = gfn_gradient_most_states(g, (size_t)g->batch_size);
    const size_t mine = gfn_gradient_most_states(g, gfn_sampler_capacity(g->sampler));
    const bool has_merge = gfn_comm_size(g->comm) > 1;
    const size_t n = has_merge ? most : mine;
    GFN_TRY(gfn_gradient_reserve(g, 0, count_extra_rows(g, most)));
    GFN_TRY(gfn_entries_init(&g->sums.entries, mine, g->sums.columns.n, NULL));
    GFN_TRY(gfn_entries_number(&g->sums.entries, g->rows.most));
    if (has_merge)
        GFN_TRY(allocate_merge(g, most));
    GFN_TRY(gfn_allreduce_init(&g->allreduce, g->comm, gfn_model_n_params(g->rows.model)));
    return gfn_blocks_allocate(&g->blocks, &g->rows, n, gfn_most_block_rows(n),
                               g->allreduce.message);
}

/* The entries of all ranks. Collective. */
static gfn_status merge(gfn_gradient *g, gfn_status mine, const gfn_entries **entries)
{
    *entries = &g->sums.entries;
    if (gfn_comm_size(g->comm) == 1)
        return GFN_OK;
    const double start = gfn_clock_seconds();
    GFN_TRY(gfn_merge_gather(&g->merge, mine, &g->sums.entries, &g->rows));
    gfn_allreduce_took(&g->allreduce, gfn_clock_seconds() - start);
    *entries = &g->merge.all;
    return gfn_merge_read(&g->merge);
}

/* Rows of the share's entries; states that only other ranks visited are evaluated now. */
static gfn_status find_rows(gfn_gradient *g, const gfn_entries *entries,
                            const gfn_block_share *share)
{
    if (entries->entry_row) {
        memcpy(g->blocks.row, entries->entry_row + share->first, share->n * sizeof(int32_t));
        return GFN_OK;
    }
    const int32_t *states = gfn_state_set_states(g->merge.states);
    return gfn_sampler_find_rows(g->sampler, share->n, states + share->first * g->rows.width,
                                 g->blocks.row);
}

static gfn_status run_share(gfn_gradient *g, const gfn_entries *entries)
{
    const gfn_block_share share =
        gfn_blocks_share(entries->n, gfn_comm_rank(g->comm), gfn_comm_size(g->comm));
    GFN_TRY(find_rows(g, entries, &share));
    return gfn_blocks_run(&g->blocks, &g->rows, entries, &share);
}

static gfn_status sum(gfn_gradient *g, gfn_status mine, gfn_real *vector)
{
    const gfn_entries *entries;
    GFN_TRY(merge(g, mine, &entries));
    gfn_blocks_scale(&g->blocks, entries);
    if (mine == GFN_OK)
        mine = run_share(g, entries);
    GFN_TRY(gfn_gradient_exchange(g, mine));
    gfn_blocks_convert(&g->blocks, vector);
    return GFN_OK;
}

const gfn_gradient_kind gfn_gradient_general = {allocate, sum};
