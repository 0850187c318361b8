/* SPDX-License-Identifier: MIT
 *
 * summary/sweep.h - the inside of a sweep.
 */
#ifndef SUMMARY_SWEEP_H
#define SUMMARY_SWEEP_H

#include <gfn/sweep.h>

struct gfn_sweep {
    gfn_comm *comm;
    size_t n;
    int64_t *seed; /* [n] */
    bool *is_done; /* [n] */

    /* On rank 0 only. */
    gfn_options *options; /* common to all runs, except for the seed */
    char *text;           /* the seeds as the user wrote them */
    char *directory, *place;
    int64_t *iteration; /* [n] at which the run ended; -1: not yet */
    double *value;      /* [n][columns] NAN: not known */
    char (*crc)[16];    /* [n] of the parameters */
};

/* sweep_results.c: read the summary of a seed's run, if it exists and is not damaged. On rank 0.
 * Errors: GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_sweep_read(gfn_sweep *sweep, size_t index);

/* Write sweep.json. On rank 0. */
gfn_status gfn_sweep_save(const gfn_sweep *sweep);

/* Open a sweep for reading: its directory, seeds and places. Local. Errors: GFN_EIO, GFN_EDATA,
 * GFN_ENOMEM. */
gfn_status gfn_sweep_look(const char *directory, gfn_sweep **sweep);

#endif
