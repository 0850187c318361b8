/* SPDX-License-Identifier: MIT
 *
 * summary/run_summary.h - the results of a run: summary.json, histogram.npy and the picture.
 */
#ifndef SUMMARY_RUN_SUMMARY_H
#define SUMMARY_RUN_SUMMARY_H

#include <gfn/report.h>

#include "run/run.h"

/* Training in earlier jobs. */
typedef struct gfn_run_history {
    int64_t iteration;
    double seconds;
} gfn_run_history;

/* Write summary.json and histogram.npy into the run's directory. On rank 0. Errors: GFN_EIO,
 * GFN_ENOMEM. */
gfn_status gfn_run_summary_save(const gfn_run *run, const gfn_report *report,
                                const gfn_run_history *history);

/* Draw the picture, if the options request it. A failure is not an error of the run: everything
 * else is saved, and the picture can be drawn later; report->picture_error has the reason. On
 * rank 0. */
void gfn_run_picture_save(const gfn_run *run, gfn_report *report);

#endif
