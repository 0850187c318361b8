/* SPDX-License-Identifier: MIT
 *
 * rollout/storage.h - what a sampler stores: the struct that all files of this room share, its
 * memory, and how a row is read.
 *
 * Each distinct state has a row. A row holds what a visit needs: the policy's log-probabilities (in
 * the frame), the thresholds that turn a random word into an action, and log P_B of entering the
 * state. There are two ways to make rows, with the same bits:
 *
 * - a small numbered space has a table: all states have rows (row = number of the state), and the
 *   successors of all states are stored, so that a visit is a few loads;
 * - in any other space, trajectories advance together, and each wave finds the rows of its states
 *   by hashing.
 */
#ifndef ROLLOUT_STORAGE_H
#define ROLLOUT_STORAGE_H

#include <stdatomic.h>
#include <stdbool.h>

#include <gfn/sampler.h>
#include <gfn/tape.h>

#include "data/state_set.h"
#include "grad/kernels.h"
#include "rollout/rows.h"

/* The target of an edge in a table. */
typedef struct gfn_edge {
    int32_t next; /* row of the next state; n_states: the trajectory is over */
    int32_t end;  /* row of the object, if the trajectory is over */
} gfn_edge;

/* {log P_F, log P_B} of an edge: a vector, so that one addition sums both. */
typedef double gfn_log_p __attribute__((vector_size(2 * sizeof(double))));

/* Successors of all states. */
typedef struct gfn_state_table {
    int32_t *next;    /* [n_states][n_actions] row after the action, -1: stop, or not allowed */
    gfn_edge *edge;   /* [n_states + 1][n_actions] */
    gfn_log_p *log_p; /* [n_states + 1][n_actions] of edges */
    int32_t *back;    /* [n_states + 1][n_actions] backward action of an edge; -1: of a stop */
} gfn_state_table;

/* Lanes: the live trajectories of a wave, packed. */
typedef struct gfn_lanes {
    size_t *trajectory; /* [capacity] trajectory of the lane */
    int32_t *state;     /* [capacity][width] */
    int32_t *row;       /* [capacity], at least GFN_ROWS_PART */
    int32_t *action;    /* [capacity] */
    int32_t *back;      /* [capacity] backward action */
    uint32_t *words;    /* [capacity][4] random words, by trajectory instead of lane */
} gfn_lanes;

struct gfn_sampler {
    const gfn_env *env;
    gfn_model *model;
    gfn_policy_tape policy;
    const gfn_kernels *kernels;
    int threads;
    size_t capacity;  /* trajectories per call */
    size_t max_steps; /* steps per trajectory */
    size_t width;     /* words of a state */
    size_t n_actions, n_back, obs_dim, obs_hot;
    uint64_t call; /* counts calls that give rows a new meaning */

    /* Settings of gfn_sampler_explore(). */
    bool explores;
    double epsilon, temperature;

    bool goes_back_by_flows; /* see gfn_sampler_go_back_by_flows() */

    /* Rows of distinct states. */
    bool is_table;                 /* all states have rows, and `table` is filled */
    bool has_rewards, has_parents; /* as requested from gfn_sampler_extend() */
    size_t max_rows;
    gfn_state_set *states;
    gfn_frame *frame;   /* of the policy's tape, a row per distinct state */
    int32_t *threshold; /* [max_rows + 1][n_actions] see gfn_row_action(); the last row of a table
                         * has no state: ended trajectories stay there */
    int32_t *threshold_floor; /* [max_rows][n_actions] lower bound of a threshold: INT32_MAX from
                               * the last allowed action on, else -1 */
    gfn_real *log_pb;         /* [max_rows] uniform log P_B of any edge into the state; start: 0.
                               * If P_B is learned, it is in the frame */
    uint8_t *ends;            /* [max_rows] no action is allowed */
    uint8_t *back_mask;       /* [max_rows][n_back]; in the frame if P_B is learned */
    double *log_reward;       /* [max_rows] if has_rewards or is_table */

    /* Buffers of the loops that fill rows. */
    double *probability; /* [threads][GFN_ROWS_CHUNK][n_actions] */
    float *dense;        /* [threads][GFN_ROWS_CHUNK][obs_dim], if observations are dense */
    _Atomic bool broken;   /* a row's policy is not finite */

    /* Edges into the states of rows, if has_parents. */
    struct {
        gfn_parent *edge;   /* [max_rows][n_back] */
        double *log_inflow; /* [max_rows] */
        int32_t *state;     /* [GFN_ROWS_CHUNK][width] buffer */
        bool is_known;      /* `edge` is valid, except for the fractions */
    } parents;

    gfn_state_table table; /* if is_table */
    gfn_lanes lanes;
};

/* Rows per task. The contents of a row do not depend on it. */
enum { GFN_ROWS_CHUNK = 64 };

/* States that gfn_sampler_log_pf() evaluates at a time. */
enum { GFN_ROWS_PART = 4096 };

/* Allocate memory; what the same function allocated before is freed. If one fails,
 * gfn_storage_clear() frees what there is. Errors: GFN_EINVAL (too many rows), GFN_ENOMEM.
 *
 * Rows: for each state that one call can visit, for their parents if requested, and `extra`; in a
 * table for all states. */
gfn_status gfn_storage_init_rows(gfn_sampler *sampler, size_t extra);
gfn_status gfn_storage_init_parents(gfn_sampler *sampler);
gfn_status gfn_storage_init_table(gfn_sampler *sampler);
gfn_status gfn_storage_init_lanes(gfn_sampler *sampler);

/* Free all memory. */
void gfn_storage_clear(gfn_sampler *sampler);

/* Allowed backward actions of rows, starting at this one: [...][n_back]. */
static inline uint8_t *gfn_row_back_mask(const gfn_sampler *sampler, int32_t row)
{
    uint8_t *mask = sampler->policy.back_mask == GFN_NO_VAR
                        ? sampler->back_mask
                        : gfn_frame_bytes(sampler->frame, sampler->policy.back_mask);
    return mask + (size_t)row * sampler->n_back;
}

/* log P_B of backward action `back` in the state of a row. */
static inline double gfn_row_log_pb(const gfn_sampler *sampler, int32_t row, int32_t back)
{
    if (sampler->policy.log_pb == GFN_NO_VAR)
        return (double)sampler->log_pb[row];
    const gfn_real *log_pb = gfn_frame_reals(sampler->frame, sampler->policy.log_pb);
    return (double)log_pb[(size_t)row * sampler->n_back + (size_t)back];
}

/* The action that a random word chooses in a row: thresholds are the cumulative probabilities in
 * units of 2^-31, minus one, so the action is the number of thresholds below the word's top
 * bits. */
static inline int32_t gfn_row_action(const gfn_sampler *sampler, int32_t row, uint32_t word)
{
    const int32_t *threshold = sampler->threshold + (size_t)row * sampler->n_actions;
    int32_t draw = (int32_t)(word >> 1), action = 0;
    for (size_t a = 0; a < sampler->n_actions; a++)
        action += draw > threshold[a];
    return action;
}

#endif
