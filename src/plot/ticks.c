/* SPDX-License-Identifier: MIT
 *
 * The marks of an axis, at round numbers. From coarse to fine, the first choice is taken that gives
 * enough of them. Known answer: an axis from 1.01 to 2.2, logarithmic or not, has 1.5 and 2.0 if at
 * most three marks are wanted.
 */
#include "plot/axis.h"

#include <math.h>

/* An axis with fewer marks cannot be read. */
enum { FEWEST = 2 };

/* The smallest of ... 1, 2, 5, 10, 20, ... times `unit` that divides `length` into at most n
 * parts; a unit of 0 has no smallest part. */
static double step_of(double length, size_t n, double unit)
{
    static const double factors[] = {1, 2, 5, 10};
    const double raw = fmax(length / (double)n, fmax(unit, 1e-300));
    const double power = pow(10, floor(log10(raw) + 1e-12));
    size_t i = 0;
    while (i < 3 && factors[i] * power < raw * (1 - 1e-9))
        i++;
    return factors[i] * power;
}

static void add_mark(gfn_plot_axis *axis, double mark)
{
    const double slack = 1e-9 * (axis->most - axis->least);
    if (mark >= axis->least - slack && mark <= axis->most + slack && axis->n_marks < GFN_AXIS_MARKS)
        axis->mark[axis->n_marks++] = fabs(mark) < slack ? 0 : mark;
}

/* Marks at the multiples of a step from `least` on, as numbers, or on a logarithmic scale as powers
 * of 10 if `is_power`. */
static void add_multiples(gfn_plot_axis *axis, double least, double step, bool is_power)
{
    const double first = ceil(least / step - 1e-9);
    axis->n_marks = 0;
    for (int i = 0; i < GFN_AXIS_MARKS; i++) {
        const double x = (first + i) * step;
        add_mark(axis, axis->is_log && !is_power ? (x > 0 ? log10(x) : NAN) : x);
    }
}

/* Multiples of round steps, the finer the fewer marks there are. */
static void mark_evenly(gfn_plot_axis *axis, size_t most_marks, bool is_power)
{
    const bool is_number = axis->is_log && !is_power;
    const double least = is_number ? pow(10, axis->least) : axis->least;
    const double most = is_number ? pow(10, axis->most) : axis->most;
    const double unit = is_power || axis->is_whole ? 1 : 0;
    axis->n_marks = 0;
    for (size_t n = most_marks > 0 ? most_marks : 1, last = n + 5;
         n <= last && axis->n_marks < FEWEST; n++) {
        const double step = step_of(most - least, n, unit);
        add_multiples(axis, least, step, is_power);
        axis->step = is_power ? 0 : step;
    }
}

/* Some multiples, given as digits, of all powers of 10. */
static void mark_digits(gfn_plot_axis *axis, const char *digits)
{
    axis->n_marks = 0;
    for (double power = floor(axis->least); power <= axis->most; power++)
        for (const char *digit = digits; *digit != '\0'; digit++)
            add_mark(axis, power + log10(*digit - '0'));
    axis->step = 0;
}

void gfn_axis_mark(gfn_plot_axis *axis, size_t most_marks)
{
    static const char *const digits[] = {"125", "123456789"};
    const double length = axis->most - axis->least;
    mark_evenly(axis, most_marks, axis->is_log);
    if (!axis->is_log || axis->n_marks > FEWEST || (axis->n_marks == FEWEST && length > 2))
        return;
    for (size_t i = 0; i < sizeof digits / sizeof digits[0]; i++) {
        mark_digits(axis, digits[i]);
        if (axis->n_marks >= FEWEST)
            return;
    }
    mark_evenly(axis, most_marks, false);
}
