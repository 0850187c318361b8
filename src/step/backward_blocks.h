/* SPDX-License-Identifier: MIT
 *
 * step/backward_blocks.h - backward through the policy in blocks of distinct states.
 *
 * The cuts between blocks depend on the number of distinct states alone, and the gradient of a
 * block on its states alone; so any rank and any thread may run any block.
 */
#ifndef STEP_BACKWARD_BLOCKS_H
#define STEP_BACKWARD_BLOCKS_H

#include "rollout/rows.h"
#include "step/columns.h"
#include "step/entries.h"

/* The scale of the integers: gradients of parameters, divided by 2^exponent. */
enum { GFN_GRADIENT_BITS = 36 };

/* Distinct states are cut into equal blocks. While there are few, a block has at most
 * GFN_BLOCK_ROWS of them, so that there is something to share out. From GFN_FEW_BLOCKS blocks on
 * these grow, up to GFN_LARGE_BLOCK_ROWS, so that rounding to fixed point is cheap beside the
 * products of matrices; then there are more of them. From GFN_MAX_BLOCKS on, whose sums cannot
 * leave 63 bits, they grow again. */
enum {
    GFN_BLOCK_ROWS = 96,
    GFN_FEW_BLOCKS = 16,
    GFN_LARGE_BLOCK_ROWS = 256,
    GFN_MAX_BLOCKS = 4096
};

/* The most states of a block of at most n. */
size_t gfn_most_block_rows(size_t n);

/* One per thread. */
typedef struct gfn_block_worker {
    gfn_frame *frame;
    gfn_real *block; /* [n_params] gradient of a block */
    int64_t *sum;    /* [n_params] of its blocks; that of worker 0 is the total */
    size_t n_blocks, offenders;
} gfn_block_worker;

typedef struct gfn_blocks {
    gfn_columns columns;
    size_t n_params;
    double unit;  /* of an entry's sum */
    int exponent; /* of the batch: 0, or so large that each entry is below 2^exponent */
    int threads;  /* in use */
    int n_workers;
    gfn_block_worker *worker; /* [n_workers] */
    int32_t *row;             /* [capacity] rows of the entries that this rank runs */
    int64_t *total;           /* [n_params] */
    bool owns_total;
} gfn_blocks;

/* Blocks without room: enough for gfn_blocks_run_whole(). unit: of an entry's sum. */
gfn_blocks gfn_blocks_of(const gfn_rows *rows, const gfn_columns *columns, double unit);

/* Make room for blocks of block_rows states, of n entries that this rank runs at most. total
 * [n_params] is borrowed; NULL: the blocks have their own. Errors: GFN_ENOMEM. */
gfn_status gfn_blocks_allocate(gfn_blocks *blocks, const gfn_rows *rows, size_t n,
                               size_t block_rows, int64_t *total);
void gfn_blocks_clear(gfn_blocks *blocks);

/* The blocks of n entries that one of `size` ranks runs, and their entries. */
typedef struct gfn_block_share {
    size_t n_all, n_all_blocks;
    size_t first_block, n_blocks;
    size_t first, n; /* entries */
} gfn_block_share;

gfn_block_share gfn_blocks_share(size_t n, int rank, int size);

/* Choose the scale of gradients by the entries of all ranks, so that large rewards do not leave the
 * range. It is a power of two, so it changes no bit as long as no entry exceeds 1. */
void gfn_blocks_scale(gfn_blocks *blocks, const gfn_entries *entries);

/* Add up the gradients of a share of blocks in blocks->total. blocks->row [share->n] has the rows
 * of its entries. Errors: GFN_ENUMERIC (a gradient that is not finite or out of range). */
gfn_status gfn_blocks_run(gfn_blocks *blocks, const gfn_rows *rows, const gfn_entries *entries,
                          const gfn_block_share *share);

/* The total as real numbers: vector [n_params]. */
void gfn_blocks_convert(const gfn_blocks *blocks, gfn_real *vector);

/* The gradient of all entries as one block, which needs no integers: vector [n_params]. Entries are
 * rows, all of them. Errors: as gfn_blocks_run(). */
gfn_status gfn_blocks_run_whole(const gfn_blocks *blocks, const gfn_rows *rows,
                                const gfn_entries *entries, gfn_real *vector);

#endif
