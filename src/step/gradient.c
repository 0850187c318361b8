/* SPDX-License-Identifier: MIT */
#include "base/format.h"
#include "step/gradient_parts.h"

#include <math.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fixed_point.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "objective/residuals.h"

void gfn_gradient_set_threads(gfn_gradient *g, int threads)
{
    g->sums.threads = threads;
    g->blocks.threads = threads;
    g->target.threads = threads;
}

/* ---- making one ---- */

static bool is_small(const gfn_env *env, int64_t batch_size)
{
    const int64_t n_states = gfn_env_spec_of(env)->n_states;
    return n_states > 0 && n_states <= GFN_SMALL_STATES &&
           n_states <= GFN_SMALL_STATES_PER_TRAJECTORY * batch_size;
}

/* Objectives may need the stop action in every state, or rewards of states that are no objects. */
static gfn_status check_rewards(const gfn_env *env, const gfn_objective *o)
{
    const bool needs_stop = (o->needs & GFN_NEEDS_STOP) != 0;
    const bool needs_rewards = (o->needs & (GFN_NEEDS_REWARDS | GFN_LOOKS_FORWARD)) != 0;
    if (gfn_env_spec_of(env)->all_terminal || !(needs_stop || needs_rewards) ||
        (!needs_stop && gfn_env_has_partial_rewards(env)))
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "objective %s: expected an environment in which every state %s, found %s, in "
                    "which %s (hint: --objective db)",
                    o->name, needs_stop ? "has a reward and may stop" : "has a reward",
                    gfn_env_kind_of(env)->name,
                    env->reward.has_holes ? "some rewards are 0"
                    : needs_stop          ? "some states may not stop"
                                          : "only objects have one");
}

gfn_status gfn_gradient_check(const gfn_env *env, const gfn_model *model,
                              const gfn_objective *objective, int64_t batch_size)
{
    const gfn_objective *o = objective;
    const gfn_flow flow = gfn_model_flow(model);
    const bool needs_edges = (o->needs & GFN_NEEDS_INFLOW) != 0;
    if (batch_size < o->least_batch)
        return gfn_fail(GFN_EINVAL,
                        "batch-size: expected at least %lld for the objective %s, found %lld",
                        (long long)o->least_batch, o->name, (long long)batch_size);
    GFN_TRY(check_rewards(env, o));
    if ((o->needs & GFN_NEEDS_FLOW) &&
        (flow == GFN_FLOW_NONE || needs_edges != (flow == GFN_FLOW_EDGES)))
        return gfn_fail(GFN_EINVAL,
                        "objective %s: expected a model with %s, found none (hint: set `flow` of "
                        "gfn_model_config)",
                        o->name, needs_edges ? "flows of edges" : "a state flow");
    if (needs_edges && gfn_model_backward(model) != GFN_BACKWARD_UNIFORM)
        return gfn_fail(GFN_EINVAL,
                        "objective %s: expected the backward policy uniform, as it learns none, "
                        "found %s (hint: --backward uniform, or another --objective)",
                        o->name, gfn_backward_kind_of(gfn_model_backward(model))->name);
    return GFN_OK;
}

static gfn_status check_arguments(const gfn_objective *objective, int64_t batch_size)
{
    if (batch_size < 1 || batch_size > GFN_MAX_BATCH)
        return gfn_fail(GFN_EINVAL, "batch-size: expected an integer from 1 to %lld, found %lld",
                        (long long)GFN_MAX_BATCH, (long long)batch_size);
    if (objective == NULL || objective->size < sizeof *objective || objective->loss == NULL)
        return gfn_fail(GFN_EINVAL, "gradient: expected an objective, found none (hint: "
                                    "gfn_objective_find(\"tb\"))");
    return GFN_OK;
}

/* Samplers of other ranks may have other capacities: find how many entries all can have together.
 */
static gfn_status share_capacity(gfn_gradient *g)
{
    const size_t mine = gfn_gradient_most_states(g, gfn_sampler_capacity(g->sampler));
    const size_t most = (size_t)INT64_MAX >> 20;
    int64_t together = (int64_t)(mine < most ? mine : most);
    GFN_TRY(gfn_comm_sum_i64(g->comm, &together, 1));
    g->together = (size_t)together;
    return GFN_OK;
}

static gfn_status set_up(gfn_gradient *g)
{
    GFN_TRY(gfn_gradient_check(g->rows.env, g->rows.model, g->objective, g->batch_size));
    const int bits = gfn_derivative_bits(g->objective, g->batch_size);
    const double unit = ldexp(1.0, -bits) / (double)g->batch_size;
    g->sums.columns = gfn_columns_of(&g->rows.policy);
    g->blocks = gfn_blocks_of(&g->rows, &g->sums.columns, unit);
    g->kind = is_small(g->rows.env, g->batch_size) ? &gfn_gradient_small : &gfn_gradient_general;
    GFN_TRY(g->kind->allocate(g));
    return gfn_derivative_sums_init(&g->sums, g->objective, g->rows.max_steps, g->batch_size,
                                    g->rows.threads);
}

gfn_status gfn_gradient_create(gfn_comm *comm, gfn_sampler *sampler, const gfn_objective *objective,
                               int64_t batch_size, gfn_gradient **gradient)
{
    gfn_gradient *g = NULL;
    gfn_status status = check_arguments(objective, batch_size);
    if (status == GFN_OK)
        status = gfn_allocate("gradient", 1, sizeof *g, &g);
    GFN_TRY(gfn_comm_agree(comm, status));
    g->comm = comm;
    g->sampler = sampler;
    g->objective = objective;
    g->batch_size = batch_size;
    g->lambda = 0.9;
    g->means.weight = 1;
    g->rows = gfn_sampler_rows(sampler);
    status = share_capacity(g);
    if (status == GFN_OK)
        status = gfn_comm_agree(comm, set_up(g));
    if (status != GFN_OK)
        gfn_gradient_destroy(&g);
    else
        *gradient = g;
    return status;
}

void gfn_gradient_destroy(gfn_gradient **gradient)
{
    gfn_gradient *g = *gradient;
    if (g == NULL)
        return;
    gfn_derivative_sums_clear(&g->sums);
    gfn_target_network_clear(&g->target);
    gfn_merge_clear(&g->merge);
    gfn_blocks_clear(&g->blocks);
    gfn_allreduce_clear(&g->allreduce);
    gfn_release(gradient);
}

gfn_status gfn_gradient_set_lambda(gfn_gradient *gradient, double lambda)
{
    const size_t n = gradient->rows.max_steps;
    if (!(lambda > 0) || !((double)(n + 1) * log(lambda) < log(1e300)))
        return gfn_fail(GFN_EINVAL,
                        "subtb-lambda: expected a number above 0 whose power for trajectories of "
                        "%zu step%s is finite, found %g (hint: --subtb-lambda 0.9)",
                        n, gfn_plural((int64_t)n), lambda);
    gradient->lambda = lambda;
    return GFN_OK;
}

gfn_status gfn_gradient_set_loss(gfn_gradient *gradient, const gfn_loss_kind *kind, double scale)
{
    const gfn_objective *o = gradient->objective;
    gfn_residual_loss loss;
    if (kind == NULL)
        return gfn_fail(GFN_EINVAL, "loss: expected a loss, found none (hint: "
                                    "gfn_loss_find(\"huber\"))");
    GFN_TRY(gfn_residual_loss_set(&loss, kind, scale));
    if (kind == gfn_loss_kind_of(0))
        loss.kind = NULL;
    else if (!(o->needs & GFN_TAKES_LOSS))
        return gfn_fail(GFN_EINVAL,
                        "loss: expected an objective with residuals that a loss applies to, found "
                        "%s (hint: gfn_terms_loss(), and GFN_TAKES_LOSS in `needs`)",
                        o->name);
    gradient->loss = loss;
    gradient->residuals.loss = loss.kind ? &gradient->loss : NULL;
    return GFN_OK;
}

gfn_status gfn_gradient_set_target(gfn_gradient *gradient, const gfn_real *params)
{
    const gfn_objective *o = gradient->objective;
    gfn_target_network_clear(&gradient->target);
    if (params == NULL)
        return GFN_OK;
    if (!(o->needs & GFN_TAKES_TARGET))
        return gfn_fail(GFN_EINVAL,
                        "target-every: expected an objective that compares a state with the next "
                        "one, found %s, whose residuals have no such side (hint: --objective db, "
                        "or leave it out)",
                        o->name);
    const gfn_status status =
        gfn_target_network_init(&gradient->target, &gradient->rows, o, params);
    if (status != GFN_OK)
        gfn_target_network_clear(&gradient->target);
    return status;
}

/* ---- a batch ---- */

static gfn_terms_source source_of(const gfn_gradient *g, const gfn_trajectories *log)
{
    const bool is_learned = g->objective->estimate == NULL;
    return (gfn_terms_source){.objective = g->objective,
                              .rows = &g->rows,
                              .log = log,
                              .log_z = is_learned ? gfn_model_log_z(g->rows.model) : g->means.log_z,
                              .mean_weight = g->objective->weigh ? g->means.weight : 1,
                              .lambda = g->lambda,
                              .residuals = g->loss.kind || g->target.value ? &g->residuals : NULL,
                              .target = g->target.value};
}

static gfn_status check_log(const gfn_gradient *g, const gfn_trajectories *log, uint64_t call)
{
    if (log->call != call || (g->n_added > 0 && g->rows.call != call))
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
    if (gfn_objective_needs_means(g->objective) && g->means.n_logs == GFN_MAX_LOGS)
        return gfn_fail(GFN_EINVAL, "gradient: a batch of %s can be added in at most %d logs",
                        g->objective->name, GFN_MAX_LOGS);
    return GFN_OK;
}

gfn_status gfn_gradient_add(gfn_gradient *g, const gfn_trajectories *log)
{
    const gfn_rows rows = gfn_sampler_rows(g->sampler);
    GFN_TRY(check_log(g, log, rows.call));
    if (g->n_added == 0 && log->n > 0 && (g->objective->needs & GFN_NEEDS_INFLOW))
        GFN_TRY(gfn_sampler_parents(g->sampler));
    g->rows = rows;
    const gfn_terms_source source = source_of(g, log);
    if (g->target.params)
        gfn_target_network_add(&g->target, &rows, log);
    if (gfn_objective_needs_means(g->objective))
        GFN_TRY(gfn_batch_means_add(&g->means, &source, &g->sums.adder[0].scratch, g->batch_size));
    else
        GFN_TRY(gfn_derivative_sums_add(&g->sums, &source));
    g->n_added += (int64_t)log->n;
    return GFN_OK;
}

/* The activations of the trajectories must still be there. */
static gfn_status check_call(const gfn_gradient *g)
{
    if (g->n_added == 0 || g->rows.call == gfn_sampler_rows(g->sampler).call)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "gradient: the sampler was used since trajectories were added "
                                "(hint: the backward pass first)");
}

/* Find how the loss of the batch changes with its log Z. Collective; a failure of this rank is in
 * *mine. */
static gfn_status find_mean_slope(gfn_gradient *g, gfn_status *mine)
{
    const gfn_terms_source source = source_of(g, NULL);
    if (*mine == GFN_OK)
        *mine = gfn_batch_means_add_slopes(&g->means, &source, &g->sums.adder[0].scratch,
                                           g->batch_size);
    const double start = gfn_clock_seconds();
    GFN_TRY(gfn_batch_means_exchange_slopes(&g->means, g->comm, *mine));
    gfn_allreduce_took(&g->allreduce, gfn_clock_seconds() - start);
    g->residuals.mean_slope = g->means.slope;
    return GFN_OK;
}

/* Find the means over the batch, and add the logs that waited for them. Collective; a failure of
 * this rank is in *mine. */
static gfn_status add_waiting(gfn_gradient *g, gfn_status *mine)
{
    int64_t n_all;
    if (!gfn_objective_needs_means(g->objective))
        return GFN_OK;
    gfn_batch_means found = g->means;
    const double start = gfn_clock_seconds();
    GFN_TRY(gfn_batch_means_exchange(&found, g->comm, *mine, g->n_added, &n_all));
    gfn_allreduce_took(&g->allreduce, gfn_clock_seconds() - start);
    if (n_all != g->batch_size) /* means of a part; the exchange reports the reason */
        return GFN_OK;
    g->means = found;
    if ((g->objective->needs & GFN_NEEDS_SLOPE) && g->loss.kind)
        GFN_TRY(find_mean_slope(g, mine));
    for (size_t i = 0; i < g->means.n_logs && *mine == GFN_OK; i++) {
        const gfn_terms_source source = source_of(g, g->means.log[i]);
        *mine = gfn_derivative_sums_add(&g->sums, &source);
    }
    return GFN_OK;
}

static void forget(gfn_gradient *g)
{
    gfn_derivative_sums_forget(&g->sums);
    gfn_batch_means_forget(&g->means);
    gfn_target_network_forget(&g->target);
    g->residuals.mean_slope = 0;
    g->n_added = 0;
}

static gfn_status run(gfn_gradient *g, gfn_status mine, gfn_real *vector, gfn_loss *loss)
{
    if (mine == GFN_OK)
        mine = check_call(g);
    GFN_TRY(add_waiting(g, &mine));
    GFN_TRY(g->kind->sum(g, mine, vector));
    const gfn_tail *tail = gfn_allreduce_tail(&g->allreduce);
    vector[gfn_model_log_z_offset(g->rows.model)] =
        (gfn_real)((double)tail->log_z * g->blocks.unit);
    loss->mean = gfn_fixed_join(tail->loss);
    loss->log_z = g->objective->estimate ? g->means.log_z : NAN;
    return GFN_OK;
}

gfn_status gfn_gradient_run(gfn_gradient *g, gfn_status mine, gfn_real *vector, gfn_loss *loss)
{
    const gfn_status status = run(g, mine, vector, loss);
    forget(g);
    return status;
}

gfn_status gfn_gradient_backward(gfn_gradient *gradient, gfn_status mine, gfn_real *vector,
                                 double *loss)
{
    gfn_loss result;
    GFN_TRY(gfn_gradient_run(gradient, mine, vector, &result));
    *loss = result.mean;
    return GFN_OK;
}

double gfn_gradient_log_z(const gfn_gradient *gradient)
{
    return gradient->means.log_z;
}

/* ---- messages ---- */

gfn_message_seconds gfn_gradient_message_seconds(const gfn_gradient *gradient)
{
    const gfn_allreduce *messages = &gradient->allreduce;
    return (gfn_message_seconds){messages->communication, messages->waiting};
}

void gfn_gradient_request(gfn_gradient *gradient, unsigned requests)
{
    gradient->allreduce.requests |= requests;
}

unsigned gfn_gradient_agreed(const gfn_gradient *gradient)
{
    return gradient->allreduce.agreed;
}
