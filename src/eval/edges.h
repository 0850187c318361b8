/* SPDX-License-Identifier: MIT
 *
 * eval/edges.h - the edges of a numbered environment, some states at a time. A table is the scratch
 * memory of one thread.
 */
#ifndef EVAL_EDGES_H
#define EVAL_EDGES_H

#include "env/env_internal.h"

typedef struct gfn_edge_table {
    const gfn_env *env;
    size_t room; /* states at a time */
    size_t width, n_actions;
    int64_t *number;    /* [room] */
    int32_t *state;     /* [room][width] */
    uint8_t *mask;      /* [room][n_actions] */
    size_t *lane;       /* [room] the selected states: those with one action, or with a reward */
    int32_t *action;    /* [room] the action of each selected state */
    int32_t *to;        /* [room][width] the selected states, then their successors */
    double *log_reward; /* [room] */
} gfn_edge_table;

/* Errors: GFN_ENOMEM. */
gfn_status gfn_edge_table_create(const gfn_env *env, gfn_edge_table **table);
void gfn_edge_table_destroy(gfn_edge_table **table);

/* These functions return whether the world did its work; if not, gfn_env_failure() says why, and
 * the results must not be used.
 *
 * Load the states numbered first ... first + n - 1, n <= room, and their masks. */
bool gfn_edge_table_load(gfn_edge_table *table, size_t first, size_t n);

/* The ends of the edges of the loaded states: place [n][n_actions] gets the number of the next
 * state, for the stop action that of the state itself, or GFN_NO_EDGE. In a state without any
 * action the first entry is GFN_NO_ACTION. */
bool gfn_edge_table_place(gfn_edge_table *table, size_t first, size_t n, int32_t *place);

/* log R of the loaded states; -INFINITY for those that are not objects. */
bool gfn_edge_table_rewards(gfn_edge_table *table, size_t n, double *log_reward);

#endif
