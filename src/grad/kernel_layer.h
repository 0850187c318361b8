/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_layer.h - what layers need beside the product of matrices: activations and their
 * derivatives, and the first layer of an input of a few ones (linear_hot.c has the formulas).
 */
#ifndef GRAD_KERNEL_LAYER_H
#define GRAD_KERNEL_LAYER_H

#include <assert.h>

#include "grad/kernel_vector.h"
#include "grad/kernels.h"

/* ReLU and leaky ReLU. NaN stays NaN: a run that diverges must be noticed. */
INLINE vec activated(vec z, gfn_activation activation)
{
    if (activation == GFN_RELU)
        return (vec)((bits)z & ~(bits)(z < 0));
    if (activation == GFN_LEAKY_RELU)
        return choose(z < 0, z * GFN_LEAK, z);
    return z;
}

/* dz = dy act'(z), told from y = act(z). */
INLINE vec derived(vec y, vec dy, gfn_activation activation)
{
    if (activation == GFN_RELU)
        return (vec)((bits)dy & (bits)(y > 0));
    if (activation == GFN_LEAKY_RELU)
        return choose(y > 0, dy, dy * GFN_LEAK);
    if (activation == GFN_TANH)
        return dy - dy * y * y;
    return dy;
}

/* tanh of [rows][cols] in place: the C library's, one by one, after the other kernels. */
static void apply_tanh(gfn_real *y, size_t rows, size_t cols, size_t stride)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            y[i * stride + j] = tanh(y[i * stride + j]);
}

/* A vector of columns, n of them in use: dz in place of dy, and their sums over the rows. */
INLINE vec close_columns(const gfn_call *call, size_t j, size_t n)
{
    const gfn_operand *out = &call->out;
    const gfn_activation activation = call->node->activation;
    const bool is_part = n < LANES;
    vec sum = {0};
    for (size_t i = 0; i < out->rows; i++) {
        const gfn_real *y = out->x + i * out->stride + j;
        gfn_real *dy = out->gradient + i * out->stride + j;
        vec dz = is_part ? load_part(dy, n) : load(dy);
        if (activation != GFN_IDENTITY) {
            dz = derived(is_part ? load_part(y, n) : load(y), dz, activation);
            if (is_part)
                store_part(dy, dz, n);
            else
                store(dy, dz);
        }
        sum += dz;
    }
    return sum;
}

static void close_layer(const gfn_call *call)
{
    const gfn_operand *b = &call->in[2];
    const size_t cols = call->out.cols;
    if (b->gradient == NULL && call->node->activation == GFN_IDENTITY)
        return;
    for (size_t j = 0; j < cols; j += LANES) {
        const size_t n = cols - j < LANES ? cols - j : LANES;
        vec sum = n == LANES ? close_columns(call, j, LANES) : close_columns(call, j, n);
        if (b->gradient == NULL)
            continue;
        gfn_real *db = b->gradient + j;
        if (n == LANES)
            store(db, b->add ? sum + load(db) : sum);
        else
            store_part(db, b->add ? sum + load_part(db, n) : sum, n);
    }
}

static void hot_forward(const gfn_call *call)
{
    const gfn_operand *index = &call->in[0], *w = &call->in[1], *b = &call->in[2];
    const gfn_activation activation = call->node->activation;
    const size_t whole = w->cols - w->cols % LANES, part = w->cols - whole;
    for (size_t i = 0; i < index->rows; i++) {
        const int32_t *place = index->index + i * index->stride;
        for (size_t h = 0; h < index->cols; h++)
            assert(place[h] >= 0 && (size_t)place[h] < w->rows);
        gfn_real *y = call->y + i * call->out.stride;
        for (size_t j = 0; j < whole; j += LANES) {
            vec sum = load(b->x + j);
            for (size_t h = 0; h < index->cols; h++)
                sum += load(w->x + (size_t)place[h] * w->stride + j);
            store(y + j, activated(sum, activation));
        }
        if (part > 0) {
            vec sum = load_part(b->x + whole, part);
            for (size_t h = 0; h < index->cols; h++)
                sum += load_part(w->x + (size_t)place[h] * w->stride + whole, part);
            store_part(y + whole, activated(sum, activation), part);
        }
    }
    if (activation == GFN_TANH)
        apply_tanh(call->y, call->out.rows, call->out.cols, call->out.stride);
}

/* The gradient of w is added to; it was cleared before. */
static void hot_backward(const gfn_call *call)
{
    const gfn_operand *index = &call->in[0], *w = &call->in[1], *dz = &call->out;
    const size_t whole = w->cols - w->cols % LANES;
    for (size_t i = 0; i < index->rows; i++) {
        const gfn_real *dz_i = dz->gradient + i * dz->stride;
        for (size_t h = 0; h < index->cols; h++) {
            gfn_real *dw = w->gradient + (size_t)index->index[i * index->stride + h] * w->stride;
            for (size_t j = 0; j < whole; j += LANES)
                store(dw + j, load(dw + j) + load(dz_i + j));
            if (whole < w->cols) {
                const size_t n = w->cols - whole;
                store_part(dw + whole, load_part(dw + whole, n) + load_part(dz_i + whole, n), n);
            }
        }
    }
}

#endif
