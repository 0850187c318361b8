/* SPDX-License-Identifier: MIT
 *
 * Clipping of the gradient by its norm: Pascanu, Mikolov and Bengio, "On the difficulty of training
 * recurrent neural networks", ICML 2013, arXiv:1211.5063, algorithm 1, with the small
 * constant of torch.nn.utils.clip_grad_norm_ in the divisor:
 *
 *     g = g min(1, C / (||g|| + 1e-6)),    ||g|| = sqrt(sum of g_i^2)
 *
 * To check by: C = 1 turns (3, 4) into (0.6, 0.8), except for the 1e-6.
 */
#include <gfn/optim.h>

#include <math.h>

#include "base/clones.h"

#define SMALL 1e-6

/* Partial sums, so that the compiler can vectorize the loop. Their number determines the bits. */
enum { LANES = 16 };

/* The square of a float is exact in double, so fused multiply-adds give the same sums. */
GFN_CLONES
double gfn_norm(size_t n, const gfn_real *x)
{
    double lane[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            lane[k] += (double)x[i + k] * (double)x[i + k];
    for (size_t k = 0; i + k < n; k++)
        lane[k] += (double)x[i + k] * (double)x[i + k];
    for (size_t k = 0; k < LANES; k++)
        sum += lane[k];
    return sqrt(sum);
}

GFN_CLONES
void gfn_clip_norm(double most, size_t n, gfn_real *g)
{
    const double factor = most / (gfn_norm(n, g) + SMALL);
    const gfn_real f = (gfn_real)factor;
    if (!(factor < 1))
        return;
    for (size_t i = 0; i < n; i++)
        g[i] *= f;
}
