/* SPDX-License-Identifier: MIT
 *
 * Ising worlds for tests.
 */
#ifndef TESTS_UNIT_ENV_ISING_H
#define TESTS_UNIT_ENV_ISING_H

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/envs/solver.h"

static inline gfn_env *make_torus(int side, double sigma)
{
    char settings[64];
    snprintf(settings, sizeof settings, "side=%d sigma=%.17g", side, sigma);
    return make_env(gfn_env_find("ising"), settings);
}

static inline gfn_env *make_couplings(int64_t n, const double *j)
{
    return make_with_matrix("ising", "", "couplings", &(gfn_matrix){n, n, j, NULL});
}

/* Couplings of both signs, some 0, without structure. */
static inline void fill_couplings(int n, double *j)
{
    const gfn_stream stream = {.seed = 2385, .purpose = GFN_PURPOSE_CHECK};
    for (int a = 0; a < n; a++)
        for (int b = 0; b <= a; b++) {
            const double unit = gfn_random_unit(&stream, (uint64_t)a, (uint32_t)b);
            j[a * n + b] = j[b * n + a] = a == b || unit < 0.2 ? 0 : 1.3 * (unit - 0.55);
        }
}

/* J of the torus by its definition: two spins are neighbours if their places differ by 1 along one
 * side, modulo the side. */
static inline bool are_neighbours(int side, int a, int b)
{
    const int dx = abs(a % side - b % side), dy = abs(a / side - b / side);
    return (dy == 0 && (dx == 1 || dx == side - 1)) || (dx == 0 && (dy == 1 || dy == side - 1));
}

static inline void fill_torus(int side, double sigma, double *j)
{
    const int n = side * side;
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
            j[a * n + b] = are_neighbours(side, a, b) ? sigma : 0;
}

#endif
