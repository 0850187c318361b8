/* SPDX-License-Identifier: MIT
 *
 * Small numbered spaces: all states and successors in a table, made once. A call evaluates the
 * policy in every state and then walks; trajectories need nothing from each other.
 */
#include "rollout/sampler.h"

#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "env/world.h"

enum { TRAJECTORIES = 32 }; /* of one task */

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

gfn_status gfn_table_create(gfn_sampler *s)
{
    const size_t n = (size_t)s->env->spec.n_states;
    int32_t *state = NULL;
    int64_t number;
    GFN_TRY(gfn_allocate("successors of states", n * s->n_actions, sizeof(int32_t), &s->next));
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
    /* Only objects have a reward; the others' entries are never read. */
    const uint8_t *mask = gfn_frame_bytes(s->frame, s->policy.mask);
    for (size_t row = 0; row < n; row++)
        if (gfn_env_is_object(s->env, mask + row * s->n_actions))
            s->env->ops->log_reward(s->env->world, 1,
                                    gfn_state_set_states(s->states) + row * s->width,
                                    s->log_reward + row);
    return GFN_OK;
}

/* Walk trajectory i to its end; returns the row of its object, or -1 after a fault. */
static int32_t walk_one(gfn_walk *w, size_t i, const gfn_real *log_pf)
{
    const gfn_sampler *s = w->sampler;
    gfn_trajectories *log = w->log;
    const int32_t stop = s->env->spec.shape.stop_action;
    uint32_t words[4];
    double sum_log_pf = 0, sum_log_pb = 0;
    int32_t row = 0; /* the start is the first state in topological order */
    int32_t action = -1;
    size_t t = 0;
    while (action != stop || stop < 0) {
        action = gfn_walk_action(w, i, t, row, words);
        if (action < 0)
            break;
        const size_t edge = (size_t)row * s->n_actions + (size_t)action;
        const int32_t next = action == stop ? row : s->next[edge];
        if (log) {
            const size_t at = i * s->max_steps + t;
            log->action[at] = action;
            log->row[at] = row;
            log->log_pf[at] = log_pf[edge];
            log->log_pb[at] = action == stop ? 0 : s->log_pb[next];
            sum_log_pf += (double)log->log_pf[at];
            sum_log_pb += (double)log->log_pb[at];
        }
        row = next;
        t++;
    }
    if (action == GFN_WALK_WRONG)
        return -1;
    if (log) {
        log->n_steps[i] = (int32_t)t;
        log->sum_log_pf[i] = sum_log_pf;
        log->sum_log_pb[i] = sum_log_pb;
        log->log_reward[i] = s->log_reward[row];
    }
    return row;
}

static void task(void *self, size_t index, int thread)
{
    (void)thread;
    gfn_walk *w = self;
    const gfn_sampler *s = w->sampler;
    const int32_t *states = gfn_state_set_states(s->states);
    const gfn_real *log_pf = gfn_frame_reals(s->frame, s->policy.log_pf);
    size_t first = index * TRAJECTORIES;
    size_t end = first + TRAJECTORIES < w->n ? first + TRAJECTORIES : w->n;
    for (size_t i = first; i < end; i++) {
        int32_t row = walk_one(w, i, log_pf);
        if (row < 0)
            gfn_walk_fault(w, i);
        else
            memcpy(w->terminal + i * s->width, states + (size_t)row * s->width,
                   s->width * sizeof *states);
    }
}

gfn_status gfn_table_walk(gfn_walk *walk)
{
    gfn_parallel_for(walk->sampler->threads, (walk->n + TRAJECTORIES - 1) / TRAJECTORIES, task,
                     walk);
    return GFN_OK;
}
