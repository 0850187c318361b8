/* SPDX-License-Identifier: MIT
 *
 * train/gradient.h - the inside of a gradient: entries, blocks and the message.
 */
#ifndef TRAIN_GRADIENT_H
#define TRAIN_GRADIENT_H

#include <gfn/gradient.h>

#include "data/state_set.h"
#include "rollout/sampler.h"

/* Scales of the integers: derivatives of the loss with respect to log P_F and log Z, times the
 * batch size; gradients of parameters. */
enum { GFN_ENTRY_BITS = 27, GFN_GRADIENT_BITS = 36 };

/* |derivative| < 2^16: the most that 2^19 trajectories can add to one entry is 2^62. */
#define GFN_ENTRY_LIMIT 65536.0

/* A flow gets derivatives from a trajectory for its own state, and as a parent of up to 15 others.
 */
#define GFN_INFLOW_LIMIT (GFN_ENTRY_LIMIT / 16)

/* The most that 2^19 losses can add to a limb of the message is 2^62. */
#define GFN_LOSS_LIMIT 0x1p42

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

/* Entries: a distinct state's sums of derivatives, a column for each output of the model there. */
typedef struct gfn_entries {
    size_t n, capacity;
    int64_t *sum; /* [capacity][n_columns] */
} gfn_entries;

/* The columns of one variable of the policy's tape, and the distance of its rows in a frame. */
typedef struct gfn_head {
    size_t column, cols, stride;
} gfn_head;

enum { GFN_MAX_HEADS = 3 };

/* Arrays of steps that an objective may read (4) and write (5). */
enum { GFN_STEP_ARRAYS = 9 };

/* Logs of one batch whose derivatives wait for means over the batch. */
enum { GFN_MAX_LOGS = 8 };

/* A numbered space of at most so many states, and of at most so many a trajectory of the batch, is
 * small: see gradient.c. One of at most GFN_WHOLE_STATES is a single block. The rules know the
 * configuration only, never the number of ranks. */
enum { GFN_SMALL_STATES = 4096, GFN_SMALL_STATES_PER_TRAJECTORY = 4, GFN_WHOLE_STATES = 512 };

/* Sums over trajectories: d loss / d log Z, limbs of the losses. */
typedef struct gfn_tally {
    int64_t log_z, loss[2];
    size_t fault; /* lowest trajectory that cannot be added; SIZE_MAX: none */
} gfn_tally;

/* What a thread needs to add trajectories and for the backward pass, and what it added up. */
typedef struct gfn_worker {
    gfn_frame *frame;
    gfn_real *block; /* [n_params] gradient of a block */
    int64_t *sum;    /* [n_params] of its blocks; of thread 0: total */
    gfn_real *fast;  /* [n_params] instead, in floating point; NULL unless is_fast */
    size_t n_blocks, offenders;

    /* Of the trajectories that it adds: sums of their derivatives and losses. */
    int64_t *entries; /* as gfn_entries.sum; of worker 0: mine.sum; others have it for a table */
    double *steps;    /* [GFN_STEP_ARRAYS][max_steps + 1] what an objective reads and writes */
    gfn_tally tally;
} gfn_worker;

struct gfn_gradient {
    gfn_comm *comm;
    gfn_sampler *sampler;
    const gfn_objective *objective;
    int64_t batch_size;
    int rank, size;
    int threads, most_threads; /* in use, and that there is memory for */
    size_t n_actions, n_params, log_z_offset;

    /* Columns of an entry: log P_F, log P_B where it is learned, log F where there is a flow. */
    size_t n_columns, column_pb, column_flow, n_outputs;
    gfn_var output[GFN_MAX_HEADS];
    gfn_head head[GFN_MAX_HEADS];
    double lambda;
    bool is_small, is_whole, is_fast;
    double comm_seconds,
        wait_seconds;          /* in messages of steps so far; of these waiting for others */
    double step_comm;          /* in messages since the last exchange ended */
    double step_end;           /* when that was; 0: there was none */
    unsigned requests, agreed; /* of this rank for the next message; of any rank in the last */
    uint64_t call;             /* of the sampler, that the entries are of */

    /* Of this rank's trajectories. */
    gfn_entries mine;   /* by first visit; in a small space by number, all states */
    int32_t *row_entry; /* [max_rows] entry + 1 of a row, 0: none */
    int32_t *entry_row; /* [n_rows] rows that have an entry, by first visit */
    size_t n_rows;
    int64_t log_z_sum, n_added, loss[2];

    /* Means over the batch of all ranks, where the objective asks for them: limbs of this rank's
     * sums, and the logs that wait for them. */
    int64_t mean_sum[5]; /* and how many trajectories they are of */
    double mean_weight, log_z;
    size_t n_logs;
    const gfn_trajectories *logs[GFN_MAX_LOGS];

    /* Of all ranks, where there are several. */
    gfn_entries all;
    gfn_state_set *states; /* of the entries in `all`; in a small space all states by number */
    size_t key_words;      /* int64 words that hold a state */
    int64_t *records;      /* [mine.capacity][key_words + n_columns] */
    int64_t *gathered;     /* [gathered_capacity][...] */
    size_t together;       /* most entries of all ranks, the same states counted again */
    size_t gathered_capacity, *counts;

    /* Backward. */
    size_t block_capacity;
    gfn_worker *worker; /* [most_threads] */
    int32_t *rows;      /* rows of this rank's share of the entries */

    /* The message: a payload, which is the gradient or (small) the entries, then the tail. */
    int64_t *message;
    size_t payload, tail_size;
    int64_t *total; /* [n_params] gradient over all ranks; the payload or (small) an array */
};

/* Requests that travel with a message and reach all ranks: any rank may make them. */
enum { GFN_REQUEST_STOP = 1, GFN_REQUEST_CHECKPOINT = 2 };

/* The tail: the derivative with respect to log Z, two limbs of the loss, the number of
 * trajectories, one slot a rank with its status, its requests and the fingerprint of its
 * parameters, and one a rank with the nanoseconds that it worked since the last message. */
enum { GFN_TAIL_LOG_Z = 0, GFN_TAIL_LOSS = 1, GFN_TAIL_COUNT = 3, GFN_TAIL_SLOTS = 4 };

static inline int64_t *gfn_message_tail(const gfn_gradient *g)
{
    return g->message + g->payload;
}

/* [size] nanoseconds that the ranks worked. */
static inline int64_t *gfn_message_work(const gfn_gradient *g)
{
    return gfn_message_tail(g) + GFN_TAIL_SLOTS + g->size;
}

/* The sampler has a table: its rows are numbers of states, as the entries of a small space are. */
static inline bool gfn_rows_are_entries(const gfn_gradient *g)
{
    return g->is_small && g->sampler->next != NULL;
}

/* Note `seconds` in a message. */
static inline void gfn_message_took(gfn_gradient *g, double seconds)
{
    g->step_comm += seconds;
    g->comm_seconds += seconds;
}

/* add.c: find means over the batch, and add the logs that waited for them; where that fails on this
 * rank, *mine says so. Collective where the objective asks for means. */
gfn_status gfn_gradient_add_rest(gfn_gradient *g, gfn_status *mine);

/* merge.c: entries of all ranks (one rank: its own). Collective; a rank that failed gives none. */
gfn_status gfn_gradient_merge(gfn_gradient *g, gfn_status mine, const gfn_entries **entries);

/* blocks.c: the most states of a block where there are at most n. */
size_t gfn_most_block_rows(size_t n);

/* The blocks' gradients of these entries, added to g->total: all of them, or the share
 * of this rank. */
gfn_status gfn_gradient_blocks(gfn_gradient *g, const gfn_entries *entries, bool is_share);

/* The gradient of a small space that is a single block, which needs no integers. */
gfn_status gfn_gradient_whole(gfn_gradient *g, gfn_real *vector);

/* message.c: send what a rank adds and says of itself, and hear all. Collective. */
gfn_status gfn_message_exchange(gfn_gradient *g, gfn_status mine);

#endif
