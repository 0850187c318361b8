/* SPDX-License-Identifier: MIT
 *
 * store/store.h - a run and its directory: what it was loaded from, and what it is kept in.
 *
 * Rank 0 reads and writes; other ranks know the state only.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "io/file.h"
#include "io/safetensors.h"
#include "run/run.h"
#include "step/learner.h"
#include "store/names.h"

typedef enum gfn_store_state {
    GFN_STORE_NEW,    /* a run that comes from no directory */
    GFN_STORE_OPENED, /* it was loaded from one */
    GFN_STORE_RESUMED /* it goes on in the one that it was loaded from, which it has locked */
} gfn_store_state;

struct gfn_store {
    gfn_store_state state;
    bool has_checkpoint; /* a learner has not taken the rest of it yet; the same on all ranks */
    bool is_changed;     /* options are not those of the checkpoint; the same on all ranks */
    bool is_kept;        /* gfn_store_keep() was called */

    /* On rank 0. */
    char *origin;                /* the directory in which a resumed run goes on */
    char *directory;             /* that the run is kept in; NULL: none */
    gfn_safetensors *checkpoint; /* until a learner has taken the rest of it */
    bool is_fallback;            /* the newest checkpoint is damaged or missing */
    gfn_appender *metrics;       /* open and locked */
    double saving_seconds;       /* of the last checkpoint; 0: none */

    /* Elsewhere as at the start. */
    int64_t saved_iteration; /* of the newest checkpoint; -1: none */
    int64_t last_line;       /* iteration of the last metrics; -1: none */
    double last_saved;       /* moment of the last checkpoint, or of the start */
    double seconds_before;   /* of training before this program */
};

typedef struct gfn_store gfn_store;

/* The run's store, which is created if there is none; it ends with the run. Errors: GFN_ENOMEM. */
gfn_status gfn_store_of(gfn_run *run, gfn_store **store);

/* directory.c: a directory that no other process has and that holds no run, a new
 * runs/NAME-DATE-TIME if `directory` is NULL; *claimed is the caller's. Errors: GFN_EEXIST,
 * GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_store_claim(const char *name, const char *directory, char **claimed);

/* directory.c: keep the run in a directory from now on (gfn_trainer_keep()). On rank 0. */
gfn_status gfn_store_keep(gfn_store *store, gfn_run *run, const char *directory);

/* Whether a directory holds a checkpoint, or a sweep. Local. */
bool gfn_store_has_checkpoint(const char *directory);
bool gfn_store_is_sweep(const char *directory);

/* metrics_log.c, all on rank 0 and without effect if the run is not kept. Open metrics.jsonl and
 * lock it: of two processes that want a directory, one gets it. Errors: GFN_EEXIST, GFN_EIO. */
gfn_status gfn_store_open_metrics(gfn_store *store);

/* Cut off the lines that a run from `iteration` on writes again. Errors: GFN_EIO, GFN_EDATA. */
gfn_status gfn_store_cut_metrics(gfn_store *store, int64_t iteration);

/* Add a line, unless the iteration has one. Errors: GFN_EIO. */
gfn_status gfn_store_log(gfn_store *store, const gfn_progress *progress);
gfn_status gfn_store_close_metrics(gfn_store *store);

/* save.c: save a checkpoint, unless the newest one is of this iteration. On rank 0. */
gfn_status gfn_store_save(gfn_store *store, const gfn_learner *learner);

/* Seconds from one checkpoint to the next. */
double gfn_store_save_period(const gfn_store *store, const gfn_run *run);

/* restore.c: moments, modes, loss and replay buffer of the checkpoint, which is closed then.
 * Collective. Errors: GFN_EDATA, GFN_ENOMEM, GFN_ECOMM. */
gfn_status gfn_store_restore(gfn_store *store, gfn_learner *learner);

#endif
