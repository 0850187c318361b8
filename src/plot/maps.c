/* SPDX-License-Identifier: MIT
 *
 * Heat maps: one, or a triangle of them; and their color scale.
 */
#include "plot/parts.h"

#include <math.h>
#include <stdio.h>

#include <gfn/plot.h>

#include "base/error.h"
#include "base/memory.h"

static uint32_t color_of(double fraction)
{
    uint8_t rgb[3];
    gfn_viridis(fraction, rgb);
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static gfn_status draw_cells(gfn_canvas *canvas, gfn_box box, const gfn_map *map, double most)
{
    const size_t n = map->rows * map->columns;
    uint32_t *rgb;
    GFN_TRY(gfn_allocate("map", n, sizeof *rgb, &rgb));
    for (size_t i = 0; i < n; i++)
        rgb[i] = color_of(most > 0 ? map->value[i] / most : 0);
    gfn_status status = gfn_canvas_image(canvas, box, map->rows, map->columns, rgb);
    gfn_release(&rgb);
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    gfn_canvas_frame(canvas, box);
    return status;
}

/* An axis for n cells; mark i is at the middle of cell i. */
static gfn_plot_axis axis_of(double n, size_t most_marks)
{
    gfn_plot_axis axis = gfn_axis_begin(false);
    gfn_axis_add(&axis, -0.5);
    gfn_axis_add(&axis, n - 0.5);
    gfn_axis_end(&axis, false, most_marks);
    return axis;
}

/* Whether a mark is a number of a cell: marks in between are not drawn. */
static bool is_whole(double mark)
{
    return fabs(mark - floor(mark + 0.5)) < 1e-9;
}

static void mark_columns(gfn_canvas *canvas, gfn_box box, const gfn_map *map, const char *name)
{
    const gfn_plot_axis axis = axis_of(map->extent[1], (size_t)(box.width / 45) + 1);
    const double y = box.y + box.height;
    char text[32];
    for (size_t i = 0; i < axis.n_marks; i++) {
        const double x = box.x + gfn_axis_fraction(&axis, axis.mark[i]) * box.width;
        if (!is_whole(axis.mark[i]))
            continue;
        gfn_canvas_fill(canvas, (gfn_box){floor(x), y, 1, 4});
        gfn_canvas_text(canvas, x, y + 16, GFN_CENTER, GFN_SMALL_TEXT, false, 0,
                        gfn_axis_text(&axis, axis.mark[i], text, sizeof text));
    }
    gfn_canvas_text(canvas, box.x + box.width / 2, y + 32, GFN_CENTER, GFN_PLAIN_TEXT, false, 0,
                    name);
}

static void mark_rows(gfn_canvas *canvas, gfn_box box, const gfn_map *map, const char *name)
{
    const gfn_plot_axis axis = axis_of(map->extent[0], (size_t)(box.height / 45) + 1);
    char text[32];
    for (size_t i = 0; i < axis.n_marks; i++) {
        const double y = box.y + gfn_axis_fraction(&axis, axis.mark[i]) * box.height;
        if (!is_whole(axis.mark[i]))
            continue;
        gfn_canvas_fill(canvas, (gfn_box){box.x - 4, floor(y), 4, 1});
        gfn_canvas_text(canvas, box.x - 7, y + 4, GFN_RIGHT, GFN_SMALL_TEXT, false, 0,
                        gfn_axis_text(&axis, axis.mark[i], text, sizeof text));
    }
    gfn_canvas_text_upward(canvas, box.x - 32, box.y + box.height / 2, GFN_PLAIN_TEXT, name);
}

gfn_status gfn_draw_corner(gfn_canvas *canvas, gfn_box box, const gfn_corner *corner, double most)
{
    const size_t sides = corner->n_axes - 1;
    const double gap = sides > 1 ? 10 : 0, lines = (double)sides;
    const gfn_box cell = {.width = floor((box.width - gap * (lines - 1)) / lines),
                          .height = floor((box.height - gap * (lines - 1)) / lines)};
    gfn_canvas_color(canvas, GFN_INK);
    gfn_canvas_text(canvas, box.x, box.y - 9, GFN_LEFT, GFN_LARGE_TEXT, true, box.width,
                    corner->title);
    for (size_t i = 1; i <= sides; i++)
        for (size_t j = 0; j < i; j++) {
            const gfn_map *map = &corner->map[i * (i - 1) / 2 + j];
            const gfn_box place = {box.x + (double)j * (cell.width + gap),
                                   box.y + (double)(i - 1) * (cell.height + gap), cell.width,
                                   cell.height};
            GFN_TRY(draw_cells(canvas, place, map, most));
            gfn_canvas_color(canvas, GFN_INK);
            if (i == sides)
                mark_columns(canvas, place, map, corner->axis[j]);
            if (j == 0)
                mark_rows(canvas, place, map, corner->axis[i]);
        }
    return GFN_OK;
}

gfn_status gfn_draw_scale(gfn_canvas *canvas, gfn_box box, const gfn_picture *picture)
{
    enum { STEPS = 256 };
    uint32_t rgb[STEPS];
    char text[32];
    for (int i = 0; i < STEPS; i++)
        rgb[i] = color_of(1 - i / (STEPS - 1.0));
    GFN_TRY(gfn_canvas_image(canvas, box, STEPS, 1, rgb));
    if (picture->is_clipped) {
        gfn_canvas_color(canvas, rgb[0]);
        gfn_canvas_triangle(canvas, (double[]){box.x, box.x + box.width, box.x + box.width / 2},
                            (double[]){box.y - 2, box.y - 2, box.y - 2 - box.width * 0.7});
    }
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    gfn_canvas_frame(canvas, box);
    gfn_plot_axis axis = gfn_axis_begin(false);
    gfn_axis_add(&axis, 0);
    gfn_axis_add(&axis, picture->most > 0 ? picture->most : 1);
    gfn_axis_end(&axis, false, 6);
    gfn_canvas_color(canvas, GFN_INK);
    for (size_t i = 0; i < axis.n_marks; i++) {
        const double y = box.y + (1 - gfn_axis_fraction(&axis, axis.mark[i])) * box.height;
        gfn_canvas_fill(canvas, (gfn_box){box.x + box.width, floor(y), 4, 1});
        gfn_canvas_text(canvas, box.x + box.width + 8, y + 4, GFN_LEFT, GFN_SMALL_TEXT, false, 0,
                        gfn_axis_text(&axis, axis.mark[i], text, sizeof text));
    }
    gfn_canvas_text_upward(canvas, box.x + box.width + 66, box.y + box.height / 2, GFN_PLAIN_TEXT,
                           picture->scale_name);
    return GFN_OK;
}
