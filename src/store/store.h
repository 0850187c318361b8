/* SPDX-License-Identifier: MIT
 *
 * store/store.h - a run and its directory: the one that it was loaded from, and the one that it is
 * kept in.
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
    GFN_STORE_NEW,    /* a new run */
    GFN_STORE_OPENED, /* a run that was loaded from a directory */
    GFN_STORE_RESUMED /* a run that continues in its own directory, which it has locked */
} gfn_store_state;

struct gfn_store {
    gfn_store_state state;
    bool has_checkpoint;  /* a learner still has to read the rest of it; the same on all ranks */
    bool is_changed;      /* options differ from the checkpoint; the same on all ranks */
    bool has_new_objects; /* the user named another file of terminal states; likewise */

    /* On rank 0. */
    char *origin;                /* of a resumed run, until gfn_store_keep() makes it `directory` */
    char *directory;             /* the directory in which the run is kept; NULL: none */
    gfn_safetensors *checkpoint; /* until a learner has read the rest of it */
    bool is_fallback;            /* the newest checkpoint is damaged or missing */
    gfn_appender *lock;          /* of the directory, while the run is kept there */
    gfn_appender *metrics;       /* open */
    double saving_seconds;       /* duration of the last save; 0: none */

    /* The same on all ranks when training begins; later only rank 0 updates them. */
    int64_t saved_iteration; /* of the newest checkpoint; -1: none */
    int64_t last_line;       /* iteration of the last metrics; -1: none */
    double last_saved;       /* time of the last checkpoint, or of the start */
    double seconds_before;   /* of training in earlier jobs */
};

typedef struct gfn_store gfn_store;

/* The run's store, created if there is none; it is destroyed with the run. Errors: GFN_ENOMEM. */
gfn_status gfn_store_of(gfn_run *run, gfn_store **store);

/* directory.c: claim a directory that no other process uses and that holds no run, a new
 * runs/NAME-DATE-TIME if `directory` is NULL; the caller owns *claimed. Adds a notice if
 * runs/latest cannot be made a link to it. Errors: GFN_EEXIST, GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_store_claim(const char *name, const char *directory, gfn_notices *notices,
                           char **claimed);

/* directory.c: keep the run in a directory from now on (gfn_trainer_keep()). On rank 0. */
gfn_status gfn_store_keep(gfn_store *store, gfn_run *run, const char *directory);

/* directory.c: save config.ini in `directory`, with all options except those in `skip` (ended by
 * NULL; may be NULL). On rank 0. Errors: GFN_EIO, GFN_EINVAL, GFN_ENOMEM. */
gfn_status gfn_store_save_config(const char *directory, const gfn_options *options,
                                 const char *const *skip);

/* lock.c: lock a directory, so that no other job writes into it, until *lock is closed. Wait for a
 * job that may be ending if comm is not NULL, for 10 seconds at most. A file system without locks
 * is accepted with a notice. On rank 0. Errors: GFN_EEXIST (another job holds the lock), GFN_EIO,
 * GFN_ENOMEM. */
gfn_status gfn_store_lock(gfn_comm *comm, const char *directory, gfn_notices *notices,
                          gfn_appender **lock);

/* Whether a directory holds a checkpoint, or a sweep. Local. */
bool gfn_store_has_checkpoint(const char *directory);
bool gfn_store_is_sweep(const char *directory);

/* metrics_log.c, all on rank 0 and without effect if the run is not kept. Open
 * metrics.jsonl. Errors: GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_store_open_metrics(gfn_store *store);

/* Cut off the lines that a run resumed at `iteration` writes again. If two jobs wrote the file,
 * keep the lines of one run, and the old file as metrics.damaged.jsonl, with a notice. Errors:
 * GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_store_cut_metrics(gfn_store *store, int64_t iteration, gfn_notices *notices);

/* Append a line, unless the iteration has one. bounds: of the end; NULL: not known. Errors:
 * GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_store_log(gfn_store *store, const gfn_progress *progress, const gfn_bounds *bounds);

/* Close metrics.jsonl, and with it the directory: another job may write there. */
gfn_status gfn_store_close_metrics(gfn_store *store);

/* save.c: save a checkpoint, unless the newest one is of this iteration. On rank 0. */
gfn_status gfn_store_save(gfn_store *store, const gfn_learner *learner);

/* Seconds from one checkpoint to the next. */
double gfn_store_save_period(const gfn_store *store, const gfn_learner *learner);

/* restore.c: read moments, target network, modes, loss and replay buffer from the checkpoint, and
 * close it. Collective. Errors: GFN_EDATA, GFN_ENOMEM, GFN_ECOMM. */
gfn_status gfn_store_restore(gfn_store *store, gfn_learner *learner);

#endif
