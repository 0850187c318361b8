/* SPDX-License-Identifier: MIT
 *
 * base/sum.h - compensated sums: Neumaier's variant of Kahan's summation. The error is about one
 * rounding of the result for any number of terms.
 */
#ifndef BASE_SUM_H
#define BASE_SUM_H

#include <math.h>

typedef struct gfn_sum {
    double high, low;
} gfn_sum;

static inline void gfn_sum_add(gfn_sum *sum, double x)
{
    double total = sum->high + x;
    if (fabs(sum->high) >= fabs(x))
        sum->low += (sum->high - total) + x;
    else
        sum->low += (x - total) + sum->high;
    sum->high = total;
}

/* Add a sum of other terms. */
static inline void gfn_sum_join(gfn_sum *sum, const gfn_sum *other)
{
    gfn_sum_add(sum, other->high);
    sum->low += other->low;
}

/* An infinite term makes `low` NAN; the sum is then the infinity in `high`. */
static inline double gfn_sum_value(const gfn_sum *sum)
{
    return isfinite(sum->high) ? sum->high + sum->low : sum->high;
}

#endif
