/* SPDX-License-Identifier: MIT
 *
 * Recording appends variables and nodes. Properties that depend on the whole tape (strides, which
 * variables have a gradient) are computed once, when the tape is finished.
 */
#include "grad/tape.h"

#include <limits.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

/* Most elements of an array; sums of a few such sizes do not overflow. */
#define MAX_ELEMENTS (SIZE_MAX / 64)

/* Elements of a cache line; lines of a row from which on rows are padded to an odd number. */
enum { LINE = GFN_ALIGNMENT / sizeof(gfn_real), MANY_LINES = 8 };

gfn_status gfn_tape_create(gfn_tape **tape)
{
    gfn_tape *made;
    GFN_TRY(gfn_allocate("tape", 1, sizeof *made, &made));
    *tape = made;
    return GFN_OK;
}

void gfn_tape_destroy(gfn_tape **tape)
{
    if (*tape == NULL)
        return;
    gfn_release(&(*tape)->variables);
    gfn_release(&(*tape)->nodes);
    gfn_release(tape);
}

/* Store the mistake and its message, which was just set, unless an earlier one is stored. */
static gfn_var keep_mistake(gfn_tape *tape, gfn_status status)
{
    if (tape->mistake == GFN_OK && !tape->is_finished) {
        tape->mistake = status;
        gfn_format(tape->message, sizeof tape->message, "%s", gfn_error_message());
    }
    return -1;
}

/* Make room for one more element of a growing array. */
static gfn_status make_room(void *array, size_t n, size_t *room, size_t size)
{
    if (n >= INT_MAX)
        return gfn_fail(GFN_ENOMEM, "tape: no room for more than %d records", INT_MAX);
    return gfn_grow("tape", n + 1, size, room, array);
}

static gfn_var add_variable(gfn_tape *tape, const gfn_variable *variable)
{
    size_t elements;
    if (tape->is_finished)
        return keep_mistake(tape, gfn_fail(GFN_EINVAL, "tape: it is already finished"));
    if (variable->axis < GFN_FIXED || variable->axis >= (gfn_axis)tape->n_axes)
        return keep_mistake(tape, gfn_fail(GFN_EINVAL,
                                           "tape: axis %d, expected one of %zu ax%s "
                                           "of this tape, or GFN_FIXED",
                                           variable->axis, tape->n_axes,
                                           tape->n_axes == 1 ? "is" : "es"));
    if (!gfn_multiply(variable->rows, variable->cols, &elements) || elements == 0 ||
        elements > MAX_ELEMENTS)
        return keep_mistake(tape, gfn_fail(GFN_EINVAL,
                                           "tape: a variable of %zu x %zu elements, expected "
                                           "at least one and no more than memory can address",
                                           variable->rows, variable->cols));
    gfn_status status = make_room(&tape->variables, tape->n_variables, &tape->room_for_variables,
                                  sizeof *tape->variables);
    if (status != GFN_OK)
        return keep_mistake(tape, status);
    tape->variables[tape->n_variables] = *variable;
    return (gfn_var)tape->n_variables++;
}

gfn_axis gfn_tape_axis(gfn_tape *tape)
{
    if (tape->is_finished || tape->n_axes >= INT_MAX)
        return GFN_FIXED;
    return (gfn_axis)tape->n_axes++;
}

gfn_var gfn_input(gfn_tape *tape, gfn_axis axis, size_t cols)
{
    return add_variable(tape,
                        &(gfn_variable){.type = GFN_REALS, .axis = axis, .rows = 1, .cols = cols});
}

gfn_var gfn_input_indices(gfn_tape *tape, gfn_axis axis, size_t cols)
{
    return add_variable(
        tape, &(gfn_variable){.type = GFN_INDICES, .axis = axis, .rows = 1, .cols = cols});
}

gfn_var gfn_input_bytes(gfn_tape *tape, gfn_axis axis, size_t cols)
{
    return add_variable(tape,
                        &(gfn_variable){.type = GFN_BYTES, .axis = axis, .rows = 1, .cols = cols});
}

gfn_var gfn_param(gfn_tape *tape, size_t offset, size_t rows, size_t cols)
{
    for (size_t i = 0; i < tape->n_variables; i++) {
        const gfn_variable *other = &tape->variables[i];
        if (other->is_param && other->offset == offset && other->rows == rows &&
            other->cols == cols)
            return (gfn_var)i;
    }
    if (offset > MAX_ELEMENTS)
        return keep_mistake(tape, gfn_fail(GFN_EINVAL,
                                           "tape: a parameter at offset %zu, expected "
                                           "no more than memory can address",
                                           offset));
    return add_variable(tape, &(gfn_variable){.type = GFN_REALS,
                                              .axis = GFN_FIXED,
                                              .rows = rows,
                                              .cols = cols,
                                              .is_param = true,
                                              .offset = offset});
}

static bool is_computed(const gfn_tape *tape, gfn_var var)
{
    for (size_t i = 0; i < tape->n_nodes; i++)
        if (tape->nodes[i].output == var)
            return true;
    return false;
}

void gfn_tape_track(gfn_tape *tape, gfn_var input)
{
    if (input < 0 && tape->mistake != GFN_OK)
        return;
    if (tape->is_finished || !gfn_tape_has(tape, input) ||
        tape->variables[input].type != GFN_REALS || tape->variables[input].is_param ||
        is_computed(tape, input)) {
        keep_mistake(tape, gfn_fail(GFN_EINVAL,
                                    "gfn_tape_track: variable %d, expected an input of "
                                    "reals of a tape that is not finished",
                                    input));
        return;
    }
    tape->variables[input].is_tracked = true;
}

static gfn_status check_inputs(const gfn_tape *tape, const gfn_node *node)
{
    static const char *const names[] = {"reals", "indices", "bytes"};
    const gfn_operation *op = node->operation;
    for (size_t i = 0; i < op->n_inputs; i++) {
        gfn_var var = node->input[i];
        if (!gfn_tape_has(tape, var))
            return gfn_fail(GFN_EINVAL, "%s: input %zu is variable %d, this tape has %zu", op->name,
                            i + 1, var, tape->n_variables);
        gfn_type found = tape->variables[var].type;
        if (found != op->type[i])
            return gfn_fail(GFN_EINVAL, "%s: input %zu is of %s, expected %s", op->name, i + 1,
                            names[found], names[op->type[i]]);
    }
    return GFN_OK;
}

gfn_var gfn_tape_record(gfn_tape *tape, const gfn_node *node)
{
    const gfn_operation *op = node->operation;
    const gfn_variable *in[GFN_MAX_INPUTS] = {NULL};
    for (size_t i = 0; i < op->n_inputs; i++)
        if (node->input[i] < 0 && tape->mistake != GFN_OK)
            return -1; /* a consequence of the mistake that is stored */
    gfn_status status = check_inputs(tape, node);
    if (status != GFN_OK)
        return keep_mistake(tape, status);
    for (size_t i = 0; i < op->n_inputs; i++)
        in[i] = &tape->variables[node->input[i]];
    gfn_variable out = {.type = GFN_REALS, .axis = GFN_FIXED, .rows = 1, .cols = 1};
    status = op->check(node, in, &out);
    if (status == GFN_OK)
        status = make_room(&tape->nodes, tape->n_nodes, &tape->room_for_nodes, sizeof *tape->nodes);
    if (status != GFN_OK)
        return keep_mistake(tape, status);
    gfn_var output = add_variable(tape, &out);
    if (output < 0)
        return -1;
    gfn_node *kept = &tape->nodes[tape->n_nodes++];
    *kept = *node;
    kept->output = output;
    return output;
}

static gfn_status check_views(const gfn_tape *tape)
{
    for (size_t i = 0; i < tape->n_variables; i++)
        for (size_t j = 0; j < i; j++) {
            const gfn_variable *a = &tape->variables[i], *b = &tape->variables[j];
            if (a->is_param && b->is_param && a->offset < b->offset + b->rows * b->cols &&
                b->offset < a->offset + a->rows * a->cols)
                return gfn_fail(GFN_EINVAL,
                                "tape: parameters %zu x %zu at offset %zu and %zu x %zu at offset "
                                "%zu overlap",
                                b->rows, b->cols, b->offset, a->rows, a->cols, a->offset);
        }
    return GFN_OK;
}

/* Stride of a hidden layer. Wide rows take an odd number of cache lines: with a power of two, all
 * rows of a matrix would map to the same few sets of the cache. */
static size_t padded(size_t cols)
{
    size_t lines = (cols + LINE - 1) / LINE;
    return lines < MANY_LINES ? lines * LINE : (lines | 1) * LINE;
}

/* Only variables between two layers are padded; those that callers read have stride = cols. */
static void set_strides(gfn_tape *tape)
{
    for (size_t i = 0; i < tape->n_variables; i++)
        tape->variables[i].stride = tape->variables[i].cols;
    for (size_t i = 0; i < tape->n_nodes; i++) {
        const gfn_node *node = &tape->nodes[i];
        gfn_variable *x = &tape->variables[node->input[0]];
        if (node->operation->takes_padding && x->is_layer)
            x->stride = padded(x->cols);
    }
}

static void set_gradients(gfn_tape *tape)
{
    for (size_t i = 0; i < tape->n_variables; i++)
        tape->variables[i].has_gradient =
            tape->variables[i].is_param || tape->variables[i].is_tracked;
    for (size_t i = 0; i < tape->n_nodes; i++) {
        const gfn_node *node = &tape->nodes[i];
        for (size_t j = 0; j < node->operation->n_inputs; j++)
            tape->variables[node->output].has_gradient |=
                tape->variables[node->input[j]].has_gradient;
    }
}

gfn_status gfn_tape_finish(gfn_tape *tape)
{
    if (tape->is_finished)
        return GFN_OK;
    if (tape->mistake != GFN_OK)
        return gfn_fail(tape->mistake, "%s", tape->message);
    GFN_TRY(check_views(tape));
    set_strides(tape);
    set_gradients(tape);
    tape->is_row_wise = tape->n_axes == 1;
    for (size_t i = 0; i < tape->n_nodes; i++)
        tape->is_row_wise &= tape->nodes[i].operation->is_row_wise &&
                             tape->variables[tape->nodes[i].output].axis != GFN_FIXED;
    tape->is_finished = true;
    return GFN_OK;
}

size_t gfn_tape_cols(const gfn_tape *tape, gfn_var var)
{
    return gfn_tape_has(tape, var) ? tape->variables[var].cols : 0;
}

size_t gfn_tape_stride(const gfn_tape *tape, gfn_var var)
{
    return gfn_tape_has(tape, var) ? tape->variables[var].stride : 0;
}
