/* SPDX-License-Identifier: MIT
 *
 * What pictures show of Ising worlds: histograms of energy and magnetization, and spins on a torus.
 */
#include "envs/ising.h"

#include <math.h>

/* Bins of any energies. */
enum { MANY_BINS = 4096 };

/* The sum of |J_ij| per spin: no energy is larger. */
static double largest_energy(const gfn_ising *ising)
{
    const size_t n = (size_t)ising->n;
    double sum = 0;
    for (size_t k = 0; k < n * n; k++)
        sum += fabs(ising->coupling[k]);
    return sum / (double)n;
}

/* On a torus the sum of the signs of its 2 n bonds changes by multiples of 4, and a sum of spins
 * always by 2: each value is the middle of a bin. Other couplings give any energies. */
int64_t gfn_ising_bins(const void *world, int64_t row, double range[2])
{
    const gfn_ising *ising = world;
    const bool is_any = row == GFN_ISING_ENERGY && ising->coupling;
    double most = 1;
    if (row == GFN_ISING_ABS_MAGNETIZATION)
        return 0;
    if (row == GFN_ISING_ENERGY)
        most = is_any ? largest_energy(ising) : 2 * fabs(ising->bond);
    range[1] = is_any ? most : most * (1 + 1.0 / ising->n);
    range[0] = -range[1];
    if (!(most > 0))
        return 0;
    return is_any ? MANY_BINS : ising->n + 1;
}

/* Couplings from a file have no lattice: side 0. */
void gfn_ising_lines(const void *world, int64_t lines[2])
{
    const gfn_ising *ising = world;
    lines[0] = lines[1] = ising->side;
}

void gfn_ising_draw(const void *world, const int32_t *state, double *value)
{
    const gfn_ising *ising = world;
    for (int32_t k = 0; k < ising->n; k++)
        value[k] = state[k] == GFN_SPIN_UP;
}
