/* SPDX-License-Identifier: MIT */
#include "run/statistics.h"

#include <math.h>
#include <stdlib.h>

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
