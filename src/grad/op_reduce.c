/* SPDX-License-Identifier: MIT
 *
 * Reductions to a scalar, accumulated in double:    a [n][k]  y [1][1]
 *
 *     sum:  y = sum of a              da = dy
 *     mean: y = sum of a / (n k)      da = dy / (n k)
 *
 * The mean of 0 rows is 0.
 */
#include "grad/operation.h"

static gfn_status check(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out)
{
    (void)node, (void)in, (void)out; /* any shape fits, and the output is [1][1] by default */
    return GFN_OK;
}

static double total(const gfn_operand *a)
{
    double sum = 0;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            sum += (double)a->x[i * a->stride + j];
    return sum;
}

static void put_everywhere(const gfn_operand *a, double gradient)
{
    if (a->gradient == NULL)
        return;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            gfn_put(&a->gradient[i * a->stride + j], (gfn_real)gradient, a->add);
}

gfn_var gfn_sum(gfn_tape *tape, gfn_var a)
{
    return gfn_tape_record(tape, &(gfn_node){.operation = &gfn_operation_sum, .input = {a}});
}

static void sum_forward(const gfn_call *call)
{
    call->y[0] = (gfn_real)total(&call->in[0]);
}

static void sum_backward(const gfn_call *call)
{
    put_everywhere(&call->in[0], (double)call->out.gradient[0]);
}

const gfn_operation gfn_operation_sum = {
    .name = "sum",
    .n_inputs = 1,
    .type = {GFN_REALS},
    .check = check,
    .forward = sum_forward,
    .backward = sum_backward,
};

gfn_var gfn_mean(gfn_tape *tape, gfn_var a)
{
    return gfn_tape_record(tape, &(gfn_node){.operation = &gfn_operation_mean, .input = {a}});
}

static double elements(const gfn_operand *a)
{
    return a->rows > 0 ? (double)a->rows * (double)a->cols : 1;
}

static void mean_forward(const gfn_call *call)
{
    call->y[0] = (gfn_real)(total(&call->in[0]) / elements(&call->in[0]));
}

static void mean_backward(const gfn_call *call)
{
    put_everywhere(&call->in[0], (double)call->out.gradient[0] / elements(&call->in[0]));
}

const gfn_operation gfn_operation_mean = {
    .name = "mean",
    .n_inputs = 1,
    .type = {GFN_REALS},
    .check = check,
    .forward = mean_forward,
    .backward = mean_backward,
};
