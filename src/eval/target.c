/* SPDX-License-Identifier: MIT */
#include "eval/target.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sum.h"
#include "eval/edges.h"
#include "eval/mode_regions.h"
#include "eval/state_loop.h"

typedef struct computation {
    const gfn_env *env;
    int threads;
    gfn_edge_table **edges; /* [threads] */
    double *q;              /* log R, then R / exp(largest), then R/Z */
    double largest;         /* log R */
    size_t fault;           /* the first state whose log R is NAN or INFINITY, plus 1; 0: none */
    gfn_sum sum;            /* of R / exp(largest) */
    int64_t n_modes;
} computation;

static gfn_status allocate(computation *c)
{
    GFN_TRY(gfn_allocate("edge tables", (size_t)c->threads, sizeof *c->edges, &c->edges));
    for (int t = 0; t < c->threads; t++)
        GFN_TRY(gfn_edge_table_create(c->env, &c->edges[t]));
    return GFN_OK;
}

static void release(computation *c)
{
    for (int t = 0; c->edges && t < c->threads; t++)
        gfn_edge_table_destroy(&c->edges[t]);
    gfn_release(&c->edges);
}

struct rewards {
    double largest;
    size_t fault;
};

/* log R of the states numbered first ... first + n - 1. Returns whether the world did its work. */
static bool read_log_rewards(const computation *c, gfn_edge_table *edges, size_t first, size_t n)
{
    const gfn_enumeration *all = gfn_env_enumeration(c->env);
    if (all == NULL || all->log_reward == NULL)
        return gfn_edge_table_load(edges, first, n) &&
               gfn_edge_table_rewards(edges, n, c->q + first);
    memcpy(c->q + first, all->log_reward + first, n * sizeof *c->q);
    return true;
}

/* q = log R. A failure of the world ends the loop after its ranges. */
static void find_log_rewards(void *self, size_t first, size_t n, int thread, void *part)
{
    const computation *c = self;
    gfn_edge_table *edges = c->edges[thread];
    struct rewards *found = part;
    found->largest = -INFINITY;
    for (size_t done = 0, m; done < n; done += m) {
        m = n - done < edges->room ? n - done : edges->room;
        double *log_reward = c->q + first + done;
        if (!read_log_rewards(c, edges, first + done, m))
            return;
        for (size_t i = 0; i < m; i++) {
            found->largest = log_reward[i] > found->largest ? log_reward[i] : found->largest;
            if (!(log_reward[i] < INFINITY) && found->fault == 0) /* also rejects NaN */
                found->fault = first + done + i + 1;
        }
    }
}

static void join_rewards(void *self, const void *part)
{
    computation *c = self;
    const struct rewards *found = part;
    c->largest = found->largest > c->largest ? found->largest : c->largest;
    c->fault = c->fault ? c->fault : found->fault;
}

/* After all rewards were found: whether all can be used. */
static gfn_status check_rewards(const computation *c)
{
    gfn_edge_table *edges = c->edges[0];
    GFN_TRY(gfn_env_failure(c->env));
    if (c->fault == 0)
        return GFN_OK;
    const size_t state = c->fault - 1;
    if (!gfn_edge_table_load(edges, state, 1))
        return gfn_env_failure(c->env);
    return gfn_env_check_rewards(c->env, 1, edges->state, &c->q[state]);
}

struct weight {
    gfn_sum sum;
    int64_t n_modes;
};

/* Turn log R into R / exp(largest). */
static void find_weights(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)thread;
    const computation *c = self;
    struct weight *weight = part;
    for (double *x = c->q + first; x < c->q + first + n; x++) {
        weight->n_modes += *x >= c->largest;
        *x = exp(*x - c->largest);
        gfn_sum_add(&weight->sum, *x);
    }
}

static void add_weights(void *self, const void *part)
{
    computation *c = self;
    const struct weight *weight = part;
    gfn_sum_join(&c->sum, &weight->sum);
    c->n_modes += weight->n_modes;
}

static void divide(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)thread, (void)part;
    const computation *c = self;
    const double z = gfn_sum_value(&c->sum);
    for (size_t i = first; i < first + n; i++)
        c->q[i] /= z;
}

/* Called before q is divided by Z: q is 1 for the modes. */
static gfn_status count_regions(const computation *c, int64_t *n_regions)
{
    gfn_edge_table *edges = c->edges[0];
    gfn_mode_regions *regions;
    *n_regions = -1;
    if (!gfn_mode_regions_exist(c->env) || c->n_modes > GFN_MODE_REGIONS_MOST)
        return GFN_OK;
    GFN_TRY(gfn_mode_regions_create(c->env, c->largest, &regions));
    for (size_t i = 0; i < (size_t)c->env->spec.n_states; i++) {
        if (c->q[i] < 1)
            continue;
        if (gfn_edge_table_load(edges, i, 1))
            gfn_mode_regions_add(regions, 1, edges->state);
    }
    *n_regions = gfn_mode_regions_count(regions);
    gfn_mode_regions_destroy(&regions);
    return gfn_env_failure(c->env);
}

static gfn_status compute(computation *c, gfn_target *target)
{
    const size_t n = (size_t)c->env->spec.n_states;
    gfn_state_loop_run(c->threads, n, &(gfn_state_loop){find_log_rewards, join_rewards, c});
    GFN_TRY(check_rewards(c));
    gfn_state_loop_run(c->threads, n, &(gfn_state_loop){find_weights, add_weights, c});
    GFN_TRY(count_regions(c, &target->n_regions));
    gfn_state_loop_run(c->threads, n, &(gfn_state_loop){divide, NULL, c});
    target->log_z = c->largest + log(gfn_sum_value(&c->sum));
    target->n_modes = c->n_modes;
    target->max_log_reward = c->largest;
    return GFN_OK;
}

gfn_status gfn_target_create(const gfn_env *env, int threads, gfn_target *target)
{
    *target = (gfn_target){.n_regions = -1};
    GFN_TRY(gfn_allocate("target distribution", (size_t)env->spec.n_states, sizeof *target->q,
                         &target->q));
    computation c = {.env = env, .threads = threads, .q = target->q, .largest = -INFINITY};
    gfn_status status = allocate(&c);
    if (status == GFN_OK)
        status = compute(&c, target);
    release(&c);
    return status;
}

void gfn_target_clear(gfn_target *target)
{
    gfn_release(&target->q);
}
