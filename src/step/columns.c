/* SPDX-License-Identifier: MIT */
#include "step/columns.h"

/* Returns the first column of the variable. */
static size_t add_head(gfn_columns *c, const gfn_tape *tape, gfn_var var)
{
    const size_t column = c->n;
    if (var == GFN_NO_VAR)
        return column;
    const size_t cols = gfn_tape_cols(tape, var);
    c->output[c->n_heads] = var;
    c->head[c->n_heads++] = (gfn_head){column, cols, gfn_tape_stride(tape, var)};
    c->n += cols;
    return column;
}

gfn_columns gfn_columns_of(const gfn_policy_tape *policy)
{
    gfn_columns c = {.n = 0};
    add_head(&c, policy->tape, policy->log_pf);
    c.log_pb = add_head(&c, policy->tape, policy->log_pb);
    c.log_flow = add_head(&c, policy->tape, policy->log_flow);
    return c;
}
