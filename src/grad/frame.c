/* SPDX-License-Identifier: MIT
 *
 * Frames: the memory for running a tape. Values and gradients have separate blocks: a frame that
 * never runs backward does not touch the second block, whose pages then cost nothing.
 */
#include "grad/frame.h"

#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

/* Largest size of a block. */
#define MAX_BYTES (SIZE_MAX / 4)

/* Assigns parts of a block; without a block it only computes the size. */
typedef struct layout {
    char *block;
    size_t used;
    bool is_too_large;
} layout;

static void *take(layout *l, size_t rows, size_t cols, size_t size)
{
    size_t bytes;
    if (!gfn_multiply(rows, cols, &bytes) || !gfn_multiply(bytes, size, &bytes) ||
        bytes > MAX_BYTES || l->used > MAX_BYTES - bytes || l->is_too_large) {
        l->is_too_large = true;
        return NULL;
    }
    void *part = l->block ? l->block + l->used : NULL;
    l->used += (bytes + GFN_ALIGNMENT - 1) & ~(GFN_ALIGNMENT - 1);
    return part;
}

static void take_tables(gfn_frame *frame, layout *l)
{
    const gfn_tape *tape = frame->tape;
    frame->capacity = take(l, tape->n_axes, 1, sizeof *frame->capacity);
    frame->rows = take(l, tape->n_axes, 1, sizeof *frame->rows);
    frame->values = take(l, tape->n_variables, 1, sizeof *frame->values);
    frame->gradient = take(l, tape->n_variables, 1, sizeof *frame->gradient);
    frame->is_written = take(l, tape->n_variables, 1, sizeof *frame->is_written);
}

static size_t capacity_of(const gfn_frame *frame, const gfn_variable *variable)
{
    return variable->axis == GFN_FIXED ? variable->rows : frame->capacity[variable->axis];
}

static void take_values(gfn_frame *frame, layout *l)
{
    for (size_t i = 0; i < frame->tape->n_variables; i++) {
        const gfn_variable *v = &frame->tape->variables[i];
        if (!v->is_param)
            frame->values[i] = take(l, capacity_of(frame, v), v->stride, gfn_type_size(v->type));
    }
}

static void take_gradients(gfn_frame *frame, layout *l)
{
    for (size_t i = 0; i < frame->tape->n_variables; i++) {
        const gfn_variable *v = &frame->tape->variables[i];
        if (!v->is_param && v->has_gradient)
            frame->gradient[i] = take(l, capacity_of(frame, v), v->stride, sizeof(gfn_real));
    }
}

/* Compute the size of a block, allocate it, assign its parts. */
static gfn_status lay_out(gfn_frame *frame, void (*take_all)(gfn_frame *, layout *), char **block)
{
    layout l = {0};
    take_all(frame, &l);
    if (l.is_too_large)
        return gfn_fail(GFN_EINVAL, "frame: the capacities ask for more than memory can address "
                                    "(hint: fewer rows)");
    GFN_TRY(gfn_allocate("frame", l.used, 1, block));
    l = (layout){.block = *block};
    take_all(frame, &l);
    return GFN_OK;
}

static gfn_status allocate(gfn_frame *frame, const size_t *capacity)
{
    GFN_TRY(lay_out(frame, take_tables, &frame->tables));
    if (frame->tape->n_axes > 0)
        memcpy(frame->capacity, capacity, frame->tape->n_axes * sizeof *capacity);
    GFN_TRY(lay_out(frame, take_values, &frame->value_block));
    return lay_out(frame, take_gradients, &frame->gradient_block);
}

gfn_status gfn_frame_create(const gfn_tape *tape, const size_t *capacity, gfn_frame **frame)
{
    if (!tape->is_finished)
        return gfn_fail(GFN_EINVAL,
                        "frame: the tape is not finished (hint: gfn_tape_finish() first)");
    gfn_frame *made;
    GFN_TRY(gfn_allocate("frame", 1, sizeof *made, &made));
    made->tape = tape;
    gfn_status status = gfn_kernels_choose(&made->kernels);
    if (status == GFN_OK)
        status = allocate(made, capacity);
    if (status == GFN_OK)
        *frame = made;
    else
        gfn_frame_destroy(&made);
    return status;
}

void gfn_frame_destroy(gfn_frame **frame)
{
    if (*frame == NULL)
        return;
    gfn_release(&(*frame)->tables);
    gfn_release(&(*frame)->value_block);
    gfn_release(&(*frame)->gradient_block);
    gfn_release(frame);
}

gfn_status gfn_frame_set_rows(gfn_frame *frame, gfn_axis axis, size_t rows)
{
    if (axis < 0 || axis >= (gfn_axis)frame->tape->n_axes)
        return gfn_fail(GFN_EINVAL, "frame: axis %d, the tape has %zu", axis, frame->tape->n_axes);
    if (rows > frame->capacity[axis])
        return gfn_fail(GFN_EINVAL, "frame: %zu row%s on axis %d, there is room for %zu", rows,
                        gfn_plural((int64_t)rows), axis, frame->capacity[axis]);
    frame->rows[axis] = rows;
    return GFN_OK;
}

static void *values_of(const gfn_frame *frame, gfn_var var, gfn_type type)
{
    if (!gfn_tape_has(frame->tape, var) || frame->tape->variables[var].type != type)
        return NULL;
    return frame->values[var];
}

gfn_real *gfn_frame_reals(gfn_frame *frame, gfn_var var)
{
    return values_of(frame, var, GFN_REALS);
}

int32_t *gfn_frame_indices(gfn_frame *frame, gfn_var var)
{
    return values_of(frame, var, GFN_INDICES);
}

uint8_t *gfn_frame_bytes(gfn_frame *frame, gfn_var var)
{
    return values_of(frame, var, GFN_BYTES);
}

gfn_real *gfn_frame_gradient(gfn_frame *frame, gfn_var var)
{
    return gfn_tape_has(frame->tape, var) ? frame->gradient[var] : NULL;
}
