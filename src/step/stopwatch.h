/* SPDX-License-Identifier: MIT
 *
 * step/stopwatch.h - the phases of training, and the seconds that each took.
 */
#ifndef STEP_STOPWATCH_H
#define STEP_STOPWATCH_H

#include <stdint.h>

#include <gfn/comm.h>
#include <gfn/report.h>

typedef enum gfn_phase {
    GFN_PHASE_NONE,
    GFN_PHASE_SAMPLING,
    GFN_PHASE_GRADIENT, /* its messages included */
    /* The two parts of these messages; the stopwatch measures them only together. */
    GFN_PHASE_IMBALANCE,
    GFN_PHASE_COMMUNICATION,
    GFN_PHASE_OPTIMIZER,
    GFN_PHASE_EVALUATION,
    GFN_PHASE_FILES,
    GFN_N_PHASES
} gfn_phase;

/* The name of a phase in summary.json, and its member of gfn_phases; not for GFN_PHASE_NONE. */
const char *gfn_phase_field(gfn_phase phase);
double *gfn_phase_seconds(gfn_phases *phases, gfn_phase phase);

typedef struct gfn_stopwatch {
    gfn_comm *comm; /* knows the phase too, for messages about hangs and crashes; borrowed */
    double seconds[GFN_N_PHASES];
    gfn_phase phase;
    double since; /* moment */
} gfn_stopwatch;

gfn_stopwatch gfn_stopwatch_start(gfn_comm *comm);

/* From now on the time belongs to `phase`, until the next call. */
void gfn_stopwatch_enter(gfn_stopwatch *stopwatch, gfn_phase phase, int64_t iteration);

#endif
