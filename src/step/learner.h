/* SPDX-License-Identifier: MIT
 *
 * step/learner.h - what learns: the parts of one iteration and the state between iterations. It
 * knows neither the run directory nor the cadences.
 */
#ifndef STEP_LEARNER_H
#define STEP_LEARNER_H

#include <gfn/report.h>

#include "run/run.h"
#include "step/allreduce.h"
#include "step/batch.h"
#include "step/modes.h"
#include "step/replay.h"
#include "step/stopwatch.h"
#include "step/thread_tuner.h"
#include "step/top.h"
#include "step/update.h"

struct gfn_gradient;

/* What starts at an estimate of log Z: the parameter, or, if that is far from 0, the flows. */
typedef enum gfn_start { GFN_START_NOTHING, GFN_START_LOG_Z, GFN_START_FLOWS } gfn_start;

typedef struct gfn_learner {
    gfn_run *run; /* borrowed; has environment, model, sampler and iteration */
    gfn_batch batch;
    struct gfn_gradient *gradient;
    gfn_update update;
    gfn_replay replay;
    gfn_modes modes;
    gfn_top top;
    gfn_real *target;     /* [n_params] of the target network; NULL: there is none */
    int64_t target_every; /* iterations from one renewal of the target network to the next */
    gfn_thread_tuner tuner;
    gfn_stopwatch stopwatch;
    int threads;     /* of the next step */
    double loss;     /* of the last batch; NAN: there was none */
    gfn_start start; /* before the first step */
} gfn_learner;

/* A learner for a run. Before its first step, call gfn_learner_begin(), or fill its replay buffer
 * from a checkpoint. Collective. Errors: GFN_EINVAL (options that contradict each other or need
 * what the environment or the model lacks), GFN_ENOMEM. */
gfn_status gfn_learner_create(gfn_run *run, gfn_learner **learner);
void gfn_learner_destroy(gfn_learner **learner);

/* Begin at iteration 0: set log Z or raise flows, if the option log-z-init is a number (else the
 * first step estimates it), and make the replay buffer, if the options request one. It is empty, or
 * has the objects of the option terminal-states. Collective. Errors: those of
 * gfn_run_load_terminal_states(); then the parameters have not changed. */
gfn_status gfn_learner_begin(gfn_learner *learner);

/* step.c: one iteration. mine: this rank's status so far; a rank that failed must still call, and
 * all ranks fail together. Collective; on an error the parameters are those of the step before, on
 * every rank. */
gfn_status gfn_learner_step(gfn_learner *learner, gfn_status mine);

/* The parameter log Z. */
gfn_real *gfn_learner_log_z(gfn_learner *learner);

/* Store what is remembered of the batch: modes, the best objects, and objects to replay.
 * Collective.
 */
gfn_status gfn_learner_remember(gfn_learner *learner);

/* After a step: choose the threads of the next one. */
void gfn_learner_tune(gfn_learner *learner);

/* Count modes over all ranks, in learner->modes. Collective. */
gfn_status gfn_learner_count_modes(gfn_learner *learner);

/* Find the best objects of all ranks, in learner->top. Collective. */
gfn_status gfn_learner_join_top(gfn_learner *learner);

/* From now on the time belongs to `phase`. */
void gfn_learner_enter(gfn_learner *learner, gfn_phase phase);

/* Requests (GFN_REQUEST_...) of this rank, which travel with the next step; and those of any rank
 * that came with the last one. */
void gfn_learner_request(gfn_learner *learner, unsigned requests);
unsigned gfn_learner_agreed(const gfn_learner *learner);

/* Seconds of this rank in each phase so far. */
gfn_phases gfn_learner_phases(const gfn_learner *learner);

#endif
