/* SPDX-License-Identifier: MIT
 *
 * envs/ising.h - an Ising world, for its solvers.
 *
 * R(s) = exp(sum of J_ij s_i s_j over ordered pairs). On the torus, J is sigma between neighbours,
 * so each bond contributes 2 sigma s s'.
 */
#ifndef ENV_ISING_H
#define ENV_ISING_H

#include <gfn/env.h>

/* The value of a spin in a state; the spin of a value that is set is 2 * value - 3. */
enum { GFN_SPIN_UNSET, GFN_SPIN_DOWN, GFN_SPIN_UP };

typedef struct gfn_ising {
    int32_t n;        /* spins */
    int32_t side;     /* of the torus; 0: couplings from a file */
    double bond;      /* torus: 2 sigma */
    double *coupling; /* J [n][n], symmetric, diagonal 0; NULL: a torus of side 3 or more */
} gfn_ising;

/* Rows of the marginals. */
enum { GFN_ISING_ENERGY, GFN_ISING_MAGNETIZATION, GFN_ISING_ABS_MAGNETIZATION, GFN_ISING_ROWS };

/* ising_picture.c: what pictures show, as the members of gfn_env_marginals. */
int64_t gfn_ising_bins(const void *world, int64_t row, double range[2]);
void gfn_ising_lines(const void *world, int64_t lines[2]);
void gfn_ising_draw(const void *world, const int32_t *state, double *value);

/* log Z of a torus of side 3 or more, by Kaufman's formula; NAN: unknown, if the side is odd and
 * the bond negative. bond: log R of a bond between equal spins, within -200 ... 200. */
double gfn_ising_torus_log_z(int32_t side, double bond);

/* The solver of all Ising worlds, and the two that it consists of: transfer matrices, for a torus
 * without `coupling`; and the sum over all objects, for couplings. */
extern const gfn_env_solver gfn_ising_solver, gfn_ising_torus_solver, gfn_ising_sum_solver;

/* Draw k of object i: 64 random bits as a number in (0, 1]. */
static inline double gfn_ising_random(const gfn_stream *stream, int64_t i, uint32_t k)
{
    const double low = gfn_random_unit(stream, (uint64_t)i, 2 * k + 1);
    return ((double)gfn_random_word(stream, (uint64_t)i, 2 * k) + low) * 0x1p-32;
}

#endif
