/* SPDX-License-Identifier: MIT
 *
 * Known answer: of the curves (0, 1), (2, 3) and (0, 5), (1, 3), (2, 1) the mean is 3, 2.5, 2 at 0,
 * 1, 2, from 1 to 5, from 2 to 3 and from 1 to 3.
 */
#include "summary/bands.h"

#include <math.h>

#include "base/error.h"
#include "run/statistics.h"

/* More points of a mean cannot be seen. */
enum { MOST_POINTS = 4000 };

static bool is_shown(double x, double y, bool is_log)
{
    return isfinite(x) && isfinite(y) && (!is_log || y > 0);
}

/* Copy the curve without points that are not shown. */
static gfn_status compact(gfn_arena *arena, const gfn_series *from, bool is_log, gfn_series *to)
{
    double *x, *y;
    *to = (gfn_series){.n = 0};
    GFN_TRY(gfn_arena_take(arena, 2 * from->n + 1, sizeof *x, &x));
    y = x + from->n;
    for (size_t i = 0; i < from->n; i++) {
        if (!is_shown(from->x[i], from->y[i], is_log))
            continue;
        x[to->n] = from->x[i];
        y[to->n++] = from->y[i];
    }
    to->x = x;
    to->y = y;
    return GFN_OK;
}

/* The value at `at` of the line to point i from the one before. */
static double value_at(const gfn_series *curve, size_t i, double at, bool is_log)
{
    if (i == 0 || curve->x[i] == at)
        return curve->y[i];
    const double t = (at - curve->x[i - 1]) / (curve->x[i] - curve->x[i - 1]);
    const double a = curve->y[i - 1], b = curve->y[i];
    return is_log ? exp(log(a) + t * (log(b) - log(a))) : a + t * (b - a);
}

/* The x at which all curves have begun, and that at which the first one ends. */
static void find_ends(size_t n, const gfn_series *curve, double ends[2])
{
    ends[0] = -INFINITY;
    ends[1] = INFINITY;
    for (size_t i = 0; i < n; i++) {
        ends[0] = fmax(ends[0], curve[i].x[0]);
        ends[1] = fmin(ends[1], curve[i].x[curve[i].n - 1]);
    }
}

/* All x of the curves between the ends, in order, each once; evenly thinned if they are too many,
 * with the last one. */
static gfn_status make_grid(gfn_arena *arena, size_t n, const gfn_series *curve,
                            const double ends[2], gfn_series *grid)
{
    size_t all = 0, kept = 0;
    double *x;
    *grid = (gfn_series){.n = 0};
    for (size_t i = 0; i < n; i++)
        all += curve[i].n;
    GFN_TRY(gfn_arena_take(arena, all, sizeof *x, &x));
    all = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < curve[i].n; k++)
            if (curve[i].x[k] >= ends[0] && curve[i].x[k] <= ends[1])
                x[all++] = curve[i].x[k];
    gfn_sort(all, x);
    for (size_t i = 0; i < all; i++)
        if (kept == 0 || x[i] > x[kept - 1])
            x[kept++] = x[i];
    const size_t stride = kept / MOST_POINTS + 1;
    for (size_t i = kept > 0 ? (kept - 1) % stride : 0; i < kept; i += stride)
        x[grid->n++] = x[i];
    grid->x = x;
    return GFN_OK;
}

/* The mean, the smallest and the largest value over the curves at each x of the mean. */
static gfn_status fill_mean(gfn_arena *arena, size_t n, const gfn_series *curve, bool is_log,
                            gfn_series *mean)
{
    double *y, *low, *high;
    size_t *next; /* of each curve, its first point not before x */
    GFN_TRY(gfn_arena_take(arena, 3 * mean->n + 1, sizeof *y, &y));
    GFN_TRY(gfn_arena_take(arena, n, sizeof *next, &next));
    low = y + mean->n;
    high = low + mean->n;
    for (size_t k = 0; k < mean->n; k++) {
        low[k] = INFINITY;
        high[k] = -INFINITY;
        for (size_t i = 0; i < n; i++) {
            while (curve[i].x[next[i]] < mean->x[k])
                next[i]++;
            const double value = value_at(&curve[i], next[i], mean->x[k], is_log);
            y[k] += value;
            low[k] = fmin(low[k], value);
            high[k] = fmax(high[k], value);
        }
        y[k] /= (double)n;
    }
    mean->y = y;
    mean->low = low;
    mean->high = high;
    return GFN_OK;
}

/* The points of a curve from the last one that is not after `end`; none if no point is after it. */
static gfn_series rest_after(const gfn_series *curve, double end)
{
    size_t first = curve->n;
    while (first > 0 && curve->x[first - 1] > end)
        first--;
    if (first == curve->n)
        return (gfn_series){.n = 0};
    first -= first > 0;
    return (gfn_series){.n = curve->n - first, .x = curve->x + first, .y = curve->y + first};
}

gfn_status gfn_band_make(gfn_arena *arena, size_t n, const gfn_series *curve, bool is_log,
                         gfn_band *band)
{
    gfn_series *used;
    double ends[2];
    *band = (gfn_band){.n = 0};
    GFN_TRY(gfn_arena_take(arena, n, sizeof *used, &used));
    GFN_TRY(gfn_arena_take(arena, n, sizeof *band->rest, &band->rest));
    for (size_t i = 0; i < n; i++) {
        GFN_TRY(compact(arena, &curve[i], is_log, &used[band->n]));
        band->n += used[band->n].n > 0;
    }
    if (band->n == 0)
        return GFN_OK;
    find_ends(band->n, used, ends);
    GFN_TRY(make_grid(arena, band->n, used, ends, &band->mean));
    for (size_t i = 0; i < band->n; i++)
        band->rest[i] = rest_after(&used[i], band->mean.n > 0 ? ends[1] : -INFINITY);
    return fill_mean(arena, band->n, used, is_log, &band->mean);
}
