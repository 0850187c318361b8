/* SPDX-License-Identifier: MIT
 *
 * grad/tape.h - the members of a tape.
 */
#ifndef GRAD_TAPE_H
#define GRAD_TAPE_H

#include "grad/operation.h"

struct gfn_tape {
    gfn_variable *variables;
    size_t n_variables, room_for_variables;
    gfn_node *nodes; /* in the order of recording: inputs come before the nodes that use them */
    size_t n_nodes, room_for_nodes;
    size_t n_axes;
    gfn_status mistake; /* the first mistake in recording, and its message */
    char message[256];
    bool is_finished;
    bool is_row_wise; /* gfn_frame_forward_rows() may run it */
};

static inline bool gfn_tape_has(const gfn_tape *tape, gfn_var var)
{
    return var >= 0 && (size_t)var < tape->n_variables;
}

#endif
