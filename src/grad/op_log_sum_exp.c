/* SPDX-License-Identifier: MIT
 *
 * log_sum_exp: y = log sum over allowed entries of exp x, -inf where none is allowed
 *                                         x [n][k]  mask [n][k]  y [n][1]
 *
 *     dx = dy exp(x - y),  0 where not allowed
 *
 * Entries that are not allowed are never read. Sums are accumulated in double.
 * Known answer: x = (log 2, log 3), both allowed, gives y = log 5.
 */
#include <math.h>

#include "base/error.h"
#include "grad/operation.h"

gfn_var gfn_log_sum_exp(gfn_tape *tape, gfn_var x, gfn_var mask)
{
    return gfn_tape_record(
        tape, &(gfn_node){.operation = &gfn_operation_log_sum_exp, .input = {x, mask}});
}

static gfn_status check(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out)
{
    GFN_TRY(gfn_check_mask(node, in));
    out->axis = in[0]->axis;
    out->rows = in[0]->rows;
    return GFN_OK;
}

static double largest_allowed(size_t n, const gfn_real *x, const uint8_t *mask)
{
    double largest = -INFINITY;
    for (size_t j = 0; j < n; j++)
        if (mask[j] && !((double)x[j] <= largest))
            largest = (double)x[j];
    return largest;
}

static void forward(const gfn_call *call)
{
    const gfn_operand *x = &call->in[0], *mask = &call->in[1];
    for (size_t i = 0; i < x->rows; i++) {
        const gfn_real *row = x->x + i * x->stride;
        const uint8_t *allowed = mask->byte + i * mask->stride;
        const double largest = largest_allowed(x->cols, row, allowed);
        double sum = 0;
        for (size_t j = 0; j < x->cols; j++)
            if (allowed[j])
                sum += exp((double)row[j] - largest);
        call->y[i * call->out.stride] = (gfn_real)(sum > 0 ? largest + log(sum) : largest);
    }
}

static void backward(const gfn_call *call)
{
    const gfn_operand *x = &call->in[0], *mask = &call->in[1], *y = &call->out;
    if (x->gradient == NULL)
        return;
    for (size_t i = 0; i < x->rows; i++) {
        const size_t at = i * y->stride;
        for (size_t j = 0; j < x->cols; j++) {
            const size_t k = i * x->stride + j;
            const bool is_allowed = mask->byte[i * mask->stride + j] != 0;
            const double slope = is_allowed ? exp((double)x->x[k] - (double)y->x[at]) : 0;
            gfn_put(&x->gradient[k], (gfn_real)((double)y->gradient[at] * slope), x->add);
        }
    }
}

const gfn_operation gfn_operation_log_sum_exp = {
    .name = "log_sum_exp",
    .n_inputs = 2,
    .type = {GFN_REALS, GFN_BYTES},
    .is_row_wise = true,
    .check = check,
    .forward = forward,
    .backward = backward,
};
