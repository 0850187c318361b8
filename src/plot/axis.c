/* SPDX-License-Identifier: MIT */
#include "plot/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

gfn_axis gfn_axis_begin(bool is_log)
{
    return (gfn_axis){.is_log = is_log, .least = INFINITY, .most = -INFINITY};
}

static double place_of(const gfn_axis *axis, double x)
{
    if (!axis->is_log)
        return x;
    return x > 0 ? log10(x) : NAN;
}

void gfn_axis_add(gfn_axis *axis, double x)
{
    const double place = place_of(axis, x);
    if (!isfinite(place))
        return;
    axis->least = fmin(axis->least, place);
    axis->most = fmax(axis->most, place);
}

bool gfn_axis_is_empty(const gfn_axis *axis)
{
    return !(axis->least <= axis->most);
}

/* The least of 1, 2, 5, 10, 20, ... that cuts `length` into at most n pieces. Powers of 10 are
 * whole steps apart. */
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

static void add_mark(gfn_axis *axis, double mark, double slack)
{
    if (mark >= axis->least - slack && mark <= axis->most + slack && axis->n_marks < GFN_AXIS_MARKS)
        axis->mark[axis->n_marks++] = fabs(mark) < slack ? 0 : mark;
}

/* Where a logarithmic scale spans few powers of 10, there are marks at 2 and 5 times them too. */
static void set_marks(gfn_axis *axis, size_t most_marks)
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

void gfn_axis_end(gfn_axis *axis, bool has_room, size_t most_marks)
{
    if (gfn_axis_is_empty(axis)) {
        axis->least = 0;
        axis->most = 1;
    }
    const double length = axis->most - axis->least;
    /* Numbers that are equal but for rounding make no scale of their own. */
    const double least_length = axis->is_log ? 0.3 : 1e-6 * fmax(1e-6, fabs(axis->most));
    double room = has_room ? 0.05 * length : 0;
    if (length < least_length)
        room = axis->is_log ? 0.5 : 0.5 * fmax(fabs(axis->most) * 0.1, 1e-6);
    axis->least -= room;
    axis->most += room;
    set_marks(axis, most_marks);
}

double gfn_axis_share(const gfn_axis *axis, double x)
{
    const double place = place_of(axis, x);
    return isfinite(place) ? (place - axis->least) / (axis->most - axis->least) : NAN;
}

/* Digits behind the point that tell marks apart which are `step` units apart. */
static int digits_of(double step)
{
    const double digits = ceil(-log10(step) - 1e-9);
    return digits > 0 && digits < 15 ? (int)digits : 0;
}

/* Powers of 10 from 0.01 to 1000 are written out. */
static void write_log(double mark, char *text, size_t size)
{
    const double power = floor(mark + 1e-9), factor = pow(10, mark - power);
    if (power >= -2 && power < 4)
        snprintf(text, size, "%.*f", power < 0 ? (int)-power : 0, pow(10, mark));
    else
        snprintf(text, size, "%.0fe%.0f", factor, power);
}

const char *gfn_axis_text(const gfn_axis *axis, double mark, char *text, size_t size)
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
        snprintf(text, size, "%.6g", mark);
    else
        snprintf(text, size, "%.*f%s", digits_of(step / units[i].unit), mark / units[i].unit,
                 units[i].name);
    return text;
}
