/* SPDX-License-Identifier: MIT
 *
 * base/fixed_point.h - real numbers as int64, so that sums are exactly associative.
 *
 * A value is rounded once to a multiple of 2^-bits. Sums of integers do not depend on the order of
 * the terms, and so not on the number of threads and ranks. Values out of range, and NaN, are
 * counted: if the count is not 0, the sum is undefined.
 */
#ifndef BASE_FIXED_POINT_H
#define BASE_FIXED_POINT_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <gfn/real.h>

#ifdef __FAST_MATH__
#error "sums are exact and NaN is detected: compile without -ffast-math"
#endif

/* Values are in range if |x| 2^bits < 2^51. */
static inline double gfn_fixed_limit(int bits)
{
    return ldexp(1.0, 51 - bits);
}

/* x 2^bits rounded to nearest, given scale = 2^bits and |x| scale < 2^51. Adding 1.5 * 2^52 leaves
 * the integer in the low bits of the sum: the result of llrint() at a tenth of its cost. */
static inline int64_t gfn_fixed(double x, double scale)
{
    double shifted = x * scale + 0x1.8p52;
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (int64_t)(bits - UINT64_C(0x4338000000000000));
}

/* sum[i] += x[i] 2^bits for n values. Returns the number of values that are NaN or out of range;
 * their sums are undefined. */
size_t gfn_fixed_add(size_t n, const gfn_real *x, int bits, int64_t *sum);

/* x[i] = sum[i] unit for n values, rounded to double and then to gfn_real. */
void gfn_fixed_reals(size_t n, const int64_t *sum, double unit, gfn_real *x);

/* Number of values, of n, that are NaN or out of range. */
size_t gfn_fixed_offenders(size_t n, const gfn_real *x, int bits);

/* The number of bits of the largest magnitude of n sums: |sum[i]| < 2^bits, or -2^bits. */
int gfn_fixed_magnitude(size_t n, const int64_t *sum);

/* A double between -2^42 and 2^42 as two integers, x = limbs[0] 2^-20 + limbs[1] 2^-60, 0 <=
 * limbs[1] < 2^40: sums keep 60 binary places. Returns 1 if x is out of range or NaN, else 0. */
static inline size_t gfn_fixed_split(double x, int64_t limbs[2])
{
    if (!(fabs(x) < 0x1p42)) {
        limbs[0] = limbs[1] = 0;
        return 1;
    }
    limbs[0] = (int64_t)(x * 0x1p20);
    limbs[0] -= (double)limbs[0] > x * 0x1p20; /* conversion rounded a negative number up */
    limbs[1] = (int64_t)((x * 0x1p20 - (double)limbs[0]) * 0x1p40);
    return 0;
}

/* The value of two limbs, or of the sums of many. */
double gfn_fixed_join(const int64_t limbs[2]);

#endif
