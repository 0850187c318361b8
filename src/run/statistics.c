/* SPDX-License-Identifier: MIT */
#include "run/statistics.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void gfn_sort(size_t n, double *x)
{
    qsort(x, n, sizeof *x, compare);
}

gfn_estimate gfn_estimate_mean(size_t n, const double *x)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    return (gfn_estimate){mean, n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : NAN};
}

double gfn_correlation(size_t n, const double *x, const double *y)
{
    const double mean_x = gfn_estimate_mean(n, x).mean, mean_y = gfn_estimate_mean(n, y).mean;
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    const double least = 1e-24 * (double)n; /* equal numbers differ from their mean by rounding */
    const bool is_known = xx > least * (1 + mean_x * mean_x) && yy > least * (1 + mean_y * mean_y);
    return is_known ? xy / sqrt(xx * yy) : NAN;
}

typedef struct place {
    double value;
    size_t index;
} place;

static int compare_places(const void *a, const void *b)
{
    return compare(&((const place *)a)->value, &((const place *)b)->value);
}

gfn_status gfn_rank(size_t n, double *x)
{
    place *order;
    GFN_TRY(gfn_allocate("ranks", n, sizeof *order, &order));
    for (size_t i = 0; i < n; i++)
        order[i] = (place){x[i], i};
    qsort(order, n, sizeof *order, compare_places);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && !(order[end].value > order[first].value);)
            end++;
        for (size_t i = first; i < end; i++)
            x[order[i].index] = 0.5 * (double)(first + 1 + end);
    }
    gfn_release(&order);
    return GFN_OK;
}
