/* SPDX-License-Identifier: MIT
 *
 * summary/portrait.h - what a picture shows of one run, and pictures made of portraits. On rank 0.
 */
#ifndef SUMMARY_PORTRAIT_H
#define SUMMARY_PORTRAIT_H

#include "base/memory.h"
#include "plot/picture.h"
#include "run/run.h"

enum { GFN_CURVE_LOSS, GFN_CURVE_LOG_Z, GFN_CURVE_TV, GFN_CURVES };

typedef struct gfn_portrait {
    gfn_arena *arena; /* of all that follows but options; NULL: nothing was made */
    gfn_options *options;
    const char *name;                                     /* the run's directory */
    const char *world, *method, *length, *result, *brief; /* captions */

    /* Where states are a grid that is enumerated: samples (or where none were drawn, the policy's
     * distribution) and target, as marginals of two or more axes (corners) or along the only one
     * (profiles). n_axes 0: it is none. */
    size_t n_axes;
    gfn_corner samples, target;
    gfn_series sample_profile, target_profile;
    double most_sampled, most_targeted; /* largest numbers in these */
    uint32_t target_crc;                /* CRC-32 of the target; 0: it is not enumerated */
    int64_t cells_in_bin;               /* 1: maps show every cell */

    /* Elsewhere: log p(x) over log R(x) of objects; of an ideal policy log p = log R - log Z. */
    gfn_series points;
    double log_z, log_z_true; /* as learned; exact, NAN: not known */

    gfn_series curve[GFN_CURVES]; /* over iterations */
    const double *trajectories;   /* [curve[i].n] instead */
} gfn_portrait;

/* Describe a run that was evaluated and drawn from, and where it has no exact evaluation also went
 * through gfn_run_find_bounds(), which leaves the points in run->points. `directory` is where its
 * metrics are. Errors: GFN_ENOMEM, GFN_EIO. */
gfn_status gfn_portrait_create(const gfn_run *run, const char *directory,
                               const gfn_evaluation *evaluation, const gfn_draw *draw,
                               gfn_portrait *portrait);

/* The same of one that has no checkpoint yet: its curves. `env` as for gfn_run_options_load().
 * Errors: those, GFN_EINVAL. */
gfn_status gfn_portrait_begin(const char *directory, const char *env, gfn_portrait *portrait);
void gfn_portrait_clear(gfn_portrait *portrait);

/* portrait_text.c: the captions. */
gfn_status gfn_portrait_describe(gfn_portrait *portrait, const gfn_evaluation *evaluation,
                                 const gfn_draw *draw, int64_t iteration);

/* The options in which a run differs from any of n runs, "lr 0.01, seed 3"; "" where none. */
const char *gfn_portrait_differences(const gfn_portrait *portrait, const gfn_portrait *all,
                                     size_t n, char *text, size_t size);

/* portrait_curves.c: metrics.jsonl. */
gfn_status gfn_portrait_read_curves(gfn_portrait *portrait, const char *directory);

/* picture.c: one run, or several compared. Errors: those of gfn_picture_save(). */
gfn_status gfn_portraits_save(const gfn_portrait *portraits, size_t n, const char *path);

#endif
