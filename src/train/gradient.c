/* SPDX-License-Identifier: MIT
 *
 * Adding trajectories and summing their gradient over all ranks.
 *
 * In general entries are numbered by first visit and merged, every rank runs its share of the
 * blocks, and the gradient is summed. In a small space entries are all states by number: their
 * sums travel instead, in one short message, and every rank runs all blocks. Which of the two it
 * is changes where blocks are cut, so the configuration alone decides.
 */
#include "train/gradient.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/fixed.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "data/record.h"
#include "env/world.h"

static gfn_status allocate_entries(gfn_entries *entries, size_t capacity, size_t n_actions)
{
    entries->capacity = capacity;
    return gfn_allocate("sums of derivatives", capacity * n_actions, sizeof(int64_t),
                        &entries->sum);
}

/* Most distinct states that `trajectories` can visit. */
static size_t most_states(const gfn_sampler *s, size_t trajectories)
{
    const int64_t n_states = gfn_env_spec_of(s->env)->n_states;
    size_t visits;
    if (!gfn_multiply(trajectories, s->max_steps, &visits))
        visits = SIZE_MAX;
    return n_states > 0 && (uint64_t)n_states < visits ? (size_t)n_states : visits;
}

/* Rows for states that this rank has not visited: all of a small space; else those in its share of
 * the blocks, which is at most one block more than an equal share. */
static gfn_status reserve_rows(gfn_gradient *g)
{
    const size_t most = most_states(g->sampler, (size_t)g->batch_size), size = (size_t)g->size;
    const size_t block = gfn_most_block_rows(most);
    if (g->is_small)
        return gfn_sampler_reserve(g->sampler, most);
    if (size == 1)
        return GFN_OK;
    return gfn_sampler_reserve(g->sampler, most / size + GFN_MAX_BLOCKS / size + block + 1);
}

static gfn_status allocate_merge(gfn_gradient *g)
{
    const gfn_sampler *s = g->sampler;
    const size_t most = most_states(s, (size_t)g->batch_size);
    const size_t width = g->key_words + g->n_actions;
    size_t together, visits;
    if (!gfn_multiply((size_t)g->size, g->mine.capacity, &together) ||
        !gfn_multiply((size_t)g->batch_size, s->max_steps, &visits))
        return gfn_fail(GFN_EINVAL, "gradient: sizes of the exchange overflow (hint: a smaller "
                                    "--batch-size)");
    g->gathered_capacity = together < visits ? together : visits;
    GFN_TRY(allocate_entries(&g->all, most, g->n_actions));
    GFN_TRY(gfn_state_set_create(most, s->width, &g->states));
    GFN_TRY(gfn_allocate("records", g->mine.capacity * width, sizeof(int64_t), &g->records));
    GFN_TRY(gfn_allocate("records of all ranks", g->gathered_capacity * width, sizeof(int64_t),
                         &g->gathered));
    return gfn_allocate("counts of ranks", (size_t)g->size, sizeof(size_t), &g->counts);
}

static gfn_status allocate_message(gfn_gradient *g)
{
    g->payload = g->is_small ? g->mine.capacity * g->n_actions : g->n_params;
    g->tail_size = GFN_TAIL_SLOTS + 2 * (size_t)g->size;
    GFN_TRY(gfn_allocate("message", g->payload + g->tail_size, sizeof(int64_t), &g->message));
    g->total = g->message;
    if (!g->is_small)
        return allocate_entries(&g->mine, g->mine.capacity, g->n_actions);
    g->mine.sum = g->message;
    return gfn_allocate("sum of blocks", g->n_params, sizeof(int64_t), &g->total);
}

static gfn_status allocate_backward(gfn_gradient *g)
{
    const size_t threads = (size_t)g->most_threads;
    const size_t most = g->all.capacity ? g->all.capacity : g->mine.capacity;
    g->block_capacity = g->is_whole ? g->mine.capacity : gfn_most_block_rows(most);
    GFN_TRY(gfn_allocate("rows of blocks", most, sizeof(int32_t), &g->rows));
    GFN_TRY(gfn_allocate("workers", threads, sizeof *g->worker, &g->worker));
    g->worker[0].sum = g->total;
    g->worker[0].entries = g->mine.sum;
    for (size_t i = 0; i < threads; i++) {
        gfn_worker *w = &g->worker[i];
        GFN_TRY(gfn_frame_create(g->sampler->policy.tape, &g->block_capacity, &w->frame));
        GFN_TRY(gfn_allocate("gradient of a block", g->n_params, sizeof(gfn_real), &w->block));
        GFN_TRY(gfn_allocate("derivatives", g->sampler->max_steps, sizeof(double), &w->derivative));
        if (i > 0 && gfn_rows_are_entries(g))
            GFN_TRY(gfn_allocate("sums of derivatives", g->mine.capacity * g->n_actions,
                                 sizeof(int64_t), &w->entries));
        if (i > 0)
            GFN_TRY(gfn_allocate("sum of a thread", g->n_params, sizeof(int64_t), &w->sum));
    }
    return GFN_OK;
}

static bool sums_states(const gfn_sampler *s, int64_t batch_size)
{
    const int64_t n_states = gfn_env_spec_of(s->env)->n_states;
    return n_states > 0 && n_states <= GFN_SMALL_STATES &&
           n_states <= GFN_SMALL_STATES_PER_TRAJECTORY * batch_size;
}

static gfn_status set_up(gfn_gradient *g)
{
    const gfn_sampler *s = g->sampler;
    g->rank = gfn_comm_rank(g->comm);
    g->size = gfn_comm_size(g->comm);
    g->threads = g->most_threads = s->threads;
    g->n_actions = s->n_actions;
    g->n_params = gfn_model_n_params(s->model);
    g->log_z_offset = gfn_model_log_z_offset(s->model);
    g->key_words = gfn_record_words(s->width);
    g->is_small = sums_states(s, g->batch_size);
    g->is_whole = g->is_small && gfn_env_spec_of(s->env)->n_states <= GFN_WHOLE_STATES;
    GFN_TRY(reserve_rows(g));
    g->mine.capacity =
        g->is_small ? (size_t)gfn_env_spec_of(s->env)->n_states : most_states(s, s->capacity);
    GFN_TRY(gfn_allocate("entries of rows", s->max_rows, sizeof(int32_t), &g->row_entry));
    GFN_TRY(gfn_allocate("rows of entries", g->mine.capacity, sizeof(int32_t), &g->entry_row));
    if (g->size > 1 && !g->is_small)
        GFN_TRY(allocate_merge(g));
    GFN_TRY(allocate_message(g));
    GFN_TRY(allocate_backward(g));
    if (!g->is_small)
        return GFN_OK;
    g->mine.n = g->mine.capacity;
    GFN_TRY(gfn_state_set_create(g->mine.n, s->width, &g->states));
    return gfn_env_add_states(s->env, g->states);
}

gfn_status gfn_gradient_create(gfn_comm *comm, gfn_sampler *sampler, const gfn_objective *objective,
                               int64_t batch_size, gfn_gradient **gradient)
{
    gfn_gradient *g = NULL;
    gfn_status status = GFN_OK;
    if (batch_size < 1 || batch_size > GFN_MAX_BATCH)
        status = gfn_fail(GFN_EINVAL, "batch-size: expected an integer from 1 to %lld, found %lld",
                          (long long)GFN_MAX_BATCH, (long long)batch_size);
    if (objective == NULL || objective->size < sizeof *objective || objective->loss == NULL)
        status = gfn_fail(GFN_EINVAL, "gradient: expected an objective, found none (hint: "
                                      "gfn_objective_find(\"tb\"))");
    if (status == GFN_OK)
        status = gfn_allocate("gradient", 1, sizeof *g, &g);
    if (status == GFN_OK) {
        g->comm = comm;
        g->sampler = sampler;
        g->objective = objective;
        g->batch_size = batch_size;
        status = set_up(g);
    }
    status = gfn_comm_agree(comm, status);
    if (status != GFN_OK)
        gfn_gradient_destroy(&g);
    else
        *gradient = g;
    return status;
}

static gfn_status allocate_fast(gfn_gradient *g)
{
    for (int i = 0; i < g->most_threads; i++)
        if (g->worker[i].fast == NULL)
            GFN_TRY(gfn_allocate("floating-point sum of a thread", g->n_params, sizeof(gfn_real),
                                 &g->worker[i].fast));
    return GFN_OK;
}

gfn_status gfn_gradient_reduce_fast(gfn_gradient *g)
{
    if (g->is_small || g->is_fast)
        return GFN_OK;
    if ((int64_t)g->most_threads * g->size > GFN_MAX_BLOCKS) /* each rounds its sum once */
        return gfn_fail(GFN_EINVAL,
                        "gradient: expected at most %d threads over all ranks for sums in floating "
                        "point, found %lld (hint: --reduce exact)",
                        GFN_MAX_BLOCKS, (long long)g->most_threads * g->size);
    const gfn_status status = gfn_comm_agree(g->comm, allocate_fast(g));
    g->is_fast = status == GFN_OK;
    return status;
}

void gfn_gradient_destroy(gfn_gradient **gradient)
{
    gfn_gradient *g = *gradient;
    if (g == NULL)
        return;
    for (int i = 0; i < g->most_threads && g->worker; i++) {
        gfn_frame_destroy(&g->worker[i].frame);
        gfn_release(&g->worker[i].block);
        gfn_release(&g->worker[i].derivative);
        if (i > 0) {
            gfn_release(&g->worker[i].sum);
            gfn_release(&g->worker[i].entries);
        }
        gfn_release(&g->worker[i].fast);
    }
    gfn_state_set_destroy(&g->states);
    if (g->mine.sum == g->message)
        g->mine.sum = NULL;
    if (g->total == g->message)
        g->total = NULL;
    void *arrays[] = {&g->mine.sum, &g->row_entry, &g->entry_row, &g->all.sum,
                      &g->records,  &g->gathered,  &g->counts,    &g->worker,
                      &g->rows,     &g->message,   &g->total};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        gfn_release(arrays[i]);
    gfn_release(gradient);
}

/* Entry of a row: by first visit, and numbered now if this is it; in a small space by number. */
static size_t entry_of(gfn_gradient *g, int32_t row)
{
    if (g->row_entry[row] != 0)
        return (size_t)(g->row_entry[row] - 1);
    g->entry_row[g->n_rows++] = row;
    size_t entry = g->n_rows - 1;
    if (g->is_small) {
        const int32_t *states = gfn_state_set_states(g->sampler->states);
        entry = (size_t)gfn_state_set_add(g->states, states + (size_t)row * g->sampler->width);
    } else {
        memset(g->mine.sum + entry * g->n_actions, 0, g->n_actions * sizeof(int64_t));
        g->mine.n = g->n_rows;
    }
    g->row_entry[row] = (int32_t)entry + 1;
    return entry;
}

/* Add the derivatives of trajectory i's steps to the entries of their states and actions. */
static void add_steps(gfn_gradient *g, gfn_worker *w, const gfn_trajectories *log, size_t i,
                      const gfn_derivatives *d)
{
    const double scale = ldexp(1.0, GFN_ENTRY_BITS);
    const size_t k = g->n_actions, n = (size_t)log->n_steps[i];
    const int32_t *row = log->row + i * log->max_steps, *action = log->action + i * log->max_steps;
    int64_t *sum = w->entries;
    const bool is_uniform = d->is_uniform, is_numbered = gfn_rows_are_entries(g);
    const int64_t same = gfn_fixed(d->log_pf[0], scale);
    for (size_t t = 0; t < n; t++) {
        const size_t entry = is_numbered ? (size_t)row[t] : entry_of(g, row[t]);
        sum[entry * k + (size_t)action[t]] += is_uniform ? same : gfn_fixed(d->log_pf[t], scale);
    }
}

/* How many derivatives are out of range. */
static size_t check_range(size_t n_steps, const gfn_derivatives *d)
{
    size_t offenders = !(fabs(d->log_z) < GFN_ENTRY_LIMIT);
    const size_t n = d->is_uniform ? 1 : n_steps;
    for (size_t t = 0; t < n; t++)
        offenders += !(fabs(d->log_pf[t]) < GFN_ENTRY_LIMIT);
    return offenders;
}

static inline gfn_terms find_terms(const gfn_trajectories *log, size_t i, double log_z)
{
    const size_t at = i * log->max_steps;
    return (gfn_terms){.n_steps = (size_t)log->n_steps[i],
                       .log_pf = log->log_pf ? log->log_pf + at : NULL,
                       .log_pb = log->log_pb ? log->log_pb + at : NULL,
                       .sum_log_pf = log->sum_log_pf[i],
                       .sum_log_pb = log->sum_log_pb[i],
                       .log_reward = log->log_reward[i],
                       .log_z = log_z};
}

typedef struct addition {
    gfn_gradient *gradient;
    const gfn_trajectories *log;
    double log_z;
} addition;

static inline void add_one(const addition *a, gfn_worker *w, gfn_tally *tally, size_t i)
{
    gfn_gradient *g = a->gradient;
    const gfn_trajectories *log = a->log;
    const gfn_terms terms = find_terms(log, i, a->log_z);
    gfn_derivatives d = {.log_pf = w->derivative};
    const double loss = g->objective->loss(&terms, &d);
    int64_t limbs[2];
    size_t offenders = !(loss < GFN_LOSS_LIMIT);
    offenders += gfn_fixed_split(loss / (double)g->batch_size, limbs);
    if (offenders + check_range(terms.n_steps, &d) > 0) {
        tally->fault = i < tally->fault ? i : tally->fault;
        return;
    }
    add_steps(g, w, log, i, &d);
    tally->log_z += gfn_fixed(d.log_z, ldexp(1.0, GFN_ENTRY_BITS));
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
    const gfn_terms terms = find_terms(a->log, i, a->log_z);
    gfn_derivatives d = {.log_pf = g->worker[0].derivative};
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
    addition a = {g, log, gfn_model_log_z(g->sampler->model)};
    const size_t pieces = (log->n + ADDED_AT_ONCE - 1) / ADDED_AT_ONCE;
    const size_t most = gfn_rows_are_entries(g) ? (size_t)g->threads : 1;
    const size_t workers = pieces < most ? pieces : most;
    const size_t n_entries = g->mine.capacity * g->n_actions;
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

gfn_status gfn_gradient_add(gfn_gradient *gradient, const gfn_trajectories *log)
{
    const uint64_t call = gradient->sampler->call;
    if (log->call != call || (gradient->n_added > 0 && gradient->call != call))
        return gfn_fail(GFN_EINVAL,
                        "gradient: the sampler was used since it filled this log, or an "
                        "earlier one that was added (hint: add first)");
    if (log->log_pf == NULL && !gradient->objective->needs_sums_only)
        return gfn_fail(GFN_EINVAL,
                        "gradient: the log holds sums only, but %s needs every step's "
                        "log P_F and log P_B (hint: gfn_trajectories_hold_sums() is "
                        "for objectives that need sums only)",
                        gradient->objective->name);
    if ((int64_t)log->n > gradient->batch_size - gradient->n_added)
        return gfn_fail(GFN_EINVAL,
                        "gradient: %lld trajectories were added, expected at most the batch size "
                        "%lld over all ranks",
                        (long long)gradient->n_added + (long long)log->n,
                        (long long)gradient->batch_size);
    gradient->call = call;
    GFN_TRY(add_all(gradient, log));
    gradient->n_added += (int64_t)log->n;
    return GFN_OK;
}

/* Forget what was added. */
static void clear(gfn_gradient *g)
{
    for (size_t i = 0; i < g->n_rows; i++)
        g->row_entry[g->entry_row[i]] = 0;
    g->n_rows = 0;
    if (g->is_small)
        memset(g->mine.sum, 0, g->payload * sizeof *g->mine.sum);
    else
        g->mine.n = 0;
    g->n_added = g->log_z_sum = g->loss[0] = g->loss[1] = 0;
}

typedef struct conversion {
    const int64_t *sum;
    gfn_real *x;
} conversion;

static void convert_range(void *self, size_t first, size_t n)
{
    const conversion *c = self;
    gfn_fixed_reals(n, c->sum + first, ldexp(1.0, -GFN_GRADIENT_BITS), c->x + first);
}

/* Integers back to real numbers. */
static void convert(const gfn_gradient *g, gfn_real *vector)
{
    conversion c = {g->total, vector};
    gfn_parallel_ranges(g->threads, g->n_params, convert_range, &c);
}

/* The activations of the trajectories must still be there. */
static gfn_status check_call(const gfn_gradient *g)
{
    if (g->n_added == 0 || g->call == g->sampler->call)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "gradient: the sampler was used since trajectories were added "
                                "(hint: the backward pass first)");
}

static gfn_status sum_in_general(gfn_gradient *g, gfn_status mine, gfn_real *vector)
{
    const gfn_entries *entries = &g->mine;
    if (!g->is_fast)
        GFN_TRY(gfn_gradient_merge(g, mine, &entries));
    if (mine == GFN_OK)
        mine = gfn_gradient_blocks(g, entries, !g->is_fast);
    GFN_TRY(gfn_message_exchange(g, mine));
    convert(g, vector);
    return GFN_OK;
}

/* What can fail after the message fails on all ranks alike: they compute the same. */
static gfn_status sum_small(gfn_gradient *g, gfn_status mine, gfn_real *vector)
{
    GFN_TRY(gfn_message_exchange(g, mine));
    if (g->is_whole)
        return gfn_gradient_whole(g, vector);
    GFN_TRY(gfn_gradient_blocks(g, &g->mine, false));
    convert(g, vector);
    return GFN_OK;
}

gfn_status gfn_gradient_backward(gfn_gradient *g, gfn_status mine, gfn_real *vector, double *loss)
{
    if (mine == GFN_OK)
        mine = check_call(g);
    gfn_status status = g->is_small ? sum_small(g, mine, vector) : sum_in_general(g, mine, vector);
    if (status == GFN_OK) {
        const int64_t *tail = gfn_message_tail(g);
        const double scale = ldexp(1.0, -GFN_ENTRY_BITS) / (double)g->batch_size;
        vector[g->log_z_offset] = (gfn_real)((double)tail[GFN_TAIL_LOG_Z] * scale);
        *loss = gfn_fixed_join(tail + GFN_TAIL_LOSS);
    }
    clear(g);
    return status;
}
