/* SPDX-License-Identifier: MIT
 *
 * step/terms.h - what an objective reads of one trajectory, taken from its log and from the rows of
 * its states.
 */
#ifndef STEP_TERMS_H
#define STEP_TERMS_H

#include <gfn/objective.h>
#include <gfn/trajectories.h>

#include "rollout/rows.h"

/* Room for the arrays of one trajectory that an objective reads and writes, per thread. */
typedef struct gfn_scratch {
    double *memory;
    double *flow, *inflow, *stop, *reward; /* [max_steps + 1] each, to read */
    double *target;                        /* the same, of flow or stop, by the target network */
    gfn_residual_terms *residuals;         /* if there is one: with the array above */
    gfn_derivatives derivatives;           /* arrays of the same length, to write */
} gfn_scratch;

/* Errors: GFN_ENOMEM. */
gfn_status gfn_scratch_init(gfn_scratch *scratch, const gfn_objective *objective, size_t max_steps);
void gfn_scratch_clear(gfn_scratch *scratch);

/* A log of trajectories, and the values that all of them share. */
typedef struct gfn_terms_source {
    const gfn_objective *objective;
    const gfn_rows *rows;
    const gfn_trajectories *log;
    double log_z, mean_weight, lambda;
    const gfn_residual_terms *residuals; /* as in gfn_terms, except for arrays */
    const double *target;                /* [rows] by the target network; NULL: there is none */
} gfn_terms_source;

/* Needs of data in the states of a trajectory. */
enum { GFN_NEEDS_STATES = GFN_NEEDS_FLOW | GFN_NEEDS_INFLOW | GFN_NEEDS_STOP | GFN_NEEDS_REWARDS };

/* Fill in what the objective reads in the states of trajectory i: flows, rewards, stops. */
void gfn_terms_fill(const gfn_terms_source *source, const gfn_scratch *scratch, size_t i,
                    gfn_terms *terms);

/* The terms of trajectory i; arrays are in the log and in the scratch. All members are named: to
 * clear the struct first would take longer than all the rest. */
static inline gfn_terms gfn_terms_find(const gfn_terms_source *source, const gfn_scratch *scratch,
                                       size_t i)
{
    const gfn_trajectories *log = source->log;
    const size_t at = i * log->max_steps;
    gfn_terms terms = {.n_steps = (size_t)log->n_steps[i],
                       .log_pf = log->log_pf ? log->log_pf + at : NULL,
                       .log_pb = log->log_pb ? log->log_pb + at : NULL,
                       .log_flow = NULL,
                       .log_inflow = NULL,
                       .log_stop = NULL,
                       .log_rewards = NULL,
                       .sum_log_pf = log->sum_log_pf[i],
                       .sum_log_pb = log->sum_log_pb[i],
                       .log_reward = log->log_reward[i],
                       .log_z = source->log_z,
                       .mean_weight = source->mean_weight,
                       .lambda = source->lambda,
                       .residuals = source->residuals};
    if (source->objective->needs & GFN_NEEDS_STATES)
        gfn_terms_fill(source, scratch, i, &terms);
    return terms;
}

/* Returns GFN_ENUMERIC, or GFN_EENV if its log R is not finite, with a message about trajectory i,
 * whose loss or derivatives cannot be added. */
gfn_status gfn_terms_refuse(const gfn_terms_source *source, const gfn_scratch *scratch, size_t i);

#endif
