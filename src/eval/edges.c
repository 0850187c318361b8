/* SPDX-License-Identifier: MIT */
#include "eval/edges.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { ROOM = 256, MOST_EDGES = 1 << 16 };

static gfn_status allocate(gfn_edge_table *t)
{
    const struct {
        void *array;
        size_t n, size;
    } arrays[] = {
        {&t->number, t->room, sizeof *t->number},
        {&t->state, t->room * t->width, sizeof *t->state},
        {&t->mask, t->room * t->n_actions, 1},
        {&t->lane, t->room, sizeof *t->lane},
        {&t->action, t->room, sizeof *t->action},
        {&t->to, t->room * t->width, sizeof *t->to},
        {&t->log_reward, t->room, sizeof *t->log_reward},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        GFN_TRY(gfn_allocate("edge table", arrays[i].n, arrays[i].size, arrays[i].array));
    return GFN_OK;
}

gfn_status gfn_edge_table_create(const gfn_env *env, gfn_edge_table **table)
{
    gfn_edge_table *t;
    GFN_TRY(gfn_allocate("edge table", 1, sizeof *t, &t));
    t->env = env;
    t->width = (size_t)env->spec.state_width;
    t->n_actions = (size_t)env->spec.shape.n_actions;
    t->room = t->n_actions < MOST_EDGES / ROOM ? ROOM : MOST_EDGES / t->n_actions;
    gfn_status status = allocate(t);
    if (status != GFN_OK)
        gfn_edge_table_destroy(&t);
    else
        *table = t;
    return status;
}

void gfn_edge_table_destroy(gfn_edge_table **table)
{
    gfn_edge_table *t = *table;
    if (t == NULL)
        return;
    void *const arrays[] = {&t->number, &t->state, &t->mask,      &t->lane,
                            &t->action, &t->to,    &t->log_reward};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        gfn_release(arrays[i]);
    gfn_release(table);
}

bool gfn_edge_table_load(gfn_edge_table *t, size_t first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        t->number[i] = (int64_t)(first + i);
    gfn_env_ask_state_at(t->env, n, t->number, t->state);
    if (!gfn_env_end_calls(t->env))
        return false;
    gfn_env_ask_allowed(t->env, n, t->state, t->mask);
    return gfn_env_end_calls(t->env);
}

/* The ends of the edges of one action. */
static bool place_edges(gfn_edge_table *t, size_t n, int32_t action, int32_t *place)
{
    const size_t k = t->n_actions;
    size_t edges = 0;
    for (size_t i = 0; i < n; i++) {
        if (!t->mask[i * k + (size_t)action])
            continue;
        memcpy(t->to + edges * t->width, t->state + i * t->width, t->width * sizeof *t->to);
        t->action[edges] = action;
        t->lane[edges++] = i;
    }
    t->env->ops->step(t->env->world, edges, t->to, t->action);
    if (!gfn_env_end_calls(t->env))
        return false;
    gfn_env_ask_number(t->env, edges, t->to, t->number);
    if (!gfn_env_end_calls(t->env))
        return false;
    for (size_t j = 0; j < edges; j++)
        place[t->lane[j] * k + (size_t)action] = (int32_t)t->number[j];
    return true;
}

bool gfn_edge_table_place(gfn_edge_table *t, size_t first, size_t n, int32_t *place)
{
    const int32_t stop = t->env->spec.shape.stop_action, n_actions = (int32_t)t->n_actions;
    for (size_t i = 0; i < n * t->n_actions; i++)
        place[i] = GFN_NO_EDGE;
    for (int32_t action = 0; action < n_actions; action++)
        if (action != stop && !place_edges(t, n, action, place))
            return false;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *mask = t->mask + i * t->n_actions;
        if (stop >= 0 && mask[stop])
            place[i * t->n_actions + (size_t)stop] = (int32_t)(first + i);
        if (!gfn_env_has_action(t->env, mask))
            place[i * t->n_actions] = GFN_NO_ACTION;
    }
    return true;
}

bool gfn_edge_table_rewards(gfn_edge_table *t, size_t n, double *log_reward)
{
    size_t objects = 0;
    for (size_t i = 0; i < n; i++) {
        log_reward[i] = -INFINITY;
        if (!gfn_env_is_object(t->env, t->mask + i * t->n_actions))
            continue;
        memcpy(t->to + objects * t->width, t->state + i * t->width, t->width * sizeof *t->to);
        t->lane[objects++] = i;
    }
    gfn_env_ask_log_reward(t->env, objects, t->to, t->log_reward);
    for (size_t j = 0; j < objects; j++)
        log_reward[t->lane[j]] = t->log_reward[j];
    return gfn_env_end_calls(t->env);
}
