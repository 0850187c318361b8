/* SPDX-License-Identifier: MIT
 *
 * run/statistics.h - sorting, and the mean with its standard error.
 */
#ifndef RUN_STATISTICS_H
#define RUN_STATISTICS_H

#include <gfn/run.h>

/* Sort x [n] in ascending order; no element may be NAN. */
void gfn_sort(size_t n, double *x);

/* The mean of x [n] and its standard error, sqrt(sum (x - mean)^2 / (n - 1) / n), which is NAN if n
 * < 2. n >= 1; summed in the order of x. */
gfn_estimate gfn_estimate_mean(size_t n, const double *x);

#endif
