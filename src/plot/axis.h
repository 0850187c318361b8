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
    bool is_whole;      /* marks are whole numbers; only on a linear scale */
    double least, most; /* on a logarithmic scale, logarithms to base 10 */
    double step;        /* from mark to mark as numbers; 0: marks are 1 ... 9 times powers of 10 */
    size_t n_marks;
    double mark[GFN_AXIS_MARKS]; /* as least and most */
} gfn_plot_axis;

/* An axis with an empty range. */
gfn_plot_axis gfn_axis_begin(bool is_log);

/* Extend the range to include x, unless x is not finite, or not positive on a logarithmic scale. */
void gfn_axis_add(gfn_plot_axis *axis, double x);

bool gfn_axis_is_empty(const gfn_plot_axis *axis);

/* Complete the axis after all numbers were added: if has_room, extend the range at both ends; then
 * set marks as gfn_axis_mark() does. */
void gfn_axis_end(gfn_plot_axis *axis, bool has_room, size_t most_marks);

/* ticks.c: set about most_marks marks at round numbers: on a linear scale multiples of 1, 2 or 5
 * times a power of 10; on a logarithmic one powers of 10, with 2 and 5 times them if it spans few,
 * and if it spans less, as on a linear one. There are at least two, except on an axis of whole
 * numbers that has fewer. */
void gfn_axis_mark(gfn_plot_axis *axis, size_t most_marks);

/* The place of x as a fraction of the axis, 0 ... 1 from end to end; NAN if x has none. */
double gfn_axis_fraction(const gfn_plot_axis *axis, double x);

/* The place of a mark as a fraction of the axis. */
double gfn_axis_place(const gfn_plot_axis *axis, double mark);

/* A mark as text: "1e-4", "0.25", "200k", "1.5M"; all marks of a linear scale have one unit.
 * Returns text. */
const char *gfn_axis_text(const gfn_plot_axis *axis, double mark, char *text, size_t size);

#endif
