/* SPDX-License-Identifier: MIT */
#include "eval/marginal.h"

#include <string.h>

#include <gfn/env.h>

static int64_t width_of(int64_t cells, int64_t most)
{
    return (cells + most - 1) / most;
}

int64_t gfn_bins(int64_t cells, int64_t most)
{
    const int64_t width = width_of(cells, most);
    return (cells + width - 1) / width;
}

/* The number of cells of an axis in one bin. */
static int64_t cells_in(int64_t cells, int64_t most, int64_t bin)
{
    const int64_t width = width_of(cells, most), left = cells - bin * width;
    return left < width ? left : width;
}

/* How cells are mapped to bins. */
typedef struct folding {
    int down, right;
    int64_t row_width, column_width, n_columns;
} folding;

/* Add the cells of one row of the last axis, which are contiguous. */
static void add_row(const gfn_cells *c, int64_t first, double *sum, int64_t width, int64_t step)
{
    const int64_t n = c->axis[c->ndim - 1];
    for (int64_t i = 0; i < n; i++)
        sum[i / width * step] += c->p ? c->p[first + i] : (double)c->count[first + i];
}

static void fold(const gfn_cells *c, const folding *f, double *sum)
{
    const int last = c->ndim - 1;
    int64_t at[GFN_ENV_MAX_NDIM] = {0}, cells = 1;
    for (int d = 0; d <= last; d++)
        cells *= c->axis[d];
    for (int64_t first = 0; first < cells; first += c->axis[last]) {
        const int64_t y = f->down < 0 || f->down == last ? 0 : at[f->down] / f->row_width;
        const int64_t x = f->right == last ? 0 : at[f->right] / f->column_width;
        double *begin = sum + y * f->n_columns + x;
        if (f->right == last)
            add_row(c, first, begin, f->column_width, 1);
        else if (f->down == last)
            add_row(c, first, begin, f->row_width, f->n_columns);
        else
            add_row(c, first, begin, c->axis[last], 0);
        for (int d = last; d-- > 0 && ++at[d] == c->axis[d];)
            at[d] = 0;
    }
}

void gfn_marginal(const gfn_cells *c, int down, int right, int64_t most, double *mean)
{
    const int64_t rows = down < 0 ? 1 : c->axis[down], columns = c->axis[right];
    const int64_t n_rows = gfn_bins(rows, most), n_columns = gfn_bins(columns, most);
    const double total = c->p ? 1 : (double)c->total;
    const folding f = {down, right, width_of(rows, most), width_of(columns, most), n_columns};
    memset(mean, 0, (size_t)(n_rows * n_columns) * sizeof *mean);
    fold(c, &f, mean);
    for (int64_t y = 0; y < n_rows; y++)
        for (int64_t x = 0; x < n_columns; x++)
            mean[y * n_columns + x] /=
                total * (double)(cells_in(rows, most, y) * cells_in(columns, most, x));
}
