/* SPDX-License-Identifier: MIT
 *
 * segment_sum: y[i] = sum of x[j], start[i] <= j < start[i] + count[i]
 *                                     x [n][1]  start, count [m][1]  y [m][1]
 *
 *     dx[j] += dy[i] for the same j. Segments may overlap and need not cover x.
 */
#include <assert.h>

#include "base/error.h"
#include "grad/operation.h"

gfn_var gfn_segment_sum(gfn_tape *tape, gfn_var x, gfn_var start, gfn_var count)
{
    return gfn_tape_record(
        tape, &(gfn_node){.operation = &gfn_operation_segment_sum, .input = {x, start, count}});
}

static gfn_status check(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out)
{
    const gfn_variable *x = in[0], *start = in[1], *count = in[2];
    char start_rows[32], count_rows[32];
    (void)node;
    if (x->cols != 1 || start->cols != 1 || count->cols != 1 || !gfn_has_equal_rows(start, count))
        return gfn_fail(GFN_EINVAL,
                        "segment_sum: x has %zu columns, start is [%s][%zu] and count [%s][%zu], "
                        "expected 1 column and equal [m][1]",
                        x->cols, gfn_rows_text(start, start_rows), start->cols,
                        gfn_rows_text(count, count_rows), count->cols);
    out->axis = start->axis;
    out->rows = start->rows;
    return GFN_OK;
}

/* The rows of x in segment i. */
static void segment(const gfn_call *call, size_t i, size_t *first, size_t *end)
{
    *first = (size_t)call->in[1].index[i];
    *end = *first + (size_t)call->in[2].index[i];
    assert(*first <= *end && *end <= call->in[0].rows);
}

static void forward(const gfn_call *call)
{
    const gfn_operand *x = &call->in[0];
    for (size_t i = 0, first, end; i < call->out.rows; i++) {
        segment(call, i, &first, &end);
        double sum = 0;
        for (size_t j = first; j < end; j++)
            sum += (double)x->x[j * x->stride];
        call->y[i] = (gfn_real)sum;
    }
}

static void backward(const gfn_call *call)
{
    const gfn_operand *x = &call->in[0];
    if (x->gradient == NULL)
        return;
    gfn_clear_gradient(x);
    for (size_t i = 0, first, end; i < call->out.rows; i++) {
        segment(call, i, &first, &end);
        for (size_t j = first; j < end; j++)
            x->gradient[j * x->stride] += call->out.gradient[i];
    }
}

const gfn_operation gfn_operation_segment_sum = {
    .name = "segment_sum",
    .n_inputs = 3,
    .type = {GFN_REALS, GFN_INDICES, GFN_INDICES},
    .check = check,
    .forward = forward,
    .backward = backward,
};
