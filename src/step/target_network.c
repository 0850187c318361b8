/* SPDX-License-Identifier: MIT */
#include "step/target_network.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/parallel.h"

/* Rows that a thread evaluates at a time; values do not depend on it. */
enum { PIECE = 64 };

static gfn_status allocate(gfn_target_network *t, const gfn_rows *rows)
{
    const size_t piece = PIECE;
    t->n_frames = rows->threads;
    GFN_TRY(gfn_allocate("frames", (size_t)t->n_frames, sizeof *t->frame, &t->frame));
    for (int i = 0; i < t->n_frames; i++)
        GFN_TRY(gfn_frame_create(rows->policy.tape, &piece, &t->frame[i]));
    GFN_TRY(gfn_allocate("rows of the target", rows->most, sizeof *t->row, &t->row));
    GFN_TRY(gfn_allocate("rows of the target", rows->most, sizeof *t->has_value, &t->has_value));
    return gfn_allocate("values of the target", rows->most, sizeof *t->value, &t->value);
}

gfn_status gfn_target_network_init(gfn_target_network *t, const gfn_rows *rows,
                                   const gfn_objective *objective, const gfn_real *params)
{
    const bool has_flow = (objective->needs & GFN_NEEDS_FLOW) != 0;
    *t = (gfn_target_network){.params = params,
                              .output = has_flow ? rows->policy.log_flow : rows->policy.log_pf,
                              .column = has_flow ? 0 : (size_t)rows->stop_action,
                              .threads = rows->threads};
    return allocate(t, rows);
}

void gfn_target_network_clear(gfn_target_network *t)
{
    for (int i = 0; t->frame && i < t->n_frames; i++)
        gfn_frame_destroy(&t->frame[i]);
    gfn_release(&t->frame);
    gfn_release(&t->row);
    gfn_release(&t->has_value);
    gfn_release(&t->value);
    *t = (gfn_target_network){0};
}

void gfn_target_network_forget(gfn_target_network *t)
{
    for (size_t i = 0; i < t->n; i++)
        t->has_value[t->row[i]] = false;
    t->n = 0;
}

typedef struct job {
    gfn_target_network *target;
    const gfn_rows *rows;
    size_t first, n; /* of target->row */
} job;

static void evaluate_piece(void *self, size_t index, int thread)
{
    const job *j = self;
    const gfn_target_network *t = j->target;
    gfn_frame *frame = t->frame[thread];
    const size_t done = index * PIECE, left = j->n - done, n = left < PIECE ? left : PIECE;
    const int32_t *row = t->row + j->first + done;
    const size_t stride = gfn_tape_stride(j->rows->policy.tape, t->output);
    gfn_frame_copy_rows(frame, j->rows->frame, n, row); /* of these the inputs are read */
    gfn_frame_forward_rows(frame, t->params, 0, n);
    const gfn_real *output = gfn_frame_reals(frame, t->output);
    for (size_t i = 0; i < n; i++)
        t->value[row[i]] = (double)output[i * stride + t->column];
}

/* The start is no next state. */
static void list_rows(gfn_target_network *t, const gfn_trajectories *log)
{
    for (size_t i = 0; i < log->n; i++) {
        const int32_t *row = log->row + i * log->max_steps;
        for (int32_t step = 1; step < log->n_steps[i]; step++) {
            if (t->has_value[row[step]])
                continue;
            t->has_value[row[step]] = true;
            t->row[t->n++] = row[step];
        }
    }
}

void gfn_target_network_add(gfn_target_network *t, const gfn_rows *rows,
                            const gfn_trajectories *log)
{
    if (t->call != rows->call)
        gfn_target_network_forget(t);
    t->call = rows->call;
    job j = {.target = t, .rows = rows, .first = t->n};
    list_rows(t, log);
    j.n = t->n - j.first;
    gfn_parallel_for(t->threads, (j.n + PIECE - 1) / PIECE, evaluate_piece, &j);
}
