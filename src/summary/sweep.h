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

    /* On rank 0 alone. */
    gfn_options *options; /* of all runs, whatever their seed */
    char *text;           /* the seeds as somebody wrote them */
    char *directory, *place;
    int64_t *iteration; /* [n] that a run ended at; -1: it has not ended yet */
    double *value;      /* [n][columns] NAN: not known */
    char (*crc)[16];    /* [n] of the parameters */
};

/* sweep_results.c: what the summary of a seed's run says; none, or a damaged one, says nothing.
 * On rank 0. Errors: GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_sweep_read(gfn_sweep *sweep, size_t index);

/* Write sweep.json. On rank 0. */
gfn_status gfn_sweep_save(const gfn_sweep *sweep);

/* A sweep to look at: its directory, seeds and places. Local. Errors: GFN_EIO, GFN_EDATA,
 * GFN_ENOMEM. */
gfn_status gfn_sweep_look(const char *directory, gfn_sweep **sweep);

#endif
