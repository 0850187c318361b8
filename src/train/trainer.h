/* SPDX-License-Identifier: MIT
 *
 * train/trainer.h - the inside of a trainer.
 */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include <signal.h>

#include <gfn/gradient.h>
#include <gfn/optim.h>
#include <gfn/trainer.h>

#include "data/replay_buffer.h"
#include "data/state_set.h"
#include "eval/mode_regions.h"
#include "io/file.h"
#include "run/run.h"

/* Distinct objects of maximal reward that training has sampled. */
typedef struct gfn_modes {
    gfn_state_set *found; /* by this rank; NULL: the maximal reward is not known */
    double max_log_reward;
    size_t width, key_words;
    gfn_state_set *all;        /* of all ranks, at the last count; on every rank */
    gfn_mode_regions *regions; /* that those lie in; NULL: the world has none */
    bool is_full;              /* there are more than are remembered; the same on every rank */
    int64_t *records, *gathered;
    size_t *counts;
    int size;
} gfn_modes;

/* Objects that part of every batch is drawn back from: replays.c. */
typedef struct gfn_replays {
    gfn_replay_buffer *buffer; /* the same on every rank; NULL: there is none */
    gfn_replay_kind kind;
    size_t capacity; /* 0: as many as a file has */
    bool grows;      /* by what training draws */
    int64_t n;       /* of a batch, once the buffer holds something */
    size_t key_words;
    int64_t *records, *gathered; /* [n][key_words] of this rank, [batch_size][key_words] of all */
    size_t *counts;
} gfn_replays;

/* Trying how many threads are fastest: tune.c. */
typedef struct gfn_tuner {
    int most; /* 1: nothing to try */
    int stage;
    int64_t left, period; /* steps of the present stage, of the next choice */
    double alone;         /* seconds of a trial on one thread */
    double spent, work;   /* seconds of the present stage (a part of it), of all */
} gfn_tuner;

struct gfn_trainer {
    gfn_run *run;
    gfn_gradient *gradient;
    gfn_trajectories *log;
    int64_t batch_size, iterations;
    int64_t first, n; /* this rank's trajectories of every batch */
    int64_t n_new;    /* of these the first so many of the last batch were drawn from the policy */
    uint64_t seed;

    gfn_adam adam;
    gfn_schedule schedule;
    double lr, lr_logz;
    bool learns_log_z; /* else it is the objective's estimate */
    double epsilon, temperature;
    gfn_schedule explore_schedule;
    double explore_until; /* share of the iterations after which epsilon is 0, temperature 1 */
    double weight_decay, clip_norm; /* 0: none */
    gfn_real *vector;               /* [n_params] gradient */
    gfn_real *m, *v;                /* [n_params] moments */

    double loss; /* of the last batch */
    gfn_modes modes;
    gfn_replays replays;
    int64_t modes_found, regions_found; /* at the last count */

    /* When what is due. */
    int64_t eval_every, log_every, checkpoint_every; /* 0: never before the end */
    bool saves_by_time;            /* checkpoints come by time, not by iterations */
    double time_limit;             /* NAN: none */
    double start, last_checkpoint; /* moments */
    double saving_seconds;         /* that the last checkpoint took; 0: none */
    double seconds_before;         /* of training before this trainer */
    int64_t first_iteration;       /* of this trainer */
    int64_t saved_iteration;       /* what the newest checkpoint holds; -1: none */
    int64_t last_line;             /* iteration of the last metrics; -1: none */
    volatile sig_atomic_t wants_stop;

    /* Files, on rank 0. A failure there is heard by all ranks with the next message. */
    gfn_appender *metrics;
    gfn_status file_status;

    gfn_tuner tuner;
    gfn_phases phases;
    double *phase, entered; /* the present one, and since when */
};

/* From now on the time belongs to `phase` (one of trainer->phases), until the next call. */
void gfn_trainer_enter(gfn_trainer *trainer, double *phase);

/* batch.c: fill trainer->log with this rank's share of the next batch; and, after the update, keep
 * what is to be remembered of it (collective). */
gfn_status gfn_trainer_sample(gfn_trainer *trainer);
gfn_status gfn_trainer_remember(gfn_trainer *trainer);

/* update.c: the optimizer's step, by the gradient in trainer->vector. */
void gfn_trainer_update(gfn_trainer *trainer);

/* replays.c: the buffer that the options ask for; add what a batch drew; and the buffer of the
 * checkpoint that the run comes from, unless `mine` says that this rank failed before. Collective,
 * the status is the same on every rank. */
gfn_status gfn_replays_create(gfn_trainer *trainer);
void gfn_replays_clear(gfn_replays *replays);
gfn_status gfn_replays_add(gfn_trainer *trainer, const gfn_trajectories *log);
gfn_status gfn_replays_restore(gfn_trainer *trainer, gfn_status mine);

/* tune.c: at the beginning, and after every step. */
void gfn_tuner_begin(gfn_trainer *trainer);
void gfn_tuner_step(gfn_trainer *trainer);

/* modes.c */
gfn_status gfn_modes_create(const gfn_run *run, gfn_modes *modes);
void gfn_modes_clear(gfn_modes *modes);
void gfn_modes_add(gfn_modes *modes, const gfn_trajectories *log);
/* Modes, and their regions. Collective. -1: not known. */
gfn_status gfn_modes_count(gfn_modes *modes, gfn_comm *comm, int64_t *n, int64_t *n_regions);

/* keep.c: files of the run directory; nothing happens on other ranks or where nothing is kept. */
/* Also: a directory that nobody else has and that holds no run, a new runs/NAME-DATE-TIME where
 * `directory` is NULL. */
gfn_status gfn_keep_claim(const char *name, const char *directory, char **claimed);
gfn_status gfn_keep_metrics(gfn_trainer *trainer, const gfn_progress *progress);
gfn_status gfn_keep_report(gfn_trainer *trainer, gfn_report *report);
gfn_status gfn_keep_close(gfn_trainer *trainer);
bool gfn_trainer_is_kept(const gfn_trainer *trainer);

/* advance.c: evaluation and metrics that are due at the present iteration; and a checkpoint of it,
 * unless there is one. Collective; what went wrong with files is in trainer->file_status. */
gfn_status gfn_trainer_do_due(gfn_trainer *trainer, gfn_progress *progress);
gfn_status gfn_trainer_save(gfn_trainer *trainer);

/* checkpoint.c: rank 0 saves; and the seconds from one checkpoint to the next. */
gfn_status gfn_checkpoint_save(gfn_trainer *trainer);
double gfn_checkpoint_period(const gfn_trainer *trainer);

/* restore.c: moments, modes and loss from the checkpoint of a loaded run, which is closed then.
 * Collective. */
gfn_status gfn_trainer_restore(gfn_trainer *trainer);

#define GFN_CONFIG_FILE "config.ini"
#define GFN_METRICS_FILE "metrics.jsonl"
#define GFN_SUMMARY_FILE "summary.json"
#define GFN_SWEEP_FILE "sweep.json"
#define GFN_CHECKPOINT_DAMAGED "checkpoint.damaged.safetensors"
#define GFN_CHECKPOINT_FILE "checkpoint.safetensors"
#define GFN_CHECKPOINT_PREVIOUS "checkpoint.prev.safetensors"

#endif
