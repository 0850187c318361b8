/* SPDX-License-Identifier: MIT
 *
 * The flow into a state. Its parents get rows of their own, and
 *
 *     log inflow(s) = log sum over edges s' -> s of F(s') P_F(s | s')
 *
 * with the fraction that each edge carries, which is the derivative of log inflow by the edge's
 * log-flow.
 */
#include "base/format.h"
#include "rollout/fill_rows.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/parallel.h"
#include "env/env_internal.h"

/* States whose parents are found together. */
enum { CHUNK = GFN_ROWS_CHUNK };

typedef struct chunk {
    size_t n; /* rows that have the backward action */
    size_t row[CHUNK];
    int32_t back[CHUNK], action[CHUNK];
} chunk;

/* Add the parents of rows first ... first+n-1 by backward action b; `state` is a buffer. */
static gfn_status add_parents(gfn_sampler *s, size_t first, size_t n, int32_t b, int32_t *state)
{
    const gfn_env_ops *ops = s->env->ops;
    chunk c = {.n = 0};
    for (size_t row = first; row < first + n; row++) {
        s->parents.edge[row * s->n_back + (size_t)b].row = -1;
        if (!gfn_row_back_mask(s, (int32_t)row)[b])
            continue;
        memcpy(state + c.n * s->width, gfn_state_set_states(s->states) + row * s->width,
               s->width * sizeof *state);
        c.back[c.n] = b;
        c.row[c.n++] = row;
    }
    ops->forward_action(s->env->world, c.n, state, c.back, c.action);
    ops->step_back(s->env->world, c.n, state, c.back);
    GFN_TRY(gfn_env_failure(s->env));
    for (size_t i = 0; i < c.n; i++) {
        const int32_t parent = gfn_state_set_add(s->states, state + i * s->width);
        if (parent < 0)
            return gfn_fail(GFN_EINVAL, "sampler: no room for the parents of %zu state%s", n,
                            gfn_plural((int64_t)n));
        s->parents.edge[c.row[i] * s->n_back + (size_t)b] = (gfn_parent){parent, c.action[i], 0};
    }
    return GFN_OK;
}

/* Sum the flows of the edges into rows. Until the sum is known, `fraction` holds the log of an
 * edge's flow. */
static void find_inflow(void *self, size_t first, size_t n)
{
    gfn_sampler *s = self;
    const gfn_real *log_flow = gfn_frame_reals(s->frame, s->policy.log_flow);
    const gfn_real *log_pf = gfn_frame_reals(s->frame, s->policy.log_pf);
    const size_t stride = gfn_tape_stride(s->policy.tape, s->policy.log_flow);
    for (size_t row = first; row < first + n; row++) {
        gfn_parent *parent = s->parents.edge + row * s->n_back;
        double largest = -INFINITY, sum = 0;
        for (size_t b = 0; b < s->n_back; b++) {
            if (parent[b].row < 0)
                continue;
            const size_t at = (size_t)parent[b].row;
            parent[b].fraction = (double)log_flow[at * stride] +
                                 (double)log_pf[at * s->n_actions + (size_t)parent[b].action];
            largest = fmax(largest, parent[b].fraction);
        }
        for (size_t b = 0; b < s->n_back; b++)
            if (parent[b].row >= 0)
                sum += exp(parent[b].fraction - largest);
        s->parents.log_inflow[row] = largest + log(sum);
        for (size_t b = 0; b < s->n_back; b++)
            if (parent[b].row >= 0)
                parent[b].fraction = exp(parent[b].fraction - s->parents.log_inflow[row]);
    }
}

gfn_status gfn_sampler_parents(gfn_sampler *s)
{
    const size_t n = gfn_state_set_count(s->states);
    for (size_t first = 0; first < n && !s->parents.is_known; first += CHUNK) {
        const size_t m = n - first < CHUNK ? n - first : CHUNK;
        for (int32_t b = 0; b < (int32_t)s->n_back; b++)
            GFN_TRY(add_parents(s, first, m, b, s->parents.state));
    }
    s->parents.is_known = s->is_table; /* in a table they never change */
    GFN_TRY(gfn_rows_fill(s, n, gfn_state_set_count(s->states) - n));
    gfn_parallel_ranges(s->threads, n, find_inflow, s);
    return GFN_OK;
}
