/* SPDX-License-Identifier: MIT
 *
 * Adding trajectories: what the objective says of each is summed up by distinct state and output of
 * the model there. Where the objective asks for means over the batch, they are found first.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fixed_point.h"
#include "base/parallel.h"
#include "env/env_internal.h"
#include "train/gradient.h"

/* ---- entries ---- */

/* Entry of a row: by first visit, and numbered now if this is it; in a small space by number. */
static size_t number_entry(gfn_gradient *g, int32_t row)
{
    if (g->row_entry[row] != 0)
        return (size_t)(g->row_entry[row] - 1);
    g->entry_row[g->n_rows++] = row;
    size_t entry = g->n_rows - 1;
    if (g->is_small) {
        const int32_t *states = gfn_state_set_states(g->sampler->states);
        entry = (size_t)gfn_state_set_add(g->states, states + (size_t)row * g->sampler->width);
    } else {
        memset(g->mine.sum + entry * g->n_columns, 0, g->n_columns * sizeof(int64_t));
        g->mine.n = g->n_rows;
    }
    g->row_entry[row] = (int32_t)entry + 1;
    return entry;
}

/* The sums of a row's state. */
static inline int64_t *sums_of(gfn_gradient *g, gfn_worker *w, int32_t row)
{
    const size_t entry = gfn_rows_are_entries(g) ? (size_t)row : number_entry(g, row);
    return w->entries + entry * g->n_columns;
}

static inline int64_t fixed(double x)
{
    return gfn_fixed(x, 0x1p27);
}

_Static_assert(GFN_ENTRY_BITS == 27, "fixed() and the entries have one scale");

/* A log-flow into a state is that of its parents' edges: each gets its share of the derivative. */
static void add_inflow(gfn_gradient *g, gfn_worker *w, int32_t row, double derivative)
{
    const gfn_sampler *s = g->sampler;
    const gfn_parent *parent = s->parent + (size_t)row * s->n_back;
    for (size_t b = 0; b < s->n_back; b++) {
        if (parent[b].row < 0)
            continue;
        int64_t *sum = sums_of(g, w, parent[b].row);
        const int64_t share = fixed(derivative * parent[b].share);
        sum[parent[b].action] += share;
        sum[g->column_flow] += share;
    }
}

/* Derivatives of everything but log P_F at step t of trajectory i, which leaves a state with these
 * sums. */
static void add_other(gfn_gradient *g, gfn_worker *w, const gfn_trajectories *log,
                      const gfn_derivatives *d, size_t at, int64_t *sum)
{
    const size_t i = at / log->max_steps, t = at % log->max_steps;
    const bool is_last = t + 1 == (size_t)log->n_steps[i];
    const int32_t stop = g->sampler->env->spec.shape.stop_action;
    if (d->log_flow)
        sum[g->column_flow] += fixed(d->log_flow[t]);
    if (d->log_stop)
        sum[stop] += fixed(d->log_stop[t]);
    if (d->log_inflow && t > 0)
        add_inflow(g, w, log->row[at], d->log_inflow[t]);
    if (log->back && log->back[at] >= 0) {
        const int32_t entered = is_last ? log->end_row[i] : log->row[at + 1];
        sums_of(g, w, entered)[g->column_pb + (size_t)log->back[at]] +=
            fixed(d->log_pb[d->is_uniform ? 0 : t]);
    }
    if (d->log_inflow && is_last && log->action[at] == stop) {
        sum[stop] += fixed(d->log_inflow[t + 1]);
        sum[g->column_flow] += fixed(d->log_inflow[t + 1]);
    } else if (d->log_inflow && is_last) {
        add_inflow(g, w, log->end_row[i], d->log_inflow[t + 1]);
    }
}

/* Add the derivatives of trajectory i's steps to the entries of their states. */
static void add_steps(gfn_gradient *g, gfn_worker *w, const gfn_trajectories *log, size_t i,
                      const gfn_derivatives *d)
{
    const size_t n = (size_t)log->n_steps[i], first = i * log->max_steps;
    const bool has_other = g->n_outputs > 1 || d->log_stop;
    for (size_t t = 0; t < n; t++) {
        int64_t *sum = sums_of(g, w, log->row[first + t]);
        sum[log->action[first + t]] += fixed(d->log_pf[d->is_uniform ? 0 : t]);
        if (has_other)
            add_other(g, w, log, d, first + t, sum);
    }
}

/* The same where log P_F is all that there is, with one derivative for all steps, and rows are
 * entries: the usual small job, where it counts. */
static inline void add_evenly(gfn_gradient *g, const gfn_worker *w, const gfn_trajectories *log,
                              size_t i, double derivative)
{
    const size_t k = g->n_columns, n = (size_t)log->n_steps[i], first = i * log->max_steps;
    const int32_t *row = log->row + first, *action = log->action + first;
    const int64_t same = fixed(derivative);
    int64_t *sums = w->entries;
    for (size_t t = 0; t < n; t++)
        sums[(size_t)row[t] * k + (size_t)action[t]] += same;
}

/* ---- what an objective reads ---- */

typedef struct addition {
    gfn_gradient *gradient;
    const gfn_trajectories *log;
    double log_z;
    bool is_even; /* as add_evenly() asks, if derivatives are uniform */
} addition;

/* What several outputs and rewards are in the states of trajectory i. */
static void gather(const gfn_gradient *g, const gfn_worker *w, const gfn_trajectories *log,
                   size_t i, gfn_terms *terms)
{
    const gfn_sampler *s = g->sampler;
    const unsigned needs = g->objective->needs;
    const size_t n = terms->n_steps, at = i * log->max_steps, k = s->max_steps + 1;
    const int32_t *row = log->row + at, stop = s->env->spec.shape.stop_action;
    const gfn_real *log_pf = gfn_frame_reals(s->frame, s->policy.log_pf);
    double *flow = w->steps, *inflow = flow + k, *stops = inflow + k, *rewards = stops + k;
    for (size_t t = 0; t < n && (needs & GFN_NEEDS_REWARDS); t++)
        rewards[t] = s->log_reward[row[t]];
    for (size_t t = 0; t < n && (needs & GFN_NEEDS_STOP); t++)
        stops[t] = (double)log_pf[(size_t)row[t] * s->n_actions + (size_t)stop];
    if (needs & GFN_NEEDS_FLOW) {
        const gfn_real *log_flow = gfn_frame_reals(s->frame, s->policy.log_flow);
        const size_t stride = gfn_tape_stride(s->policy.tape, s->policy.log_flow);
        for (size_t t = 0; t < n; t++)
            flow[t] = (double)log_flow[(size_t)row[t] * stride] +
                      (needs & GFN_LOOKS_FORWARD ? rewards[t] : 0);
    }
    if ((needs & GFN_NEEDS_INFLOW) && n > 0) {
        for (size_t t = 1; t < n; t++)
            inflow[t] = s->log_inflow[row[t]];
        const size_t last = (size_t)row[n - 1] * s->n_actions + (size_t)log->action[at + n - 1];
        inflow[n] = log->action[at + n - 1] == stop ? flow[n - 1] + (double)log_pf[last]
                                                    : s->log_inflow[log->end_row[i]];
    }
    terms->log_rewards = needs & GFN_NEEDS_REWARDS ? rewards : NULL;
    terms->log_stop = needs & GFN_NEEDS_STOP ? stops : NULL;
    terms->log_flow = needs & GFN_NEEDS_FLOW ? flow : NULL;
    terms->log_inflow = needs & GFN_NEEDS_INFLOW ? inflow : NULL;
}

static inline gfn_terms find_terms(const addition *a, const gfn_worker *w, size_t i)
{
    const gfn_gradient *g = a->gradient;
    const gfn_trajectories *log = a->log;
    const size_t at = i * log->max_steps;
    gfn_terms terms = {.n_steps = (size_t)log->n_steps[i],
                       .log_pf = log->log_pf ? log->log_pf + at : NULL,
                       .log_pb = log->log_pb ? log->log_pb + at : NULL,
                       .sum_log_pf = log->sum_log_pf[i],
                       .sum_log_pb = log->sum_log_pb[i],
                       .log_reward = log->log_reward[i],
                       .log_z = a->log_z,
                       .mean_weight = g->mean_weight,
                       .lambda = g->lambda};
    if (g->objective->needs & ~(unsigned)GFN_NEEDS_STEPS)
        gather(g, w, log, i, &terms);
    return terms;
}

static inline gfn_derivatives find_room(const gfn_gradient *g, const gfn_worker *w)
{
    const unsigned needs = g->objective->needs;
    const size_t k = g->sampler->max_steps + 1;
    double *room = w->steps + 4 * k; /* behind what is read */
    return (gfn_derivatives){.log_pf = room,
                             .log_pb = room + k,
                             .log_flow = needs & GFN_NEEDS_FLOW ? room + 2 * k : NULL,
                             .log_inflow = needs & GFN_NEEDS_INFLOW ? room + 3 * k : NULL,
                             .log_stop = needs & GFN_NEEDS_STOP ? room + 4 * k : NULL};
}

/* ---- adding ---- */

static size_t count_offenders(size_t n, const double *x, double limit)
{
    size_t offenders = 0;
    for (size_t t = 0; x && t < n; t++)
        offenders += !(fabs(x[t]) < limit);
    return offenders;
}

/* How many derivatives are out of range. */
static inline size_t check_range(size_t n_steps, const gfn_derivatives *d)
{
    size_t offenders = !(fabs(d->log_z) < GFN_ENTRY_LIMIT);
    offenders += !(fabs(d->log_pf[0]) < GFN_ENTRY_LIMIT);
    offenders += !(fabs(d->log_pb[0]) < GFN_ENTRY_LIMIT);
    if (!d->is_uniform) {
        offenders += count_offenders(n_steps, d->log_pf, GFN_ENTRY_LIMIT);
        offenders += count_offenders(n_steps, d->log_pb, GFN_ENTRY_LIMIT);
    }
    if (d->log_flow || d->log_stop) {
        const double limit = d->log_inflow ? GFN_INFLOW_LIMIT : GFN_ENTRY_LIMIT;
        offenders += count_offenders(n_steps, d->log_flow, limit);
        offenders += count_offenders(n_steps, d->log_stop, GFN_ENTRY_LIMIT);
    }
    if (d->log_inflow)
        offenders += count_offenders(n_steps, d->log_inflow + 1, GFN_INFLOW_LIMIT);
    return offenders;
}

static inline void add_one(const addition *a, gfn_worker *w, gfn_tally *tally, size_t i)
{
    gfn_gradient *g = a->gradient;
    const gfn_terms terms = find_terms(a, w, i);
    gfn_derivatives d = find_room(g, w);
    const double loss = g->objective->loss(&terms, &d);
    int64_t limbs[2];
    size_t offenders = !(loss < GFN_LOSS_LIMIT);
    offenders += gfn_fixed_split(fmax(loss, 0) / (double)g->batch_size, limbs);
    if (offenders + check_range(terms.n_steps, &d) > 0) {
        tally->fault = i < tally->fault ? i : tally->fault;
        return;
    }
    if (a->is_even && d.is_uniform)
        add_evenly(g, w, a->log, i, d.log_pf[0]);
    else
        add_steps(g, w, a->log, i, &d);
    tally->log_z += fixed(d.log_z);
    tally->loss[0] += limbs[0];
    tally->loss[1] += limbs[1];
}

/* Trajectories that are worth a thread. */
enum { ADDED_AT_ONCE = 256 };

static void add_some(void *self, size_t index, int thread)
{
    const addition *a = self;
    gfn_worker *w = &a->gradient->worker[thread];
    gfn_tally tally = w->tally; /* aside, where no store to an entry can change it */
    const size_t first = index * ADDED_AT_ONCE, left = a->log->n - first;
    for (size_t i = first; i < first + (left < ADDED_AT_ONCE ? left : ADDED_AT_ONCE); i++)
        add_one(a, w, &tally, i);
    w->tally = tally;
}

static gfn_status complain(const addition *a, size_t i)
{
    const gfn_gradient *g = a->gradient;
    const gfn_worker *w = &g->worker[0];
    const gfn_terms terms = find_terms(a, w, i);
    gfn_derivatives d = find_room(g, w);
    return gfn_fail(GFN_ENUMERIC,
                    "trajectory %lld of %s: loss %g (log R %g, log P_F %g, log P_B %g, log Z "
                    "%g), expected a finite loss with derivatives within +-65536 (hint: %s)",
                    (long long)a->log->first + (long long)i, g->objective->name,
                    g->objective->loss(&terms, &d), terms.log_reward, terms.sum_log_pf,
                    terms.sum_log_pb, terms.log_z,
                    isfinite(terms.log_reward) ? "a smaller --lr or --lr-logz"
                                               : "a reward that is positive and finite everywhere");
}

/* Threads can share the work where entries are numbers; else the order of the trajectories numbers
 * them. Sums are integers: their order does not matter. */
static gfn_status add_all(gfn_gradient *g, const gfn_trajectories *log)
{
    const bool is_learned = g->objective->estimate == NULL;
    const double log_z = is_learned ? gfn_model_log_z(g->sampler->model) : g->log_z;
    const bool has_only_log_pf = g->n_outputs == 1 && !(g->objective->needs & GFN_NEEDS_STOP);
    addition a = {g, log, log_z, has_only_log_pf && gfn_rows_are_entries(g)};
    const size_t pieces = (log->n + ADDED_AT_ONCE - 1) / ADDED_AT_ONCE;
    const size_t most = gfn_rows_are_entries(g) ? (size_t)g->threads : 1;
    const size_t workers = pieces < most ? pieces : most;
    const size_t n_entries = g->mine.capacity * g->n_columns;
    size_t fault = SIZE_MAX;
    for (size_t i = 0; i < workers; i++) {
        gfn_worker *w = &g->worker[i];
        w->tally = (gfn_tally){.fault = SIZE_MAX};
        if (i > 0)
            memset(w->entries, 0, n_entries * sizeof *w->entries);
    }
    gfn_parallel_for((int)workers, pieces, add_some, &a);
    for (size_t i = 0; i < workers; i++) {
        const gfn_worker *w = &g->worker[i];
        fault = w->tally.fault < fault ? w->tally.fault : fault;
        g->log_z_sum += w->tally.log_z;
        g->loss[0] += w->tally.loss[0];
        g->loss[1] += w->tally.loss[1];
        for (size_t e = 0; i > 0 && e < n_entries; e++)
            g->mine.sum[e] += w->entries[e];
    }
    return fault == SIZE_MAX ? GFN_OK : complain(&a, fault);
}

/* ---- means over the batch ---- */

static bool needs_means(const gfn_gradient *g)
{
    return g->objective->weigh || g->objective->estimate;
}

/* Add what trajectory i of the log adds to the means. Estimates, which may be negative, are counted
 * from below their least. */
static gfn_status measure(gfn_gradient *g, const gfn_trajectories *log)
{
    const gfn_objective *o = g->objective;
    const addition a = {.gradient = g, .log = log};
    for (size_t i = 0; i < log->n; i++) {
        const gfn_terms terms = find_terms(&a, &g->worker[0], i);
        const double weight = o->weigh ? o->weigh(&terms) : 1;
        const double log_z = o->estimate ? o->estimate(&terms) : 0;
        int64_t limbs[4];
        size_t offenders = !(fabs(log_z) < GFN_ENTRY_LIMIT);
        offenders += gfn_fixed_split(weight / (double)g->batch_size, limbs);
        offenders += gfn_fixed_split((log_z + GFN_ENTRY_LIMIT) / (double)g->batch_size, limbs + 2);
        if (offenders > 0)
            return complain(&a, i);
        for (size_t limb = 0; limb < 4; limb++)
            g->mean_sum[limb] += limbs[limb];
    }
    return GFN_OK;
}

/* A rank that failed adds nothing. */
static gfn_status exchange_means(gfn_gradient *g, gfn_status mine)
{
    const double start = gfn_clock_seconds();
    g->mean_sum[4] = g->n_added;
    if (mine != GFN_OK)
        memset(g->mean_sum, 0, sizeof g->mean_sum);
    GFN_TRY(gfn_comm_sum_i64(g->comm, g->mean_sum, 5));
    gfn_message_took(g, gfn_clock_seconds() - start);
    const double weight = gfn_fixed_join(g->mean_sum);
    g->mean_weight = g->objective->weigh && weight > 0 ? weight : 1;
    g->log_z = gfn_fixed_join(g->mean_sum + 2) - GFN_ENTRY_LIMIT;
    return GFN_OK;
}

gfn_status gfn_gradient_add_rest(gfn_gradient *g, gfn_status *mine)
{
    if (!needs_means(g))
        return GFN_OK;
    GFN_TRY(exchange_means(g, *mine));
    if (g->mean_sum[4] != g->batch_size) /* the message tells why: means of a part are none */
        return GFN_OK;
    for (size_t i = 0; i < g->n_logs && *mine == GFN_OK; i++)
        *mine = add_all(g, g->logs[i]);
    return GFN_OK;
}

static gfn_status check_log(const gfn_gradient *g, const gfn_trajectories *log)
{
    const uint64_t call = g->sampler->call;
    if (log->call != call || (g->n_added > 0 && g->call != call))
        return gfn_fail(GFN_EINVAL,
                        "gradient: the sampler was used since it filled this log, or an "
                        "earlier one that was added (hint: add first)");
    if (log->log_pf == NULL && (g->objective->needs & GFN_NEEDS_STEPS))
        return gfn_fail(GFN_EINVAL,
                        "gradient: the log holds sums only, but %s needs every step's "
                        "log P_F and log P_B (hint: gfn_trajectories_hold_sums() is "
                        "for objectives that need sums only)",
                        g->objective->name);
    if ((int64_t)log->n > g->batch_size - g->n_added)
        return gfn_fail(GFN_EINVAL,
                        "gradient: %lld trajectories were added, expected at most the batch size "
                        "%lld over all ranks",
                        (long long)g->n_added + (long long)log->n, (long long)g->batch_size);
    if (needs_means(g) && g->n_logs == GFN_MAX_LOGS)
        return gfn_fail(GFN_EINVAL, "gradient: a batch of %s can be added in at most %d logs",
                        g->objective->name, GFN_MAX_LOGS);
    return GFN_OK;
}

gfn_status gfn_gradient_add(gfn_gradient *gradient, const gfn_trajectories *log)
{
    gfn_gradient *g = gradient;
    GFN_TRY(check_log(g, log));
    if (g->n_added == 0 && log->n > 0 && (g->objective->needs & GFN_NEEDS_INFLOW))
        GFN_TRY(gfn_sampler_parents(g->sampler));
    g->call = log->call;
    if (needs_means(g)) {
        GFN_TRY(measure(g, log));
        g->logs[g->n_logs++] = log;
    } else {
        GFN_TRY(add_all(g, log));
    }
    g->n_added += (int64_t)log->n;
    return GFN_OK;
}
