/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_softmax.h - masked log-softmax (formulas: op_log_softmax.c). Sums run along each row,
 * in order. Short rows are transposed, so that a vector holds one column of LANES rows. Of longer
 * rows, a few are summed side by side. Both give the same bits.
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

/* Longer rows whose sums run side by side: an addition to a sum waits for the one before. */
enum { ROWS_TOGETHER = 4 };

typedef uint8_t unaligned_bytes __attribute__((vector_size(LANES), aligned(1), may_alias));

/* All bits of a lane are set if its byte is not 0. */
INLINE bits allowed_lanes(const uint8_t *mask)
{
    return __builtin_convertvector(*(const unaligned_bytes *)mask, bits) != 0;
}

/* y = x - the largest allowed x; -inf where not allowed. */
static void shift_row(size_t cols, const gfn_real *x, const uint8_t *mask, gfn_real *y)
{
    const vec nothing = all(-(gfn_real)INFINITY);
    gfn_real largest = -(gfn_real)INFINITY;
    vec most = nothing;
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
        const vec x_j = load(x + j);
        most = choose(allowed_lanes(mask + j) & (bits)(x_j > most), x_j, most);
    }
    for (int lane = 0; lane < LANES; lane++)
        largest = most[lane] > largest ? most[lane] : largest;
    for (; j < cols; j++)
        largest = mask[j] && x[j] > largest ? x[j] : largest;
    for (j = 0; j + LANES <= cols; j += LANES)
        store(y + j, choose(allowed_lanes(mask + j), load(x + j) - largest, nothing));
    for (; j < cols; j++)
        y[j] = mask[j] ? x[j] - largest : -(gfn_real)INFINITY;
}

/* sum[i] += exp y[i][0] + exp y[i][1] ... for rows <= ROWS_TOGETHER, in this order. */
INLINE void sum_exps(size_t rows, size_t cols, const gfn_real *y, gfn_real *sum)
{
    _Alignas(64) gfn_real e[ROWS_TOGETHER][BLOCK_EXPS];
    for (size_t first = 0; first < cols; first += BLOCK_EXPS) {
        const size_t n = cols - first < BLOCK_EXPS ? cols - first : BLOCK_EXPS;
        for (size_t i = 0; i < rows; i++)
            exps(n, y + i * cols + first, e[i]);
        for (size_t j = 0; j < n; j++)
            for (size_t i = 0; i < rows; i++)
                sum[i] += e[i][j];
    }
}

static void subtract_allowed(size_t cols, const uint8_t *mask, gfn_real log_sum, gfn_real *y)
{
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
        const vec y_j = load(y + j);
        store(y + j, choose(allowed_lanes(mask + j), y_j - log_sum, y_j));
    }
    for (; j < cols; j++)
        y[j] -= mask[j] ? log_sum : 0;
}

/* At most BLOCK_ROWS longer rows. */
static void forward_long(const gfn_operand *x, const gfn_operand *mask, gfn_real *y)
{
    _Alignas(64) gfn_real sum[BLOCK_ROWS] = {0};
    const size_t cols = x->cols;
    size_t i = 0;
    for (; i < x->rows; i++)
        shift_row(cols, x->x + i * x->stride, mask->byte + i * mask->stride, y + i * cols);
    for (i = 0; i + ROWS_TOGETHER <= x->rows; i += ROWS_TOGETHER)
        sum_exps(ROWS_TOGETHER, cols, y + i * cols, sum + i);
    for (; i < x->rows; i++)
        sum_exps(1, cols, y + i * cols, sum + i);
    for (i = 0; i < x->rows; i += LANES)
        store(sum + i, log_vec(load(sum + i)));
    for (i = 0; i < x->rows; i++)
        subtract_allowed(cols, mask->byte + i * mask->stride, sum[i], y + i * cols);
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
        forward_long(&x, &mask, call->y + first * x.cols);
    }
}

/* total[i] = sum of allowed dy[i][0], dy[i][1] ... for rows <= ROWS_TOGETHER, in this order. */
INLINE void sum_allowed(size_t rows, const gfn_operand *mask, const gfn_operand *out, size_t first,
                        gfn_real *total)
{
    const uint8_t *allowed = mask->byte + first * mask->stride;
    const gfn_real *dy = out->gradient + first * out->cols;
    for (size_t i = 0; i < rows; i++)
        total[i] = 0;
    for (size_t j = 0; j < out->cols; j++)
        for (size_t i = 0; i < rows; i++)
            total[i] += allowed[i * mask->stride + j] ? dy[i * out->cols + j] : 0;
}

/* dx = dy - exp(y) total, 0 where not allowed, in row i. */
static void derive_long(const gfn_call *call, size_t i, gfn_real total)
{
    const gfn_operand *x = &call->in[0], *out = &call->out;
    const uint8_t *mask = call->in[1].byte + i * call->in[1].stride;
    const gfn_real *y = out->x + i * out->cols, *dy = out->gradient + i * out->cols;
    gfn_real *dx = x->gradient + i * x->stride;
    size_t j = 0;
    for (; j + LANES <= out->cols; j += LANES) {
        const vec d = load(dy + j) - exp_vec(load(y + j)) * total;
        const vec allowed = (vec)((bits)d & allowed_lanes(mask + j));
        store(dx + j, x->add ? load(dx + j) + allowed : allowed);
    }
    for (; j < out->cols; j++) {
        const vec e = exp_vec(all(y[j]));
        gfn_put(dx + j, mask[j] ? dy[j] - e[0] * total : 0, x->add);
    }
}

static void log_softmax_backward(const gfn_call *call)
{
    const gfn_operand *mask = &call->in[1], *out = &call->out;
    gfn_real total[ROWS_TOGETHER];
    if (out->cols <= SHORT_ROW) {
        for (size_t first = 0; first < out->rows; first += BLOCK_ROWS)
            backward_short(call, first,
                           out->rows - first < BLOCK_ROWS ? out->rows - first : BLOCK_ROWS);
        return;
    }
    size_t i = 0;
    for (; i + ROWS_TOGETHER <= out->rows; i += ROWS_TOGETHER) {
        sum_allowed(ROWS_TOGETHER, mask, out, i, total);
        for (size_t r = 0; r < ROWS_TOGETHER; r++)
            derive_long(call, i + r, total[r]);
    }
    for (; i < out->rows; i++) {
        sum_allowed(1, mask, out, i, total);
        derive_long(call, i, total[0]);
    }
}

#endif
