/* SPDX-License-Identifier: MIT
 *
 * The calls of a sampler: sample, score, draw backward, draw objects, log P_F. Each updates the
 * rows to the current parameters; all except the last then choose a kind of walk.
 */
#include "base/format.h"
#include "rollout/walk.h"

#include <string.h>

#include "base/error.h"
#include "env/env_internal.h"
#include "rollout/flows_back.h"

static const gfn_walk_kind *kind_of(const gfn_sampler *s)
{
    return s->is_table ? &gfn_walk_by_table : &gfn_walk_in_waves;
}

/* Update rows to the current parameters. */
static gfn_status renew(gfn_sampler *s)
{
    s->call++;
    return kind_of(s)->renew(s);
}

static gfn_status walk(gfn_walk *w)
{
    w->fault = SIZE_MAX;
    GFN_TRY(kind_of(w->sampler)->walk(w));
    if (w->fault == SIZE_MAX)
        return w->log ? gfn_flows_back_score(w->sampler, w->log) : GFN_OK;
    return gfn_fail(
        GFN_EINVAL,
        "trajectory %zu: has an action that is not allowed where it is taken, continues "
        "after its end, or stops before it",
        (size_t)w->fault);
}

static gfn_status check_log(const gfn_sampler *s, size_t n, const gfn_trajectories *log)
{
    if (n > s->capacity || n > log->capacity || log->max_steps != s->max_steps ||
        log->state_width != s->width)
        return gfn_fail(GFN_EINVAL,
                        "sampler: %zu trajectories of %zu step%s, the sampler has room for %zu of "
                        "%zu (hint: gfn_sampler_trajectories() makes a log that fits)",
                        n, log->max_steps, gfn_plural((int64_t)log->max_steps), s->capacity,
                        s->max_steps);
    if (s->policy.log_pb != GFN_NO_VAR && log->back == NULL)
        return gfn_fail(GFN_EINVAL, "sampler: the log holds no backward actions, which a learned "
                                    "log P_B needs (hint: gfn_trajectories_hold_back())");
    return GFN_OK;
}

gfn_status gfn_sampler_sample(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                              size_t n, gfn_trajectories *log)
{
    GFN_TRY(check_log(sampler, n, log));
    GFN_TRY(renew(sampler));
    log->first = first;
    log->n = n;
    gfn_walk w = {.sampler = sampler,
                  .stream = stream,
                  .first = first,
                  .n = n,
                  .log = log,
                  .terminal = log->terminal};
    log->call = sampler->call;
    return walk(&w);
}

gfn_status gfn_sampler_score(gfn_sampler *sampler, gfn_trajectories *log)
{
    GFN_TRY(check_log(sampler, log->n, log));
    for (size_t i = 0; i < log->n; i++)
        if (log->n_steps[i] < 0 || (size_t)log->n_steps[i] > log->max_steps)
            return gfn_fail(GFN_EINVAL, "trajectory %zu: has %d step%s, expected 0 to %zu", i,
                            (int)log->n_steps[i], gfn_plural(log->n_steps[i]), log->max_steps);
    GFN_TRY(renew(sampler));
    log->call = sampler->call;
    gfn_walk w = {.sampler = sampler, .n = log->n, .log = log, .terminal = log->terminal};
    return walk(&w);
}

/* Trajectories first ... first+n-1 of a log, in the same arrays. */
static gfn_trajectories part_of(const gfn_trajectories *log, size_t first, size_t n)
{
    const size_t at = first * log->max_steps;
    gfn_trajectories part = *log;
    part.capacity = part.n = n;
    part.n_steps += first;
    part.action += at;
    part.row += at;
    part.log_pf = log->log_pf ? log->log_pf + at : NULL;
    part.log_pb = log->log_pb ? log->log_pb + at : NULL;
    part.back = log->back ? log->back + at : NULL;
    part.end_row += first;
    part.sum_log_pf += first;
    part.sum_log_pb += first;
    part.log_reward += first;
    part.terminal += first * log->state_width;
    return part;
}

/* Trajectories 0 ... n-1 of the log are those after the ones that it has. */
static gfn_status draw_backward(gfn_walk *w, gfn_trajectories *log)
{
    gfn_sampler *sampler = w->sampler;
    const gfn_stream *stream = w->stream;
    const int64_t first = w->first;
    const size_t n = w->n;
    GFN_TRY(check_log(sampler, log->n + n, log));
    if (log->n > 0 && log->call != sampler->call)
        return gfn_fail(GFN_EINVAL, "sampler: it was used since it filled this log (hint: "
                                    "gfn_sampler_sample() first, or a log with n = 0)");
    if (log->n > 0 && sampler->goes_back_by_flows)
        return gfn_fail(GFN_EINVAL, "sampler: the log has trajectories, but flows go back in an "
                                    "empty one only (hint: a log with n = 0)");
    if (log->n == 0) {
        GFN_TRY(renew(sampler));
        log->first = first;
    } else {
        sampler->call++; /* the log changes, although rows keep their meaning */
    }
    log->call = sampler->call;
    gfn_trajectories part = part_of(log, log->n, n);
    GFN_TRY(gfn_walk_back(sampler, stream, first, &part));
    log->n += n;
    w->stream = NULL;
    w->log = &part;
    w->terminal = part.terminal;
    return walk(w);
}

gfn_status gfn_sampler_backward(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                                size_t n, gfn_trajectories *log)
{
    return draw_backward(&(gfn_walk){.sampler = sampler, .stream = stream, .first = first, .n = n},
                         log);
}

gfn_status gfn_sampler_backward_rewarded(gfn_sampler *sampler, const gfn_stream *stream,
                                         int64_t first, size_t n, gfn_trajectories *log)
{
    gfn_walk w = {
        .sampler = sampler, .stream = stream, .first = first, .n = n, .knows_rewards = true};
    return draw_backward(&w, log);
}

/* Draw objects first ... first+n-1 of the stream, as many at a time as there are lanes. */
static gfn_status draw_objects(gfn_sampler *s, const gfn_stream *stream, int64_t first, size_t n,
                               int32_t *terminal)
{
    for (size_t done = 0; done < n; done += s->capacity) {
        /* Rows stay valid between parts, but there is room for the rows of one part only. */
        if (done == 0 || (!s->is_table && gfn_state_set_count(s->states) > 0))
            GFN_TRY(renew(s));
        gfn_walk w = {.sampler = s,
                      .stream = stream,
                      .first = first + (int64_t)done,
                      .n = n - done < s->capacity ? n - done : s->capacity,
                      .terminal = terminal + done * s->width};
        GFN_TRY(walk(&w));
    }
    return GFN_OK;
}

gfn_status gfn_sampler_objects(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                               size_t n, int32_t *terminal)
{
    const bool explores = sampler->explores;
    sampler->explores = false;
    gfn_status status = draw_objects(sampler, stream, first, n, terminal);
    sampler->explores = explores;
    return status;
}

/* In a table all states have rows. Without one, rows are made for one part of the given states at a
 * time. */
gfn_status gfn_sampler_log_pf(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    gfn_sampler *s = self;
    const size_t k = s->n_actions, part = s->max_rows < GFN_ROWS_PART ? s->max_rows : GFN_ROWS_PART;
    const gfn_real *rows = gfn_frame_reals(s->frame, s->policy.log_pf);
    GFN_TRY(renew(s));
    for (size_t done = 0; done < n; done += part) {
        size_t m = n - done < part ? n - done : part;
        if (!s->is_table)
            gfn_state_set_clear(s->states);
        GFN_TRY(gfn_sampler_find_rows(s, m, state + done * s->width, s->lanes.row));
        for (size_t i = 0; i < m; i++)
            memcpy(log_pf + (done + i) * k, rows + (size_t)s->lanes.row[i] * k, k * sizeof *log_pf);
    }
    return GFN_OK;
}
