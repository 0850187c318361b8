/* SPDX-License-Identifier: MIT
 *
 * Summing the gradient of a batch over all ranks; trajectories are added in add.c.
 *
 * In general entries are numbered by first visit and merged, every rank runs its share of the
 * blocks, and the gradient is summed. In a small space entries are all states by number: their
 * sums travel instead, in one short message, and every rank runs all blocks. Which of the two it
 * is changes where blocks are cut, so the configuration alone decides.
 */
#include "train/gradient.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/fixed_point.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "data/packed_state.h"
#include "env/env_internal.h"

static gfn_status allocate_entries(gfn_entries *entries, size_t capacity, size_t n_columns)
{
    entries->capacity = capacity;
    return gfn_allocate("sums of derivatives", capacity * n_columns, sizeof(int64_t),
                        &entries->sum);
}

/* Derivatives belong to the states of a trajectory, and where the objective asks for inflow to
 * their parents. */
static size_t entries_per_state(const gfn_gradient *g)
{
    return g->objective->needs & GFN_NEEDS_INFLOW ? 1 + g->sampler->n_back : 1;
}

/* Most distinct states that derivatives of `trajectories` belong to. */
static size_t most_states(const gfn_gradient *g, size_t trajectories)
{
    const gfn_sampler *s = g->sampler;
    const int64_t n_states = gfn_env_spec_of(s->env)->n_states;
    size_t visits;
    if (!gfn_multiply(trajectories, s->max_steps + 1, &visits) ||
        !gfn_multiply(visits, entries_per_state(g), &visits))
        visits = SIZE_MAX;
    return n_states > 0 && (uint64_t)n_states < visits ? (size_t)n_states : visits;
}

/* Rows for states that this rank has not visited: all of a small space; else those in its share of
 * the blocks, which is at most one block more than an equal share. */
static gfn_status reserve_rows(gfn_gradient *g)
{
    const size_t most = most_states(g, (size_t)g->batch_size), size = (size_t)g->size;
    const size_t block = gfn_most_block_rows(most);
    const unsigned needs = g->objective->needs;
    const unsigned what = (needs & GFN_NEEDS_REWARDS ? GFN_ROWS_REWARDS : 0) |
                          (needs & GFN_NEEDS_INFLOW ? GFN_ROWS_PARENTS : 0);
    if (g->is_small)
        return gfn_sampler_extend(g->sampler, what, most);
    if (size == 1)
        return what ? gfn_sampler_extend(g->sampler, what, 0) : GFN_OK;
    return gfn_sampler_extend(g->sampler, what, most / size + GFN_MAX_BLOCKS / size + block + 1);
}

static gfn_status allocate_merge(gfn_gradient *g)
{
    const gfn_sampler *s = g->sampler;
    const size_t most = most_states(g, (size_t)g->batch_size);
    const size_t width = g->key_words + g->n_columns;
    size_t visits;
    if (!gfn_multiply((size_t)g->batch_size * entries_per_state(g), s->max_steps + 1, &visits))
        return gfn_fail(GFN_EINVAL, "gradient: sizes of the exchange overflow (hint: a smaller "
                                    "--batch-size)");
    g->gathered_capacity = g->together < visits ? g->together : visits;
    GFN_TRY(allocate_entries(&g->all, most, g->n_columns));
    GFN_TRY(gfn_state_set_create(most, s->width, &g->states));
    GFN_TRY(gfn_allocate("records", g->mine.capacity * width, sizeof(int64_t), &g->records));
    GFN_TRY(gfn_allocate("records of all ranks", g->gathered_capacity * width, sizeof(int64_t),
                         &g->gathered));
    return gfn_allocate("counts of ranks", (size_t)g->size, sizeof(size_t), &g->counts);
}

static gfn_status allocate_message(gfn_gradient *g)
{
    g->payload = g->is_small ? g->mine.capacity * g->n_columns : g->n_params;
    g->tail_size = GFN_TAIL_SLOTS + 2 * (size_t)g->size;
    GFN_TRY(gfn_allocate("message", g->payload + g->tail_size, sizeof(int64_t), &g->message));
    g->total = g->message;
    if (!g->is_small)
        return allocate_entries(&g->mine, g->mine.capacity, g->n_columns);
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
        GFN_TRY(gfn_allocate("derivatives", GFN_STEP_ARRAYS * (g->sampler->max_steps + 1),
                             sizeof(double), &w->steps));
        if (i > 0 && gfn_rows_are_entries(g))
            GFN_TRY(gfn_allocate("sums of derivatives", g->mine.capacity * g->n_columns,
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

/* The next columns of an entry: the derivatives with respect to an output of the model. */
static size_t add_head(gfn_gradient *g, gfn_var var)
{
    const gfn_tape *tape = g->sampler->policy.tape;
    const size_t column = g->n_columns;
    if (var == GFN_NO_VAR)
        return column;
    g->output[g->n_outputs] = var;
    g->head[g->n_outputs++] =
        (gfn_head){column, gfn_tape_cols(tape, var), gfn_tape_stride(tape, var)};
    g->n_columns += gfn_tape_cols(tape, var);
    return column;
}

static void lay_out_columns(gfn_gradient *g)
{
    const gfn_policy_tape *policy = &g->sampler->policy;
    add_head(g, policy->log_pf);
    g->column_pb = add_head(g, policy->log_pb);
    g->column_flow = add_head(g, policy->log_flow);
}

/* What the objective needs, the model and the environment must have. */
static gfn_status check_needs(const gfn_gradient *g)
{
    const gfn_objective *o = g->objective;
    const gfn_env_spec *spec = gfn_env_spec_of(g->sampler->env);
    const char *env = gfn_env_kind_of(g->sampler->env)->name;
    const gfn_flow flow = gfn_model_flow(g->sampler->model);
    const bool needs_edges = (o->needs & GFN_NEEDS_INFLOW) != 0;
    if ((o->needs & (GFN_NEEDS_REWARDS | GFN_NEEDS_STOP)) && !spec->all_terminal)
        return gfn_fail(GFN_EINVAL,
                        "objective %s: expected an environment in which every state has a reward "
                        "and may stop, found %s, where that is not so (hint: --objective db)",
                        o->name, env);
    if ((o->needs & GFN_NEEDS_FLOW) &&
        (flow == GFN_FLOW_NONE || needs_edges != (flow == GFN_FLOW_EDGES)))
        return gfn_fail(GFN_EINVAL,
                        "objective %s: expected a model with %s, found none (hint: set `flow` of "
                        "gfn_model_config)",
                        o->name, needs_edges ? "flows of edges" : "a state flow");
    if (needs_edges && gfn_model_backward(g->sampler->model) != GFN_BACKWARD_UNIFORM)
        return gfn_fail(GFN_EINVAL,
                        "objective %s: expected the backward policy uniform, as it learns none, "
                        "found %s (hint: --backward uniform, or another --objective)",
                        o->name, gfn_backward_kind_of(gfn_model_backward(g->sampler->model))->name);
    return GFN_OK;
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
    g->key_words = gfn_packed_words(s->width);
    GFN_TRY(check_needs(g));
    lay_out_columns(g);
    g->is_small = sums_states(s, g->batch_size);
    g->is_whole = g->is_small && gfn_env_spec_of(s->env)->n_states <= GFN_WHOLE_STATES;
    GFN_TRY(reserve_rows(g));
    g->mine.capacity =
        g->is_small ? (size_t)gfn_env_spec_of(s->env)->n_states : most_states(g, s->capacity);
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

static gfn_status check(const gfn_objective *objective, int64_t batch_size)
{
    if (batch_size < 1 || batch_size > GFN_MAX_BATCH)
        return gfn_fail(GFN_EINVAL, "batch-size: expected an integer from 1 to %lld, found %lld",
                        (long long)GFN_MAX_BATCH, (long long)batch_size);
    if (objective == NULL || objective->size < sizeof *objective || objective->loss == NULL)
        return gfn_fail(GFN_EINVAL, "gradient: expected an objective, found none (hint: "
                                    "gfn_objective_find(\"tb\"))");
    if (batch_size < objective->least_batch)
        return gfn_fail(GFN_EINVAL,
                        "batch-size: expected at least %lld for the objective %s, found %lld",
                        (long long)objective->least_batch, objective->name, (long long)batch_size);
    return GFN_OK;
}

/* Samplers of other ranks may have other capacities: how many entries all can have together. */
static gfn_status share_capacity(gfn_gradient *g)
{
    const size_t mine = most_states(g, g->sampler->capacity), most = (size_t)INT64_MAX >> 20;
    int64_t together = (int64_t)(mine < most ? mine : most);
    GFN_TRY(gfn_comm_sum_i64(g->comm, &together, 1));
    g->together = (size_t)together;
    return GFN_OK;
}

gfn_status gfn_gradient_create(gfn_comm *comm, gfn_sampler *sampler, const gfn_objective *objective,
                               int64_t batch_size, gfn_gradient **gradient)
{
    gfn_gradient *g = NULL;
    gfn_status status = check(objective, batch_size);
    if (status == GFN_OK)
        status = gfn_allocate("gradient", 1, sizeof *g, &g);
    GFN_TRY(gfn_comm_agree(comm, status));
    g->comm = comm;
    g->sampler = sampler;
    g->objective = objective;
    g->batch_size = batch_size;
    g->lambda = 0.9;
    g->mean_weight = 1;
    status = share_capacity(g);
    if (status == GFN_OK)
        status = gfn_comm_agree(comm, set_up(g));
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
        gfn_release(&g->worker[i].steps);
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
    g->n_logs = 0;
    memset(g->mean_sum, 0, sizeof g->mean_sum);
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
    GFN_TRY(gfn_gradient_add_rest(g, &mine));
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

double gfn_gradient_log_z(const gfn_gradient *gradient)
{
    return gradient->log_z;
}

gfn_status gfn_gradient_set_lambda(gfn_gradient *gradient, double lambda)
{
    const size_t n = gradient->sampler->max_steps;
    if (!(lambda > 0) || !((double)(n + 1) * log(lambda) < log(1e300)))
        return gfn_fail(GFN_EINVAL,
                        "subtb-lambda: expected a number above 0 whose power for trajectories of "
                        "%zu steps is finite, found %g (hint: --subtb-lambda 0.9)",
                        n, lambda);
    gradient->lambda = lambda;
    return GFN_OK;
}
