/* SPDX-License-Identifier: MIT
 *
 * gfn/sweep.h - a sweep: runs of one configuration that differ in their seed alone, one after
 * another, each in a folder of its own, and what they came to together.
 *
 *     gfn_sweep_create(comm, options, "0-9", NULL, &sweep);
 *     for (size_t i = 0; i < gfn_sweep_count(sweep); i++)
 *         if (!gfn_sweep_is_done(sweep, i)) {
 *             status = gfn_sweep_begin(sweep, i, &run);
 *             ... a trainer for the run, kept in gfn_sweep_place(sweep, i), to its end ...
 *             status = gfn_sweep_end(sweep, i, status);
 *         }
 *
 * Its directory holds seed-0, seed-1, ... (run directories), config.ini (the options but the seed)
 * and sweep.json, which is made of the summary.json of the runs. A run is bit by bit the one that
 * its seed gives alone.
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

/* A new sweep over `seeds`: numbers and ranges, each seed once, such as "0-9" or "0,3,7", in a new
 * directory (NULL: a new runs/NAME-DATE-TIME, to which runs/latest then links). The configuration
 * is tried first: what no seed could be trained with leaves nothing behind. Options, seeds and
 * directory count on rank 0; comm is borrowed. Collective.
 * Errors: those of gfn_run_create(), gfn_trainer_create() and gfn_trainer_keep(); GFN_EINVAL:
 * seeds. */
GFN_API gfn_status gfn_sweep_create(gfn_comm *comm, const gfn_options *options, const char *seeds,
                                    const char *directory, gfn_sweep **sweep);

/* Whether a directory is that of a sweep. Local. */
GFN_API bool gfn_sweep_is_there(const char *directory);

/* Go on with a sweep: seeds that are done stay so, the others are begun or resumed. `seeds` (NULL:
 * those it has) may add some. Settings as for gfn_run_resume(); those that may change do so for all
 * seeds, so that with more iterations no seed is done any more. They count on rank 0. Collective.
 * Errors: those of gfn_run_resume(). */
GFN_API gfn_status gfn_sweep_resume(gfn_comm *comm, const char *directory, const char *seeds,
                                    const gfn_setting *settings, size_t n, gfn_sweep **sweep);
GFN_API void gfn_sweep_destroy(gfn_sweep **sweep);

/* Seeds; index < gfn_sweep_count(). A seed is done when its run has all its iterations. The same on
 * every rank. */
GFN_API size_t gfn_sweep_count(const gfn_sweep *sweep);
GFN_API int64_t gfn_sweep_seed(const gfn_sweep *sweep, size_t index);
GFN_API bool gfn_sweep_is_done(const gfn_sweep *sweep, size_t index);

/* The options of all runs, whatever their seed. Borrowed. NULL on ranks other than 0. */
GFN_API const gfn_options *gfn_sweep_options(const gfn_sweep *sweep);

/* The directory, and that of a seed's run. On ranks other than 0 "". Borrowed, the latter until the
 * next call. */
GFN_API const char *gfn_sweep_directory(const gfn_sweep *sweep);
GFN_API const char *gfn_sweep_place(const gfn_sweep *sweep, size_t index);

/* Make the run of a seed, new or resumed; a trainer is then to keep it in its place. Collective.
 * Errors: those of gfn_run_create() and gfn_run_resume(), the message begins with the seed. */
GFN_API gfn_status gfn_sweep_begin(gfn_sweep *sweep, size_t index, gfn_run **run);

/* Take note of what the run of a seed came to and write sweep.json anew. Collective; `mine` is how
 * its training went: a failure is given back, the seed before its message.
 * Errors: GFN_EIO, GFN_EDATA. */
GFN_API gfn_status gfn_sweep_end(gfn_sweep *sweep, size_t index, gfn_status mine);

/* A metric of each run, index < gfn_sweep_columns(): those of the table of metrics that have
 * GFN_IN_SWEEP. */
typedef gfn_metric gfn_sweep_column;

GFN_API size_t gfn_sweep_columns(void);
GFN_API const gfn_sweep_column *gfn_sweep_column_of(size_t column);
GFN_API size_t gfn_sweep_column_find(const char *name); /* gfn_sweep_columns(): there is none */

/* The value that the run of a seed came to, on rank 0; NAN: not known, or the seed is not done. */
GFN_API double gfn_sweep_value(const gfn_sweep *sweep, size_t index, size_t column);

/* Over the runs that are done and have the value (of a signed column: its size); NAN where there is
 * none. The standard error of the mean is NAN below two runs. */
typedef struct gfn_statistics {
    size_t n;
    double min, median, max, worst, mean, standard_error;
    int64_t worst_seed; /* -1: none */
} gfn_statistics;

GFN_API void gfn_sweep_statistics(const gfn_sweep *sweep, size_t column, gfn_statistics *s);

GFN_END_DECLS

#endif
