/* SPDX-License-Identifier: MIT
 *
 * Backward walks: the backward policy draws trajectories from given objects to the start. Their
 * actions are then given to a forward walk, which scores them.
 */
#include "base/format.h"
#include "rollout/walk.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "env/env_internal.h"
#include "rollout/flows_back.h"

typedef struct backward_walk {
    gfn_sampler *sampler;
    const gfn_stream *stream;
    int64_t first;         /* global number of the log's first trajectory */
    gfn_trajectories *log; /* its steps are filled from the last to the first */
} backward_walk;

/* The weight of an allowed backward action, proportional to P_B. */
static double weigh_back(const gfn_sampler *s, int32_t row, int32_t back)
{
    if (s->goes_back_by_flows)
        return s->parents.edge[(size_t)row * s->n_back + (size_t)back].fraction;
    return s->policy.log_pb == GFN_NO_VAR ? 1 : exp(gfn_row_log_pb(s, row, back));
}

/* The backward action that a random word chooses in a row; -1 in the start. */
static int32_t choose_back(const gfn_sampler *s, int32_t row, uint32_t word)
{
    const uint8_t *allowed = gfn_row_back_mask(s, row);
    const int32_t n_back = (int32_t)s->n_back;
    double total = 0, sum = 0;
    int32_t last = -1;
    for (int32_t b = 0; b < n_back; b++)
        total += allowed[b] ? weigh_back(s, row, b) : 0;
    const double draw = (word + 0.5) * 0x1p-32 * total;
    for (int32_t b = 0; b < n_back && !(last >= 0 && draw < sum); b++) {
        if (!allowed[b])
            continue;
        sum += weigh_back(s, row, b);
        last = b;
    }
    return last;
}

/* Choose a backward action in each live lane, and find the forward action that it undoes. Lanes in
 * the start end; returns how many continue, packed at the front. */
static size_t choose_all(backward_walk *w, size_t t, size_t live)
{
    const gfn_sampler *s = w->sampler;
    const gfn_lanes *lanes = &s->lanes;
    size_t kept = 0;
    for (size_t k = 0; k < live; k++) {
        const size_t i = lanes->trajectory[k];
        uint32_t *words = lanes->words + 4 * i;
        if (t % 4 == 0)
            gfn_random_words(w->stream, (uint64_t)w->first + i, (uint32_t)(t / 4), words);
        const int32_t back = choose_back(s, lanes->row[k], words[t % 4]);
        if (back < 0) {
            w->log->n_steps[i] = (int32_t)t;
            continue;
        }
        lanes->trajectory[kept] = i;
        lanes->back[kept] = back;
        if (kept != k)
            memcpy(lanes->state + kept * s->width, lanes->state + k * s->width,
                   s->width * sizeof *lanes->state);
        kept++;
    }
    s->env->ops->forward_action(s->env->world, kept, lanes->state, lanes->back, lanes->action);
    return kept;
}

/* Whether a trajectory ends in the state of a row by the stop action. */
static bool ends_by_stop(const gfn_sampler *s, int32_t row)
{
    const int32_t stop = s->env->spec.shape.stop_action;
    const uint8_t *mask = gfn_frame_bytes(s->frame, s->policy.mask) + (size_t)row * s->n_actions;
    return stop >= 0 && mask[stop];
}

static gfn_status refuse(const gfn_sampler *s)
{
    return gfn_fail(GFN_EINVAL,
                    "%s: an object lies more than %zu step%s from the start, expected at most "
                    "max_steps (hint: is it an object of this space?)",
                    s->env->ops->name, s->max_steps, gfn_plural((int64_t)s->max_steps));
}

/* Actions are the last elements of each trajectory's steps: move them to the front, and append the
 * stop. */
static gfn_status move_to_front(backward_walk *w)
{
    gfn_trajectories *log = w->log;
    for (size_t i = 0; i < log->n; i++) {
        const size_t n = (size_t)log->n_steps[i];
        int32_t *action = log->action + i * log->max_steps;
        memmove(action, action + log->max_steps - n, n * sizeof *action);
        if (!ends_by_stop(w->sampler, log->end_row[i]))
            continue;
        if (n == log->max_steps)
            return refuse(w->sampler);
        action[log->n_steps[i]++] = w->sampler->env->spec.shape.stop_action;
    }
    return GFN_OK;
}

gfn_status gfn_walk_back(gfn_sampler *s, const gfn_stream *stream, int64_t first,
                         gfn_trajectories *log)
{
    backward_walk w = {s, stream, first, log};
    const gfn_lanes *lanes = &s->lanes;
    const size_t n = log->n;
    memcpy(lanes->state, log->terminal, n * s->width * sizeof *lanes->state);
    for (size_t i = 0; i < n; i++)
        lanes->trajectory[i] = i;
    GFN_TRY(gfn_flows_back_begin(s));
    GFN_TRY(gfn_flows_back_find_rows(s, n, lanes->state, log->end_row));
    memcpy(lanes->row, log->end_row, n * sizeof *lanes->row);
    for (size_t t = 0, live = n; (live = choose_all(&w, t, live)) > 0; t++) {
        if (t == s->max_steps)
            return refuse(s);
        for (size_t k = 0; k < live; k++)
            log->action[(lanes->trajectory[k] + 1) * log->max_steps - 1 - t] = lanes->action[k];
        s->env->ops->step_back(s->env->world, live, lanes->state, lanes->back);
        GFN_TRY(gfn_env_failure(s->env));
        GFN_TRY(gfn_flows_back_find_rows(s, live, lanes->state, lanes->row));
    }
    GFN_TRY(gfn_flows_back_end(s, log));
    return move_to_front(&w);
}
