/* SPDX-License-Identifier: MIT
 *
 * Derivatives of the loss of each trajectory, added to the entries of its states. Sums are
 * integers: their order does not matter.
 */
#include "step/derivatives.h"

#include <math.h>

#include "base/error.h"
#include "base/fixed_point.h"
#include "base/memory.h"
#include "base/parallel.h"

/* Trajectories that are worth a thread. */
enum { ADDED_AT_ONCE = 256 };

typedef struct addition {
    gfn_derivative_sums *sums;
    const gfn_terms_source *source;
    bool has_only_log_pf; /* log P_F is the only output, and entries are rows */
} addition;

/* Step t of trajectory i. */
typedef struct place {
    size_t i, t;
} place;

/* Bits of a sum, of GFN_DERIVATIVE_LIMIT, of the 16 contributions below, and the most of a scale.
 */
enum { SUM_BITS = 62, LIMIT_BITS = 20, FLOW_BITS = 4, MOST_BITS = 27 };
_Static_assert(1 << LIMIT_BITS == (int)GFN_DERIVATIVE_LIMIT, "the bits of the limit");

/* A trajectory visits a state at most once, so a batch adds at most batch_size derivatives to an
 * entry. With flows of edges, a state's flow also gets those of states on the trajectory of which
 * it is a parent: there is room for 15 of them. */
int gfn_derivative_bits(const gfn_objective *objective, int64_t batch_size)
{
    int bits = SUM_BITS - LIMIT_BITS;
    if (objective->needs & GFN_NEEDS_INFLOW)
        bits -= FLOW_BITS;
    for (int64_t n = 1; n < batch_size; n *= 2)
        bits--;
    return bits < MOST_BITS ? bits : MOST_BITS;
}

gfn_status gfn_derivative_sums_init(gfn_derivative_sums *sums, const gfn_objective *objective,
                                    size_t max_steps, int64_t batch_size, int threads)
{
    const gfn_entries *entries = &sums->entries;
    const size_t n_sums = entries->capacity * entries->n_columns;
    sums->batch_size = batch_size;
    sums->scale = ldexp(1.0, gfn_derivative_bits(objective, batch_size));
    sums->threads = sums->n_adders = entries->row_entry ? 1 : threads;
    GFN_TRY(gfn_allocate("adders", (size_t)sums->n_adders, sizeof *sums->adder, &sums->adder));
    sums->adder[0].sum = sums->entries.sum;
    for (int i = 0; i < sums->n_adders; i++) {
        gfn_adder *adder = &sums->adder[i];
        GFN_TRY(gfn_scratch_init(&adder->scratch, objective, max_steps));
        if (i > 0)
            GFN_TRY(gfn_allocate("sums of derivatives", n_sums, sizeof *adder->sum, &adder->sum));
    }
    return GFN_OK;
}

void gfn_derivative_sums_clear(gfn_derivative_sums *sums)
{
    for (int i = 0; sums->adder && i < sums->n_adders; i++) {
        gfn_scratch_clear(&sums->adder[i].scratch);
        if (i > 0)
            gfn_release(&sums->adder[i].sum);
    }
    gfn_release(&sums->adder);
    gfn_entries_clear(&sums->entries);
}

void gfn_derivative_sums_forget(gfn_derivative_sums *sums)
{
    gfn_entries_forget(&sums->entries);
    sums->log_z = sums->loss[0] = sums->loss[1] = 0;
}

static inline int64_t fixed(const addition *a, double x)
{
    return gfn_fixed(x, a->sums->scale);
}

/* The sums of a row's state. */
static inline int64_t *sums_of(const addition *a, const gfn_adder *adder, int32_t row)
{
    gfn_entries *entries = &a->sums->entries;
    return adder->sum + gfn_entry_of(entries, row) * entries->n_columns;
}

/* A log-flow into a state is that of its parents' edges: each gets its fraction of the derivative.
 */
static void add_inflow(const addition *a, const gfn_adder *adder, int32_t row, double derivative)
{
    const gfn_rows *r = a->source->rows;
    const gfn_parent *parent = r->parent + (size_t)row * r->n_back;
    for (size_t b = 0; b < r->n_back; b++) {
        if (parent[b].row < 0)
            continue;
        int64_t *sum = sums_of(a, adder, parent[b].row);
        const int64_t part = fixed(a, derivative * parent[b].fraction);
        sum[parent[b].action] += part;
        sum[a->sums->columns.log_flow] += part;
    }
}

/* The backward action of a step belongs to the state that the step enters. */
static void add_back(const addition *a, const gfn_adder *adder, place p, double derivative)
{
    const gfn_trajectories *log = a->source->log;
    const size_t at = p.i * log->max_steps + p.t;
    const bool is_last = p.t + 1 == (size_t)log->n_steps[p.i];
    const int32_t entered = is_last ? log->end_row[p.i] : log->row[at + 1];
    if (log->back[at] >= 0)
        sums_of(a, adder, entered)[a->sums->columns.log_pb + (size_t)log->back[at]] +=
            fixed(a, derivative);
}

/* Derivatives of all outputs except log P_F at a step, which leaves a state with these sums. */
static void add_other(const addition *a, const gfn_adder *adder, const gfn_derivatives *d, place p,
                      int64_t *sum)
{
    const gfn_trajectories *log = a->source->log;
    const size_t t = p.t, flow = a->sums->columns.log_flow, at = p.i * log->max_steps + t;
    const int32_t stop = a->source->rows->stop_action;
    const bool is_last = t + 1 == (size_t)log->n_steps[p.i];
    if (d->log_flow)
        sum[flow] += fixed(a, d->log_flow[t]);
    if (d->log_stop)
        sum[stop] += fixed(a, d->log_stop[t]);
    if (d->log_inflow && t > 0)
        add_inflow(a, adder, log->row[at], d->log_inflow[t]);
    if (log->back)
        add_back(a, adder, p, d->log_pb[d->is_uniform ? 0 : t]);
    if (d->log_inflow && is_last && log->action[at] == stop) {
        sum[stop] += fixed(a, d->log_inflow[t + 1]);
        sum[flow] += fixed(a, d->log_inflow[t + 1]);
    } else if (d->log_inflow && is_last) {
        add_inflow(a, adder, log->end_row[p.i], d->log_inflow[t + 1]);
    }
}

/* Add the derivatives of the steps of trajectory i to the entries of their states. */
static void add_steps(const addition *a, const gfn_adder *adder, size_t i, const gfn_derivatives *d)
{
    const gfn_trajectories *log = a->source->log;
    const size_t n = (size_t)log->n_steps[i], first = i * log->max_steps;
    const bool has_other = a->sums->columns.n_heads > 1 || d->log_stop;
    for (size_t t = 0; t < n; t++) {
        int64_t *sum = sums_of(a, adder, log->row[first + t]);
        sum[log->action[first + t]] += fixed(a, d->log_pf[d->is_uniform ? 0 : t]);
        if (has_other)
            add_other(a, adder, d, (place){i, t}, sum);
    }
}

/* The same with one derivative for all steps, if log P_F is the only output and entries are rows:
 * the usual small job, in which it counts. */
static inline void add_constant(const addition *a, const gfn_adder *adder, size_t i,
                                double derivative)
{
    const gfn_trajectories *log = a->source->log;
    const size_t k = a->sums->entries.n_columns;
    const size_t n = (size_t)log->n_steps[i], first = i * log->max_steps;
    const int32_t *row = log->row + first, *action = log->action + first;
    const int64_t same = fixed(a, derivative);
    int64_t *sum = adder->sum;
    for (size_t t = 0; t < n; t++)
        sum[(size_t)row[t] * k + (size_t)action[t]] += same;
}

static size_t count_offenders(double limit, size_t n, const double *x)
{
    size_t offenders = 0;
    for (size_t t = 0; x && t < n; t++)
        offenders += !(fabs(x[t]) < limit);
    return offenders;
}

/* Count the derivatives that are out of range. */
static inline size_t check_range(double limit, size_t n_steps, const gfn_derivatives *d)
{
    size_t offenders = !(fabs(d->log_z) < limit);
    offenders += !(fabs(d->log_pf[0]) < limit);
    offenders += !(fabs(d->log_pb[0]) < limit);
    if (!d->is_uniform) {
        offenders += count_offenders(limit, n_steps, d->log_pf);
        offenders += count_offenders(limit, n_steps, d->log_pb);
    }
    offenders += count_offenders(limit, n_steps, d->log_flow);
    offenders += count_offenders(limit, n_steps, d->log_stop);
    if (d->log_inflow)
        offenders += count_offenders(limit, n_steps, d->log_inflow + 1);
    return offenders;
}

/* A trajectory with more than the mean weight may have larger values by the quotient: over a batch
 * the limits then add up to at most twice those of equal trajectories, which is the last bit of a
 * sum. (Of mdb, trajectories that stop at the start have the weight 0. If most do, the values of
 * the others, which are divided by the mean weight, are large.) */
static double find_quotient(const addition *a, const gfn_terms *terms)
{
    const gfn_objective *o = a->source->objective;
    const double quotient = o->weigh ? o->weigh(terms) / terms->mean_weight : 1;
    return quotient > 1 ? quotient : 1;
}

static inline bool is_in_range(const addition *a, const gfn_terms *terms, double loss,
                               const gfn_derivatives *d)
{
    if (fabs(loss) < GFN_LOSS_LIMIT && check_range(GFN_DERIVATIVE_LIMIT, terms->n_steps, d) == 0)
        return true;
    const double quotient = find_quotient(a, terms);
    return fabs(loss) < quotient * GFN_LOSS_LIMIT &&
           check_range(quotient * GFN_DERIVATIVE_LIMIT, terms->n_steps, d) == 0;
}

static inline void add_one(const addition *a, const gfn_adder *adder, gfn_tally *tally, size_t i)
{
    const gfn_terms terms = gfn_terms_find(a->source, &adder->scratch, i);
    gfn_derivatives d = adder->scratch.derivatives;
    const double loss = a->source->objective->loss(&terms, &d);
    int64_t limbs[2];
    const size_t offenders = gfn_fixed_split(loss / (double)a->sums->batch_size, limbs);
    if (offenders > 0 || !is_in_range(a, &terms, loss, &d)) {
        tally->fault = i < tally->fault ? i : tally->fault;
        return;
    }
    if (a->has_only_log_pf && d.is_uniform)
        add_constant(a, adder, i, d.log_pf[0]);
    else
        add_steps(a, adder, i, &d);
    tally->log_z += fixed(a, d.log_z);
    tally->loss[0] += limbs[0];
    tally->loss[1] += limbs[1];
}

static void add_some(void *self, size_t index, int thread)
{
    const addition *a = self;
    gfn_adder *adder = &a->sums->adder[thread];
    gfn_tally tally = adder->tally; /* a copy, which no store to an entry can change */
    const size_t first = index * ADDED_AT_ONCE, left = a->source->log->n - first;
    for (size_t i = first; i < first + (left < ADDED_AT_ONCE ? left : ADDED_AT_ONCE); i++)
        add_one(a, adder, &tally, i);
    adder->tally = tally;
}

/* Add up what the adders have; returns the lowest trajectory that could not be added. */
static size_t join(gfn_derivative_sums *sums, size_t n_adders)
{
    const size_t n_sums = sums->entries.capacity * sums->entries.n_columns;
    size_t fault = SIZE_MAX;
    for (size_t i = 0; i < n_adders; i++) {
        const gfn_adder *adder = &sums->adder[i];
        fault = adder->tally.fault < fault ? adder->tally.fault : fault;
        sums->log_z += adder->tally.log_z;
        sums->loss[0] += adder->tally.loss[0];
        sums->loss[1] += adder->tally.loss[1];
        for (size_t e = 0; i > 0 && e < n_sums; e++)
            sums->entries.sum[e] += adder->sum[e];
    }
    return fault;
}

gfn_status gfn_derivative_sums_add(gfn_derivative_sums *sums, const gfn_terms_source *source)
{
    const bool has_only_log_pf =
        sums->columns.n_heads == 1 && !(source->objective->needs & GFN_NEEDS_STOP);
    addition a = {sums, source, has_only_log_pf && sums->entries.row_entry == NULL};
    const size_t pieces = (source->log->n + ADDED_AT_ONCE - 1) / ADDED_AT_ONCE;
    const size_t most = (size_t)(sums->threads < sums->n_adders ? sums->threads : sums->n_adders);
    const size_t n_adders = pieces < most ? pieces : most;
    const size_t n_sums = sums->entries.capacity * sums->entries.n_columns;
    for (size_t i = 0; i < n_adders; i++) {
        sums->adder[i].tally = (gfn_tally){.fault = SIZE_MAX};
        if (i > 0)
            memset(sums->adder[i].sum, 0, n_sums * sizeof *sums->adder[i].sum);
    }
    gfn_parallel_for((int)n_adders, pieces, add_some, &a);
    const size_t fault = join(sums, n_adders);
    return fault == SIZE_MAX ? GFN_OK : gfn_terms_refuse(source, &sums->adder[0].scratch, fault);
}
