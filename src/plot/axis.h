/* SPDX-License-Identifier: MIT
 *
 * plot/axis.h - the scale of an axis: what it spans and where its marks are.
 */
#ifndef PLOT_AXIS_H
#define PLOT_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { GFN_AXIS_MARKS = 32 };

typedef struct gfn_axis {
    bool is_log;
    double least, most; /* of a logarithmic scale their logarithms to base 10 */
    size_t n_marks;
    double mark[GFN_AXIS_MARKS]; /* as least and most */
} gfn_axis;

/* An axis of nothing yet. */
gfn_axis gfn_axis_begin(bool is_log);

/* Widen it by a number; one that is not finite, or not positive on a logarithmic scale, does
 * nothing. */
void gfn_axis_add(gfn_axis *axis, double x);

bool gfn_axis_is_empty(const gfn_axis *axis);

/* Leave some room at both ends, if asked for, and set at most `most_marks` marks, at 1, 2 or 5
 * times a power of 10 (powers of 10 on a logarithmic scale, where it spans one). */
void gfn_axis_end(gfn_axis *axis, bool has_room, size_t most_marks);

/* Where x lies, as a share of the axis; NAN where it cannot. */
double gfn_axis_share(const gfn_axis *axis, double x);

/* A mark as text: "1e-4", "0.25", "200k". Returns text. */
const char *gfn_axis_text(const gfn_axis *axis, double mark, char *text, size_t size);

#endif
