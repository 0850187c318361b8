/* SPDX-License-Identifier: MIT
 *
 * gfn/report.h - how far training is, and what came out.
 */
#ifndef GFN_REPORT_H
#define GFN_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <gfn/run.h>

GFN_BEGIN_DECLS

/* How far training is. */
typedef struct gfn_progress {
    int64_t iteration; /* steps done */
    int64_t iterations;
    int64_t trajectories; /* sampled so far, over all ranks */
    double loss;          /* of the last step's batch */
    double log_z;
    double seconds; /* of training, including the time before a resume */
    double iterations_per_second, trajectories_per_second; /* of this trainer, so far */
    bool has_evaluation; /* an evaluation was due after this step: */
    gfn_evaluation evaluation;
    int64_t modes; /* distinct objects of maximal reward sampled so far; -1: unknown */
    int64_t n_modes;
    int64_t mode_regions; /* connected blocks of such objects in a grid, likewise; -1: unknown */
    int64_t n_mode_regions;
} gfn_progress;

/* Seconds per phase. Messages of steps are not part of `gradient`: `imbalance` is the time that a
 * rank waited in them for the slowest one, `communication` the rest. Messages of an evaluation
 * count as `evaluation`. */
typedef struct gfn_phases {
    double sampling, gradient, imbalance, communication, optimizer, evaluation, files;
} gfn_phases;

/* Results of training. */
typedef struct gfn_report {
    gfn_progress last;
    gfn_draw draw;
    gfn_bounds bounds;
    gfn_phases phases; /* means over all ranks */
    double seconds;    /* as last.seconds */
    bool is_complete;  /* all iterations were done; false: stopped on request */
    /* The reason why the picture could not be drawn, on rank 0; "": it was drawn, or none was
     * wanted. All else is saved before. */
    char picture_error[400];
} gfn_report;

GFN_END_DECLS

#endif
