/* SPDX-License-Identifier: MIT
 *
 * plot/axis.h - the scale of an axis: its range and its marks.
 */
#ifndef PLOT_AXIS_H
#define PLOT_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { GFN_AXIS_MARKS = 32 };

typedef struct gfn_plot_axis {
    bool is_log;
    double least, most; /* on a logarithmic scale, logarithms to base 10 */
    size_t n_marks;
    double mark[GFN_AXIS_MARKS]; /* likewise */
} gfn_plot_axis;

/* An axis with an empty range. */
gfn_plot_axis gfn_axis_begin(bool is_log);

/* Extend the range to include x, unless x is not finite, or not positive on a logarithmic scale. */
void gfn_axis_add(gfn_plot_axis *axis, double x);

bool gfn_axis_is_empty(const gfn_plot_axis *axis);

/* Complete the axis after all numbers were added: if has_room, extend the range at both ends; then
 * set about most_marks marks, at 1, 2 or 5 times a power of 10 (on a logarithmic scale, at powers
 * of 10 if it spans enough of them). */
void gfn_axis_end(gfn_plot_axis *axis, bool has_room, size_t most_marks);

/* The place of x as a fraction of the axis, 0 ... 1 from end to end; NAN if x has none. */
double gfn_axis_fraction(const gfn_plot_axis *axis, double x);

/* A mark as text: "1e-4", "0.25", "200k". Returns text. */
const char *gfn_axis_text(const gfn_plot_axis *axis, double mark, char *text, size_t size);

#endif
