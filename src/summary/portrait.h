/* SPDX-License-Identifier: MIT
 *
 * summary/portrait.h - portraits: the contents of a picture of one run. On rank 0.
 */
#ifndef SUMMARY_PORTRAIT_H
#define SUMMARY_PORTRAIT_H

#include <gfn/report.h>

#include "base/memory.h"
#include "plot/picture.h"
#include "run/run.h"

enum { GFN_CURVE_LOSS, GFN_CURVE_LOG_Z, GFN_CURVE_TV, GFN_CURVES };

typedef struct gfn_portrait {
    gfn_arena *arena; /* owns all members below, except options, and name and place if they are
                       * replaced; NULL: the portrait is empty */
    gfn_options *options;
    const char *name;  /* the run's directory */
    const char *place; /* the directory that the user gave: the same, or that of a sweep */
    const char *env, *method, *length, *result; /* captions */

    /* If states are an enumerated grid: samples (or if none were drawn, the policy's distribution)
     * and target, as marginals over two axes (corners) or along the only one (profiles). n_axes is
     * 0 if states are no such grid. */
    size_t n_axes;
    gfn_corner samples, target;
    gfn_series sample_profile, target_profile;
    double most_sampled, most_targeted; /* largest values in these */
    uint32_t target_crc;                /* CRC-32 of the target; 0: states are not enumerated */
    int64_t cells_in_bin;               /* 1: maps show every cell */

    /* In other spaces: log p(x) over log R(x) of objects. The ideal is log p = log R - log Z. */
    gfn_series points;
    double log_z, log_z_true; /* learned; exact (NAN: not known) */

    gfn_series curve[GFN_CURVES];        /* over iterations */
    const double *trajectories, *time_s; /* [curve[i].n] of the same lines */

    double *metric;           /* [gfn_metric_count()] the results; NAN: not known */
    double trajectories_done; /* by all ranks; NAN: not known */
} gfn_portrait;

/* Describe a run after its evaluation and final draw; without exact evaluation, also after
 * gfn_run_find_bounds(), which keeps the points. `directory` holds its metrics. Of the report the
 * evaluation, the draw and the bounds are used; loss and time come from the metrics.
 * Errors: GFN_ENOMEM, GFN_EIO. */
gfn_status gfn_portrait_create(const gfn_run *run, const char *directory, const gfn_report *report,
                               gfn_portrait *portrait);

/* Describe a run that has no checkpoint yet, by its curves. `env` is as for gfn_run_options_load().
 * Errors: those of gfn_run_options_load(), GFN_EINVAL. */
gfn_status gfn_portrait_begin(const char *directory, const char *env, gfn_portrait *portrait);
void gfn_portrait_clear(gfn_portrait *portrait);

/* captions.c: make the captions. */
gfn_status gfn_portrait_describe(gfn_portrait *portrait, const gfn_evaluation *evaluation,
                                 const gfn_draw *draw, int64_t iteration);

/* curves.c: read the curves from metrics.jsonl, and the results that only these have: of the last
 * line up to an iteration. `report` gets them too. */
gfn_status gfn_portrait_read_curves(gfn_portrait *portrait, const char *directory,
                                    int64_t iteration, gfn_report *report);

#endif
