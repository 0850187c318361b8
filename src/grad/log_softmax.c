/* SPDX-License-Identifier: MIT
 *
 * log_softmax: y = x - log sum over allowed entries of exp x, -inf where not allowed
 *                                         x [n][k]  mask [n][k]  y [n][k]
 *
 *     dx = dy - exp(y) sum over allowed entries of dy,  0 where not allowed
 *
 * Entries that are not allowed are never read: neither their x nor their dy.
 * Check: x = (0, log 3), both allowed: y = (log 1/4, log 3/4).
 */
#include "base/fail.h"
#include "grad/kernels.h"

gfn_var gfn_log_softmax(gfn_tape *tape, gfn_var x, gfn_var mask)
{
    return gfn_tape_record(
        tape, &(gfn_node){.operation = &gfn_operation_log_softmax, .input = {x, mask}});
}

static gfn_status check(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out)
{
    const gfn_variable *x = in[0], *mask = in[1];
    char x_rows[32], mask_rows[32];
    (void)node;
    if (!gfn_has_equal_rows(x, mask) || x->cols != mask->cols)
        return gfn_fail(
            GFN_EINVAL, "log_softmax: x is [%s][%zu] and mask [%s][%zu], expected equal",
            gfn_rows_text(x, x_rows), x->cols, gfn_rows_text(mask, mask_rows), mask->cols);
    out->axis = x->axis;
    out->rows = x->rows;
    out->cols = x->cols;
    return GFN_OK;
}

static void forward(const gfn_call *call)
{
    call->kernels->log_softmax_forward(call);
}

static void backward(const gfn_call *call)
{
    if (call->in[0].gradient)
        call->kernels->log_softmax_backward(call);
}

const gfn_operation gfn_operation_log_softmax = {
    .name = "log_softmax",
    .n_inputs = 2,
    .type = {GFN_REALS, GFN_BYTES},
    .is_row_wise = true,
    .check = check,
    .forward = forward,
    .backward = backward,
};
