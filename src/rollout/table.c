/* SPDX-License-Identifier: MIT
 *
 * Small numbered spaces: all states and successors in a table, made once. A call evaluates the
 * policy in every state and then walks; trajectories need nothing from each other.
 */
#include "rollout/sampler.h"

#include <string.h>

#include "base/draws.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "env/world.h"

enum { TRAJECTORIES = 64 }; /* of one task */

/* Successors of all states by one action: state and number are scratch for n states. */
static gfn_status add_successors(gfn_sampler *s, size_t n, int32_t a, int32_t *state,
                                 int64_t *number)
{
    const gfn_env_ops *ops = s->env->ops;
    const uint8_t *mask = gfn_frame_bytes(s->frame, s->policy.mask);
    const int32_t *states = gfn_state_set_states(s->states);
    for (size_t row = 0; row < n; row++) {
        s->next[row * s->n_actions + (size_t)a] = -1;
        if (a == s->env->spec.shape.stop_action || !mask[row * s->n_actions + (size_t)a])
            continue;
        memcpy(state, states + row * s->width, s->width * sizeof *state);
        ops->step(s->env->world, 1, state, &a);
        ops->number(s->env->world, 1, state, number);
        if (*number <= (int64_t)row || *number >= (int64_t)n)
            return gfn_fail(GFN_EINVAL,
                            "%s: state %zu leads to state %lld, expected a number after it and "
                            "below %zu (hint: gfn_env_check() tests an environment)",
                            s->env->ops->name, row, (long long)*number, n);
        s->next[row * s->n_actions + (size_t)a] = (int32_t)*number;
    }
    return GFN_OK;
}

/* The longest trajectory must fit into a log. Successors come after their states. */
static gfn_status check_longest(const gfn_sampler *s, size_t n)
{
    int64_t *steps; /* [n] most steps before a state */
    size_t longest = 0;
    GFN_TRY(gfn_allocate("steps before states", n, sizeof *steps, &steps));
    for (size_t row = 0; row < n; row++) {
        const size_t here = (size_t)steps[row];
        const size_t all = here + !s->ends[row];
        longest = all > longest ? all : longest;
        for (size_t a = 0; a < s->n_actions; a++) {
            const int32_t next = s->next[row * s->n_actions + a];
            if (next >= 0 && steps[next] < (int64_t)here + 1)
                steps[next] = (int64_t)here + 1;
        }
    }
    gfn_release(&steps);
    /* A state that is no end has a step of its own: its stop, or one that is counted above. */
    if (longest <= s->max_steps)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "%s: a trajectory has %zu steps, expected at most max_steps, %zu",
                    s->env->ops->name, longest, s->max_steps);
}

/* What a step along an edge needs to know. The stop action leads back to its own row. */
static void add_edges(gfn_sampler *s, size_t n)
{
    for (size_t edge = 0; edge < n * s->n_actions; edge++) {
        const bool is_stop = (int32_t)(edge % s->n_actions) == s->env->spec.shape.stop_action;
        if (is_stop)
            s->next[edge] = (int32_t)(edge / s->n_actions);
        const int32_t next = s->next[edge];
        s->edge_log_pb[edge] = is_stop || next < 0 ? 0 : s->log_pb[next];
        s->is_last[edge] = is_stop || next < 0 || s->ends[next];
    }
}

gfn_status gfn_table_create(gfn_sampler *s)
{
    const size_t n = (size_t)s->env->spec.n_states;
    int32_t *state = NULL;
    int64_t number;
    GFN_TRY(gfn_allocate("successors of states", n * s->n_actions, sizeof(int32_t), &s->next));
    GFN_TRY(gfn_allocate("log P_B of edges", n * s->n_actions, sizeof(gfn_real), &s->edge_log_pb));
    GFN_TRY(gfn_allocate("last edges", n * s->n_actions, 1, &s->is_last));
    GFN_TRY(gfn_allocate("log-rewards of states", n, sizeof(double), &s->log_reward));
    GFN_TRY(gfn_env_add_states(s->env, s->states));
    GFN_TRY(gfn_rows_fill(s, 0, n));
    GFN_TRY(gfn_allocate("a state", s->width, sizeof *state, &state));
    gfn_status status = GFN_OK;
    for (int32_t a = 0; a < (int32_t)s->n_actions && status == GFN_OK; a++)
        status = add_successors(s, n, a, state, &number);
    gfn_release(&state);
    GFN_TRY(status);
    GFN_TRY(check_longest(s, n));
    add_edges(s, n);
    /* Only objects have a reward; the others' entries are never read. */
    const uint8_t *mask = gfn_frame_bytes(s->frame, s->policy.mask);
    for (size_t row = 0; row < n; row++)
        if (gfn_env_is_object(s->env, mask + row * s->n_actions))
            s->env->ops->log_reward(s->env->world, 1,
                                    gfn_state_set_states(s->states) + row * s->width,
                                    s->log_reward + row);
    return GFN_OK;
}

/* The trajectories of a task, side by side: their steps do not wait for each other. Those that are
 * alive are packed at the front; by place: which trajectory, and its row. */
typedef struct lanes {
    size_t first, alive, t;
    const gfn_real *log_pf; /* of edges */
    uint32_t lane[TRAJECTORIES];
    int32_t row[TRAJECTORIES];
    uint64_t number[TRAJECTORIES]; /* global, of the trajectory */
    uint32_t drawn[TRAJECTORIES][4];

    /* By trajectory. */
    uint32_t words[TRAJECTORIES][4];
    int32_t end[TRAJECTORIES], n_steps[TRAJECTORIES];
    double sum_log_pf[TRAJECTORIES], sum_log_pb[TRAJECTORIES];
} lanes;

static void begin(const gfn_walk *w, size_t first, size_t n, lanes *l)
{
    *l = (lanes){.first = first,
                 .alive = n,
                 .log_pf = gfn_frame_reals(w->sampler->frame, w->sampler->policy.log_pf)};
    for (size_t k = 0; k < n; k++) {
        l->lane[k] = (uint32_t)k;
        l->number[k] = (uint64_t)w->first + first + k;
    }
    /* All are in row 0: the start is the first state in topological order. */
    if (w->sampler->ends[0])
        l->alive = 0;
}

/* Four more random words for each trajectory that is alive. */
static void draw(const gfn_walk *w, lanes *l)
{
    gfn_draws(w->stream, l->alive, l->number, (uint32_t)(l->t / 4), l->drawn);
    for (size_t k = 0; k < l->alive; k++)
        memcpy(l->words[l->lane[k]], l->drawn[k], sizeof l->drawn[k]);
}

/* Log step t of trajectory i, which leaves `row` along `edge`. */
static inline void record(const gfn_sampler *s, gfn_trajectories *log, lanes *l, uint32_t i,
                          int32_t row, size_t edge)
{
    const size_t at = (l->first + i) * s->max_steps + l->t;
    const gfn_real log_pf = l->log_pf[edge], log_pb = s->edge_log_pb[edge];
    log->action[at] = (int32_t)(edge - (size_t)row * s->n_actions);
    log->row[at] = row;
    log->log_pf[at] = log_pf;
    log->log_pb[at] = log_pb;
    l->sum_log_pf[i] += (double)log_pf;
    l->sum_log_pb[i] += (double)log_pb;
}

/* One step of every trajectory that is alive. */
static void step(gfn_walk *w, lanes *l)
{
    const gfn_sampler *s = w->sampler;
    const size_t alive = l->alive, t = l->t;
    size_t kept = 0;
    for (size_t k = 0; k < alive; k++) {
        const uint32_t i = l->lane[k];
        const int32_t row = l->row[k];
        const int32_t action = w->stream ? gfn_row_action(s, row, l->words[i][t % 4])
                                         : gfn_walk_given(w, l->first + i, t, row);
        if (action < 0) {
            gfn_walk_fault(w, l->first + i);
            continue;
        }
        const size_t edge = (size_t)row * s->n_actions + (size_t)action;
        const int32_t next = s->next[edge];
        if (w->log)
            record(s, w->log, l, i, row, edge);
        l->end[i] = next;
        l->n_steps[i] = (int32_t)t + 1;
        /* Kept in its place unless this was its last step; no branch, as nobody could predict it.
         */
        l->lane[kept] = i;
        l->row[kept] = next;
        l->number[kept] = l->number[k];
        kept += !s->is_last[edge];
    }
    l->alive = kept;
    l->t++;
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
        if (!w->stream && w->log->n_steps[i] != l->n_steps[k]) { /* was to go on after its end */
            gfn_walk_fault(w, i);
            continue;
        }
        w->log->n_steps[i] = l->n_steps[k];
        w->log->sum_log_pf[i] = l->sum_log_pf[k];
        w->log->sum_log_pb[i] = l->sum_log_pb[k];
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
    while (l.alive > 0) {
        if (w->stream && l.t % 4 == 0)
            draw(w, &l);
        step(w, &l);
    }
    finish(w, &l, n);
}

gfn_status gfn_table_walk(gfn_walk *walk)
{
    gfn_parallel_for(walk->sampler->threads, (walk->n + TRAJECTORIES - 1) / TRAJECTORIES, task,
                     walk);
    return GFN_OK;
}
