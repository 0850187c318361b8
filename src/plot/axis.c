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

/* The smallest of ... 1, 2, 5, 10, 20, ... that divides `length` into at most n parts; on a
 * logarithmic scale at least 1, a power of 10. */
static double step_of(double length, size_t n, bool is_log)
{
    static const double factors[] = {1, 2, 5, 10};
    const double raw = fmax(length / (double)n, is_log ? 1 : 1e-300);
    const double power = pow(10, floor(log10(raw)));
    size_t i = 0;
    while (i < 3 && factors[i] * power < raw * (1 - 1e-9))
        i++;
    return factors[i] * power;
}

static void add_mark(gfn_plot_axis *axis, double mark, double slack)
{
    if (mark >= axis->least - slack && mark <= axis->most + slack && axis->n_marks < GFN_AXIS_MARKS)
        axis->mark[axis->n_marks++] = fabs(mark) < slack ? 0 : mark;
}

/* A logarithmic scale that spans few powers of 10 has marks at 2 and 5 times them too. */
static void set_marks(gfn_plot_axis *axis, size_t most_marks)
{
    const double length = axis->most - axis->least;
    const double step = step_of(length, most_marks, axis->is_log), slack = 1e-9 * step;
    const bool is_short = axis->is_log && length < 1.5;
    for (double mark = floor(axis->least / step) * step; mark <= axis->most + slack; mark += step) {
        add_mark(axis, mark, slack);
        for (int factor = 2; is_short && factor <= 5; factor += 3)
            add_mark(axis, mark + log10(factor), slack);
    }
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
    set_marks(axis, most_marks);
}

double gfn_axis_fraction(const gfn_plot_axis *axis, double x)
{
    const double place = place_of(axis, x);
    return isfinite(place) ? (place - axis->least) / (axis->most - axis->least) : NAN;
}

/* Digits after the decimal point that distinguish marks `step` units apart. */
static int digits_of(double step)
{
    const double digits = ceil(-log10(step) - 1e-9);
    return digits > 0 && digits < 15 ? (int)digits : 0;
}

/* Write a mark of a logarithmic scale: from 0.01 to 9999 in decimal, else as "2e-5". */
static void write_log(double mark, char *text, size_t size)
{
    const double power = floor(mark + 1e-9), factor = pow(10, mark - power);
    if (power >= -2 && power < 4)
        gfn_format(text, size, "%.*f", power < 0 ? (int)-power : 0, pow(10, mark));
    else
        gfn_format(text, size, "%.0fe%.0f", factor, power);
}

const char *gfn_axis_text(const gfn_plot_axis *axis, double mark, char *text, size_t size)
{
    static const struct {
        double unit;
        const char *name;
    } units[] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}};
    const double largest = fmax(fabs(axis->least), fabs(axis->most));
    const double step = axis->n_marks > 1 ? axis->mark[1] - axis->mark[0] : fabs(mark);
    size_t i = 0;
    if (axis->is_log) {
        write_log(mark, text, size);
        return text;
    }
    while (i < 3 && largest < 10 * units[i].unit)
        i++;
    if (mark == 0 || largest >= 1e13 || step < 1e-12 * largest || largest < 1e-6)
        gfn_format(text, size, "%.6g", mark);
    else
        gfn_format(text, size, "%.*f%s", digits_of(step / units[i].unit), mark / units[i].unit,
                   units[i].name);
    return text;
}
