/* SPDX-License-Identifier: MIT
 *
 * step/columns.h - the columns of an entry: derivatives of the loss with respect to each output of
 * the model in a state.
 */
#ifndef STEP_COLUMNS_H
#define STEP_COLUMNS_H

#include <gfn/model.h>
#include <gfn/tape.h>

enum { GFN_MAX_HEADS = 3 };

/* The columns of one variable of the policy's tape, and the distance of its rows in a frame. */
typedef struct gfn_head {
    size_t column, cols, stride;
} gfn_head;

typedef struct gfn_columns {
    size_t n;
    size_t log_pb, log_flow; /* first column of each, if there is one; that of log P_F is 0 */
    size_t n_heads;
    gfn_var output[GFN_MAX_HEADS];
    gfn_head head[GFN_MAX_HEADS];
} gfn_columns;

/* log P_F, then log P_B if it is learned, then log F if the model has a flow. */
gfn_columns gfn_columns_of(const gfn_policy_tape *policy);

#endif
