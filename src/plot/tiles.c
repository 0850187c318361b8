/* SPDX-License-Identifier: MIT
 *
 * Small maps side by side, such as samples of a lattice.
 */
#include <math.h>

#include "plot/parts.h"

enum { ABOVE = 32, BELOW = 14, BETWEEN = 12, SMALLEST = 60, LARGEST = 116 };

/* Tiles that fit side by side, and the side of the box of each. */
static size_t fit(double width, const gfn_picture *p, double *side)
{
    const double fitting = floor((width + BETWEEN) / (SMALLEST + BETWEEN));
    const size_t n = (size_t)fmax(1, fmin((double)p->n_tiles, fitting));
    *side = floor(fmin(LARGEST, (width + BETWEEN) / (double)n - BETWEEN));
    return n;
}

double gfn_tiles_height(double width, const gfn_picture *p)
{
    double side;
    fit(width, p, &side);
    return p->n_tiles > 0 ? ABOVE + side + BELOW : 0;
}

gfn_status gfn_draw_tiles(gfn_canvas *canvas, gfn_box box, const gfn_picture *p)
{
    const gfn_font font = {.size = GFN_PLAIN_TEXT, .is_bold = true, .most = box.width};
    double side;
    const size_t n = p->n_tiles > 0 ? fit(box.width, p, &side) : 0;
    if (n == 0)
        return GFN_OK;
    gfn_canvas_color(canvas, GFN_INK);
    gfn_canvas_text(canvas, box.x, box.y + ABOVE - 9, font, p->tile_title);
    for (size_t i = 0; i < n; i++) {
        const gfn_map *map = &p->tile[i];
        const double longer = (double)(map->rows > map->columns ? map->rows : map->columns);
        const gfn_box tile = {box.x + (double)i * (side + BETWEEN), box.y + ABOVE,
                              fmax(1, floor(side * (double)map->columns / longer)),
                              fmax(1, floor(side * (double)map->rows / longer))};
        const gfn_status status = gfn_draw_cells(canvas, tile, map, 1);
        if (status != GFN_OK)
            return status;
    }
    return GFN_OK;
}
