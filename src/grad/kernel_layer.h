/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_layer.h - the parts of a layer other than the product of matrices: activations and
 * their derivatives, the gradient of b.
 */
#ifndef GRAD_KERNEL_LAYER_H
#define GRAD_KERNEL_LAYER_H

#include <stdbool.h>

#include "grad/kernel_vector.h"
#include "grad/kernels.h"

/* ReLU and leaky ReLU; tanh is applied by apply_tanh(). NaN stays NaN, so that divergence is
 * detected. */
INLINE vec activate(vec z, gfn_activation activation)
{
    if (activation == GFN_RELU)
        return (vec)((bits)z & ~(bits)(z < 0));
    if (activation == GFN_LEAKY_RELU)
        return choose(z < 0, z * GFN_LEAK, z);
    return z;
}

/* dz = dy act'(z), computed from y = act(z). */
INLINE vec activation_gradient(vec y, vec dy, gfn_activation activation)
{
    if (activation == GFN_RELU)
        return (vec)((bits)dy & (bits)(y > 0));
    if (activation == GFN_LEAKY_RELU)
        return choose(y > 0, dy, dy * GFN_LEAK);
    if (activation == GFN_TANH)
        return dy - dy * y * y;
    return dy;
}

/* tanh of [rows][cols] in place, by the C library, one element at a time. */
static void apply_tanh(gfn_real *y, size_t rows, size_t cols, size_t stride)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            y[i * stride + j] = tanh(y[i * stride + j]);
}

/* Work on columns goes in groups of 4, 2 or 1 vectors, so that the sums of a group stay in
 * registers during the loop over rows. The last n < LANES columns are one partial vector. */
enum { MOST_VECTORS = 4 };

INLINE vec load_columns(const gfn_real *x, size_t n)
{
    return n < LANES ? load_part(x, n) : load(x);
}

INLINE void store_columns(gfn_real *x, vec value, size_t n)
{
    if (n < LANES)
        store_part(x, value, n);
    else
        store(x, value);
}

typedef void columns_function(const gfn_call *call, size_t j, size_t vectors, size_t n);

INLINE void each_columns(const gfn_call *call, size_t cols, columns_function *run)
{
    size_t j = 0;
    for (; j + 4 * LANES <= cols; j += 4 * LANES)
        run(call, j, 4, LANES);
    for (; j + 2 * LANES <= cols; j += 2 * LANES)
        run(call, j, 2, LANES);
    for (; j + LANES <= cols; j += LANES)
        run(call, j, 1, LANES);
    if (j < cols)
        run(call, j, 1, cols - j);
}

INLINE void add_bias_gradient(const gfn_operand *b, const vec *sum, size_t j, size_t vectors,
                              size_t n)
{
    for (size_t v = 0; b->gradient && v < vectors; v++) {
        gfn_real *db = b->gradient + j + v * LANES;
        store_columns(db, b->add ? sum[v] + load_columns(db, n) : sum[v], n);
    }
}

/* Replace dy by dz in one row and add dz to sum. */
INLINE void derive_row(const gfn_operand *out, size_t at, gfn_activation activation, size_t vectors,
                       size_t n, vec *sum)
{
    for (size_t v = 0; v < vectors; v++) {
        const size_t at_v = at + v * LANES;
        vec dz = load_columns(out->gradient + at_v, n);
        if (activation != GFN_IDENTITY) {
            dz = activation_gradient(load_columns(out->x + at_v, n), dz, activation);
            store_columns(out->gradient + at_v, dz, n);
        }
        sum[v] += dz;
    }
}

/* Two rows at a time, each with its own sum: additions to a single sum would wait for each
 * other. */
INLINE void derive_rows(const gfn_call *call, size_t j, size_t vectors, size_t n)
{
    const gfn_operand out = call->out; /* a copy, as in kernel_hot.h */
    const gfn_activation activation = call->node->activation;
    vec sum[MOST_VECTORS] = {{0}}, other[MOST_VECTORS] = {{0}};
    size_t i = 0;
    for (; i + 2 <= out.rows; i += 2) {
        derive_row(&out, i * out.stride + j, activation, vectors, n, sum);
        derive_row(&out, (i + 1) * out.stride + j, activation, vectors, n, other);
    }
    if (i < out.rows)
        derive_row(&out, i * out.stride + j, activation, vectors, n, sum);
    for (size_t v = 0; v < vectors; v++)
        sum[v] += other[v];
    add_bias_gradient(&call->in[2], sum, j, vectors, n);
}

static void activation_backward(const gfn_call *call)
{
    if (call->in[2].gradient || call->node->activation != GFN_IDENTITY)
        each_columns(call, call->out.cols, derive_rows);
}

#endif
