/* SPDX-License-Identifier: MIT
 *
 * grad/kernels.h - the inner loops, compiled once per instruction set.
 *
 * The order of additions in a kernel depends only on the shape of the parameters, never on the
 * number of rows or their place in a batch.
 */
#ifndef GRAD_KERNELS_H
#define GRAD_KERNELS_H

#include "grad/operation.h"

#define GFN_LEAK ((gfn_real)0.01) /* slope of the leaky ReLU below 0 */

/* c = activation(start + a b)     a [m][k]  b [k][n]  c [m][n]
 *
 * Element (i, l) of a is a[i*a_row + l*a_col], likewise for b. One of the two steps is 1; a
 * transposed matrix needs no copy. `start` is NULL (zero), a bias (start_row = 0) or c itself. The
 * terms of an element are added in the order start, a[i][0] b[0][j], a[i][1] b[1][j] ... */
typedef struct gfn_product {
    size_t m, n, k;
    const gfn_real *a;
    size_t a_row, a_col;
    const gfn_real *b;
    size_t b_row, b_col;
    gfn_real *c;
    size_t c_row;
    const gfn_real *start;
    size_t start_row;
    gfn_activation activation;
} gfn_product;

typedef struct gfn_kernels {
    const char *name;
    void (*product)(const gfn_product *product);
    void (*hot_forward)(const gfn_call *call);  /* linear_hot: y */
    void (*hot_backward)(const gfn_call *call); /* linear_hot: gradients of w and b */
    /* linear, linear_hot: replace dy by dz = dy act'(z), and write the gradient of b. */
    void (*activation_backward)(const gfn_call *call);
    void (*log_softmax_forward)(const gfn_call *call);
    void (*log_softmax_backward)(const gfn_call *call);
    /* y[i] = exp z, z = (x[i] - shift) factor <= 0, to a relative error of 1e-12; 0 below -700, NaN
     * for NaN. */
    void (*exps_double)(size_t n, const gfn_real *x, double shift, double factor, double *y);
} gfn_kernels;

/* The set with this name, "plain", "avx2" or "avx512"; NULL if the build or the processor does not
 * have it. If name is NULL: the best set. */
const gfn_kernels *gfn_kernels_find(const char *name);

/* The best set of this processor, or the one that the environment variable GFN_KERNELS names.
 * Errors: GFN_EINVAL (it names no set, or one that cannot run here). */
gfn_status gfn_kernels_choose(const gfn_kernels **kernels);

#endif
