/* SPDX-License-Identifier: MIT
 *
 * train/trainer.h - the members of a trainer: a learner, a store, and the cadences.
 */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include <signal.h>

#include <gfn/trainer.h>

#include "step/learner.h"
#include "store/store.h"

struct gfn_trainer {
    gfn_run *run; /* borrowed; owns the store */
    gfn_learner *learner;
    gfn_store *store;
    bool keeps; /* this trainer writes the run's files, and closes them */
    int64_t iterations;

    /* Cadences, in iterations; 0: only at the end. */
    int64_t eval_every, log_every, checkpoint_every;
    bool saves_by_time; /* checkpoints are due by time, not by iterations */
    double time_limit;  /* seconds; NAN: none */

    double start;            /* time of the creation */
    int64_t first_iteration; /* the first iteration of this trainer */
    volatile sig_atomic_t wants_stop;
    gfn_status file_status; /* of rank 0's files; the next step reports a failure to all ranks */
};

/* advance.c: do the evaluation and write the metrics that are due at the current iteration, and
 * save a checkpoint of it, unless there is one. Collective; an error of files is in
 * trainer->file_status. */
gfn_status gfn_trainer_do_due(gfn_trainer *trainer, gfn_progress *progress);
gfn_status gfn_trainer_save(gfn_trainer *trainer);

/* advance.c: evaluate and count modes; the results go into progress. Collective. */
gfn_status gfn_trainer_evaluate(gfn_trainer *trainer, gfn_progress *progress);

#endif
