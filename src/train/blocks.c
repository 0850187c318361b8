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
    const size_t small = (n + GFN_BLOCK_ROWS - 1) / GFN_BLOCK_ROWS;
    const size_t large = (n + GFN_LARGE_BLOCK_ROWS - 1) / GFN_LARGE_BLOCK_ROWS;
    const size_t few = small < GFN_SMALL_BLOCKS ? small : GFN_SMALL_BLOCKS;
    const size_t blocks = large > few ? large : few;
    return blocks < GFN_MAX_BLOCKS ? blocks : GFN_MAX_BLOCKS;
}

/* First entry of a block: blocks differ by at most one entry. */
static size_t cut(size_t block, size_t n_blocks, size_t n)
{
    return block * n / n_blocks;
}

/* Backward from entries first ... first + n - 1, whose activations are the frame's first n rows. */
static void differentiate(const gfn_gradient *g, const gfn_entries *entries, size_t first, size_t n,
                          gfn_frame *frame, gfn_real *gradient)
{
    const gfn_sampler *s = g->sampler;
    const size_t k = g->n_actions;
    const double scale = ldexp(1.0, -GFN_ENTRY_BITS) / (double)g->batch_size;
    gfn_real *d_log_pf = gfn_frame_gradient(frame, s->policy.log_pf);
    for (size_t i = 0; i < n * k; i++)
        d_log_pf[i] = (gfn_real)((double)entries->sum[first * k + i] * scale);
    gfn_frame_backward(frame, gfn_model_params(s->model), s->policy.log_pf, gradient);
}

static void gather(gfn_gradient *g, gfn_frame *frame, size_t n, const int32_t *rows)
{
    gfn_frame_set_rows(frame, 0, n);
    gfn_frame_copy_rows(frame, g->sampler->frame, n, rows);
}

static void add_fast(size_t n, const gfn_real *restrict x, gfn_real *restrict sum)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += x[i];
}

static void run_block(void *self, size_t index, int thread)
{
    const share *job = self;
    gfn_gradient *g = job->g;
    const size_t block = job->first_block + index;
    const size_t first = cut(block, job->n_blocks, job->entries->n);
    const size_t n = cut(block + 1, job->n_blocks, job->entries->n) - first;
    gather(g, g->frame[thread], n, g->rows + (first - job->first_entry));
    differentiate(g, job->entries, first, n, g->frame[thread], g->block[thread]);
    if (g->fast)
        add_fast(g->n_params, g->block[thread], g->fast[thread]);
    else
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

/* Add the threads' sums to the total, which is the exact sum of thread 0. Returns the offenders. */
static size_t join(gfn_gradient *g, int threads)
{
    for (int i = 0; i < threads && g->fast; i++)
        g->offenders[i] = gfn_fixed_add(g->n_params, g->fast[i], GFN_GRADIENT_BITS, g->sum[i]);
    size_t offenders = g->offenders[0];
    for (int i = 1; i < threads; i++)
        offenders += g->offenders[i];
    for (int i = 1; i < threads && offenders == 0; i++)
        for (size_t p = 0; p < g->n_params; p++)
            g->total[p] += g->sum[i][p];
    return offenders;
}

static gfn_status complain(void)
{
    return gfn_fail(GFN_ENUMERIC, "gradient: not finite or beyond +-32768 in a parameter (hint: a "
                                  "smaller --lr)");
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
    for (int i = 0; i < threads && g->fast; i++)
        memset(g->fast[i], 0, g->n_params * sizeof **g->fast);
    gfn_parallel_for(threads, n, run_block, &job);
    return join(g, threads) > 0 ? complain() : GFN_OK;
}

static gfn_real absolute(gfn_real x)
{
    return x < 0 ? -x : x;
}

gfn_status gfn_gradient_whole(gfn_gradient *g, gfn_real *vector)
{
    share job = {.g = g, .entries = &g->mine};
    const size_t n = g->mine.n;
    gfn_frame *frame = g->sampler->frame;
    if (g->sampler->next == NULL) { /* else the frame's rows are the states by number */
        GFN_TRY(find_rows(&job, n));
        frame = g->frame[0];
        gather(g, frame, n, g->rows);
    }
    vector[g->log_z_offset] = 0;
    differentiate(g, &g->mine, 0, n, frame, vector);
    const gfn_real limit = (gfn_real)gfn_fixed_limit(GFN_GRADIENT_BITS);
    int offenders = 0;
    for (size_t i = 0; i < g->n_params; i++)
        offenders |= !(absolute(vector[i]) < limit);
    return offenders ? complain() : GFN_OK;
}
