/* SPDX-License-Identifier: MIT
 *
 * envs/ising_rows.h - the rows of an Ising torus as vectors of 2^n numbers, for transfer matrices.
 *
 * A row is an integer: bit c is 1 if the spin of column c is +1. D is the diagonal matrix of the
 * weights of rows, P links a row to the one below. Both are relative to their largest entry.
 */
#ifndef ENV_ISING_ROWS_H
#define ENV_ISING_ROWS_H

#include "envs/ising.h"

typedef struct gfn_ising_rows {
    int n;          /* columns, and rows of the torus */
    uint32_t size;  /* 2^n */
    double k;       /* log weight of a bond between equal spins */
    double *weight; /* [size] D */
    double *link;   /* [size] P(s, t) at s ^ t */

    /* Rows that differ by a rotation, a reflection or the sign of all spins are a class. */
    uint32_t n_classes;
    uint32_t *row; /* [n_classes] the least row of each */
    int *count;    /* [n_classes] rows in it */
} gfn_ising_rows;

/* The rows of a torus; clear them in the end, even if this fails. Errors: GFN_ENOMEM. */
gfn_status gfn_ising_rows_init(gfn_ising_rows *rows, int n, double k);
void gfn_ising_rows_clear(gfn_ising_rows *rows);

/* Largest entries of D and P, by which they are divided, as logs: of all rows of the torus. */
double gfn_ising_rows_log_scale(const gfn_ising_rows *rows);

/* x = P x. */
void gfn_ising_rows_apply(const gfn_ising_rows *rows, double *x);

/* Sum of the products of neighbours in a row; log D. */
int gfn_ising_row_bonds(const gfn_ising_rows *rows, uint32_t row);
double gfn_ising_row_log_weight(const gfn_ising_rows *rows, uint32_t row);

/* The image of a row by one of the 4 n symmetries. */
uint32_t gfn_ising_row_image(const gfn_ising_rows *rows, uint32_t row, int symmetry);

/* The expectation of |magnetization| per spin; NAN: there is no memory. It takes n^2 / 2 times as
 * long as log Z. */
double gfn_ising_rows_abs_magnetization(const gfn_ising_rows *rows);

#endif
