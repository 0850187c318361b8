/* SPDX-License-Identifier: MIT
 *
 * summary/marginals_picture.h - the picture of the expectations that an environment names.
 */
#ifndef SUMMARY_MARGINALS_PICTURE_H
#define SUMMARY_MARGINALS_PICTURE_H

#include "run/run.h"

/* Draw NAME.png: those of samples, or if it is known, of the policy's exact distribution, beside
 * those of the target. Rows with two names make a map, others a profile, and quantities of their
 * own histograms, below images of a few samples. Nothing is drawn if nothing was measured, or if
 * the rows make no map. On rank 0. Errors: those of gfn_picture_save(). */
gfn_status gfn_marginals_picture_save(const gfn_run *run, const char *directory);

#endif
