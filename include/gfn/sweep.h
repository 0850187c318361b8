/* SPDX-License-Identifier: MIT
 *
 * gfn/sweep.h - a sweep: runs of one configuration that differ only in their seeds, one after
 * another, each in its own directory, and statistics of their results.
 *
 *     gfn_sweep_create(comm, options, "0-9", NULL, &sweep);
 *     for (size_t i = 0; i < gfn_sweep_count(sweep); i++)
 *         if (!gfn_sweep_is_done(sweep, i)) {
 *             status = gfn_sweep_begin(sweep, i, &run);
 *             ... train the run to its end, stored in gfn_sweep_place(sweep, i) ...
 *             status = gfn_sweep_end(sweep, i, status);
 *         }
 *
 * The directory of a sweep holds seed-0, seed-1, ... (run directories), config.ini (all options
 * except the seed) and sweep.json, which is computed from the summary.json of the runs. Each run
 * has the same bits as a single run with its seed.
 */
#ifndef GFN_SWEEP_H
#define GFN_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/comm.h>
#include <gfn/options.h>
#include <gfn/report.h>
#include <gfn/run.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

typedef struct gfn_sweep gfn_sweep;

/* Most seeds of a sweep. */
#define GFN_MAX_SEEDS 1000

/* Create a sweep over `seeds`, numbers and ranges without duplicates, such as "0-9" or "0,3,7", in
 * a new directory (NULL: a new runs/NAME-DATE-TIME, to which runs/latest then links). The
 * configuration is checked first: if it cannot be trained, no directory is made. Only rank 0 uses
 * options, seeds and directory; comm is borrowed. Collective.
 * Errors: those of gfn_run_create(), gfn_trainer_create() and gfn_trainer_keep(); GFN_EINVAL:
 * seeds. */
GFN_API gfn_status gfn_sweep_create(gfn_comm *comm, const gfn_options *options, const char *seeds,
                                    const char *directory, gfn_sweep **sweep);

/* Whether a directory is that of a sweep. Not collective. */
GFN_API bool gfn_sweep_is_there(const char *directory);

/* Continue a sweep: seeds that are done are left as they are, the others are begun or resumed.
 * `seeds` may add seeds (NULL: none). Settings are as for gfn_run_resume() and apply to all seeds:
 * with more iterations, for example, no seed is done any more. Only rank 0 uses the arguments.
 * Collective.
 * Errors: those of gfn_run_resume(). */
GFN_API gfn_status gfn_sweep_resume(gfn_comm *comm, const char *directory, const char *seeds,
                                    const gfn_setting *settings, size_t n, gfn_sweep **sweep);
GFN_API void gfn_sweep_destroy(gfn_sweep **sweep);

/* Seeds; index < gfn_sweep_count(). A seed is done if its run has all its iterations. The same on
 * every rank. */
GFN_API size_t gfn_sweep_count(const gfn_sweep *sweep);
GFN_API int64_t gfn_sweep_seed(const gfn_sweep *sweep, size_t index);
GFN_API bool gfn_sweep_is_done(const gfn_sweep *sweep, size_t index);

/* The options that all runs share. Borrowed. NULL on ranks other than 0. */
GFN_API const gfn_options *gfn_sweep_options(const gfn_sweep *sweep);

/* The directory of the sweep, and that of the run of a seed. "" on ranks other than 0. Borrowed,
 * the second one until the next call. */
GFN_API const char *gfn_sweep_directory(const gfn_sweep *sweep);
GFN_API const char *gfn_sweep_place(const gfn_sweep *sweep, size_t index);

/* Create or resume the run of a seed; then train it with a trainer that keeps it in
 * gfn_sweep_place(). Collective. Errors: those of gfn_run_create() and gfn_run_resume(); the
 * message begins with the seed. */
GFN_API gfn_status gfn_sweep_begin(gfn_sweep *sweep, size_t index, gfn_run **run);

/* Read the results of the run of a seed and write sweep.json again. `mine` is the status of its
 * training: an error of any rank is returned on all, with the seed before its message. Collective.
 * Errors: GFN_EIO, GFN_EDATA. */
GFN_API gfn_status gfn_sweep_end(gfn_sweep *sweep, size_t index, gfn_status mine);

/* The results of each run: the metrics of the table that have GFN_IN_SWEEP. */
typedef gfn_metric gfn_sweep_column;

/* Columns, index < gfn_sweep_columns(). */
GFN_API size_t gfn_sweep_columns(void);
GFN_API const gfn_sweep_column *gfn_sweep_column_of(size_t column);
GFN_API size_t gfn_sweep_column_find(const char *name); /* gfn_sweep_columns() if unknown */

/* The value of a column for a seed, on rank 0; NAN if it is not known or the seed is not done. */
GFN_API double gfn_sweep_value(const gfn_sweep *sweep, size_t index, size_t column);

/* Statistics of a column over the n runs that are done and have a value; NAN if there are none. The
 * standard error is that of the mean; it is NAN for fewer than two runs. */
typedef struct gfn_statistics {
    size_t n;
    double min, median, max, worst, mean, standard_error;
    int64_t worst_seed; /* -1: none */
} gfn_statistics;

GFN_API void gfn_sweep_statistics(const gfn_sweep *sweep, size_t column, gfn_statistics *s);

GFN_END_DECLS

#endif
