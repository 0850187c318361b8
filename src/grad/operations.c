/* SPDX-License-Identifier: MIT
 *
 * The table of operations. Nothing in the room depends on this file, so that each operation depends
 * only on tape.c and op_shared.c.
 */
#include "grad/operation.h"

const gfn_operation *const gfn_operations[] = {
    &gfn_operation_linear,      &gfn_operation_linear_hot,
    &gfn_operation_log_softmax, &gfn_operation_log_sum_exp,
    &gfn_operation_pick,        &gfn_operation_segment_sum,
    &gfn_operation_add,         &gfn_operation_sub,
    &gfn_operation_mul,         &gfn_operation_square,
    &gfn_operation_exp,         &gfn_operation_log,
    &gfn_operation_scale,       &gfn_operation_sum,
    &gfn_operation_mean,        NULL,
};
