/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_exp.h - exponentials in double of logarithms in gfn_real, for probabilities whose
 * sums must be right to more digits than a float has.
 */
#ifndef GRAD_KERNEL_EXP_H
#define GRAD_KERNEL_EXP_H

#include "grad/kernel_vector.h"

#ifdef GFN_REAL64

static void exps_double(size_t n, const gfn_real *x, double shift, double factor, double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = exp((x[i] - shift) * factor);
}

#else

enum { DOUBLES = VECTOR_BYTES / sizeof(double) };

typedef double doubles __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t naturals __attribute__((vector_size(VECTOR_BYTES)));
typedef double unaligned_doubles
    __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(double)), may_alias));
typedef float unaligned_floats
    __attribute__((vector_size(VECTOR_BYTES / 2), aligned(sizeof(float)), may_alias));

/* exp(x) = 2^k exp(r), k = round(x / log 2), |r| <= log(2)/2; exp(r) by its Taylor polynomial of
 * degree 11. Below -700 the result is 0. Relative error: below 1e-13. */
INLINE doubles exp_doubles(doubles x)
{
    const double shift = 0x1.8p52; /* adding it leaves the rounded integer in the low bits */
    const naturals is_tiny = (naturals)(x < -700.0);
    const doubles safe = (doubles)(~is_tiny & (naturals)x); /* 0 where the result will be 0 */
    const doubles shifted = safe * 0x1.71547652b82fep0 + shift;
    const doubles r = safe - (shifted - shift) * 0x1.62e42fefa39efp-1;
    doubles p = r * (1 / 39916800.0) + 1 / 3628800.0;
    p = p * r + 1 / 362880.0;
    p = p * r + 1 / 40320.0;
    p = p * r + 1 / 5040.0;
    p = p * r + 1 / 720.0;
    p = p * r + 1 / 120.0;
    p = p * r + 1 / 24.0;
    p = p * r + 1 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    const naturals power = ((naturals)shifted + 1023) << 52; /* drops the high bits of `shifted` */
    return (doubles)(~is_tiny & (naturals)(p * (doubles)power));
}

INLINE void store_exps(const float *x, double shift, double factor, double *y)
{
    const unaligned_floats floats = *(const unaligned_floats *)x;
    const doubles z = (__builtin_convertvector(floats, doubles) - shift) * factor;
    *(unaligned_doubles *)y = exp_doubles(z);
}

static void exps_double(size_t n, const float *x, double shift, double factor, double *y)
{
    size_t i = 0;
    for (; i + DOUBLES <= n; i += DOUBLES)
        store_exps(x + i, shift, factor, y + i);
    float in[DOUBLES] = {0};
    double out[DOUBLES];
    for (size_t rest = i; rest < n; rest++)
        in[rest - i] = x[rest];
    store_exps(in, shift, factor, out);
    for (size_t rest = i; rest < n; rest++)
        y[rest] = out[rest - i];
}

#endif

#endif
