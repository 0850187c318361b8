/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_softmax.h - masked log-softmax (log_softmax.c has the formulas). Sums run along each
 * row. Short rows are turned, so that a vector holds a column of many rows; the exponentials of
 * longer ones are taken over the elements of many rows in one go. Both give the same bits.
 */
#ifndef GRAD_KERNEL_SOFTMAX_H
#define GRAD_KERNEL_SOFTMAX_H

#include "grad/kernel_vector.h"
#include "grad/kernels.h"

enum { SHORT_ROW = 8, BLOCK_ROWS = 64, BLOCK_EXPS = 256 };

/* Columns of LANES rows; those that are no rows, and what is not allowed, have allowed = 0. */
typedef struct columns {
    gfn_real x[SHORT_ROW][LANES];
    gfn_integer allowed[SHORT_ROW][LANES];
} columns;

INLINE bits column_mask(const gfn_integer *allowed)
{
    return (bits)load((const gfn_real *)allowed);
}

/* Rows [first, first + n) of x, n <= LANES. */
static void turn(const gfn_real *x, size_t stride, size_t cols, size_t n, columns *out)
{
    for (size_t j = 0; j < cols; j++) {
        for (size_t i = 0; i < n; i++)
            out->x[j][i] = x[i * stride + j];
        for (size_t i = n; i < LANES; i++)
            out->x[j][i] = 0;
    }
}

static void turn_mask(const gfn_operand *mask, size_t first, size_t n, columns *out)
{
    const uint8_t *byte = mask->byte + first * mask->stride;
    for (size_t j = 0; j < mask->cols; j++)
        for (size_t i = 0; i < LANES; i++)
            out->allowed[j][i] = i < n ? -(gfn_integer)(byte[i * mask->stride + j] != 0) : 0;
}

/* y of rows [first, first + n), n <= LANES. */
static void forward_turned(const gfn_call *call, size_t first, size_t n)
{
    const gfn_operand *x = &call->in[0];
    const size_t cols = x->cols;
    columns c;
    turn(x->x + first * x->stride, x->stride, cols, n, &c);
    turn_mask(&call->in[1], first, n, &c);
    vec largest = all(-(gfn_real)INFINITY), sum = {0};
    for (size_t j = 0; j < cols; j++) {
        const vec x_j = load(c.x[j]);
        largest = choose(column_mask(c.allowed[j]) & (bits)(x_j > largest), x_j, largest);
    }
    for (size_t j = 0; j < cols; j++) {
        const vec shifted = load(c.x[j]) - largest;
        const vec y_j = choose(column_mask(c.allowed[j]), shifted, all(-(gfn_real)INFINITY));
        sum += exp_vec(y_j);
        store(c.x[j], y_j);
    }
    const vec log_sum = log_vec(sum);
    gfn_real *y = call->y + first * cols;
    for (size_t j = 0; j < cols; j++) {
        const vec y_j = load(c.x[j]);
        store(c.x[j], choose(column_mask(c.allowed[j]), y_j - log_sum, y_j));
        for (size_t i = 0; i < n; i++)
            y[i * cols + j] = c.x[j][i];
    }
}

/* dx of rows [first, first + n), n <= LANES. */
static void backward_turned(const gfn_call *call, size_t first, size_t n)
{
    const gfn_operand *x = &call->in[0], *y = &call->out;
    const size_t cols = y->cols;
    columns c, d;
    turn(y->x + first * cols, cols, cols, n, &c);
    turn(y->gradient + first * cols, cols, cols, n, &d);
    turn_mask(&call->in[1], first, n, &c);
    vec total = {0};
    for (size_t j = 0; j < cols; j++)
        total += choose(column_mask(c.allowed[j]), load(d.x[j]), all(0));
    for (size_t j = 0; j < cols; j++) {
        const vec dx = load(d.x[j]) - exp_vec(load(c.x[j])) * total;
        store(d.x[j], choose(column_mask(c.allowed[j]), dx, all(0)));
        for (size_t i = 0; i < n; i++)
            gfn_put(x->gradient + (first + i) * x->stride + j, d.x[j][i], x->add);
    }
}

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
    if (x.cols <= SHORT_ROW) {
        for (size_t first = 0; first < n; first += LANES)
            forward_turned(call, first, n - first < LANES ? n - first : LANES);
        return;
    }
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
    if (cols <= SHORT_ROW) {
        for (size_t first = 0; first < y->rows; first += LANES)
            backward_turned(call, first, y->rows - first < LANES ? y->rows - first : LANES);
        return;
    }
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
