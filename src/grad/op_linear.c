/* SPDX-License-Identifier: MIT
 *
 * linear: y = act(x w + b)        x [n][in]  w [in][out]  b [1][out]  y [n][out]
 *
 *     dz = dy act'(y),  dx = dz w',  dw = x' dz,  db = sum over rows of dz
 */
#include "base/error.h"
#include "base/format.h"
#include "grad/kernels.h"

gfn_var gfn_linear(gfn_tape *tape, gfn_var x, gfn_var w, gfn_var b, gfn_activation act)
{
    return gfn_tape_record(
        tape,
        &(gfn_node){.operation = &gfn_operation_linear, .input = {x, w, b}, .activation = act});
}

static gfn_status check(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out)
{
    if (in[1]->rows != in[0]->cols)
        return gfn_fail(GFN_EINVAL,
                        "linear: x has %zu column%s and w %zu row%s, expected equal numbers",
                        in[0]->cols, gfn_plural((int64_t)in[0]->cols), in[1]->rows,
                        gfn_plural((int64_t)in[1]->rows));
    return gfn_check_layer(node, in, out);
}

static void forward(const gfn_call *call)
{
    const gfn_operand *x = &call->in[0], *w = &call->in[1], *b = &call->in[2];
    call->kernels->product(&(gfn_product){
        .m = x->rows,
        .n = w->cols,
        .k = w->rows,
        .a = x->x,
        .a_row = x->stride,
        .a_col = 1,
        .b = w->x,
        .b_row = w->stride,
        .b_col = 1,
        .c = call->y,
        .c_row = call->out.stride,
        .start = b->x,
        .start_row = 0,
        .activation = call->node->activation,
    });
}

/* dx [n][in] = dz [n][out] times w' [out][in] */
static void backward_x(const gfn_call *call, const gfn_operand *dz)
{
    const gfn_operand *x = &call->in[0], *w = &call->in[1];
    call->kernels->product(&(gfn_product){
        .m = x->rows,
        .n = w->rows,
        .k = w->cols,
        .a = dz->gradient,
        .a_row = dz->stride,
        .a_col = 1,
        .b = w->x,
        .b_row = 1,
        .b_col = w->stride,
        .c = x->gradient,
        .c_row = x->stride,
        .start = x->add ? x->gradient : NULL,
        .start_row = x->stride,
    });
}

/* dw [in][out] = x' [in][n] times dz [n][out] */
static void backward_w(const gfn_call *call, const gfn_operand *dz)
{
    const gfn_operand *x = &call->in[0], *w = &call->in[1];
    call->kernels->product(&(gfn_product){
        .m = w->rows,
        .n = w->cols,
        .k = x->rows,
        .a = x->x,
        .a_row = 1,
        .a_col = x->stride,
        .b = dz->gradient,
        .b_row = dz->stride,
        .b_col = 1,
        .c = w->gradient,
        .c_row = w->stride,
        .start = w->add ? w->gradient : NULL,
        .start_row = w->stride,
    });
}

static void backward(const gfn_call *call)
{
    const gfn_operand *dz = &call->out;
    call->kernels->activation_backward(call);
    if (call->in[0].gradient)
        backward_x(call, dz);
    if (call->in[1].gradient)
        backward_w(call, dz);
}

const gfn_operation gfn_operation_linear = {
    .name = "linear",
    .n_inputs = 3,
    .type = {GFN_REALS, GFN_REALS, GFN_REALS},
    .is_row_wise = true,
    .takes_padding = true,
    .check = check,
    .forward = forward,
    .backward = backward,
};
