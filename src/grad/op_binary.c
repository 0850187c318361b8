/* SPDX-License-Identifier: MIT
 *
 * Elementwise operations of two arrays:    a [n][k]  b [n][k], or [1][1] for all  y [n][k]
 *
 *     add: y = a + b    da = dy      db = dy
 *     sub: y = a - b    da = dy      db = -dy
 *     mul: y = a b      da = dy b    db = dy a
 *
 * If b is broadcast, its gradient is the sum over all elements, accumulated in double.
 */
#include "base/error.h"
#include "grad/operation.h"

typedef gfn_real function(gfn_real a, gfn_real b);

static gfn_status check(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out)
{
    const gfn_variable *a = in[0], *b = in[1];
    char a_rows[32], b_rows[32];
    if (!gfn_is_scalar(b) && (!gfn_has_equal_rows(a, b) || a->cols != b->cols))
        return gfn_fail(GFN_EINVAL,
                        "%s: a is [%s][%zu] and b [%s][%zu], expected equal or b [1][1]",
                        node->operation->name, gfn_rows_text(a, a_rows), a->cols,
                        gfn_rows_text(b, b_rows), b->cols);
    out->axis = a->axis;
    out->rows = a->rows;
    out->cols = a->cols;
    return GFN_OK;
}

/* Offset of element (i, j) of b. */
static inline size_t place(const gfn_call *call, size_t i, size_t j)
{
    const gfn_operand *b = &call->in[1];
    const bool is_scalar = b->rows == 1 && b->cols == 1;
    return is_scalar ? 0 : i * b->stride + j;
}

static inline void run_forward(const gfn_call *call, function *value)
{
    const gfn_operand *a = &call->in[0], *b = &call->in[1];
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            call->y[i * call->out.stride + j] =
                value(a->x[i * a->stride + j], b->x[place(call, i, j)]);
}

/* slope(a, b) is the partial derivative by a. */
static inline void run_backward_a(const gfn_call *call, function *slope)
{
    const gfn_operand *a = &call->in[0], *b = &call->in[1], *y = &call->out;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            gfn_put(&a->gradient[i * a->stride + j],
                    y->gradient[i * y->stride + j] *
                        slope(a->x[i * a->stride + j], b->x[place(call, i, j)]),
                    a->add);
}

/* slope(a, b) is the partial derivative by b. */
static inline void run_backward_b(const gfn_call *call, function *slope)
{
    const gfn_operand *a = &call->in[0], *b = &call->in[1], *y = &call->out;
    const bool is_broadcast = b->rows == 1 && b->cols == 1;
    double sum = 0;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++) {
            gfn_real db = y->gradient[i * y->stride + j] *
                          slope(a->x[i * a->stride + j], b->x[place(call, i, j)]);
            if (is_broadcast)
                sum += (double)db;
            else
                gfn_put(&b->gradient[i * b->stride + j], db, b->add);
        }
    if (is_broadcast)
        gfn_put(b->gradient, (gfn_real)sum, b->add);
}

static inline void run_backward(const gfn_call *call, function *slope_a, function *slope_b)
{
    if (call->in[0].gradient)
        run_backward_a(call, slope_a);
    if (call->in[1].gradient)
        run_backward_b(call, slope_b);
}

static inline gfn_real sum(gfn_real a, gfn_real b)
{
    return a + b;
}

static inline gfn_real difference(gfn_real a, gfn_real b)
{
    return a - b;
}

static inline gfn_real times(gfn_real a, gfn_real b)
{
    return a * b;
}

static inline gfn_real one(gfn_real a, gfn_real b)
{
    (void)a, (void)b;
    return 1;
}

static inline gfn_real minus_one(gfn_real a, gfn_real b)
{
    (void)a, (void)b;
    return -1;
}

static inline gfn_real first(gfn_real a, gfn_real b)
{
    (void)b;
    return a;
}

static inline gfn_real second(gfn_real a, gfn_real b)
{
    (void)a;
    return b;
}

/* Define the recording function and the table entry of an operation. */
#define BINARY(op, value, slope_a, slope_b)                                                        \
    gfn_var gfn_##op(gfn_tape *tape, gfn_var a, gfn_var b)                                         \
    {                                                                                              \
        return gfn_tape_record(tape,                                                               \
                               &(gfn_node){.operation = &gfn_operation_##op, .input = {a, b}});    \
    }                                                                                              \
    static void op##_forward(const gfn_call *call)                                                 \
    {                                                                                              \
        run_forward(call, value);                                                                  \
    }                                                                                              \
    static void op##_backward(const gfn_call *call)                                                \
    {                                                                                              \
        run_backward(call, slope_a, slope_b);                                                      \
    }                                                                                              \
    const gfn_operation gfn_operation_##op = {                                                     \
        .name = #op,                                                                               \
        .n_inputs = 2,                                                                             \
        .type = {GFN_REALS, GFN_REALS},                                                            \
        .is_row_wise = true,                                                                       \
        .check = check,                                                                            \
        .forward = op##_forward,                                                                   \
        .backward = op##_backward,                                                                 \
    };

BINARY(add, sum, one, one)
BINARY(sub, difference, one, minus_one)
BINARY(mul, times, second, first)
