/* SPDX-License-Identifier: MIT
 *
 * eval/marginal.h - marginals of a distribution over a grid, along one or two of its axes.
 */
#ifndef EVAL_MARGINAL_H
#define EVAL_MARGINAL_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

/* Values of the cells of a grid, in row-major order. */
typedef struct gfn_cells {
    int ndim;
    const int64_t *axis;  /* [ndim] extents, the slowest first */
    const double *p;      /* p or count; the other is NULL */
    const int64_t *count; /* divided by `total` */
    int64_t total;
} gfn_cells;

/* The number of bins, at most `most`, of an axis of `cells` cells. Bins have equal width (the last
 * may be narrower), one cell if there are no more than `most` cells. */
int64_t gfn_bins(int64_t cells, int64_t most);

/* Sums over all axes except `down` and `right`, divided by the number of cells of each bin:
 * mean [bins of down][bins of right]. down = -1: one row. Summed in double, in the order of the
 * cells. */
void gfn_marginal(const gfn_cells *cells, int down, int right, int64_t most, double *mean);

#endif
