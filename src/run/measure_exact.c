/* SPDX-License-Identifier: MIT
 *
 * Metrics of the policy's exact terminal distribution. All ranks evaluate the policy, each in a
 * part of the states at a time. Rank 0 gathers the edges and pushes the flow along them, while the
 * other ranks evaluate the next parts. The cut of the states into parts changes no bit.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "eval/exact.h"
#include "run/run.h"

/* ---- making ---- */

/* Limits of the states per part: enough to be worth a message, but few enough that all ranks have
 * work and the gathered data stays small. */
enum { LEAST_PART = 4 * GFN_FORWARD_STATES };
enum { MOST_EDGES = 1 << 21 }; /* over all ranks: 16 MiB */

static size_t find_part(const gfn_run *run)
{
    const size_t unit = GFN_FORWARD_STATES, ranks = (size_t)gfn_comm_size(run->comm);
    const size_t n = (size_t)gfn_env_spec_of(gfn_run_numbered_env(run))->n_states;
    const size_t most = MOST_EDGES / ranks / (size_t)gfn_env_shape(run->env)->n_actions;
    size_t part = (n / ranks + unit) / unit * unit;
    part = part < LEAST_PART ? LEAST_PART : part;
    part = part < most ? part : most;
    return part > 0 ? part : 1;
}

static gfn_status make_alone(void *self)
{
    gfn_run *run = self;
    return gfn_exact_create(gfn_run_numbered_env(run), run->threads, &run->exact.exact);
}

/* Make the buffers that every rank needs for its part. */
static gfn_status make_share(gfn_run *run)
{
    gfn_run_exact *e = &run->exact;
    const size_t ranks = (size_t)gfn_comm_size(run->comm);
    e->part = find_part(run);
    const size_t edges = e->part * (size_t)gfn_env_shape(run->env)->n_actions;
    GFN_TRY(gfn_forward_create(gfn_run_numbered_env(run), run->model, run->threads, &e->forward));
    GFN_TRY(gfn_allocate("edges of this rank", edges, sizeof(double), &e->edges));
    if (ranks == 1)
        return GFN_OK;
    GFN_TRY(gfn_allocate("counts of ranks", ranks, sizeof(size_t), &e->counts));
    return gfn_allocate("edges of all ranks", ranks * edges, sizeof(double), &e->all_edges);
}

/* Tell all ranks the largest log R. */
static gfn_status share_largest(gfn_run *run)
{
    gfn_run_exact *e = &run->exact;
    if (e->exact)
        e->max_log_reward = gfn_exact_max_log_reward(e->exact);
    return gfn_comm_broadcast(run->comm, &e->max_log_reward, sizeof e->max_log_reward);
}

gfn_status gfn_run_exact_prepare(gfn_run *run)
{
    gfn_run_exact *e = &run->exact;
    GFN_TRY(gfn_run_enumerate(run));
    if (e->is_impossible || e->part > 0)
        return GFN_OK;
    gfn_status status = gfn_comm_work_alone(run->comm, make_alone, run);
    if (status == GFN_OK)
        status = gfn_comm_agree(run->comm, make_share(run));
    if (status == GFN_OK)
        status = share_largest(run);
    /* A space that cannot be numbered or held is measured by samples only. */
    e->is_impossible = status == GFN_ENOSUP || status == GFN_ENOMEM;
    if (status == GFN_OK)
        return GFN_OK;
    gfn_run_exact_clear(e);
    return e->is_impossible ? GFN_OK : status;
}

void gfn_run_exact_clear(gfn_run_exact *e)
{
    gfn_exact_destroy(&e->exact);
    gfn_forward_destroy(&e->forward);
    gfn_release(&e->edges);
    gfn_release(&e->all_edges);
    gfn_release(&e->counts);
    *e = (gfn_run_exact){.is_planned = e->is_planned, .is_impossible = e->is_impossible};
}

/* ---- the distribution ---- */

/* Gather the edges of all ranks on rank 0, in *edges. */
static gfn_status gather(gfn_run *run, size_t mine, size_t n, const double **edges)
{
    gfn_run_exact *e = &run->exact;
    const size_t width = (size_t)gfn_env_shape(run->env)->n_actions;
    *edges = e->edges;
    if (n <= e->part) /* rank 0 computed them itself */
        return GFN_OK;
    *edges = e->all_edges; /* doubles are sent as the words that hold their bits */
    return gfn_comm_gather_i64(run->comm, (const int64_t *)(const void *)e->edges, mine, width,
                               (int64_t *)(void *)e->all_edges, n, e->counts);
}

/* Evaluate the policy in all states, in the order of their numbers, and push the flow. */
static gfn_status push_all(gfn_run *run)
{
    gfn_run_exact *e = &run->exact;
    const int64_t n = gfn_env_spec_of(gfn_run_numbered_env(run))->n_states;
    const int64_t part = (int64_t)e->part;
    const int64_t rank = gfn_comm_rank(run->comm), together = part * gfn_comm_size(run->comm);
    for (int64_t first = 0; first < n; first += together) {
        const int64_t all = n - first < together ? n - first : together;
        const int64_t left = all - rank * part, mine = left < 0 ? 0 : left < part ? left : part;
        const double *edges;
        gfn_status status =
            gfn_forward_edges(e->forward, first + rank * part, (size_t)mine, e->edges);
        gfn_comm_beat(run->comm);
        GFN_TRY(gfn_comm_agree(run->comm, status));
        GFN_TRY(gather(run, (size_t)mine, (size_t)all, &edges));
        if (e->exact)
            gfn_exact_push(e->exact, (size_t)all, edges);
    }
    return GFN_OK;
}

gfn_status gfn_run_exact_find_p(gfn_run *run)
{
    gfn_run_exact *e = &run->exact;
    const uint32_t crc = gfn_run_params_crc(run);
    if (e->has_p && e->p_crc == crc)
        return GFN_OK;
    e->has_p = false;
    e->p = NULL;
    if (e->exact)
        gfn_exact_begin(e->exact);
    GFN_TRY(push_all(run));
    gfn_status status = e->exact ? gfn_exact_end(e->exact, &e->p) : GFN_OK;
    GFN_TRY(gfn_comm_agree(run->comm, status));
    e->has_p = true;
    e->p_crc = crc;
    return GFN_OK;
}

/* ---- the metrics ---- */

typedef struct exact_metrics {
    gfn_run *run;
    gfn_evaluation *found;
} exact_metrics;

static gfn_status find_metrics(void *self)
{
    const gfn_run *run = ((exact_metrics *)self)->run;
    gfn_evaluation *e = ((exact_metrics *)self)->found;
    const gfn_exact *exact = run->exact.exact;
    const double *p = run->exact.p, *target = gfn_exact_target(exact);
    const size_t n = gfn_exact_n(exact);
    e->log_z_true = gfn_exact_log_z(exact);
    gfn_metric_find_distances(n, p, target, e);
    gfn_metrics_compute(run->threads, n, p, target, &e->metrics);
    return GFN_OK;
}

gfn_status gfn_run_evaluate(gfn_run *run, gfn_evaluation *evaluation)
{
    GFN_TRY(gfn_run_fail_in(run, gfn_run_solve(run)));
    gfn_evaluation e = {.metrics = {NAN, NAN, NAN, NAN},
                        .log_z = gfn_model_log_z(run->model),
                        .log_z_true = gfn_env_spec_of(run->env)->log_z};
    for (size_t i = 0; i < GFN_MAX_DISTANCES; i++)
        e.distance[i] = NAN;
    GFN_TRY(gfn_run_fail_in(run, gfn_run_exact_prepare(run)));
    if (!run->exact.is_impossible) {
        GFN_TRY(gfn_run_fail_in(run, gfn_run_exact_find_p(run)));
        GFN_TRY(gfn_comm_work_alone(run->comm, find_metrics, &(exact_metrics){run, &e}));
        e.is_exact = true;
    }
    e.log_z_error = e.log_z - e.log_z_true;
    GFN_TRY(gfn_comm_broadcast(run->comm, &e, sizeof e));
    *evaluation = e;
    return GFN_OK;
}
