/* SPDX-License-Identifier: MIT */
#include "step/backward_blocks.h"

#include <math.h>

#include "base/error.h"
#include "base/fixed_point.h"
#include "base/memory.h"
#include "base/parallel.h"

gfn_blocks gfn_blocks_of(const gfn_rows *rows, const gfn_columns *columns, double unit)
{
    return (gfn_blocks){.columns = *columns,
                        .n_params = gfn_model_n_params(rows->model),
                        .unit = unit,
                        .threads = rows->threads};
}

static gfn_status allocate_worker(gfn_blocks *b, const gfn_rows *rows, size_t block_rows, int i)
{
    gfn_block_worker *w = &b->worker[i];
    GFN_TRY(gfn_frame_create(rows->policy.tape, &block_rows, &w->frame));
    GFN_TRY(gfn_allocate("gradient of a block", b->n_params, sizeof *w->block, &w->block));
    w->sum = b->total;
    if (i == 0)
        return GFN_OK;
    return gfn_allocate("sum of a thread", b->n_params, sizeof *w->sum, &w->sum);
}

gfn_status gfn_blocks_allocate(gfn_blocks *b, const gfn_rows *rows, size_t n, size_t block_rows,
                               int64_t *total)
{
    gfn_status status = GFN_OK;
    b->n_workers = rows->threads;
    b->total = total;
    b->owns_total = total == NULL;
    GFN_TRY(gfn_allocate("rows of blocks", n, sizeof *b->row, &b->row));
    GFN_TRY(gfn_allocate("workers", (size_t)b->n_workers, sizeof *b->worker, &b->worker));
    if (b->owns_total)
        GFN_TRY(gfn_allocate("sum of blocks", b->n_params, sizeof *b->total, &b->total));
    for (int i = 0; i < b->n_workers && status == GFN_OK; i++)
        status = allocate_worker(b, rows, block_rows, i);
    return status;
}

void gfn_blocks_clear(gfn_blocks *b)
{
    for (int i = 0; b->worker && i < b->n_workers; i++) {
        gfn_frame_destroy(&b->worker[i].frame);
        gfn_release(&b->worker[i].block);
        if (i > 0)
            gfn_release(&b->worker[i].sum);
    }
    if (b->owns_total)
        gfn_release(&b->total);
    gfn_release(&b->worker);
    gfn_release(&b->row);
}

/* ---- cuts ---- */

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
static size_t cut(const gfn_block_share *share, size_t block)
{
    return block * share->n_all / share->n_all_blocks;
}

gfn_block_share gfn_blocks_share(size_t n, int rank, int size)
{
    gfn_block_share s = {.n_all = n, .n_all_blocks = count_blocks(n)};
    s.first_block = (size_t)rank * s.n_all_blocks / (size_t)size;
    s.n_blocks = ((size_t)rank + 1) * s.n_all_blocks / (size_t)size - s.first_block;
    if (s.n_blocks == 0)
        return s;
    s.first = cut(&s, s.first_block);
    s.n = cut(&s, s.first_block + s.n_blocks) - s.first;
    return s;
}

/* ---- one block ---- */

void gfn_blocks_scale(gfn_blocks *b, const gfn_entries *entries)
{
    const int bits = gfn_fixed_magnitude(entries->n * entries->n_columns, entries->sum);
    const int exponent = bits + 1 + ilogb(b->unit); /* |sum| unit < 2^exponent */
    b->exponent = exponent > 0 ? exponent : 0;
}

/* Backward from n entries with these sums, whose activations are the frame's first n rows. */
static void differentiate(const gfn_blocks *b, const gfn_rows *rows, const int64_t *sum, size_t n,
                          gfn_frame *frame, gfn_real *gradient)
{
    const gfn_columns *c = &b->columns;
    const double unit = ldexp(b->unit, -b->exponent);
    for (size_t h = 0; h < c->n_heads; h++) {
        const gfn_head head = c->head[h];
        gfn_real *d = gfn_frame_gradient(frame, c->output[h]);
        if (head.cols == c->n && head.stride == c->n)
            gfn_fixed_reals(n * c->n, sum, unit, d);
        else
            for (size_t i = 0; i < n; i++)
                gfn_fixed_reals(head.cols, sum + i * c->n + head.column, unit, d + i * head.stride);
    }
    gfn_frame_backward_all(frame, gfn_model_params(rows->model), c->n_heads, c->output, gradient);
}

typedef struct work {
    gfn_blocks *blocks;
    const gfn_rows *rows;
    const gfn_entries *entries;
    const gfn_block_share *share;
} work;

static void run_block(void *self, size_t index, int thread)
{
    const work *job = self;
    const gfn_blocks *b = job->blocks;
    gfn_block_worker *w = &b->worker[thread];
    const size_t block = job->share->first_block + index;
    const size_t first = cut(job->share, block), n = cut(job->share, block + 1) - first;
    gfn_frame_set_rows(w->frame, 0, n);
    gfn_frame_copy_rows(w->frame, job->rows->frame, n, b->row + (first - job->share->first));
    differentiate(b, job->rows, job->entries->sum + first * b->columns.n, n, w->frame, w->block);
    if (w->n_blocks++ == 0)
        memset(w->sum, 0, b->n_params * sizeof *w->sum);
    w->offenders += gfn_fixed_add(b->n_params, w->block, GFN_GRADIENT_BITS, w->sum);
}

/* ---- all blocks ---- */

/* Add the workers' sums to the total, which is that of worker 0. */
static void join_range(void *self, size_t first, size_t n)
{
    gfn_blocks *b = self;
    if (b->worker[0].n_blocks == 0)
        memset(b->total + first, 0, n * sizeof *b->total);
    for (int i = 1; i < b->n_workers; i++)
        for (size_t p = first; p < first + n && b->worker[i].n_blocks > 0; p++)
            b->total[p] += b->worker[i].sum[p];
}

static gfn_status refuse(void)
{
    return gfn_fail(GFN_ENUMERIC,
                    "gradient: expected finite numbers, at most 32768 times as large as the "
                    "derivatives of the loss, found another (hint: a smaller --lr)");
}

gfn_status gfn_blocks_run(gfn_blocks *b, const gfn_rows *rows, const gfn_entries *entries,
                          const gfn_block_share *share)
{
    work job = {b, rows, entries, share};
    size_t offenders = 0;
    for (int i = 0; i < b->n_workers; i++)
        b->worker[i].n_blocks = b->worker[i].offenders = 0;
    gfn_parallel_for(b->threads, share->n_blocks, run_block, &job);
    for (int i = 0; i < b->n_workers; i++)
        offenders += b->worker[i].offenders;
    if (offenders > 0)
        return refuse();
    gfn_parallel_ranges(b->threads, b->n_params, join_range, b);
    return GFN_OK;
}

typedef struct conversion {
    const int64_t *sum;
    double unit;
    gfn_real *x;
} conversion;

static void convert_range(void *self, size_t first, size_t n)
{
    const conversion *c = self;
    gfn_fixed_reals(n, c->sum + first, c->unit, c->x + first);
}

void gfn_blocks_convert(const gfn_blocks *b, gfn_real *vector)
{
    conversion c = {b->total, ldexp(1.0, b->exponent - GFN_GRADIENT_BITS), vector};
    gfn_parallel_ranges(b->threads, b->n_params, convert_range, &c);
}

gfn_status gfn_blocks_run_whole(const gfn_blocks *b, const gfn_rows *rows,
                                const gfn_entries *entries, gfn_real *vector)
{
    vector[gfn_model_log_z_offset(rows->model)] = 0;
    differentiate(b, rows, entries->sum, entries->n, rows->frame, vector);
    if (gfn_fixed_offenders(b->n_params, vector, GFN_GRADIENT_BITS) > 0)
        return refuse();
    const gfn_real factor = (gfn_real)ldexp(1.0, b->exponent);
    for (size_t p = 0; p < b->n_params && b->exponent > 0; p++)
        vector[p] *= factor;
    return GFN_OK;
}
