/* SPDX-License-Identifier: MIT
 *
 * run/run.h - the members of a run, and functions for other rooms.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <gfn/run.h>

#include "base/notices.h"
#include "run/marginals.h"
#include "run/measure_exact.h"
#include "run/observables.h"
#include "run/path_files.h"
#include "run/run_rewards.h"
#include "run/solution.h"
#include "run/test_set.h"

#define GFN_DEFAULT_ENV "hypergrid"

/* Upper limit of counts in options: a double is not exact beyond it. */
#define GFN_MAX_COUNT (INT64_C(1) << 53)

/* log R(x) and an estimate of log p(x) of objects that the policy drew. */
enum { GFN_MOST_POINTS = 256 };
typedef struct gfn_points {
    size_t n;
    double log_r[GFN_MOST_POINTS], log_p[GFN_MOST_POINTS];
} gfn_points;

struct gfn_run {
    gfn_comm *comm;
    gfn_options *options;
    gfn_env *env;
    gfn_env *numbered; /* the same with numbers that the library found; NULL: there is none */
    gfn_model *model;
    gfn_sampler *sampler;

    gfn_run_exact exact;
    gfn_run_solution solution;
    gfn_marginals marginals;     /* of the last draw that was measured, on rank 0 */
    gfn_observables observables; /* of that draw and of true ones, on rank 0 */
    gfn_test_set test_set;
    gfn_points points; /* of the last gfn_run_find_bounds(); the same on all ranks */

    int threads;
    bool has_free_threads; /* the user did not set the number of threads */
    int64_t iteration;
    bool is_plugin;      /* its environment is a plug-in */
    uint32_t plugin_crc; /* of the plug-in's file */
    gfn_path_files files;
    gfn_run_rewards rewards;
    char layout[160];
    gfn_notices hints, notices; /* notices on rank 0 */

    /* The run's directory, if it has one: store/ attaches it. */
    struct gfn_store *store;
    void (*destroy_store)(struct gfn_store **store);
};

/* run_options.c: options of a job, not of its run, which are not saved in checkpoints; and options
 * that may change when a run is resumed. */
bool gfn_run_option_is_of_job(const char *name);
bool gfn_run_option_may_change(const char *name);

/* run_options.c: options that may change even when a run is only loaded: files may have moved, and
 * machines differ. */
bool gfn_run_option_is_loadable(const gfn_option *row);

/* run_options.c: an option of an earlier version. Files may still set it; it has no effect. */
bool gfn_run_option_is_retired(const char *name);

/* run.c: gfn_run_create() for a run that rank 0 found in `directory`; NULL on rank 0: a new run.
 * Without its test set. */
gfn_status gfn_run_create_in(gfn_comm *comm, const gfn_options *options, int threads,
                             const char *directory, gfn_run **run);

/* run.c: the model that the options of a run describe. Errors: GFN_EINVAL (an unknown name). */
gfn_status gfn_run_configure_model(const gfn_options *options, gfn_model_config *config);

/* presets.c: check that the options name the file that their preset needs, or another source of
 * rewards. Local. Errors: GFN_EINVAL. */
gfn_status gfn_preset_check_data(const gfn_options *options);

/* share_options.c: give rank 0's options to all. `mine` is rank 0's status so far. Collective. */
gfn_status gfn_run_share_options(gfn_comm *comm, gfn_status mine, const gfn_options *of_rank_0,
                                 gfn_options **options);

/* run_matrices.c: gfn_run_read_matrices(), but read the copies in `directory` instead of those
 * files of which it has some; NULL: none. Errors: also GFN_EDATA (a copy). */
gfn_status gfn_run_read_matrices_in(gfn_options *options, const char *directory);

/* run_matrices.c: the same on rank 0, and give the numbers to the options of all ranks. Collective.
 * Errors: also GFN_ECOMM. */
gfn_status gfn_run_share_matrices(gfn_comm *comm, const char *directory, gfn_options *options);

/* run_matrices.c: tell the user about numbers that may be the heading of a file. */
void gfn_run_note_headings(gfn_run *run);

/* measure_bounds.c: an estimate of log Z, the log of the mean of exp(w) (see gfn_bounds) over n
 * trajectories of the policy, at most 2,000, whose random numbers are those of no other purpose.
 * Not finite if a weight is not. The same bits on any number of ranks and threads. Collective.
 * Errors: those of gfn_sampler_sample(), GFN_ENOMEM, GFN_ECOMM. */
gfn_status gfn_run_estimate_log_z(gfn_run *run, int64_t n, double *log_z);

/* count_distinct.c: set draw->distinct and draw->classes from n objects. Local. Errors: GFN_ENOMEM,
 * GFN_EINVAL (too many objects), GFN_EENV. */
gfn_status gfn_run_count_distinct(const gfn_run *run, int64_t n, const int32_t *objects,
                                  gfn_draw *draw);

/* metric_table.c: fill evaluation->distance with the functions of the table of metrics. Local. */
void gfn_metric_find_distances(size_t n, const double *p, const double *q,
                               gfn_evaluation *evaluation);

/* threads.c: choose the threads of this rank, and describe the machine for the user. Collective. */
gfn_status gfn_run_lay_out(gfn_run *run, int threads);

/* exact_plan.c: find out whether there will be exact evaluations, and tell the user what memory
 * they need, if states have numbers. Collective. */
gfn_status gfn_run_plan(gfn_run *run);

/* exact_plan.c: the same if states have no numbers: enumerate them, unless it was tried already.
 * Collective. Errors: GFN_EENV, GFN_ECOMM. */
gfn_status gfn_run_enumerate(gfn_run *run);

/* run_queries.c: the exact evaluation, and the exact terminal distribution that it found last.
 * NULL: there is none yet; or this is not rank 0. */
const gfn_exact *gfn_run_exact_of(const gfn_run *run);
const double *gfn_run_exact_p(const gfn_run *run);

/* run_queries.c: whether exact evaluations are possible, as far as is known. The same on all ranks.
 */
bool gfn_run_can_be_exact(const gfn_run *run);

/* run_queries.c: the largest log R of any object: as the environment states it, else as the exact
 * evaluation found it, once that is prepared; NAN: not known. The same on all ranks. */
double gfn_run_max_log_reward(const gfn_run *run);

/* run_queries.c: the number of modes: of those that the reward is made of, or else of the objects
 * of maximal reward. -1: not known, or this is not rank 0. */
int64_t gfn_run_n_modes(const gfn_run *run);

/* run_queries.c: put the iteration of the run in front of the message, if the environment failed in
 * what is measured. Returns status. */
gfn_status gfn_run_fail_in(const gfn_run *run, gfn_status status);

/* run_queries.c: the points of the last gfn_run_find_bounds(). */
const gfn_points *gfn_run_points(const gfn_run *run);

/* write_samples.c: write the states that were enumerated as int32 .npy [n][state_width], in the
 * order of their numbers. On rank 0. Errors: GFN_EIO. */
gfn_status gfn_run_write_states(const gfn_run *run, const char *file);

#endif
