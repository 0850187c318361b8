/* SPDX-License-Identifier: MIT
 *
 * eval/edges.h - the graph of a numbered world, some states at a time: scratch memory of one
 * thread.
 */
#ifndef EVAL_EDGES_H
#define EVAL_EDGES_H

#include "env/env_internal.h"

/* Instead of the number of a state that an edge leads to. */
enum { GFN_NO_EDGE = -1, GFN_NO_ACTION = -2 };

typedef struct gfn_edge_table {
    const gfn_env *env;
    size_t room; /* states at a time */
    size_t width, n_actions;
    int64_t *number;    /* [room] */
    int32_t *state;     /* [room][width] */
    uint8_t *mask;      /* [room][n_actions] */
    size_t *lane;       /* [room] those of them that have one action, or a reward ... */
    int32_t *action;    /* [room] */
    int32_t *to;        /* [room][width] ... and where that leads */
    double *log_reward; /* [room] */
} gfn_edge_table;

/* Errors: GFN_ENOMEM. */
gfn_status gfn_edge_table_create(const gfn_env *env, gfn_edge_table **graph);
void gfn_edge_table_destroy(gfn_edge_table **graph);

/* Load the states numbered first ... first + n - 1, n <= room, and their masks. */
void gfn_edge_table_load(gfn_edge_table *graph, size_t first, size_t n);

/* Where the edges of the loaded states lead, place [n][n_actions]: the number of a state, for the
 * stop action its own; GFN_NO_EDGE. A state without any action has GFN_NO_ACTION first. */
void gfn_edge_table_place(gfn_edge_table *graph, size_t first, size_t n, int32_t *place);

/* log R of the loaded states; -INFINITY of those that are no objects. */
void gfn_edge_table_rewards(gfn_edge_table *graph, size_t n, double *log_reward);

#endif
