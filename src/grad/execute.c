/* SPDX-License-Identifier: MIT
 *
 * Running a tape: forward in the order of recording, backward in reverse order.
 *
 * Gradients are not cleared before a backward pass: the first operation that contributes to a
 * gradient assigns it, later ones add to it. Operations that do not contribute to the
 * differentiated variable are skipped.
 */
#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "grad/frame.h"

/* Long ranges run in parts of this many rows, so that activations stay in the cache between
 * layers. */
enum { ROWS_AT_ONCE = 240 };

/* Rows of every axis: a range, or all rows in use. */
typedef struct range {
    bool is_all;
    size_t first, n;
} range;

/* Fills *array in place: returning a struct would copy it, and the copy would stall until its
 * members are stored. */
static inline void view(const gfn_frame *frame, const gfn_real *params, gfn_var var,
                        const range *rows, gfn_operand *array)
{
    const gfn_variable *v = &frame->tape->variables[var];
    const char *values = v->is_param ? (const char *)(params + v->offset) : frame->values[var];
    array->rows = v->rows;
    if (v->axis != GFN_FIXED) {
        array->rows = rows->is_all ? frame->rows[v->axis] : rows->n;
        values += rows->first * v->stride * gfn_type_size(v->type);
    }
    array->cols = v->cols;
    array->stride = v->stride;
    array->x = (const void *)values;
    array->gradient = NULL;
    array->add = false;
}

static void prepare(const gfn_frame *frame, const gfn_real *params, const gfn_node *node,
                    const range *rows, gfn_call *call)
{
    for (size_t i = 0; i < node->operation->n_inputs; i++)
        view(frame, params, node->input[i], rows, &call->in[i]);
    view(frame, params, node->output, rows, &call->out);
    call->y = (gfn_real *)call->out.x;
    call->node = node;
    call->kernels = frame->kernels;
}

static void forward(gfn_frame *frame, const gfn_real *params, const range *rows)
{
    const gfn_tape *tape = frame->tape;
    for (size_t i = 0; i < tape->n_nodes; i++) {
        gfn_call call;
        prepare(frame, params, &tape->nodes[i], rows, &call);
        tape->nodes[i].operation->forward(&call);
    }
}

void gfn_frame_forward(gfn_frame *frame, const gfn_real *params)
{
    forward(frame, params, &(range){.is_all = true});
}

void gfn_frame_forward_rows(gfn_frame *frame, const gfn_real *params, size_t first, size_t n)
{
    assert(frame->tape->is_row_wise && first + n <= frame->capacity[0]);
    for (size_t done = 0, some; done < n; done += some) {
        some = n - done < ROWS_AT_ONCE ? n - done : ROWS_AT_ONCE;
        forward(frame, params, &(range){.first = first + done, .n = some});
    }
}

/* The gradient of a variable; NULL if it has none. */
static gfn_real *gradient_of(const gfn_frame *frame, gfn_var var, gfn_real *gradient)
{
    const gfn_variable *v = &frame->tape->variables[var];
    return v->is_param ? gradient + v->offset : frame->gradient[var];
}

static void backward_node(gfn_frame *frame, const gfn_real *params, const gfn_node *node,
                          gfn_real *gradient)
{
    gfn_call call;
    prepare(frame, params, node, &(range){.is_all = true}, &call);
    call.out.gradient = frame->gradient[node->output];
    for (size_t i = 0; i < node->operation->n_inputs; i++) {
        gfn_var var = node->input[i];
        call.in[i].gradient = gradient_of(frame, var, gradient);
        call.in[i].add = frame->is_written[var];
        frame->is_written[var] = call.in[i].gradient != NULL;
    }
    node->operation->backward(&call);
}

/* Parameters and tracked inputs that do not contribute have gradient 0. */
static void clear_unwritten(const gfn_frame *frame, gfn_real *gradient)
{
    for (size_t i = 0; i < frame->tape->n_variables; i++) {
        const gfn_variable *v = &frame->tape->variables[i];
        if (frame->is_written[i] || !(v->is_param || v->is_tracked))
            continue;
        size_t rows = v->axis == GFN_FIXED ? v->rows : frame->rows[v->axis];
        memset(gradient_of(frame, (gfn_var)i, gradient), 0, rows * v->stride * sizeof(gfn_real));
    }
}

void gfn_frame_backward(gfn_frame *frame, const gfn_real *params, gfn_var var, gfn_real *gradient)
{
    gfn_frame_backward_all(frame, params, 1, &var, gradient);
}

void gfn_frame_backward_all(gfn_frame *frame, const gfn_real *params, size_t n, const gfn_var *var,
                            gfn_real *gradient)
{
    const gfn_tape *tape = frame->tape;
    memset(frame->is_written, 0, tape->n_variables * sizeof *frame->is_written);
    for (size_t i = 0; i < n; i++) {
        assert(gfn_tape_has(tape, var[i]));
        gfn_real *start = gradient_of(frame, var[i], gradient);
        frame->is_written[var[i]] = start != NULL;
        if (start != NULL && gfn_is_scalar(&tape->variables[var[i]]))
            *start = 1;
    }
    for (size_t i = tape->n_nodes; i-- > 0;)
        if (frame->is_written[tape->nodes[i].output])
            backward_node(frame, params, &tape->nodes[i], gradient);
    clear_unwritten(frame, gradient);
}

/* Copy rows [first, first + n) of `from` to rows [at, at + n) of `to`. */
static void copy_run(gfn_frame *to, size_t at, const gfn_frame *from, size_t first, size_t n)
{
    for (size_t i = 0; i < to->tape->n_variables; i++) {
        const gfn_variable *v = &to->tape->variables[i];
        const size_t size = v->stride * gfn_type_size(v->type);
        if (v->axis != GFN_FIXED)
            memcpy((char *)to->values[i] + at * size, (const char *)from->values[i] + first * size,
                   n * size);
    }
}

gfn_status gfn_frame_copy_rows(gfn_frame *to, const gfn_frame *from, size_t n, const int32_t *row)
{
    if (from->tape != to->tape || to->tape->n_axes != 1)
        return gfn_fail(GFN_EINVAL, "frame: rows can be copied between frames of the same tape of "
                                    "one axis only");
    GFN_TRY(gfn_frame_set_rows(to, 0, n));
    for (size_t i = 0, run; i < n; i += run) {
        for (run = 1; i + run < n && row[i + run] == row[i] + (int32_t)run;)
            run++;
        copy_run(to, i, from, (size_t)row[i], run);
    }
    return GFN_OK;
}
