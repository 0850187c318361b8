/* SPDX-License-Identifier: MIT */
#include "rollout/state_table.h"

#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "rollout/fill_rows.h"

/* Add the successors of all states by one action; `state` is a buffer for one state. */
static gfn_status add_successors(gfn_sampler *s, size_t n, int32_t a, int32_t *state)
{
    int64_t number;
    const gfn_env_ops *ops = s->env->ops;
    const uint8_t *mask = gfn_frame_bytes(s->frame, s->policy.mask);
    const int32_t *states = gfn_state_set_states(s->states);
    for (size_t row = 0; row < n; row++) {
        s->table.next[row * s->n_actions + (size_t)a] = -1;
        if (a == s->env->spec.shape.stop_action || !mask[row * s->n_actions + (size_t)a])
            continue;
        memcpy(state, states + row * s->width, s->width * sizeof *state);
        ops->step(s->env->world, 1, state, &a);
        GFN_TRY(gfn_env_number(s->env, 1, state, &number));
        if (number <= (int64_t)row || number >= (int64_t)n)
            return gfn_fail(GFN_EENV,
                            "%s: state %zu leads to state %lld, expected a number after it and "
                            "below %zu (hint: gfn-dist check-env tests an environment)",
                            s->env->ops->name, row, (long long)number, n);
        s->table.next[row * s->n_actions + (size_t)a] = (int32_t)number;
    }
    return GFN_OK;
}

/* The longest trajectory must fit into a log. One pass is enough, because successors come after
 * their states. */
static gfn_status check_longest(const gfn_sampler *s, size_t n)
{
    int64_t *steps; /* [n] most steps before a state */
    size_t longest = 0;
    GFN_TRY(gfn_allocate("steps before states", n, sizeof *steps, &steps));
    for (size_t row = 0; row < n; row++) {
        const size_t here = (size_t)steps[row];
        const size_t all = here + !s->ends[row]; /* an allowed action is one more step */
        longest = all > longest ? all : longest;
        for (size_t a = 0; a < s->n_actions; a++) {
            const int32_t next = s->table.next[row * s->n_actions + a];
            if (next >= 0 && steps[next] < (int64_t)here + 1)
                steps[next] = (int64_t)here + 1;
        }
    }
    gfn_release(&steps);
    if (longest <= s->max_steps)
        return GFN_OK;
    return gfn_fail(GFN_EENV, "%s: a trajectory has %zu step%s, expected at most max_steps, %zu",
                    s->env->ops->name, longest, gfn_plural((int64_t)longest), s->max_steps);
}

/* Fill the data of edges. The last edge of a trajectory leads to the row `over`, after all states,
 * whose edges lead back to itself. */
static gfn_status add_edges(gfn_sampler *s, size_t n)
{
    const int32_t stop = s->env->spec.shape.stop_action, over = (int32_t)n;
    for (size_t i = 0; i < n * s->n_actions; i++) {
        const int32_t row = (int32_t)(i / s->n_actions), next = s->table.next[i];
        const bool is_step = (int32_t)(i % s->n_actions) != stop && next >= 0;
        s->table.edge[i] = (gfn_edge){.next = is_step && !s->ends[next] ? next : over,
                                      .end = is_step ? next : row};
        s->table.log_p[i] = (gfn_log_p){0, is_step ? (double)s->log_pb[next] : 0};
        s->table.back[i] = -1;
        if (!is_step)
            continue;
        const int32_t a = (int32_t)(i % s->n_actions);
        s->env->ops->back_action(s->env->world, 1,
                                 gfn_state_set_states(s->states) + (size_t)row * s->width, &a,
                                 &s->table.back[i]);
    }
    for (size_t a = 0; a < s->n_actions; a++)
        s->table.edge[n * s->n_actions + a] = (gfn_edge){.next = over};
    return gfn_env_failure(s->env);
}

/* The entries of states that are no objects are read by forward-looking objectives alone. */
static gfn_status add_rewards(gfn_sampler *s, size_t n)
{
    const uint8_t *mask = gfn_frame_bytes(s->frame, s->policy.mask);
    const int32_t *states = gfn_state_set_states(s->states);
    for (size_t row = 0; row < n; row++)
        if (gfn_env_is_object(s->env, mask + row * s->n_actions))
            GFN_TRY(gfn_env_log_reward(s->env, 1, states + row * s->width, s->log_reward + row));
    return GFN_OK;
}

gfn_status gfn_state_table_init(gfn_sampler *s)
{
    const size_t n = s->max_rows;
    int32_t *state;
    GFN_TRY(gfn_storage_init_table(s));
    GFN_TRY(gfn_env_add_states(s->env, s->states));
    GFN_TRY(gfn_rows_fill(s, 0, n));
    GFN_TRY(gfn_allocate("a state", s->width, sizeof *state, &state));
    gfn_status status = GFN_OK;
    for (int32_t a = 0; a < (int32_t)s->n_actions && status == GFN_OK; a++)
        status = add_successors(s, n, a, state);
    gfn_release(&state);
    GFN_TRY(status);
    GFN_TRY(check_longest(s, n));
    GFN_TRY(add_edges(s, n));
    return add_rewards(s, n);
}
