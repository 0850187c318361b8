/* SPDX-License-Identifier: MIT
 *
 * run/statistics.h - sorting, the mean with its standard error, correlations.
 */
#ifndef RUN_STATISTICS_H
#define RUN_STATISTICS_H

#include <gfn/run.h>

/* Sort x [n] in ascending order; no element may be NAN. */
void gfn_sort(size_t n, double *x);

/* The mean of x [n] and its standard error, sqrt(sum (x - mean)^2 / (n - 1) / n), which is NAN if n
 * < 2. n >= 1; summed in the order of x. */
gfn_estimate gfn_estimate_mean(size_t n, const double *x);

/* Pearson's correlation of x [n] and y [n], n >= 1; NAN if one of them is constant, or not finite.
 */
double gfn_correlation(size_t n, const double *x, const double *y);

/* Replace x [n] by the ranks of its elements, from 1; equal ones get the mean of their ranks.
 * Pearson's correlation of ranks is Spearman's. No element may be NAN. Errors: GFN_ENOMEM. */
gfn_status gfn_rank(size_t n, double *x);

#endif
