/* SPDX-License-Identifier: MIT
 *
 * rollout/sampler.h - the inside of a sampler.
 *
 * Distinct states have rows. A row holds what a visit needs: the policy's log-probabilities (in the
 * frame), the thresholds that turn a random word into an action, and log P_B of entering the state.
 * Rows are made in one of two ways with the same bits: a small numbered space is unrolled once into
 * a table of all states and successors (row = state number), so that a visit is a few loads; in any
 * other space rows are found by hashing as trajectories advance together, one step a wave.
 */
#ifndef ROLLOUT_SAMPLER_H
#define ROLLOUT_SAMPLER_H

#include <stdatomic.h>
#include <stdbool.h>

#include <gfn/sampler.h>
#include <gfn/tape.h>

#include "data/state_set.h"
#include "grad/kernels.h"
#include "rollout/rows.h"

/* The target of an edge in a small space. */
typedef struct gfn_edge {
    int32_t next; /* row of the next state; n_states: the trajectory is over */
    int32_t end;  /* row of the object, if the trajectory is over */
} gfn_edge;

/* {log P_F, log P_B} of an edge: a vector, so that one addition sums both. */
typedef double gfn_log_p __attribute__((vector_size(2 * sizeof(double))));

typedef struct gfn_walk gfn_walk;

/* A kind of walk: by table or by waves; both give the same bits. */
typedef struct gfn_walk_kind {
    gfn_status (*renew)(gfn_sampler *sampler); /* updates rows to the current parameters */
    gfn_status (*walk)(gfn_walk *walk);
} gfn_walk_kind;

extern const gfn_walk_kind gfn_walk_by_table, gfn_walk_in_waves;

struct gfn_sampler {
    const gfn_walk_kind *kind;
    bool is_table; /* the kind is gfn_walk_by_table */
    const gfn_env *env;
    gfn_model *model;
    gfn_policy_tape policy;
    int threads;
    size_t capacity;  /* trajectories per call */
    size_t max_steps; /* steps per trajectory */
    size_t width;     /* words of a state */
    size_t n_actions, n_back, obs_dim, obs_hot;
    uint64_t call; /* counts calls that give rows a new meaning */

    /* Settings of gfn_sampler_explore(). */
    bool explores;
    double epsilon, temperature;

    /* Rows. */
    size_t max_rows;
    gfn_state_set *states;
    gfn_frame *frame; /* of the policy's tape, one row per distinct state */
    const gfn_kernels *kernels;
    int32_t *threshold; /* [max_rows + 1][n_actions]; the last has no state, see walk_table.c */
    gfn_real *log_pb;   /* [max_rows] uniform log P_B of any edge into the state; start: 0.
                         * If P_B is learned, it is in the frame */
    int32_t *threshold_floor; /* [max_rows][n_actions] lower bound of a threshold: INT32_MAX from
                               * the last allowed action on, else -1 */
    uint8_t *ends;            /* [max_rows] no action is allowed */
    uint8_t *back_mask;       /* [max_rows][n_back]; in the frame if P_B is learned */
    bool has_rewards, has_parents; /* as requested from gfn_sampler_extend() */
    double *log_reward;            /* [max_rows] if has_rewards, and in a table */
    gfn_parent *parent;            /* [max_rows][n_back] if has_parents */
    double *log_inflow;            /* [max_rows] if has_parents */
    int32_t *parent_state;         /* buffer for some states */
    bool knows_parents;            /* `parent` is valid, except for the shares */
    gfn_real *probability;         /* [threads][chunk][n_actions] */
    float *dense;                  /* [threads][chunk][obs_dim], if observations are dense */
    _Atomic bool broken;           /* a row's policy is not finite */

    /* The table of a small space; NULL if there is none. */
    int32_t *next;      /* [n_states][n_actions] row after the action, -1: stop, or not allowed */
    gfn_edge *edge;     /* [n_states + 1][n_actions] */
    gfn_log_p *log_p;   /* [n_states + 1][n_actions] of edges */
    int32_t *edge_back; /* [n_states + 1][n_actions] backward action of an edge; -1: of a stop */

    /* Lanes: the live trajectories of a wave, packed. */
    size_t *lane;      /* [capacity] trajectory of the lane */
    int32_t *state;    /* [capacity][width] */
    int32_t *lane_row; /* [capacity], at least GFN_ROWS_PART */
    int32_t *action;   /* [capacity] */
    int32_t *back;     /* [capacity] */
    uint32_t *words;   /* [capacity][4] a trajectory's random words, by trajectory */
};

/* The request of a call: draw from a stream, or (stream NULL) follow the actions given in log. */
struct gfn_walk {
    gfn_sampler *sampler;
    const gfn_stream *stream;
    int64_t first;
    size_t n;
    gfn_trajectories *log; /* NULL: only `terminal` is wanted */
    int32_t *terminal;     /* [n][width] */
    _Atomic size_t fault;  /* lowest trajectory whose given actions are wrong; SIZE_MAX: none */
};

/* Rows per task. The contents of a row do not depend on it. */
enum { GFN_ROWS_CHUNK = 64 };

/* States that gfn_sampler_log_pf() evaluates at a time. */
enum { GFN_ROWS_PART = 4096 };

/* rows.c: fill rows first ... first+n-1 for the states of the set, or (refresh) only what depends
 * on the parameters. GFN_ENUMERIC: a policy that is not finite. */
gfn_status gfn_rows_fill(gfn_sampler *sampler, size_t first, size_t n);
gfn_status gfn_rows_refresh(gfn_sampler *sampler, size_t first, size_t n);

/* walk_table.c: make the table. */
gfn_status gfn_table_create(gfn_sampler *sampler);

/* walk_back.c: draw log->n trajectories backward from the objects log->terminal: fills n_steps and
 * action. Their numbers in the stream start at `first`. Errors: as gfn_sampler_find_rows();
 * GFN_EINVAL (an object that is too far from the start). */
gfn_status gfn_backward_walk(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                             gfn_trajectories *log);

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

/* Values in place of an action: the trajectory has ended, or the given action is wrong. */
enum { GFN_WALK_OVER = -1, GFN_WALK_WRONG = -2 };

/* walk_given.c: the given action of step t of trajectory i in a row, or GFN_WALK_OVER, or
 * GFN_WALK_WRONG. */
int32_t gfn_walk_given(const gfn_walk *walk, size_t i, size_t t, int32_t row);

/* Note that trajectory i is wrong; the lowest is kept. */
void gfn_walk_fault(gfn_walk *walk, size_t i);

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

/* The action of step t of trajectory i in a row: drawn, or given. words [4] must be kept from step
 * to step. GFN_WALK_OVER or GFN_WALK_WRONG if there is none. */
static inline int32_t gfn_walk_action(const gfn_walk *walk, size_t i, size_t t, int32_t row,
                                      uint32_t words[4])
{
    if (!walk->stream)
        return gfn_walk_given(walk, i, t, row);
    if (walk->sampler->ends[row])
        return GFN_WALK_OVER;
    if (t % 4 == 0)
        gfn_random_words(walk->stream, (uint64_t)walk->first + i, (uint32_t)(t / 4), words);
    return gfn_row_action(walk->sampler, row, words[t % 4]);
}

#endif
