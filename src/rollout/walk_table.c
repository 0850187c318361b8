/* SPDX-License-Identifier: MIT
 *
 * Walks by table: a call first evaluates the policy in every state, so that trajectories do not
 * depend on each other.
 */
#include "rollout/walk.h"

#include <string.h>

#include "base/error.h"
#include "base/parallel.h"
#include "base/random_block.h"
#include "env/env_internal.h"
#include "rollout/faults.h"
#include "rollout/fill_rows.h"

/* The trajectories of a task. They take STRIDE steps at a time, as many as one draw of random words
 * serves, and no step checks whether it was the last: a trajectory that ends stays in the row
 * `over` until the stride is done. So there are no mispredicted branches, and the steps of
 * different trajectories are independent. Live trajectories are packed at the front. */
enum { TRAJECTORIES = 64, STRIDE = 4 /* words of one draw */ };

_Static_assert(TRAJECTORIES % GFN_RANDOM_BLOCK == 0, "gfn_random_block() takes whole groups");

typedef struct lanes {
    size_t first, alive, t;

    /* By lane: its trajectory, the current row, and the steps of this stride. */
    uint32_t trajectory[TRAJECTORIES]; /* its index in the task */
    int32_t row[TRAJECTORIES];
    uint64_t number[TRAJECTORIES]; /* global number of the trajectory */
    uint32_t word[STRIDE][TRAJECTORIES];
    int32_t from[TRAJECTORIES][STRIDE], action[TRAJECTORIES][STRIDE], edge[TRAJECTORIES][STRIDE];

    /* By trajectory. */
    int32_t end[TRAJECTORIES], n_steps[TRAJECTORIES];
    gfn_log_p sum[TRAJECTORIES];
} lanes;

static void begin(const gfn_walk *w, size_t first, size_t n, lanes *l)
{
    l->first = first;
    l->alive = w->sampler->ends[0] ? 0 : n;
    l->t = 0;
    for (size_t k = 0; k < TRAJECTORIES; k++) {
        l->trajectory[k] = (uint32_t)k;
        l->row[k] = 0; /* the start is the first state in topological order */
        l->number[k] = (uint64_t)w->first + first + k;
        l->end[k] = l->n_steps[k] = 0;
        l->sum[k] = (gfn_log_p){0};
    }
}

/* Step j of the stride, for all live trajectories. */
static inline __attribute__((always_inline)) void step(const gfn_sampler *s, lanes *l, size_t j,
                                                       const size_t n_actions)
{
    const int32_t *threshold = s->threshold;
    const gfn_edge *edges = s->table.edge;
    const size_t alive = l->alive;
    for (size_t k = 0; k < alive; k++) {
        const int32_t row = l->row[k], first = row * (int32_t)n_actions;
        const int32_t draw = (int32_t)(l->word[j][k] >> 1);
        int32_t action = 0;
        for (size_t a = 0; a + 1 < n_actions; a++) /* no word exceeds the last threshold */
            action += draw > threshold[(size_t)first + a];
        l->from[k][j] = row;
        l->action[k][j] = action;
        l->edge[k][j] = first + action;
        l->row[k] = edges[first + action].next;
    }
}

/* The loop over actions is unrolled for the usual problem: two dimensions and stop. */
static void take_stride(const gfn_sampler *s, lanes *l)
{
    for (size_t j = 0; j < STRIDE; j++)
        if (s->n_actions == 3)
            step(s, l, j, 3);
        else
            step(s, l, j, s->n_actions);
}

/* Log n steps of trajectory i, which is in lane k, from step t on. */
static inline __attribute__((always_inline)) void record(const gfn_walk *w, lanes *l, size_t k,
                                                         size_t t, const size_t n)
{
    const gfn_trajectories *log = w->log;
    const uint32_t i = l->trajectory[k];
    const size_t at = (l->first + i) * log->max_steps + t;
    gfn_log_p sum = l->sum[i];
    memcpy(log->row + at, l->from[k], n * sizeof(int32_t));
    memcpy(log->action + at, l->action[k], n * sizeof(int32_t));
    for (size_t j = 0; log->back && j < n; j++)
        log->back[at + j] = w->sampler->table.back[l->edge[k][j]];
    for (size_t j = 0; j < n; j++) {
        const gfn_log_p log_p = w->sampler->table.log_p[l->edge[k][j]];
        sum += log_p;
        if (log->log_pf) {
            log->log_pf[at + j] = (gfn_real)log_p[0];
            log->log_pb[at + j] = (gfn_real)log_p[1];
        }
    }
    l->sum[i] = sum;
}

/* Log this stride of all live trajectories. Steps in the row `over` add nothing to sums and are
 * never read. */
static void record_all(const gfn_walk *w, lanes *l)
{
    const size_t room = w->sampler->max_steps - l->t;
    for (size_t k = 0; k < l->alive; k++)
        if (room >= STRIDE)
            record(w, l, k, l->t, STRIDE);
        else
            record(w, l, k, l->t, room);
}

/* Note the end of trajectory i, which ended in this stride in lane k. */
static void note_end(const gfn_sampler *s, lanes *l, size_t k, uint32_t i)
{
    const int32_t over = (int32_t)s->env->spec.n_states;
    size_t n = 1;
    for (size_t j = 1; j < STRIDE; j++)
        n += l->from[k][j] != over;
    l->end[i] = s->table.edge[l->edge[k][n - 1]].end;
    l->n_steps[i] = (int32_t)(l->t + n);
}

/* After a stride: keep the trajectories that continue, in their order, and note the ends of the
 * others. */
static void keep_live(const gfn_sampler *s, lanes *l)
{
    const int32_t over = (int32_t)s->env->spec.n_states;
    uint32_t lane[TRAJECTORIES], trajectory[TRAJECTORIES]; /* of those that ended */
    size_t kept = 0, ended = 0;
    for (size_t k = 0; k < l->alive; k++) {
        const bool is_over = l->row[k] == over;
        lane[ended] = (uint32_t)k;
        trajectory[ended] = l->trajectory[k];
        ended += is_over;
        l->trajectory[kept] = l->trajectory[k];
        l->row[kept] = l->row[k];
        l->number[kept] = l->number[k];
        kept += !is_over;
    }
    for (size_t e = 0; e < ended; e++)
        note_end(s, l, lane[e], trajectory[e]);
    l->alive = kept;
    l->t += STRIDE;
}

/* Draw actions from the policy. */
static void draw(const gfn_walk *w, lanes *l)
{
    while (l->alive > 0) {
        const uint32_t block = (uint32_t)(l->t / STRIDE);
        gfn_random_block(w->stream, l->alive, l->number, block, TRAJECTORIES, l->word[0]);
        take_stride(w->sampler, l);
        if (w->log)
            record_all(w, l);
        keep_live(w->sampler, l);
    }
}

/* Follow the given actions of trajectory i. */
static void follow(gfn_walk *w, lanes *l, uint32_t i)
{
    const gfn_sampler *s = w->sampler;
    const int32_t over = (int32_t)s->env->spec.n_states;
    for (int32_t row = 0; row != over;) {
        const size_t t = (size_t)l->n_steps[i];
        const int32_t action = gfn_walk_given(w, l->first + i, t, row);
        if (action < 0) {
            gfn_fault_note(&w->fault, l->first + i);
            return;
        }
        const int32_t edge = row * (int32_t)s->n_actions + action;
        l->from[i][0] = row;
        l->action[i][0] = action;
        l->edge[i][0] = edge;
        record(w, l, i, t, 1);
        row = s->table.edge[edge].next;
        l->end[i] = s->table.edge[edge].end;
        l->n_steps[i]++;
    }
}

static void finish(gfn_walk *w, const lanes *l, size_t n)
{
    const gfn_sampler *s = w->sampler;
    const int32_t *states = gfn_state_set_states(s->states);
    for (size_t k = 0; k < n; k++) {
        const size_t i = l->first + k;
        memcpy(w->terminal + i * s->width, states + (size_t)l->end[k] * s->width,
               s->width * sizeof *states);
        if (w->log == NULL)
            continue;
        if (!w->stream && w->log->n_steps[i] != l->n_steps[k]) { /* it has more actions */
            gfn_fault_note(&w->fault, i);
            continue;
        }
        w->log->n_steps[i] = l->n_steps[k];
        w->log->end_row[i] = l->end[k];
        w->log->sum_log_pf[i] = l->sum[k][0];
        w->log->sum_log_pb[i] = l->sum[k][1];
        w->log->log_reward[i] = s->log_reward[l->end[k]];
    }
}

static void task(void *self, size_t index, int thread)
{
    (void)thread;
    gfn_walk *w = self;
    const size_t first = index * TRAJECTORIES;
    const size_t n = w->n - first < TRAJECTORIES ? w->n - first : TRAJECTORIES;
    lanes l;
    begin(w, first, n, &l);
    if (w->stream)
        draw(w, &l);
    else
        for (size_t k = 0; k < l.alive; k++)
            follow(w, &l, (uint32_t)k);
    finish(w, &l, n);
}

static gfn_status walk_all(gfn_walk *walk)
{
    gfn_sampler *s = walk->sampler;
    const gfn_real *log_pf = gfn_frame_reals(s->frame, s->policy.log_pf);
    const size_t edges = (size_t)s->env->spec.n_states * s->n_actions;
    for (size_t i = 0; i < edges; i++)
        s->table.log_p[i][0] = (double)log_pf[i];
    for (size_t i = 0; i < edges && s->policy.log_pb != GFN_NO_VAR; i++)
        if (s->table.back[i] >= 0)
            s->table.log_p[i][1] = gfn_row_log_pb(s, s->table.next[i], s->table.back[i]);
    gfn_parallel_for(s->threads, (walk->n + TRAJECTORIES - 1) / TRAJECTORIES, task, walk);
    return GFN_OK;
}

/* Evaluate the policy in every state. */
static gfn_status renew(gfn_sampler *s)
{
    return gfn_rows_refresh(s, 0, s->max_rows);
}

const gfn_walk_kind gfn_walk_by_table = {renew, walk_all};
