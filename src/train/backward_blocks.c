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

#include "base/error.h"
#include "base/fixed_point.h"
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
    const size_t few = small < GFN_FEW_BLOCKS ? small : GFN_FEW_BLOCKS;
    const size_t blocks = large > few ? large : few;
    return blocks < GFN_MAX_BLOCKS ? blocks : GFN_MAX_BLOCKS;
}

size_t gfn_most_block_rows(size_t n)
{
    const size_t least = n / GFN_MAX_BLOCKS + 1;
    return least > GFN_LARGE_BLOCK_ROWS ? least : GFN_LARGE_BLOCK_ROWS;
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
    const size_t k = g->n_columns;
    const double scale = ldexp(1.0, -GFN_ENTRY_BITS) / (double)g->batch_size;
    const int64_t *sum = entries->sum + first * k;
    for (size_t h = 0; h < g->n_outputs; h++) {
        const gfn_head head = g->head[h];
        gfn_real *d = gfn_frame_gradient(frame, g->output[h]);
        if (head.cols == k && head.stride == k)
            gfn_fixed_reals(n * k, sum, scale, d);
        else
            for (size_t i = 0; i < n; i++)
                gfn_fixed_reals(head.cols, sum + i * k + head.column, scale, d + i * head.stride);
    }
    gfn_frame_backward_all(frame, gfn_model_params(g->sampler->model), g->n_outputs, g->output,
                           gradient);
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

/* Round the block's gradient and add it to the worker's sum. */
static void add_block(gfn_gradient *g, gfn_worker *w)
{
    const size_t n = g->n_params;
    if (w->n_blocks++ == 0) {
        memset(w->sum, 0, n * sizeof *w->sum);
        if (g->is_fast)
            memset(w->fast, 0, n * sizeof *w->fast);
    }
    if (g->is_fast)
        add_fast(n, w->block, w->fast);
    else
        w->offenders += gfn_fixed_add(n, w->block, GFN_GRADIENT_BITS, w->sum);
}

static void run_block(void *self, size_t index, int thread)
{
    const share *job = self;
    gfn_gradient *g = job->g;
    gfn_worker *w = &g->worker[thread];
    const size_t block = job->first_block + index;
    const size_t first = cut(block, job->n_blocks, job->entries->n);
    const size_t n = cut(block + 1, job->n_blocks, job->entries->n) - first;
    gather(g, w->frame, n, g->rows + (first - job->first_entry));
    differentiate(g, job->entries, first, n, w->frame, w->block);
    add_block(g, w);
}

/* Rows of the entries; states that only other ranks visited are evaluated now. */
static gfn_status find_rows(share *job, size_t n)
{
    gfn_gradient *g = job->g;
    if (gfn_rows_are_entries(g)) {
        for (size_t i = 0; i < n; i++)
            g->rows[i] = (int32_t)(job->first_entry + i);
        return GFN_OK;
    }
    if (g->is_small || job->entries == &g->all)
        return gfn_sampler_rows(
            g->sampler, n, gfn_state_set_states(g->states) + job->first_entry * g->sampler->width,
            g->rows);
    memcpy(g->rows, g->entry_row, n * sizeof *g->rows);
    return GFN_OK;
}

static void round_fast(void *self, size_t index, int thread)
{
    (void)thread;
    gfn_gradient *g = self;
    gfn_worker *w = &g->worker[index];
    if (w->n_blocks > 0)
        w->offenders = gfn_fixed_add(g->n_params, w->fast, GFN_GRADIENT_BITS, w->sum);
}

/* The workers' sums, added to the total, which is worker 0's. */
static void join_range(void *self, size_t first, size_t n)
{
    gfn_gradient *g = self;
    if (g->worker[0].n_blocks == 0)
        memset(g->total + first, 0, n * sizeof *g->total);
    for (int i = 1; i < g->most_threads; i++)
        for (size_t p = first; p < first + n && g->worker[i].n_blocks > 0; p++)
            g->total[p] += g->worker[i].sum[p];
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
    for (int i = 0; i < g->most_threads; i++)
        g->worker[i].n_blocks = g->worker[i].offenders = 0;
    job.first_entry = n > 0 ? cut(job.first_block, job.n_blocks, entries->n) : 0;
    if (n > 0)
        GFN_TRY(
            find_rows(&job, cut(job.first_block + n, job.n_blocks, entries->n) - job.first_entry));
    gfn_parallel_for(g->threads, n, run_block, &job);
    if (g->is_fast)
        gfn_parallel_for(g->threads, (size_t)g->most_threads, round_fast, g);
    size_t offenders = 0;
    for (int i = 0; i < g->most_threads; i++)
        offenders += g->worker[i].offenders;
    if (offenders > 0)
        return complain();
    gfn_parallel_ranges(g->threads, g->n_params, join_range, g);
    return GFN_OK;
}

gfn_status gfn_gradient_whole(gfn_gradient *g, gfn_real *vector)
{
    share job = {.g = g, .entries = &g->mine};
    const size_t n = g->mine.n;
    gfn_frame *frame = g->sampler->frame;
    if (g->sampler->next == NULL) { /* else the frame's rows are the states by number */
        GFN_TRY(find_rows(&job, n));
        frame = g->worker[0].frame;
        gather(g, frame, n, g->rows);
    }
    vector[g->log_z_offset] = 0;
    differentiate(g, &g->mine, 0, n, frame, vector);
    return gfn_fixed_offenders(g->n_params, vector, GFN_GRADIENT_BITS) > 0 ? complain() : GFN_OK;
}
