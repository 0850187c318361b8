/* SPDX-License-Identifier: MIT
 *
 * log Z of the Ising model on a torus of n x n spins, K per bond, in closed form (Kaufman 1949,
 * doi 10.1103/PhysRev.76.1232):
 *
 *     Z = (2 sinh 2K)^(n^2/2) / 2 * (product of 2 cosh(n g_l / 2) over odd l  + the same with sinh
 *                                 + product of 2 cosh(n g_l / 2) over even l + the same with sinh)
 *     cosh g_l = cosh(2K) coth(2K) - cos(pi l / n),  g_0 = 2K + log tanh K,  l < 2n
 *
 * g_0 is negative above the critical temperature, and the last product with it. If n is even, Z is
 * the same for -K.
 *
 * n = 10, K = .4: log Z = 88.187700616.
 */
#include <math.h>

#include "envs/ising.h"

/* g_l, l > 0: of cosh g = 1 + e, where e is a sum of positive terms. */
static double find_gamma(int n, int l, double k)
{
    const double s = sinh(2 * k), half = sin(acos(-1) * l / (2 * n));
    const double e = s - 2 + 1 / s + 2 * half * half;
    if (l == 0)
        return 2 * k + log(tanh(k));
    return e < 1e150 ? log1p(e + sqrt(e * (e + 2))) : log(2) + log(e);
}

double gfn_ising_torus_log_z(int32_t side, double bond)
{
    const double k = fabs(bond), spins = (double)side * side;
    double term[2][2] = {{0}}; /* log of the products, [l odd][sinh] */
    if (bond < 0 && side % 2)
        return NAN;
    if (k < 1e-5) /* the next terms of this expansion in K are below the rounding errors */
        return spins * (log(2) + k * k);
    for (int l = 0; l < 2 * side; l++) {
        const double x = side * fabs(find_gamma(side, l, k)) / 2;
        term[l % 2][0] += x + log1p(exp(-2 * x));
        term[l % 2][1] += x + log(-expm1(-2 * x));
    }
    const double sign = find_gamma(side, 0, k) < 0 ? -1 : 1;
    const double largest = fmax(term[0][0], term[1][0]);
    const double sum = exp(term[1][0] - largest) + exp(term[1][1] - largest) +
                       exp(term[0][0] - largest) + sign * exp(term[0][1] - largest);
    /* log(2 sinh 2K), which must not overflow */
    return spins / 2 * (2 * k + log(-expm1(-4 * k))) - log(2) + largest + log(sum);
}
