/* SPDX-License-Identifier: MIT
 *
 * grad/frame.h - the members of a frame.
 */
#ifndef GRAD_FRAME_H
#define GRAD_FRAME_H

#include "grad/kernels.h"
#include "grad/tape.h"

struct gfn_frame {
    const gfn_tape *tape; /* borrowed */
    const gfn_kernels *kernels;
    size_t *capacity;    /* [axes] */
    size_t *rows;        /* [axes] in use */
    void **values;       /* [variables] NULL for parameters */
    gfn_real **gradient; /* [variables] NULL for parameters and variables without gradient */
    bool *is_written;    /* [variables] during a backward pass: the gradient was assigned */
    char *tables;        /* the block that holds the arrays above */
    char *value_block;
    char *gradient_block;
};

/* Bytes of one element. */
static inline size_t gfn_type_size(gfn_type type)
{
    static const unsigned char sizes[] = {
        [GFN_REALS] = sizeof(gfn_real), [GFN_INDICES] = sizeof(int32_t), [GFN_BYTES] = 1};
    return sizes[type];
}

#endif
