/* SPDX-License-Identifier: MIT
 *
 * Backward through the policy in blocks of distinct states.
 *
 * Where the blocks are cut depends on the number of distinct states alone, and what a block adds
 * on its states alone; so it does not matter who runs it.
 */
#include "train/gradient.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/fixed.h"
#include "base/parallel.h"

typedef struct share {
    gfn_gradient *g;
    const gfn_entries *entries;
    size_t n_blocks;
    size_t first_block, first_entry; /* that this rank runs */
} share;

static size_t count_blocks(size_t n)
{
    size_t blocks = (n + GFN_BLOCK_ROWS - 1) / GFN_BLOCK_ROWS;
    return blocks < GFN_MAX_BLOCKS ? blocks : GFN_MAX_BLOCKS;
}

/* First entry of a block: blocks differ by at most one entry. */
static size_t cut(size_t block, size_t n_blocks, size_t n)
{
    return block * n / n_blocks;
}

static void run_block(void *self, size_t index, int thread)
{
    const share *job = self;
    gfn_gradient *g = job->g;
    const gfn_sampler *s = g->sampler;
    const size_t k = g->n_actions, block = job->first_block + index;
    const size_t first = cut(block, job->n_blocks, job->entries->n);
    const size_t n = cut(block + 1, job->n_blocks, job->entries->n) - first;
    gfn_frame *frame = g->frame[thread];
    gfn_frame_set_rows(frame, 0, n);
    gfn_frame_copy_rows(frame, s->frame, n, g->rows + (first - job->first_entry));
    gfn_real *d_log_pf = gfn_frame_gradient(frame, s->policy.log_pf);
    const double scale = ldexp(1.0, -GFN_ENTRY_BITS) / (double)g->batch_size;
    for (size_t i = 0; i < n * k; i++)
        d_log_pf[i] = (gfn_real)((double)job->entries->sum[first * k + i] * scale);
    gfn_frame_backward(frame, gfn_model_params(s->model), s->policy.log_pf, g->block[thread]);
    g->offenders[thread] +=
        gfn_fixed_add(g->n_params, g->block[thread], GFN_GRADIENT_BITS, g->sum[thread]);
}

/* Rows of the entries; states that only other ranks visited are evaluated now. */
static gfn_status find_rows(share *job, size_t n)
{
    gfn_gradient *g = job->g;
    if (g->is_small && g->sampler->next) {
        for (size_t i = 0; i < n; i++)
            g->rows[i] = (int32_t)i;
        return GFN_OK;
    }
    if (g->is_small || job->entries == &g->all)
        return gfn_sampler_rows(
            g->sampler, n, gfn_state_set_states(g->states) + job->first_entry * g->sampler->width,
            g->rows);
    memcpy(g->rows, g->entry_row, n * sizeof *g->rows);
    return GFN_OK;
}

/* Add the threads' sums to the total, which is the sum of thread 0. */
static size_t join(gfn_gradient *g, int threads)
{
    size_t offenders = g->offenders[0];
    for (int i = 1; i < threads; i++) {
        offenders += g->offenders[i];
        for (size_t p = 0; p < g->n_params; p++)
            g->total[p] += g->sum[i][p];
    }
    return offenders;
}

gfn_status gfn_gradient_blocks(gfn_gradient *g, const gfn_entries *entries, bool is_share)
{
    share job = {.g = g, .entries = entries, .n_blocks = count_blocks(entries->n)};
    const size_t rank = is_share ? (size_t)g->rank : 0, size = is_share ? (size_t)g->size : 1;
    job.first_block = rank * job.n_blocks / size;
    const size_t n = (rank + 1) * job.n_blocks / size - job.first_block;
    memset(g->total, 0, g->n_params * sizeof *g->total);
    if (n == 0)
        return GFN_OK;
    job.first_entry = cut(job.first_block, job.n_blocks, entries->n);
    GFN_TRY(find_rows(&job, cut(job.first_block + n, job.n_blocks, entries->n) - job.first_entry));
    const int threads = n < (size_t)g->threads ? (int)n : g->threads;
    g->sum[0] = g->total;
    memset(g->offenders, 0, (size_t)threads * sizeof *g->offenders);
    for (int i = 1; i < threads; i++)
        memset(g->sum[i], 0, g->n_params * sizeof **g->sum);
    gfn_parallel_for(threads, n, run_block, &job);
    if (join(g, threads) > 0)
        return gfn_fail(GFN_ENUMERIC, "gradient: not finite or beyond +-32768 in a parameter "
                                      "(hint: a smaller --lr)");
    return GFN_OK;
}
