/* SPDX-License-Identifier: MIT */
#include "eval/edges.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { ROOM = 256, MOST_EDGES = 1 << 16 };

static gfn_status allocate(gfn_edge_table *g)
{
    const struct {
        void *array;
        size_t n, size;
    } arrays[] = {
        {&g->number, g->room, sizeof *g->number},
        {&g->state, g->room * g->width, sizeof *g->state},
        {&g->mask, g->room * g->n_actions, 1},
        {&g->lane, g->room, sizeof *g->lane},
        {&g->action, g->room, sizeof *g->action},
        {&g->to, g->room * g->width, sizeof *g->to},
        {&g->log_reward, g->room, sizeof *g->log_reward},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        GFN_TRY(gfn_allocate("states of a thread", arrays[i].n, arrays[i].size, arrays[i].array));
    return GFN_OK;
}

gfn_status gfn_edge_table_create(const gfn_env *env, gfn_edge_table **graph)
{
    gfn_edge_table *g;
    GFN_TRY(gfn_allocate("states of a thread", 1, sizeof *g, &g));
    g->env = env;
    g->width = (size_t)env->spec.state_width;
    g->n_actions = (size_t)env->spec.shape.n_actions;
    g->room = g->n_actions < MOST_EDGES / ROOM ? ROOM : MOST_EDGES / g->n_actions;
    gfn_status status = allocate(g);
    if (status != GFN_OK)
        gfn_edge_table_destroy(&g);
    else
        *graph = g;
    return status;
}

void gfn_edge_table_destroy(gfn_edge_table **graph)
{
    gfn_edge_table *g = *graph;
    if (g == NULL)
        return;
    void *const arrays[] = {&g->number, &g->state, &g->mask,      &g->lane,
                            &g->action, &g->to,    &g->log_reward};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        gfn_release(arrays[i]);
    gfn_release(graph);
}

void gfn_edge_table_load(gfn_edge_table *g, size_t first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        g->number[i] = (int64_t)(first + i);
    g->env->ops->state_at(g->env->world, n, g->number, g->state);
    g->env->ops->allowed(g->env->world, n, g->state, g->mask);
}

/* Where the edges of one action lead. */
static void place_edges(gfn_edge_table *g, size_t n, int32_t action, int32_t *place)
{
    const size_t k = g->n_actions;
    size_t edges = 0;
    for (size_t i = 0; i < n; i++) {
        if (!g->mask[i * k + (size_t)action])
            continue;
        memcpy(g->to + edges * g->width, g->state + i * g->width, g->width * sizeof *g->to);
        g->action[edges] = action;
        g->lane[edges++] = i;
    }
    g->env->ops->step(g->env->world, edges, g->to, g->action);
    g->env->ops->number(g->env->world, edges, g->to, g->number);
    for (size_t j = 0; j < edges; j++)
        place[g->lane[j] * k + (size_t)action] = (int32_t)g->number[j];
}

void gfn_edge_table_place(gfn_edge_table *g, size_t first, size_t n, int32_t *place)
{
    const int32_t stop = g->env->spec.shape.stop_action, n_actions = (int32_t)g->n_actions;
    for (size_t i = 0; i < n * g->n_actions; i++)
        place[i] = GFN_NO_EDGE;
    for (int32_t action = 0; action < n_actions; action++)
        if (action != stop)
            place_edges(g, n, action, place);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *mask = g->mask + i * g->n_actions;
        if (stop >= 0 && mask[stop])
            place[i * g->n_actions + (size_t)stop] = (int32_t)(first + i);
        if (!gfn_env_has_action(g->env, mask))
            place[i * g->n_actions] = GFN_NO_ACTION;
    }
}

void gfn_edge_table_rewards(gfn_edge_table *g, size_t n, double *log_reward)
{
    size_t objects = 0;
    for (size_t i = 0; i < n; i++) {
        log_reward[i] = -INFINITY;
        if (!gfn_env_is_object(g->env, g->mask + i * g->n_actions))
            continue;
        memcpy(g->to + objects * g->width, g->state + i * g->width, g->width * sizeof *g->to);
        g->lane[objects++] = i;
    }
    g->env->ops->log_reward(g->env->world, objects, g->to, g->log_reward);
    for (size_t j = 0; j < objects; j++)
        log_reward[g->lane[j]] = g->log_reward[j];
}
