/* SPDX-License-Identifier: MIT
 *
 * rollout/rows.h - what a sampler hands out: the rows of the distinct states of its last call.
 *
 * A row is the number of a distinct state. Logs of trajectories name states by their rows, and the
 * gradient reads here what the forward pass computed for them. No other room opens the sampler.
 */
#ifndef ROLLOUT_ROWS_H
#define ROLLOUT_ROWS_H

#include <stdbool.h>

#include <gfn/sampler.h>
#include <gfn/tape.h>

/* An edge into a state: the row that it leaves (-1: the backward action is not allowed), its
 * action, and the fraction of the flow into the state that it carries. */
typedef struct gfn_parent {
    int32_t row, action;
    double fraction;
} gfn_parent;

/* The current rows; arrays are borrowed. Contents are valid until the sampler's next call, sizes
 * and pointers until gfn_sampler_extend(). */
typedef struct gfn_rows {
    uint64_t call;    /* the call that gave rows their meaning, as in gfn_trajectories */
    bool are_numbers; /* all states have a row, which is the number of the state */
    const gfn_env *env;
    gfn_model *model;
    gfn_policy_tape policy;
    gfn_frame *frame; /* outputs of the policy, a row per state; the reader writes gradients */
    size_t most;      /* number of rows that there is room for */
    size_t max_steps, width, n_actions, n_back;
    int32_t stop_action;
    int threads;
    const int32_t *states;    /* [rows][width] */
    const double *log_reward; /* [rows] if GFN_ROWS_REWARDS was requested */
    const double *log_inflow; /* [rows] log of the flow into a state, after gfn_sampler_parents() */
    const gfn_parent *parent; /* [rows][n_back], after gfn_sampler_parents() */
} gfn_rows;

gfn_rows gfn_sampler_rows(const gfn_sampler *sampler);

/* What rows hold in addition to the policy. REWARDS: log R of their states, all of which must have
 * one. PARENTS: their parents, which then have rows too. TABLE: the sampler has a table, a row for
 * every state of a numbered space of at most 4,096 states, whatever its capacity. */
enum { GFN_ROWS_REWARDS = 1, GFN_ROWS_PARENTS = 2, GFN_ROWS_TABLE = 4 };

/* Make rows hold more, and make room for `extra` more rows than one call can need. The sampler
 * loses its contents. Errors: GFN_EINVAL, GFN_ENOMEM, GFN_EENV; then the sampler can only be
 * destroyed. */
gfn_status gfn_sampler_extend(gfn_sampler *sampler, unsigned what, size_t extra);

/* Find the rows of n given states under the parameters of the last call; new states are added and
 * evaluated.
 * Errors: GFN_EINVAL (no room), GFN_ENUMERIC, GFN_EENV. */
gfn_status gfn_sampler_find_rows(gfn_sampler *sampler, size_t n, const int32_t *state,
                                 int32_t *row);

/* Find rows for the parents of all states that have rows, and the flow into these states.
 * Errors: as gfn_sampler_find_rows(). */
gfn_status gfn_sampler_parents(gfn_sampler *sampler);

/* From now on, P_B of sampled, scored and backward trajectories is that of the model's edge flows
 * (GFN_FLOW_EDGES) instead of the uniform one; or, if not `by_flows`, the uniform one again, as
 * training needs it. The sampler is extended if it has no parents; so set it before anything else
 * depends on its rows. gfn_sampler_backward() then fills empty logs only.
 * Errors: GFN_EINVAL (the model has no flows), and those of gfn_sampler_extend(). */
gfn_status gfn_sampler_go_back_by_flows(gfn_sampler *sampler, bool by_flows);

/* gfn_sampler_backward() from objects whose log R the caller has put into log->log_reward, so that
 * the environment is not asked again. */
gfn_status gfn_sampler_backward_rewarded(gfn_sampler *sampler, const gfn_stream *stream,
                                         int64_t first, size_t n, gfn_trajectories *log);

/* The most trajectories per call. */
size_t gfn_sampler_capacity(const gfn_sampler *sampler);

/* Set the number of threads, at most that of gfn_sampler_create(). */
void gfn_sampler_set_threads(gfn_sampler *sampler, int threads);

#endif
