/* SPDX-License-Identifier: MIT
 *
 * Elementwise operations of one array:    a [n][k]  y [n][k]
 *
 *     square: y = a^2        da = dy 2 a
 *     exp:    y = exp a      da = dy y
 *     log:    y = log a      da = dy / a
 *     scale:  y = factor a   da = dy factor
 */
#include <tgmath.h>

#include "base/error.h"
#include "grad/operation.h"

static gfn_status check(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out)
{
    if (!isfinite(node->factor))
        return gfn_fail(GFN_EINVAL, "%s: the factor is %g, expected a finite number",
                        node->operation->name, node->factor);
    out->axis = in[0]->axis;
    out->rows = in[0]->rows;
    out->cols = in[0]->cols;
    return GFN_OK;
}

static inline void run_forward(const gfn_call *call, gfn_real (*value)(gfn_real a, gfn_real factor))
{
    const gfn_operand *a = &call->in[0];
    const gfn_real factor = (gfn_real)call->node->factor;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            call->y[i * call->out.stride + j] = value(a->x[i * a->stride + j], factor);
}

static inline void run_backward(const gfn_call *call,
                                gfn_real (*slope)(gfn_real a, gfn_real y, gfn_real factor))
{
    const gfn_operand *a = &call->in[0], *y = &call->out;
    const gfn_real factor = (gfn_real)call->node->factor;
    if (a->gradient == NULL)
        return;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++) {
            const size_t at = i * y->stride + j;
            gfn_put(&a->gradient[i * a->stride + j],
                    y->gradient[at] * slope(a->x[i * a->stride + j], y->x[at], factor), a->add);
        }
}

/* Define both directions and the table entry of an operation. VALUE is an expression in a and
 * factor; SLOPE, its derivative by a, an expression in a, y and factor. */
#define MAP(op, VALUE, SLOPE)                                                                      \
    static inline gfn_real op##_value(gfn_real a, gfn_real factor)                                 \
    {                                                                                              \
        (void)factor;                                                                              \
        return VALUE;                                                                              \
    }                                                                                              \
    static inline gfn_real op##_slope(gfn_real a, gfn_real y, gfn_real factor)                     \
    {                                                                                              \
        (void)a, (void)y, (void)factor;                                                            \
        return SLOPE;                                                                              \
    }                                                                                              \
    static void op##_forward(const gfn_call *call)                                                 \
    {                                                                                              \
        run_forward(call, op##_value);                                                             \
    }                                                                                              \
    static void op##_backward(const gfn_call *call)                                                \
    {                                                                                              \
        run_backward(call, op##_slope);                                                            \
    }                                                                                              \
    const gfn_operation gfn_operation_##op = {                                                     \
        .name = #op,                                                                               \
        .n_inputs = 1,                                                                             \
        .type = {GFN_REALS},                                                                       \
        .is_row_wise = true,                                                                       \
        .check = check,                                                                            \
        .forward = op##_forward,                                                                   \
        .backward = op##_backward,                                                                 \
    };

MAP(square, a *a, 2 * a)
MAP(exp, exp(a), y)
MAP(log, log(a), 1 / a)
MAP(scale, factor *a, factor)

gfn_var gfn_square(gfn_tape *tape, gfn_var a)
{
    return gfn_tape_record(tape, &(gfn_node){.operation = &gfn_operation_square, .input = {a}});
}

gfn_var gfn_exp(gfn_tape *tape, gfn_var a)
{
    return gfn_tape_record(tape, &(gfn_node){.operation = &gfn_operation_exp, .input = {a}});
}

gfn_var gfn_log(gfn_tape *tape, gfn_var a)
{
    return gfn_tape_record(tape, &(gfn_node){.operation = &gfn_operation_log, .input = {a}});
}

gfn_var gfn_scale(gfn_tape *tape, gfn_var a, double factor)
{
    return gfn_tape_record(
        tape, &(gfn_node){.operation = &gfn_operation_scale, .input = {a}, .factor = factor});
}
