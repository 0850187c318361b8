/* SPDX-License-Identifier: MIT
 *
 * grad/operation.h - what an operation is, and what it sees when it runs.
 *
 * An operation is one row of the table gfn_operations: its name, the types of its inputs, a rule
 * for shapes, and the two directions. Neither direction allocates, fails or knows of frames.
 */
#ifndef GRAD_OPERATION_H
#define GRAD_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/tape.h>

enum { GFN_MAX_INPUTS = 3 };

typedef enum gfn_type { GFN_REALS, GFN_INDICES, GFN_BYTES } gfn_type;

/* A variable of a tape: an array [rows][cols] without its numbers. */
typedef struct gfn_variable {
    gfn_type type;
    gfn_axis axis;
    size_t rows; /* where axis is GFN_FIXED */
    size_t cols;
    size_t stride; /* >= cols; set when the tape is finished, like has_gradient */
    bool is_param;
    size_t offset; /* of a parameter: where its view begins */
    bool is_tracked;
    bool has_gradient; /* it is a parameter, tracked, or computed from such */
    bool is_layer;     /* computed by linear or linear_hot: its rows may be padded */
} gfn_variable;

typedef struct gfn_operation gfn_operation;

/* One recorded operation. */
typedef struct gfn_node {
    const gfn_operation *operation;
    gfn_var input[GFN_MAX_INPUTS];
    gfn_var output;
    gfn_activation activation; /* linear, linear_hot */
    double factor;             /* scale */
} gfn_node;

/* An array with its numbers, as one run sees it. */
typedef struct gfn_operand {
    union {
        const gfn_real *x;
        const int32_t *index;
        const uint8_t *byte;
    };
    gfn_real *gradient; /* of an input: to be written, NULL: not wanted; of the output: given */
    bool add;           /* add to the gradient, which another operation has written before */
    size_t rows, cols, stride;
} gfn_operand;

/* One run of one node, over all rows or a range of them. A backward pass may use the gradient of
 * the output as scratch; it must write every gradient that is wanted, the inputs in their order
 * (they may be the same variable). */
typedef struct gfn_call {
    gfn_operand in[GFN_MAX_INPUTS];
    gfn_operand out;
    gfn_real *y; /* the numbers of `out`, to be written by a forward pass */
    const gfn_node *node;
    const struct gfn_kernels *kernels;
} gfn_call;

struct gfn_operation {
    const char *name;
    size_t n_inputs;
    gfn_type type[GFN_MAX_INPUTS];
    bool is_row_wise; /* row i of the output depends on row i of the inputs, and on fixed arrays */

    /* Whether the shapes fit (GFN_EINVAL and a message where not); sets axis, rows, cols of out. */
    gfn_status (*check)(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out);
    void (*forward)(const gfn_call *call);
    void (*backward)(const gfn_call *call);
};

extern const gfn_operation gfn_operation_linear, gfn_operation_linear_hot,
    gfn_operation_log_softmax, gfn_operation_log_sum_exp, gfn_operation_pick,
    gfn_operation_segment_sum, gfn_operation_add, gfn_operation_sub, gfn_operation_mul,
    gfn_operation_square, gfn_operation_exp, gfn_operation_log, gfn_operation_scale,
    gfn_operation_sum, gfn_operation_mean;

/* All of them, ended by NULL. */
extern const gfn_operation *const gfn_operations[];

/* Append an operation to a tape: checks it, makes its output. -1 after a mistake. */
gfn_var gfn_tape_record(gfn_tape *tape, const gfn_node *node);

/* The shape rule of linear and linear_hot, but for the columns of x. */
gfn_status gfn_check_layer(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out);

/* The shape rule of an array and its mask. */
gfn_status gfn_check_mask(const gfn_node *node, const gfn_variable *const *in);

bool gfn_is_scalar(const gfn_variable *variable);
bool gfn_has_equal_rows(const gfn_variable *a, const gfn_variable *b);

/* Rows as text, "axis 0" or "12", for messages. */
const char *gfn_rows_text(const gfn_variable *variable, char text[32]);

/* Write or add one number of a gradient. */
static inline void gfn_put(gfn_real *gradient, gfn_real value, bool add)
{
    *gradient = add ? *gradient + value : value;
}

/* Make the gradient of an input zero, unless it holds something to be added to. */
void gfn_clear_gradient(const gfn_operand *input);

#endif
