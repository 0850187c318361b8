/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_hot.h - the layer linear_hot, whose input is given as indices of ones (formulas:
 * op_linear_hot.c).
 *
 * Operands are copied into local variables: otherwise the compiler must assume that stores change
 * them and load their members again for each row.
 */
#ifndef GRAD_KERNEL_HOT_H
#define GRAD_KERNEL_HOT_H

#include <assert.h>

#include "grad/kernel_layer.h"

INLINE void hot_columns(const gfn_call *call, size_t j, size_t vectors, size_t n)
{
    const gfn_operand index = call->in[0], w = call->in[1], b = call->in[2], out = call->out;
    const gfn_activation activation = call->node->activation;
    gfn_real *all_y = call->y;
    vec bias[MOST_VECTORS], sum[MOST_VECTORS];
    for (size_t v = 0; v < vectors; v++)
        bias[v] = load_columns(b.x + j + v * LANES, n);
    for (size_t i = 0; i < index.rows; i++) {
        const int32_t *place = index.index + i * index.stride;
        for (size_t v = 0; v < vectors; v++)
            sum[v] = bias[v];
        for (size_t h = 0; h < index.cols; h++) {
            assert(place[h] >= 0 && (size_t)place[h] < w.rows);
            const gfn_real *row = w.x + (size_t)place[h] * w.stride + j;
            for (size_t v = 0; v < vectors; v++)
                sum[v] += load_columns(row + v * LANES, n);
        }
        gfn_real *y = all_y + i * out.stride + j;
        for (size_t v = 0; v < vectors; v++)
            store_columns(y + v * LANES, activate(sum[v], activation), n);
    }
}

static void hot_forward(const gfn_call *call)
{
    each_columns(call, call->out.cols, hot_columns);
    if (call->node->activation == GFN_TANH)
        apply_tanh(call->y, call->out.rows, call->out.cols, call->out.stride);
}

/* Clearing the gradient of a large w takes as long as adding to it. So the first contribution to a
 * row is assigned instead of added, and rows without contribution are cleared at the end. This is
 * for the first MOST_MARKS rows; the others are cleared first. */
enum { MOST_MARKS = 4096 };

INLINE void put_columns(gfn_real *dw, const vec *dz, size_t vectors, size_t n, bool add)
{
    for (size_t v = 0; v < vectors; v++)
        store_columns(dw + v * LANES, add ? load_columns(dw + v * LANES, n) + dz[v] : dz[v], n);
}

INLINE void hot_columns_backward(const gfn_call *call, size_t j, size_t vectors, size_t n)
{
    const gfn_operand index = call->in[0], w = call->in[1], out = call->out;
    const gfn_activation activation = call->node->activation;
    const size_t marks = w.add ? 0 : w.rows < MOST_MARKS ? w.rows : MOST_MARKS;
    bool is_written[MOST_MARKS];
    vec dz[MOST_VECTORS], sum[MOST_VECTORS] = {{0}};
    memset(is_written, false, marks);
    for (size_t i = 0; i < out.rows; i++) {
        const size_t at = i * out.stride + j;
        for (size_t v = 0; v < vectors; v++) {
            dz[v] = activation_gradient(load_columns(out.x + at + v * LANES, n),
                                        load_columns(out.gradient + at + v * LANES, n), activation);
            sum[v] += dz[v];
        }
        for (size_t h = 0; h < index.cols; h++) {
            const size_t place = (size_t)index.index[i * index.stride + h];
            const bool is_new = place < marks && !is_written[place];
            if (is_new)
                is_written[place] = true;
            put_columns(w.gradient + place * w.stride + j, dz, vectors, n, !is_new);
        }
    }
    const vec zeros[MOST_VECTORS] = {{0}};
    for (const bool *row = is_written; (row = memchr(row, false, is_written + marks - row)); row++)
        put_columns(w.gradient + (row - is_written) * w.stride + j, zeros, vectors, n, false);
    add_bias_gradient(&call->in[2], sum, j, vectors, n);
}

static void hot_backward(const gfn_call *call)
{
    const gfn_operand *w = &call->in[1];
    if (!w->add && w->rows > MOST_MARKS)
        memset(w->gradient + MOST_MARKS * w->stride, 0,
               (w->rows - MOST_MARKS) * w->stride * sizeof *w->gradient);
    each_columns(call, call->out.cols, hot_columns_backward);
}

#endif
