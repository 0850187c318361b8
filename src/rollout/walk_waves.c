/* SPDX-License-Identifier: MIT
 *
 * Walks in waves, for spaces of any size: all live trajectories take step t together. A wave finds
 * the rows of their states, evaluates the policy in the new ones as one batch, and takes one action
 * in each lane.
 */
#include "rollout/walk.h"

#include <string.h>

#include "base/error.h"
#include "base/parallel.h"
#include "env/env_internal.h"
#include "rollout/faults.h"

enum { LANES = 128 }; /* per task */

typedef struct wave {
    gfn_walk *walk;
    size_t t, live;
} wave;

/* Log step t of trajectory i, and log P_B of the step before, now that its target is known. */
static void record(gfn_trajectories *log, const gfn_sampler *s, size_t t, size_t i, int32_t row,
                   int32_t action)
{
    const size_t at = i * s->max_steps + t;
    const bool is_stop = action >= 0 && action == s->env->spec.shape.stop_action;
    if (t > 0) {
        const double log_pb = gfn_row_log_pb(s, row, log->back ? log->back[at - 1] : 0);
        log->sum_log_pb[i] += log_pb;
        if (log->log_pb)
            log->log_pb[at - 1] = (gfn_real)log_pb;
    }
    if (action < 0 || is_stop) {
        log->n_steps[i] = (int32_t)t + is_stop;
        log->end_row[i] = row;
    }
    if (action < 0)
        return;
    const gfn_real *all = gfn_frame_reals(s->frame, s->policy.log_pf);
    const gfn_real log_pf = all[(size_t)row * s->n_actions + (size_t)action];
    log->row[at] = row;
    log->action[at] = action;
    if (log->back)
        log->back[at] = -1; /* of a stop; for other steps, note_back() overwrites it */
    log->sum_log_pf[i] += (double)log_pf;
    if (log->log_pf) {
        log->log_pf[at] = log_pf;
        log->log_pb[at] = 0; /* of a stop; for other steps, the next step overwrites it */
    }
}

static void act(void *self, size_t index, int thread)
{
    (void)thread;
    wave *v = self;
    gfn_walk *w = v->walk;
    gfn_sampler *s = w->sampler;
    const gfn_lanes *lanes = &s->lanes;
    size_t end = (index + 1) * LANES < v->live ? (index + 1) * LANES : v->live;
    for (size_t k = index * LANES; k < end; k++) {
        const size_t i = lanes->trajectory[k];
        const int32_t row = lanes->row[k];
        int32_t action = gfn_walk_action(w, i, v->t, row, lanes->words + 4 * i);
        if (action >= 0 && v->t == s->max_steps) /* the step does not fit into a log */
            action = GFN_WALK_WRONG;
        lanes->action[k] = action;
        if (action == GFN_WALK_WRONG)
            gfn_fault_note(&w->fault, i);
        else if (w->log)
            record(w->log, s, v->t, i, row, action);
    }
}

/* Note the backward actions that undo step t of the first n lanes, before they take it. */
static void note_back(gfn_walk *w, size_t t, size_t n)
{
    const gfn_sampler *s = w->sampler;
    const gfn_lanes *lanes = &s->lanes;
    s->env->ops->back_action(s->env->world, n, lanes->state, lanes->action, lanes->back);
    for (size_t k = 0; k < n; k++)
        w->log->back[lanes->trajectory[k] * s->max_steps + t] = lanes->back[k];
}

/* Remove the lanes that are over, pack the others in their order, and step them. */
static size_t advance(gfn_walk *w, size_t t, size_t live)
{
    gfn_sampler *s = w->sampler;
    const gfn_lanes *lanes = &s->lanes;
    const size_t bytes = s->width * sizeof *lanes->state;
    size_t kept = 0;
    for (size_t k = 0; k < live; k++) {
        const size_t i = lanes->trajectory[k];
        const int32_t *state = lanes->state + k * s->width;
        if (lanes->action[k] < 0 || lanes->action[k] == s->env->spec.shape.stop_action) {
            memcpy(w->terminal + i * s->width, state, bytes);
            continue;
        }
        lanes->trajectory[kept] = i;
        lanes->action[kept] = lanes->action[k];
        if (kept != k)
            memcpy(lanes->state + kept * s->width, state, bytes);
        kept++;
    }
    if (w->log && w->log->back)
        note_back(w, t, kept);
    s->env->ops->step(s->env->world, kept, lanes->state, lanes->action);
    return kept;
}

static gfn_status begin(gfn_walk *w)
{
    gfn_sampler *s = w->sampler;
    GFN_TRY(gfn_env_start(s->env, w->n, s->lanes.state));
    for (size_t i = 0; i < w->n; i++)
        s->lanes.trajectory[i] = i;
    if (w->log) {
        memset(w->log->sum_log_pf, 0, w->n * sizeof *w->log->sum_log_pf);
        memset(w->log->sum_log_pb, 0, w->n * sizeof *w->log->sum_log_pb);
    }
    return GFN_OK;
}

static gfn_status walk(gfn_walk *w)
{
    gfn_sampler *s = w->sampler;
    GFN_TRY(begin(w));
    size_t live = w->n;
    for (size_t t = 0; live > 0; t++) {
        GFN_TRY(gfn_sampler_find_rows(s, live, s->lanes.state, s->lanes.row));
        wave v = {.walk = w, .t = t, .live = live};
        gfn_parallel_for(s->threads, (live + LANES - 1) / LANES, act, &v);
        if (w->stream && w->fault != SIZE_MAX)
            return gfn_fail(GFN_EENV,
                            "%s: a trajectory continues after step %zu, expected at most "
                            "max_steps (hint: gfn-dist check-env tests an environment)",
                            s->env->ops->name, s->max_steps);
        live = advance(w, t, live);
        GFN_TRY(gfn_env_failure(s->env));
    }
    if (w->log && w->fault == SIZE_MAX && !w->knows_rewards)
        return gfn_env_log_reward(s->env, w->n, w->terminal, w->log->log_reward);
    return GFN_OK;
}

/* Empty the set: the walk numbers states again, in the order of first visits. */
static gfn_status renew(gfn_sampler *s)
{
    gfn_state_set_clear(s->states);
    return GFN_OK;
}

const gfn_walk_kind gfn_walk_in_waves = {renew, walk};
