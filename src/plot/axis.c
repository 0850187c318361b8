/* SPDX-License-Identifier: MIT */
#include "plot/axis.h"

#include <math.h>
#include <string.h>

#include "base/format.h"

gfn_plot_axis gfn_axis_begin(bool is_log)
{
    return (gfn_plot_axis){.is_log = is_log, .least = INFINITY, .most = -INFINITY};
}

/* x, or log10(x) on a logarithmic scale; not finite if x has no place on it. */
static double place_of(const gfn_plot_axis *axis, double x)
{
    if (!axis->is_log)
        return x;
    return x > 0 ? log10(x) : NAN;
}

void gfn_axis_add(gfn_plot_axis *axis, double x)
{
    const double place = place_of(axis, x);
    if (!isfinite(place))
        return;
    axis->least = fmin(axis->least, place);
    axis->most = fmax(axis->most, place);
}

bool gfn_axis_is_empty(const gfn_plot_axis *axis)
{
    return !(axis->least <= axis->most);
}

void gfn_axis_end(gfn_plot_axis *axis, bool has_room, size_t most_marks)
{
    if (gfn_axis_is_empty(axis)) {
        axis->least = 0;
        axis->most = 1;
    }
    const double length = axis->most - axis->least;
    /* Numbers that differ only by rounding errors count as equal. */
    const double least_length = axis->is_log ? 0.3 : 1e-6 * fmax(1e-6, fabs(axis->most));
    double room = has_room ? 0.05 * length : 0;
    if (length < least_length)
        room = axis->is_log ? 0.5 : 0.5 * fmax(fabs(axis->most) * 0.1, 1e-6);
    axis->least -= room;
    axis->most += room;
    gfn_axis_mark(axis, most_marks);
}

double gfn_axis_place(const gfn_plot_axis *axis, double mark)
{
    return (mark - axis->least) / (axis->most - axis->least);
}

double gfn_axis_fraction(const gfn_plot_axis *axis, double x)
{
    const double place = place_of(axis, x);
    return isfinite(place) ? gfn_axis_place(axis, place) : NAN;
}

/* ---- texts ---- */

/* Digits after the decimal point that distinguish marks `step` units apart. */
static int digits_of(double step)
{
    const double digits = ceil(-log10(step) - 1e-9);
    return digits > 0 && digits < 15 ? (int)digits : 0;
}

/* A mark of a logarithmic scale: from 0.01 to 9999 in decimal, else as "2e-5". */
static void write_log(const gfn_plot_axis *axis, double mark, char *text, size_t size)
{
    const double power = floor(mark + 1e-9), factor = pow(10, mark - power);
    const bool is_plain = axis->step > 0;
    if (power >= -2 && power < 4)
        gfn_format(text, size, "%.*f",
                   is_plain    ? digits_of(axis->step)
                   : power < 0 ? (int)-power
                               : 0,
                   pow(10, mark));
    else
        gfn_format(text, size, "%.*fe%.0f", is_plain ? digits_of(axis->step / pow(10, power)) : 0,
                   factor, power);
}

/* The largest absolute value of a mark. */
static double largest_of(const gfn_plot_axis *axis)
{
    double largest = 0;
    for (size_t i = 0; i < axis->n_marks; i++)
        largest = fmax(largest, fabs(axis->mark[i]));
    return largest;
}

/* Units of numbers from `least` on. */
static const struct {
    double least, unit;
    const char *name;
} units[] = {{1e12, 1e12, "T"}, {1e9, 1e9, "G"}, {1e6, 1e6, "M"}, {1e4, 1e3, "k"}, {1e-3, 1, ""}};

enum { UNITS = sizeof units / sizeof units[0] };

/* Small numbers, all with the power of 10 of the largest mark: "1.5e-6". */
static void write_small(double mark, double largest, double step, char *text, size_t size)
{
    const double power = floor(log10(largest) + 1e-9), unit = pow(10, power);
    gfn_format(text, size, "%.*fe%.0f", digits_of(step / unit), mark / unit, power);
}

const char *gfn_axis_text(const gfn_plot_axis *axis, double mark, char *text, size_t size)
{
    const double largest = largest_of(axis), step = axis->step;
    size_t i = 0;
    if (axis->is_log) {
        write_log(axis, mark, text, size);
        return text;
    }
    while (i < UNITS && largest < units[i].least * (1 - 1e-9))
        i++;
    if (mark == 0 || largest >= 1e15 || largest < 1e-290 || step < 1e-12 * largest)
        gfn_format(text, size, "%.6g", mark);
    else if (i == UNITS)
        write_small(mark, largest, step, text, size);
    else
        gfn_format(text, size, "%.*f%s", digits_of(step / units[i].unit), mark / units[i].unit,
                   units[i].name);
    return text;
}
