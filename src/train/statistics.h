/* SPDX-License-Identifier: MIT
 *
 * train/statistics.h - what a few numbers come to.
 */
#ifndef TRAIN_STATISTICS_H
#define TRAIN_STATISTICS_H

#include <gfn/run.h>

/* Sort x [n], the smallest first; no element is NAN. */
void gfn_sort(size_t n, double *x);

/* The mean of x [n] and its standard error, sqrt(sum (x - mean)^2 / (n - 1) / n), which is NAN
 * below two. n >= 1; summed in the order of x. */
gfn_estimate gfn_estimate_mean(size_t n, const double *x);

#endif
