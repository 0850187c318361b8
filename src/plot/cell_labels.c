/* SPDX-License-Identifier: MIT
 *
 * Which labels the cells of a map show, and how.
 */
#include <math.h>

#include "plot/parts.h"

/* From one line of text to the next; between two texts side by side; the widest text, which is
 * cut. */
enum { LINE = 13, GAP = 8, WIDEST = 96 };

static double widest(gfn_canvas *canvas, const char *const *label, size_t n, size_t step)
{
    const gfn_font font = {.size = GFN_SMALL_TEXT};
    double width = 0;
    for (size_t i = 0; i < n; i += step)
        width = fmax(width, gfn_canvas_text_width(canvas, font, label[i]));
    return fmin(ceil(width), WIDEST);
}

/* Labels below each other. */
static gfn_labels stack(gfn_canvas *canvas, const char *const *label, size_t n, double length)
{
    const size_t step = (size_t)fmax(1, ceil(LINE * (double)n / length));
    return (gfn_labels){.n = n, .step = step, .room = widest(canvas, label, n, step)};
}

gfn_labels gfn_labels_down(gfn_canvas *canvas, const gfn_map *map, double length)
{
    return map->label[0] ? stack(canvas, map->label[0], (size_t)map->extent[0], length)
                         : (gfn_labels){.n = 0};
}

gfn_labels gfn_labels_right(gfn_canvas *canvas, const gfn_map *map, double length)
{
    const size_t n = (size_t)map->extent[1];
    if (map->label[1] == NULL)
        return (gfn_labels){.n = 0};
    gfn_labels labels = {.n = n, .step = 1, .room = widest(canvas, map->label[1], n, 1)};
    if (labels.room + GAP <= length / (double)n)
        return labels;
    labels = stack(canvas, map->label[1], n, length);
    labels.is_upright = true;
    return labels;
}
