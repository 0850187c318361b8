/* SPDX-License-Identifier: MIT
 *
 * Checks of shapes and other functions that several operations share.
 */
#include "grad/operation.h"

#include <string.h>

#include "base/error.h"
#include "base/format.h"

bool gfn_is_scalar(const gfn_variable *variable)
{
    return variable->axis == GFN_FIXED && variable->rows == 1 && variable->cols == 1;
}

bool gfn_has_equal_rows(const gfn_variable *a, const gfn_variable *b)
{
    return a->axis == b->axis && (a->axis != GFN_FIXED || a->rows == b->rows);
}

const char *gfn_rows_text(const gfn_variable *variable, char text[32])
{
    if (variable->axis == GFN_FIXED)
        gfn_format(text, 32, "%zu", variable->rows);
    else
        gfn_format(text, 32, "axis %d", variable->axis);
    return text;
}

/* b must not be the same variable as x or w: its gradient is written before theirs. */
gfn_status gfn_check_layer(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out)
{
    const gfn_variable *x = in[0], *w = in[1], *b = in[2];
    const char *name = node->operation->name;
    char w_rows[32], b_rows[32];
    if ((unsigned)node->activation > GFN_TANH)
        return gfn_fail(GFN_EINVAL, "%s: activation is %d, expected one of gfn_activation", name,
                        (int)node->activation);
    if (w->axis != GFN_FIXED || b->axis != GFN_FIXED || b->rows != 1 || b->cols != w->cols ||
        b == x || b == w)
        return gfn_fail(GFN_EINVAL,
                        "%s: w is [%s][%zu] and b [%s][%zu], expected [in][out] and another "
                        "variable [1][out]",
                        name, gfn_rows_text(w, w_rows), w->cols, gfn_rows_text(b, b_rows), b->cols);
    out->axis = x->axis;
    out->rows = x->rows;
    out->cols = w->cols;
    out->is_layer = true;
    return GFN_OK;
}

gfn_status gfn_check_mask(const gfn_node *node, const gfn_variable *const *in)
{
    const gfn_variable *x = in[0], *mask = in[1];
    char x_rows[32], mask_rows[32];
    if (gfn_has_equal_rows(x, mask) && x->cols == mask->cols)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "%s: x is [%s][%zu] and mask [%s][%zu], expected equal",
                    node->operation->name, gfn_rows_text(x, x_rows), x->cols,
                    gfn_rows_text(mask, mask_rows), mask->cols);
}

void gfn_clear_gradient(const gfn_operand *input)
{
    if (!input->add)
        memset(input->gradient, 0, input->rows * input->stride * sizeof *input->gradient);
}
