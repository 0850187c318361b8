/* SPDX-License-Identifier: MIT
 *
 * grad/operation.h - the interface of an operation, and the arguments of its functions.
 *
 * An operation is an entry of the table gfn_operations: its name, the types of its inputs, a check
 * of shapes, and its forward and backward functions. These two do not allocate, do not fail and do
 * not depend on frames. To add an operation, write a file op_NAME.c and add its entry to
 * operations.c.
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
    size_t rows; /* if axis is GFN_FIXED */
    size_t cols;
    size_t stride; /* >= cols; set when the tape is finished, like has_gradient */
    bool is_param;
    size_t offset; /* of a parameter: offset in the parameter vector */
    bool is_tracked;
    bool has_gradient; /* it is a parameter, tracked, or computed from one of these */
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

/* An array with its numbers, as an operation gets it. */
typedef struct gfn_operand {
    union {
        const gfn_real *x;
        const int32_t *index;
        const uint8_t *byte;
    };
    gfn_real *gradient; /* backward: of an input to be written (NULL: not), of the output given */
    bool add;           /* add to the gradient, which another operation has assigned */
    size_t rows, cols, stride;
} gfn_operand;

/* The arguments of forward() and backward(), for all rows or a range of rows. backward() must write
 * every gradient that is not NULL, in the order of the inputs (several inputs may be the same
 * variable). It may use the gradient of the output as scratch. */
typedef struct gfn_call {
    gfn_operand in[GFN_MAX_INPUTS];
    gfn_operand out;
    gfn_real *y; /* the numbers of `out`, which forward() writes */
    const gfn_node *node;
    const struct gfn_kernels *kernels;
} gfn_call;

struct gfn_operation {
    const char *name;
    size_t n_inputs;
    gfn_type type[GFN_MAX_INPUTS];
    bool is_row_wise; /* row i of the output depends only on row i of the inputs and fixed arrays */
    bool takes_padding; /* the stride of input 0 may be greater than its number of columns */

    /* Check the shapes of the inputs and set axis, rows and cols of `out`. Errors: GFN_EINVAL. */
    gfn_status (*check)(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out);
    void (*forward)(const gfn_call *call);
    void (*backward)(const gfn_call *call);
};

extern const gfn_operation gfn_operation_linear, gfn_operation_linear_hot,
    gfn_operation_log_softmax, gfn_operation_log_sum_exp, gfn_operation_pick,
    gfn_operation_segment_sum, gfn_operation_add, gfn_operation_sub, gfn_operation_mul,
    gfn_operation_square, gfn_operation_exp, gfn_operation_log, gfn_operation_scale,
    gfn_operation_sum, gfn_operation_mean;

/* All operations, ended by NULL. */
extern const gfn_operation *const gfn_operations[];

/* Check an operation and append it to a tape. Returns its output; -1 after a mistake. */
gfn_var gfn_tape_record(gfn_tape *tape, const gfn_node *node);

/* Check the shapes of linear and linear_hot, except the columns of x. */
gfn_status gfn_check_layer(const gfn_node *node, const gfn_variable *const *in, gfn_variable *out);

/* Check the shapes of an array and its mask. */
gfn_status gfn_check_mask(const gfn_node *node, const gfn_variable *const *in);

bool gfn_is_scalar(const gfn_variable *variable);
bool gfn_has_equal_rows(const gfn_variable *a, const gfn_variable *b);

/* The rows of a variable as text for messages: "axis 0" or "12". */
const char *gfn_rows_text(const gfn_variable *variable, char text[32]);

/* Assign one number of a gradient, or add to it. */
static inline void gfn_put(gfn_real *gradient, gfn_real value, bool add)
{
    *gradient = add ? *gradient + value : value;
}

/* Set the gradient of an input to 0 unless it is to be added to. */
void gfn_clear_gradient(const gfn_operand *input);

#endif
