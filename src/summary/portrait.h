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

/* A histogram of an observable: probabilities of n equal bins of a range. */
typedef struct gfn_portrait_histogram {
    const char *name;
    size_t n;
    double range[2];
    const double *sampled, *target; /* [n]; NULL: not known */
    const char *target_name;        /* of the exact target, or of true draws */
    double mean;                    /* exact; NAN: not known */
} gfn_portrait_histogram;

enum { GFN_CURVE_LOSS, GFN_CURVE_LOG_Z, GFN_CURVE_TV, GFN_CURVES };

typedef struct gfn_portrait {
    gfn_arena *arena; /* owns all members below, except options, and name and place if they are
                       * replaced; NULL: the portrait is empty */
    gfn_options *options;
    const char *name;  /* the run's directory */
    const char *place; /* the directory that the user gave: the same, or that of a sweep */
    const char *env, *method, *length, *result; /* captions */

    /* If states are an enumerated grid: samples (or if none were drawn, the policy's distribution)
     * and target, as marginals over two axes (corners) or along the only one (profiles). If the
     * environment has a map of its marginals: the same, with two axes or one. n_axes is 0 if there
     * is neither. */
    size_t n_axes;
    bool has_target;      /* of marginals: some of their exact expectations are known */
    const char *quantity; /* of marginals: the column that is shown; NULL: probabilities of cells */
    const char *profile_axis;
    const char *const *profile_label; /* [profile.n]; NULL: numbers */
    gfn_corner samples, target;
    gfn_series sample_profile, target_profile;
    double most_sampled, most_targeted; /* largest values in the corners */
    uint32_t target_crc;                /* CRC-32 of the target; 0: it is not known */
    int64_t cells_in_bin;               /* 1: maps show every cell */

    size_t n_histograms;
    gfn_portrait_histogram histogram[GFN_MOST_OBSERVABLES];

    const char *tile_title; /* samples as small maps */
    size_t n_tiles;
    gfn_map tile[GFN_KEPT_OBJECTS];

    /* If states are no grid: log p(x) over log R(x) of objects. The ideal is log p = log R - log Z.
     */
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

/* views.c: add what the environment shows of its marginals: a map or a profile, histograms, and
 * samples as small maps. Errors: GFN_ENOMEM, GFN_EENV. */
gfn_status gfn_portrait_add_views(gfn_portrait *portrait, const gfn_run *run);

/* curves.c: read the curves from metrics.jsonl, and the results that only these have: of the last
 * line up to an iteration. `report` gets them too. */
gfn_status gfn_portrait_read_curves(gfn_portrait *portrait, const char *directory,
                                    int64_t iteration, gfn_report *report);

#endif
