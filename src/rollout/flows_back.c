/* SPDX-License-Identifier: MIT
 *
 * The backward policy of learned edge flows, which flow matching has instead of one of its own:
 *
 *     P_B(s | s') = F(s) P_F(s' | s) / inflow(s'),
 *
 * where inflow(s') is the sum of the flows of all edges into s'. If the flows are exact, then
 * sum log P_F - sum log P_B = log R(x) - log Z along every trajectory.
 *
 * To check by: one edge into a state has log P_B = 0; two of equal flow have -log 2 each.
 */
#include "rollout/flows_back.h"

#include "base/error.h"
#include "base/parallel.h"
#include "env/env_internal.h"

gfn_status gfn_sampler_go_back_by_flows(gfn_sampler *s, bool by_flows)
{
    s->goes_back_by_flows = by_flows;
    if (!by_flows || s->has_parents)
        return GFN_OK;
    if (s->policy.log_flow == GFN_NO_VAR)
        return gfn_fail(GFN_EINVAL, "sampler: expected a model with flows of edges, found none "
                                    "(hint: GFN_FLOW_EDGES)");
    const unsigned what = GFN_ROWS_PARENTS | (s->has_rewards ? GFN_ROWS_REWARDS : 0);
    return gfn_sampler_extend(s, what, 0);
}

gfn_status gfn_flows_back_begin(gfn_sampler *s)
{
    return s->goes_back_by_flows && s->is_table ? gfn_sampler_parents(s) : GFN_OK;
}

gfn_status gfn_flows_back_find_rows(gfn_sampler *s, size_t n, const int32_t *state, int32_t *row)
{
    if (!s->goes_back_by_flows || s->is_table)
        return gfn_sampler_find_rows(s, n, state, row);
    gfn_state_set_clear(s->states); /* there is room for one generation of parents */
    GFN_TRY(gfn_sampler_find_rows(s, n, state, row));
    return gfn_sampler_parents(s);
}

gfn_status gfn_flows_back_end(gfn_sampler *s, gfn_trajectories *log)
{
    if (!s->goes_back_by_flows || s->is_table)
        return GFN_OK;
    gfn_state_set_clear(s->states);
    return gfn_sampler_find_rows(s, log->n, log->terminal, log->end_row);
}

typedef struct scoring {
    const gfn_sampler *sampler;
    gfn_trajectories *log;
    const gfn_real *log_flow, *log_pf;
    size_t stride; /* of log_flow */
} scoring;

static void score(void *self, size_t first, size_t n)
{
    const scoring *c = self;
    const gfn_sampler *s = c->sampler;
    gfn_trajectories *log = c->log;
    for (size_t i = first; i < first + n; i++) {
        const size_t at = i * log->max_steps, steps = (size_t)log->n_steps[i];
        log->sum_log_pb[i] = 0;
        for (size_t t = 0; t < steps; t++) {
            const int32_t action = log->action[at + t];
            const size_t row = (size_t)log->row[at + t];
            const int32_t next = t + 1 < steps ? log->row[at + t + 1] : log->end_row[i];
            double log_pb = 0;
            if (action != s->env->spec.shape.stop_action)
                log_pb = (double)c->log_flow[row * c->stride] +
                         (double)c->log_pf[row * s->n_actions + (size_t)action] -
                         s->parents.log_inflow[next];
            log->sum_log_pb[i] += log_pb;
            if (log->log_pb)
                log->log_pb[at + t] = (gfn_real)log_pb;
        }
    }
}

gfn_status gfn_flows_back_score(gfn_sampler *s, gfn_trajectories *log)
{
    if (!s->goes_back_by_flows)
        return GFN_OK;
    GFN_TRY(gfn_sampler_parents(s));
    const scoring c = {.sampler = s,
                       .log = log,
                       .log_flow = gfn_frame_reals(s->frame, s->policy.log_flow),
                       .log_pf = gfn_frame_reals(s->frame, s->policy.log_pf),
                       .stride = gfn_tape_stride(s->policy.tape, s->policy.log_flow)};
    gfn_parallel_ranges(s->threads, log->n, score, (void *)&c);
    return GFN_OK;
}
