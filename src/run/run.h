/* SPDX-License-Identifier: MIT
 *
 * run/run.h - the inside of a run.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <gfn/run.h>

#include "base/notices.h"
#include "io/array.h"
#include "rollout/forward.h"

#define GFN_DEFAULT_ENV "hypergrid"

/* What a run directory keeps of the rewards of a file. */
#define GFN_REWARDS_FILE "reward.npy"

/* What options count to at most: beyond it a double is not exact. */
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
    gfn_model *model;
    gfn_sampler *sampler;

    /* The exact evaluation, made at the first one. On rank 0 alone: exact, p. */
    gfn_exact *exact;
    bool has_no_exact;    /* it is impossible; the same on all ranks */
    gfn_forward *forward; /* NULL: not made yet */
    size_t part;          /* states of a rank at a time */
    double *edges;        /* [part][n_actions] */
    double *all_edges;    /* [size][part][n_actions], of all ranks; NULL where there is one */
    size_t *counts;       /* [size] */
    bool has_p;           /* p is of the parameters with the CRC p_crc; the same on all ranks */
    uint32_t p_crc;
    const double *p;
    gfn_points points; /* of the last gfn_run_find_bounds(); the same on all ranks */

    int threads;
    bool has_free_threads; /* nobody asked for their number */
    int64_t iteration;
    bool is_plugin;           /* its environment */
    uint32_t plugin_crc;      /* of the file that it was loaded from */
    bool has_rewards;         /* from a file */
    struct gfn_array rewards; /* on rank 0, until they are kept */
    uint32_t rewards_crc;     /* on rank 0 */
    char layout[160];
    gfn_notices hints, notices; /* notices on rank 0 */

    /* The run's directory, if it has one: store/ attaches it. */
    struct gfn_store *store;
    void (*destroy_store)(struct gfn_store **store);
};

/* run_options.c: options of a job rather than of the run it works on, which no checkpoint holds;
 * and those that may differ when a run goes on. */
bool gfn_run_option_is_of_job(const char *name);
bool gfn_run_option_may_change(const char *name);

/* run_options.c: an option of an earlier version. Files may set it, without effect. */
bool gfn_run_option_is_retired(const char *name);

/* run.c: gfn_run_create() of a run that rank 0 found in `directory`; NULL there: of a new one. */
gfn_status gfn_run_create_in(gfn_comm *comm, const gfn_options *options, int threads,
                             const char *directory, gfn_run **run);

/* reward_file.c: give the environment, which is all that the run must have already, the rewards
 * that it needs, if any: those of the option reward-file, or of the copy in `directory`, which
 * count on rank 0. Collective. Errors: GFN_EIO, GFN_EINVAL (of a file), GFN_EDATA (of a copy),
 * GFN_ENOMEM.
 */
gfn_status gfn_run_give_rewards(gfn_run *run, const char *directory);

/* share_options.c: give rank 0's options to all. `mine` is rank 0's status so far. Collective. */
gfn_status gfn_run_share_options(gfn_comm *comm, gfn_status mine, const gfn_options *of_rank_0,
                                 gfn_options **options);

/* metric_table.c: evaluation->distance, by the functions of the table of metrics. Local. */
void gfn_metric_find_distances(size_t n, const double *p, const double *q,
                               gfn_evaluation *evaluation);

/* threads.c: threads of this rank, and what is said of the machine. Collective. */
gfn_status gfn_run_lay_out(gfn_run *run, int threads);

/* exact_plan.c: find out whether there will be exact evaluations, and what is said of their memory.
 * Collective. */
gfn_status gfn_run_plan(gfn_run *run);

/* Make the exact evaluation, unless it is there; run->has_no_exact says where it is impossible.
 * Collective. */
gfn_status gfn_run_exact(gfn_run *run);
void gfn_run_forget_exact(gfn_run *run);

/* Find run->p, the exact terminal distribution under the current parameters, unless it is there.
 * After gfn_run_exact(), where it is possible. Collective. */
gfn_status gfn_run_distribution(gfn_run *run);

#endif
