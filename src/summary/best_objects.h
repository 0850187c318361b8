/* SPDX-License-Identifier: MIT
 *
 * summary/best_objects.h - top.csv: the best distinct objects of training.
 */
#ifndef SUMMARY_BEST_OBJECTS_H
#define SUMMARY_BEST_OBJECTS_H

#include "run/run.h"
#include "step/top.h"

/* Write lines of object, score (as the source of rewards gives it), log R, iteration of discovery
 * and, if there is an exact evaluation, log p under the policy. On rank 0, after gfn_top_join().
 * Errors: GFN_ENOMEM, GFN_EIO, GFN_EENV. */
gfn_status gfn_best_objects_save(const gfn_run *run, const gfn_top *top, const char *directory);

#endif
