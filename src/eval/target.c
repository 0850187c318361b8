/* SPDX-License-Identifier: MIT */
#include "eval/target.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sum.h"
#include "eval/edges.h"
#include "eval/mode_regions.h"

typedef struct surveyor {
    const gfn_env *env;
    gfn_edge_table **graph; /* [threads] */
    double *target;
    double largest; /* log R */
    gfn_sum sum;    /* of R / exp(largest) */
    int64_t n_modes;
} surveyor;

static gfn_status allocate(const gfn_state_loop *crew, surveyor *s)
{
    GFN_TRY(gfn_allocate("survey", (size_t)crew->threads, sizeof *s->graph, &s->graph));
    for (int t = 0; t < crew->threads; t++)
        GFN_TRY(gfn_edge_table_create(s->env, &s->graph[t]));
    return GFN_OK;
}

static void dismiss(const gfn_state_loop *crew, surveyor *s)
{
    for (int t = 0; s->graph && t < crew->threads; t++)
        gfn_edge_table_destroy(&s->graph[t]);
    gfn_release(&s->graph);
}

/* log R into target, and the largest of them. */
static void look(void *self, size_t first, size_t n, int thread, void *part)
{
    const surveyor *s = self;
    gfn_edge_table *graph = s->graph[thread];
    double *largest = part;
    *largest = -INFINITY;
    for (size_t done = 0, m; done < n; done += m) {
        m = n - done < graph->room ? n - done : graph->room;
        double *log_reward = s->target + first + done;
        gfn_edge_table_load(graph, first + done, m);
        gfn_edge_table_rewards(graph, m, log_reward);
        for (size_t i = 0; i < m; i++)
            *largest = log_reward[i] > *largest ? log_reward[i] : *largest;
    }
}

static void keep_largest(void *self, const void *part)
{
    surveyor *s = self;
    const double *largest = part;
    s->largest = *largest > s->largest ? *largest : s->largest;
}

struct weight {
    gfn_sum sum;
    int64_t n_modes;
};

/* Turn log R into R / exp(largest). */
static void weigh(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)thread;
    const surveyor *s = self;
    struct weight *weight = part;
    for (double *x = s->target + first; x < s->target + first + n; x++) {
        weight->n_modes += *x >= s->largest;
        *x = exp(*x - s->largest);
        gfn_sum_add(&weight->sum, *x);
    }
}

static void add_weights(void *self, const void *part)
{
    surveyor *s = self;
    const struct weight *weight = part;
    gfn_sum_join(&s->sum, &weight->sum);
    s->n_modes += weight->n_modes;
}

static void divide(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)thread, (void)part;
    const surveyor *s = self;
    const double z = gfn_sum_value(&s->sum);
    for (size_t i = first; i < first + n; i++)
        s->target[i] /= z;
}

/* Before targets are divided, those of the modes are 1. */
static gfn_status count_regions(const surveyor *s, int64_t *n_regions)
{
    gfn_edge_table *graph = s->graph[0];
    gfn_mode_regions *regions;
    *n_regions = -1;
    if (!gfn_mode_regions_exist(s->env) || s->n_modes > GFN_MODE_REGIONS_MOST)
        return GFN_OK;
    GFN_TRY(gfn_mode_regions_create(s->env, &regions));
    for (size_t i = 0; i < (size_t)s->env->spec.n_states; i++) {
        if (s->target[i] < 1)
            continue;
        gfn_edge_table_load(graph, i, 1);
        gfn_mode_regions_add(regions, 1, graph->state);
    }
    *n_regions = gfn_mode_regions_count(regions);
    gfn_mode_regions_destroy(&regions);
    return GFN_OK;
}

static gfn_status find_all(const gfn_state_loop *crew, surveyor *s, gfn_target *survey)
{
    const size_t n = (size_t)s->env->spec.n_states;
    GFN_TRY(gfn_state_loop_run(crew, n, &(gfn_state_loop_body){look, keep_largest, s}));
    GFN_TRY(gfn_state_loop_run(crew, n, &(gfn_state_loop_body){weigh, add_weights, s}));
    GFN_TRY(count_regions(s, &survey->n_regions));
    GFN_TRY(gfn_state_loop_run(crew, n, &(gfn_state_loop_body){divide, NULL, s}));
    survey->log_z = s->largest + log(gfn_sum_value(&s->sum));
    survey->n_modes = s->n_modes;
    return GFN_OK;
}

gfn_status gfn_target_create(const gfn_state_loop *crew, const gfn_env *env, gfn_target *survey)
{
    surveyor s = {.env = env, .largest = -INFINITY};
    *survey = (gfn_target){.n_regions = -1};
    GFN_TRY(gfn_allocate("target distribution", (size_t)env->spec.n_states, sizeof *s.target,
                         &survey->target));
    s.target = survey->target;
    gfn_status status = allocate(crew, &s);
    if (status == GFN_OK)
        status = find_all(crew, &s, survey);
    dismiss(crew, &s);
    return status;
}

void gfn_target_clear(gfn_target *survey)
{
    gfn_release(&survey->target);
}
