/* SPDX-License-Identifier: MIT
 *
 * pick: y[i] = x[row[i]][col[i]]          x [n][k]  row, col [m][1]  y [m][1]
 *
 *     dx[row[i]][col[i]] += dy[i]
 */
#include <assert.h>

#include "base/error.h"
#include "grad/operation.h"

gfn_var gfn_pick(gfn_tape *tape, gfn_var x, gfn_var row, gfn_var col)
{
    return gfn_tape_record(tape,
                           &(gfn_node){.operation = &gfn_operation_pick, .input = {x, row, col}});
}

static gfn_status check(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out)
{
    const gfn_variable *row = in[1], *col = in[2];
    char row_rows[32], col_rows[32];
    (void)node;
    if (!gfn_has_equal_rows(row, col) || row->cols != 1 || col->cols != 1)
        return gfn_fail(
            GFN_EINVAL, "pick: row is [%s][%zu] and col [%s][%zu], expected equal [m][1]",
            gfn_rows_text(row, row_rows), row->cols, gfn_rows_text(col, col_rows), col->cols);
    out->axis = row->axis;
    out->rows = row->rows;
    return GFN_OK;
}

/* Offset in x of the element that becomes y[i]. */
static size_t place(const gfn_call *call, size_t i)
{
    const gfn_operand *x = &call->in[0];
    size_t row = (size_t)call->in[1].index[i], col = (size_t)call->in[2].index[i];
    assert(row < x->rows && col < x->cols);
    return row * x->stride + col;
}

static void forward(const gfn_call *call)
{
    for (size_t i = 0; i < call->out.rows; i++)
        call->y[i] = call->in[0].x[place(call, i)];
}

static void backward(const gfn_call *call)
{
    const gfn_operand *x = &call->in[0];
    if (x->gradient == NULL)
        return;
    gfn_clear_gradient(x);
    for (size_t i = 0; i < call->out.rows; i++)
        x->gradient[place(call, i)] += call->out.gradient[i];
}

const gfn_operation gfn_operation_pick = {
    .name = "pick",
    .n_inputs = 3,
    .type = {GFN_REALS, GFN_INDICES, GFN_INDICES},
    .check = check,
    .forward = forward,
    .backward = backward,
};
