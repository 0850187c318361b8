/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_softmax.h - masked log-softmax (log_softmax.c has the formulas). Rows are short, so
 * the exponentials are taken over the elements of many rows in one go; sums run along each row.
 */
#ifndef GRAD_KERNEL_SOFTMAX_H
#define GRAD_KERNEL_SOFTMAX_H

#include "grad/kernel_vector.h"
#include "grad/kernels.h"

enum { BLOCK_ROWS = 64, BLOCK_EXPS = 256 };

/* e[i] = exp(y[i]), i < n. */
static void exps(size_t n, const gfn_real *y, gfn_real *e)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        store(e + i, exp_vec(load(y + i)));
    if (i < n)
        store_part(e + i, exp_vec(load_part(y + i, n - i)), n - i);
}

/* y = x - the largest allowed x of the row, or -inf where not allowed. */
static void shift_rows(const gfn_operand *x, const gfn_operand *mask, gfn_real *y)
{
    const size_t cols = x->cols;
    for (size_t i = 0; i < x->rows; i++) {
        const gfn_real *x_i = x->x + i * x->stride;
        const uint8_t *mask_i = mask->byte + i * mask->stride;
        gfn_real *y_i = y + i * cols, largest = -(gfn_real)INFINITY;
        for (size_t j = 0; j < cols; j++)
            largest = mask_i[j] && x_i[j] > largest ? x_i[j] : largest;
        for (size_t j = 0; j < cols; j++)
            y_i[j] = mask_i[j] ? x_i[j] - largest : -(gfn_real)INFINITY;
    }
}

/* At most BLOCK_ROWS rows. */
static void forward_block(const gfn_operand *x, const gfn_operand *mask, gfn_real *y)
{
    _Alignas(64) gfn_real sum[BLOCK_ROWS] = {0}, e[BLOCK_EXPS];
    const size_t cols = x->cols, n = x->rows * cols;
    shift_rows(x, mask, y);
    for (size_t first = 0, row = 0, col = 0; first < n; first += BLOCK_EXPS) {
        const size_t some = n - first < BLOCK_EXPS ? n - first : BLOCK_EXPS;
        exps(some, y + first, e);
        for (size_t i = 0; i < some; i++) {
            sum[row] += e[i];
            if (++col == cols) {
                col = 0;
                row++;
            }
        }
    }
    for (size_t i = 0; i < x->rows; i += LANES)
        store(sum + i, log_vec(load(sum + i)));
    for (size_t i = 0; i < x->rows; i++)
        for (size_t j = 0; j < cols; j++)
            if (mask->byte[i * mask->stride + j])
                y[i * cols + j] -= sum[i];
}

static void log_softmax_forward(const gfn_call *call)
{
    gfn_operand x = call->in[0], mask = call->in[1];
    const size_t n = x.rows;
    for (size_t first = 0; first < n; first += BLOCK_ROWS) {
        x.rows = n - first < BLOCK_ROWS ? n - first : BLOCK_ROWS;
        x.x = call->in[0].x + first * x.stride;
        mask.byte = call->in[1].byte + first * mask.stride;
        forward_block(&x, &mask, call->y + first * x.cols);
    }
}

static void log_softmax_backward(const gfn_call *call)
{
    const gfn_operand *x = &call->in[0], *mask = &call->in[1], *y = &call->out;
    const size_t cols = y->cols, n = y->rows * cols;
    _Alignas(64) gfn_real e[BLOCK_EXPS];
    gfn_real total = 0;
    for (size_t first = 0, row = 0, col = 0; first < n; first += BLOCK_EXPS) {
        const size_t some = n - first < BLOCK_EXPS ? n - first : BLOCK_EXPS;
        exps(some, y->x + first, e);
        for (size_t i = 0; i < some; i++) {
            const uint8_t *allowed = mask->byte + row * mask->stride;
            const gfn_real *dy = y->gradient + row * cols;
            if (col == 0) {
                total = 0;
                for (size_t j = 0; j < cols; j++)
                    total += allowed[j] ? dy[j] : 0;
            }
            gfn_put(x->gradient + row * x->stride + col, allowed[col] ? dy[col] - e[i] * total : 0,
                    x->add);
            if (++col == cols) {
                col = 0;
                row++;
            }
        }
    }
}

#endif
