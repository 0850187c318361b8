/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_softmax.h - masked log-softmax (formulas: op_log_softmax.c). Sums run along each row,
 * in order. Short rows are transposed, so that a vector holds one column of LANES rows. For longer
 * rows, the exponentials are computed over blocks of elements, across rows. Both give the same
 * bits.
 */
#ifndef GRAD_KERNEL_SOFTMAX_H
#define GRAD_KERNEL_SOFTMAX_H

#include "grad/kernel_transpose.h"
#include "grad/kernels.h"

enum { BLOCK_ROWS = 64, BLOCK_EXPS = 256 };

/* At most BLOCK_ROWS short rows, transposed. */
typedef gfn_real columns[SHORT_ROW][BLOCK_ROWS];

/* All elements; columns[0] would be those of the first column alone. */
INLINE gfn_real *elements(columns x)
{
    return (gfn_real *)x;
}

/* The last vector may reach beyond the n rows: clear it, so that the lanes beyond are defined and
 * not allowed. */
static void clear_rest(size_t n, size_t cols, columns x)
{
    for (size_t j = 0; n % LANES > 0 && j < cols; j++)
        store(&x[j][n / LANES * LANES], (vec){0});
}

/* Replace x by y in rows [i, i + LANES). */
INLINE void softmax_columns(size_t cols, size_t i, columns x, columns mask)
{
    const vec nothing = all(-(gfn_real)INFINITY);
    vec largest = nothing, sum = {0};
    for (size_t j = 0; j < cols; j++) {
        const vec x_j = load(&x[j][i]);
        largest = choose((bits)load(&mask[j][i]) & (bits)(x_j > largest), x_j, largest);
    }
    for (size_t j = 0; j < cols; j++) {
        const vec y_j = choose((bits)load(&mask[j][i]), load(&x[j][i]) - largest, nothing);
        sum += exp_vec(y_j);
        store(&x[j][i], y_j);
    }
    const vec log_sum = log_vec(sum);
    for (size_t j = 0; j < cols; j++) {
        const vec y_j = load(&x[j][i]);
        store(&x[j][i], choose((bits)load(&mask[j][i]), y_j - log_sum, y_j));
    }
}

/* Rows [first, first + n), n <= BLOCK_ROWS. */
static void forward_short(const gfn_call *call, size_t first, size_t n)
{
    const gfn_operand *in = &call->in[0], *mask = &call->in[1];
    const size_t cols = in->cols;
    _Alignas(64) columns x, allowed;
    clear_rest(n, cols, x);
    clear_rest(n, cols, allowed);
    transpose(in->x + first * in->stride, in->stride, cols, n, elements(x), BLOCK_ROWS);
    transpose_mask(mask->byte + first * mask->stride, mask->stride, cols, n, elements(allowed),
                   BLOCK_ROWS);
    for (size_t i = 0; i < n; i += LANES)
        softmax_columns(cols, i, x, allowed);
    transpose_back(elements(x), BLOCK_ROWS, cols, n, call->y + first * cols, cols);
}

/* Replace dy by dx in rows [i, i + LANES). */
INLINE void derive_columns(size_t cols, size_t i, columns y, columns mask, columns d)
{
    vec total = {0};
    for (size_t j = 0; j < cols; j++)
        total += (vec)((bits)load(&d[j][i]) & (bits)load(&mask[j][i]));
    for (size_t j = 0; j < cols; j++) {
        const vec dx = load(&d[j][i]) - exp_vec(load(&y[j][i])) * total;
        store(&d[j][i], (vec)((bits)dx & (bits)load(&mask[j][i])));
    }
}

static void backward_short(const gfn_call *call, size_t first, size_t n)
{
    const gfn_operand *x = &call->in[0], *mask = &call->in[1], *out = &call->out;
    gfn_real *dx = x->gradient + first * x->stride;
    const size_t cols = out->cols;
    _Alignas(64) columns y, d, allowed;
    clear_rest(n, cols, y);
    clear_rest(n, cols, d);
    clear_rest(n, cols, allowed);
    transpose(out->x + first * cols, cols, cols, n, elements(y), BLOCK_ROWS);
    transpose(out->gradient + first * cols, cols, cols, n, elements(d), BLOCK_ROWS);
    transpose_mask(mask->byte + first * mask->stride, mask->stride, cols, n, elements(allowed),
                   BLOCK_ROWS);
    for (size_t i = 0; i < n; i += LANES)
        derive_columns(cols, i, y, allowed, d);
    if (x->add) { /* y is not needed any more: reuse it for the gradient so far */
        transpose(dx, x->stride, cols, n, elements(y), BLOCK_ROWS);
        for (size_t j = 0; j < cols; j++)
            for (size_t i = 0; i < n; i += LANES)
                store(&d[j][i], load(&y[j][i]) + load(&d[j][i]));
    }
    transpose_back(elements(d), BLOCK_ROWS, cols, n, dx, x->stride);
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

/* y = x - the largest allowed x of the row; -inf where not allowed. */
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

/* At most BLOCK_ROWS longer rows. */
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
        for (size_t first = 0; first < n; first += BLOCK_ROWS)
            forward_short(call, first, n - first < BLOCK_ROWS ? n - first : BLOCK_ROWS);
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
        for (size_t first = 0; first < y->rows; first += BLOCK_ROWS)
            backward_short(call, first,
                           y->rows - first < BLOCK_ROWS ? y->rows - first : BLOCK_ROWS);
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
