/* SPDX-License-Identifier: MIT
 *
 * eval/marginal.h - distributions over a grid, looked at along one or two of its axes.
 */
#ifndef EVAL_MARGINAL_H
#define EVAL_MARGINAL_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

/* Numbers of the cells of a grid in row-major order. */
typedef struct gfn_cells {
    int ndim;
    const int64_t *axis;  /* [ndim] extents, the slowest first */
    const double *p;      /* one of the two, the other is NULL */
    const int64_t *count; /* then divided by `total` */
    int64_t total;
} gfn_cells;

/* Bins that an axis of so many cells is looked at in, at most `most`: of equal width, one cell
 * where that is enough (the last may be narrower). */
int64_t gfn_bins(int64_t cells, int64_t most);

/* Sums over all axes but `down` and `right`, given as means over the cells of a bin:
 * mean [bins of down][bins of right]. down = -1: it is one row. In double, in the order of the
 * cells. */
void gfn_marginal(const gfn_cells *cells, int down, int right, int64_t most, double *mean);

#endif
