/* SPDX-License-Identifier: MIT
 *
 * linear_hot: y = act(b + sum over h of row index[.][h] of w)
 *                                 index [n][k]  w [in][out]  b [1][out]  y [n][out]
 *
 *     dz = dy act'(y),  row index[i][h] of dw += row i of dz,  db = sum over rows of dz
 */
#include "grad/kernels.h"

gfn_var gfn_linear_hot(gfn_tape *tape, gfn_var index, gfn_var w, gfn_var b, gfn_activation act)
{
    return gfn_tape_record(tape, &(gfn_node){.operation = &gfn_operation_linear_hot,
                                             .input = {index, w, b},
                                             .activation = act});
}

static void forward(const gfn_call *call)
{
    call->kernels->hot_forward(call);
}

static void backward(const gfn_call *call)
{
    if (call->in[1].gradient)
        call->kernels->hot_backward(call);
    else
        call->kernels->activation_backward(call);
}

const gfn_operation gfn_operation_linear_hot = {
    .name = "linear_hot",
    .n_inputs = 3,
    .type = {GFN_INDICES, GFN_REALS, GFN_REALS},
    .is_row_wise = true,
    .check = gfn_check_layer,
    .forward = forward,
    .backward = backward,
};
