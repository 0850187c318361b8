/* SPDX-License-Identifier: MIT
 *
 * log_softmax: y = x - log sum over allowed entries of exp x, -inf where not allowed
 *                                         x [n][k]  mask [n][k]  y [n][k]
 *
 *     dx = dy - exp(y) sum over allowed entries of dy,  0 where not allowed
 *
 * x and dy of entries that are not allowed are never read.
 * Known answer: x = (0, log 3), both allowed, gives y = (log 1/4, log 3/4).
 */
#include "base/error.h"
#include "grad/kernels.h"

gfn_var gfn_log_softmax(gfn_tape *tape, gfn_var x, gfn_var mask)
{
    return gfn_tape_record(
        tape, &(gfn_node){.operation = &gfn_operation_log_softmax, .input = {x, mask}});
}

static gfn_status check(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out)
{
    GFN_TRY(gfn_check_mask(node, in));
    out->axis = in[0]->axis;
    out->rows = in[0]->rows;
    out->cols = in[0]->cols;
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
