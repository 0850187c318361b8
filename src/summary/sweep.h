/* SPDX-License-Identifier: MIT
 *
 * summary/sweep.h - the members of a sweep.
 */
#ifndef SUMMARY_SWEEP_H
#define SUMMARY_SWEEP_H

#include <gfn/sweep.h>

#include "base/notices.h"

struct gfn_sweep {
    gfn_comm *comm;
    size_t n;
    int64_t *seed; /* [n] */
    bool *is_done; /* [n] */

    /* On rank 0 only. */
    gfn_options *options; /* common to all runs, except for the seed */
    char *text;           /* the seeds as the user wrote them */
    char *directory, *place;
    gfn_notices notices; /* about the directory */
    int64_t *iteration;  /* [n] at which the run ended; -1: not yet */
    double *value;       /* [n][columns] NAN: not known */
    char (*crc)[16];     /* [n] of the parameters */
};

/* sweep.c: give the sweep a directory, which it then owns; or its seeds, from "0-9" or the like, or
 * from the sweep.json of its directory. Local. Errors: GFN_EINVAL (of a text), GFN_EIO and
 * GFN_EDATA (of the file), GFN_ENOMEM. */
gfn_status gfn_sweep_set_directory(gfn_sweep *sweep, char *directory);
gfn_status gfn_sweep_set_seeds(gfn_sweep *sweep, const char *text);
gfn_status gfn_sweep_load_seeds(gfn_sweep *sweep);

/* sweep.c: load a sweep's seeds, and with them the places of its runs, but no results. Local.
 * Errors: GFN_EIO, GFN_EDATA, GFN_ENOMEM. */
gfn_status gfn_sweep_load(const char *directory, gfn_sweep **sweep);

/* sweep_results.c: load the result of a run from its summary, if that exists and is not damaged. On
 * rank 0. Errors: GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_sweep_load_result(gfn_sweep *sweep, size_t index);

/* sweep_results.c: write sweep.json. On rank 0. */
gfn_status gfn_sweep_save(const gfn_sweep *sweep);

#endif
