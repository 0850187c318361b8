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
#include "plot/text.h"

static uint32_t color_of(double fraction)
{
    uint8_t rgb[3];
    gfn_viridis(fraction, rgb);
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

/* Dark is 0; a cell that is empty is grey. */
static uint32_t color_of_cell(double value, double most)
{
    return isnan(value) ? GFN_FAINT_LINE : color_of(most > 0 ? value / most : 0);
}

gfn_status gfn_draw_cells(gfn_canvas *canvas, gfn_box box, const gfn_map *map, double most)
{
    const size_t n = map->rows * map->columns;
    uint32_t *rgb;
    GFN_TRY(gfn_allocate("map", n, sizeof *rgb, &rgb));
    for (size_t i = 0; i < n; i++)
        rgb[i] = color_of_cell(map->value[i], most);
    gfn_status status =
        gfn_canvas_image(canvas, box, (const size_t[]){map->rows, map->columns}, rgb);
    gfn_release(&rgb);
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    gfn_canvas_frame(canvas, box);
    return status;
}

/* An axis for n cells; mark i is at the middle of cell i. */
static gfn_plot_axis axis_of(double n, double length)
{
    gfn_plot_axis axis = gfn_axis_begin(false);
    axis.is_whole = true;
    gfn_axis_add(&axis, -0.5);
    gfn_axis_add(&axis, n - 0.5);
    gfn_axis_end(&axis, false, (size_t)(length / 45) + 1);
    return axis;
}

/* Below the marks of columns is the name of the axis. */
enum { MARKS = 16, NAME = 15, LEAST_LEFT = 46, LEAST_BELOW = 44 };

static double marks_height(const gfn_labels *labels)
{
    return labels->is_upright ? fmax(MARKS, labels->room + 7) : MARKS;
}

double gfn_corner_left(gfn_canvas *canvas, const gfn_corner *corner)
{
    double room = 0;
    for (size_t i = 1; i < corner->n_axes; i++) /* of all labels, however many are shown */
        room = fmax(room, gfn_labels_down(canvas, &corner->map[i * (i - 1) / 2], 1e9).room);
    return fmax(LEAST_LEFT, room + 30);
}

double gfn_corner_below(gfn_canvas *canvas, gfn_box box, const gfn_corner *corner)
{
    const gfn_labels labels = gfn_labels_right(canvas, &corner->map[0], box.width);
    return LEAST_BELOW - MARKS + marks_height(&labels);
}

static void draw_labels_right(gfn_canvas *canvas, gfn_box box, const gfn_map *map,
                              const gfn_labels *labels)
{
    const gfn_font font = {.size = GFN_SMALL_TEXT,
                           .align = labels->is_upright ? GFN_RIGHT : GFN_CENTER,
                           .most = labels->room};
    const double y = box.y + box.height;
    for (size_t i = 0; i < labels->n; i += labels->step) {
        const double x = box.x + ((double)i + 0.5) * box.width / (double)labels->n;
        gfn_canvas_fill(canvas, (gfn_box){floor(x), y, 1, 4});
        if (labels->is_upright)
            gfn_canvas_text_upward(canvas, x + 4, y + 7, font, map->label[1][i]);
        else
            gfn_canvas_text(canvas, x, y + MARKS, font, map->label[1][i]);
    }
}

static void draw_labels_down(gfn_canvas *canvas, gfn_box box, const gfn_map *map,
                             const gfn_labels *labels)
{
    const gfn_font font = {.size = GFN_SMALL_TEXT, .align = GFN_RIGHT, .most = labels->room};
    for (size_t i = 0; i < labels->n; i += labels->step) {
        const double y = box.y + ((double)i + 0.5) * box.height / (double)labels->n;
        gfn_canvas_fill(canvas, (gfn_box){box.x - 4, floor(y), 4, 1});
        gfn_canvas_text(canvas, box.x - 7, y + 4, font, map->label[0][i]);
    }
}

static void number_columns(gfn_canvas *canvas, gfn_box box, const gfn_map *map)
{
    const gfn_font font = {.size = GFN_SMALL_TEXT, .align = GFN_CENTER};
    const gfn_plot_axis axis = axis_of(map->extent[1], box.width);
    const double y = box.y + box.height;
    char text[32];
    for (size_t i = 0; i < axis.n_marks; i++) {
        const double x = box.x + gfn_axis_place(&axis, axis.mark[i]) * box.width;
        gfn_canvas_fill(canvas, (gfn_box){floor(x), y, 1, 4});
        gfn_canvas_text(canvas, x, y + MARKS, font,
                        gfn_axis_text(&axis, axis.mark[i], text, sizeof text));
    }
}

static void mark_columns(gfn_canvas *canvas, gfn_box box, const gfn_map *map, const char *name)
{
    const gfn_labels labels = gfn_labels_right(canvas, map, box.width);
    if (labels.step > 0)
        draw_labels_right(canvas, box, map, &labels);
    else
        number_columns(canvas, box, map);
    gfn_canvas_text(canvas, box.x + box.width / 2,
                    box.y + box.height + marks_height(&labels) + NAME,
                    (gfn_font){.size = GFN_PLAIN_TEXT, .align = GFN_CENTER}, name);
}

/* Returns the width of the widest number. */
static double number_rows(gfn_canvas *canvas, gfn_box box, const gfn_map *map)
{
    const gfn_font font = {.size = GFN_SMALL_TEXT, .align = GFN_RIGHT};
    const gfn_plot_axis axis = axis_of(map->extent[0], box.height);
    double width = 0;
    char text[32];
    for (size_t i = 0; i < axis.n_marks; i++) {
        const double y = box.y + gfn_axis_place(&axis, axis.mark[i]) * box.height;
        gfn_axis_text(&axis, axis.mark[i], text, sizeof text);
        gfn_canvas_fill(canvas, (gfn_box){box.x - 4, floor(y), 4, 1});
        gfn_canvas_text(canvas, box.x - 7, y + 4, font, text);
        width = fmax(width, gfn_canvas_text_width(canvas, font, text));
    }
    return width;
}

static void mark_rows(gfn_canvas *canvas, gfn_box box, const gfn_map *map, const char *name)
{
    const gfn_labels labels = gfn_labels_down(canvas, map, box.height);
    double width = labels.room;
    if (labels.step > 0)
        draw_labels_down(canvas, box, map, &labels);
    else
        width = number_rows(canvas, box, map);
    gfn_canvas_text_upward(canvas, box.x - width - 14, box.y + box.height / 2,
                           (gfn_font){.size = GFN_PLAIN_TEXT, .align = GFN_CENTER}, name);
}

/* ---- titles ---- */

/* A title may have several lines, which stand on the box. */
enum { TITLE_STEP = 14, TITLE_GAP = 9, MOST_TITLE = 60 };

static size_t title(gfn_canvas *canvas, gfn_box box, double size, const char *text, size_t lines)
{
    const gfn_font font = {.size = size, .is_bold = true, .most = box.width};
    const double at[] = {box.x, box.y - TITLE_GAP - TITLE_STEP * ((double)lines - 1)};
    char shown[GFN_DRAWN_TEXT];
    gfn_text_shorten(text, MOST_TITLE, shown, sizeof shown);
    return gfn_canvas_paragraph(canvas, at, TITLE_STEP, font, shown, lines > 0);
}

double gfn_corner_title_height(gfn_canvas *canvas, double width, double title_size,
                               const gfn_corner *corner)
{
    const gfn_box box = {.width = width};
    return TITLE_GAP + TITLE_STEP * (double)title(canvas, box, title_size, corner->title, 0);
}

gfn_status gfn_draw_corner(gfn_canvas *canvas, const gfn_corner_place *place,
                           const gfn_corner *corner)
{
    const gfn_box box = place->box;
    const size_t sides = corner->n_axes - 1;
    const double gap = sides > 1 ? 10 : 0, lines = (double)sides;
    const double side = floor((box.width - gap * (lines - 1)) / lines);
    const double height = sides > 1 ? side : box.height;
    gfn_canvas_color(canvas, GFN_INK);
    title(canvas, box, place->title_size, corner->title,
          title(canvas, box, place->title_size, corner->title, 0));
    for (size_t i = 1; i <= sides; i++)
        for (size_t j = 0; j < i; j++) {
            const gfn_map *map = &corner->map[i * (i - 1) / 2 + j];
            const gfn_box cell = {box.x + (double)j * (side + gap),
                                  box.y + (double)(i - 1) * (side + gap), side, height};
            GFN_TRY(gfn_draw_cells(canvas, cell, map, place->most));
            gfn_canvas_color(canvas, GFN_INK);
            if (i == sides)
                mark_columns(canvas, cell, map, corner->axis[j]);
            if (j == 0 && place->has_rows)
                mark_rows(canvas, cell, map, corner->axis[i]);
        }
    return GFN_OK;
}

/* Draw the marks of the color scale; returns the width of their texts. */
static double mark_scale(gfn_canvas *canvas, gfn_box box, double most)
{
    const gfn_font font = {.size = GFN_SMALL_TEXT};
    double width = 0;
    char text[32];
    gfn_plot_axis axis = gfn_axis_begin(false);
    gfn_axis_add(&axis, 0);
    gfn_axis_add(&axis, most);
    gfn_axis_end(&axis, false, (size_t)(box.height / 50) + 1);
    gfn_canvas_color(canvas, GFN_INK);
    for (size_t i = 0; i < axis.n_marks; i++) {
        const double y = box.y + (1 - gfn_axis_place(&axis, axis.mark[i])) * box.height;
        gfn_axis_text(&axis, axis.mark[i], text, sizeof text);
        gfn_canvas_fill(canvas, (gfn_box){box.x + box.width, floor(y), 4, 1});
        gfn_canvas_text(canvas, box.x + box.width + 8, y + 4, font, text);
        width = fmax(width, gfn_canvas_text_width(canvas, font, text));
    }
    return width;
}

gfn_status gfn_draw_scale(gfn_canvas *canvas, gfn_box box, const gfn_picture *picture)
{
    enum { STEPS = 256 };
    const gfn_font font = {
        .size = GFN_SMALL_TEXT, .align = GFN_CENTER, .most = box.height + GFN_LARGE_TEXT};
    uint32_t rgb[STEPS];
    for (int i = 0; i < STEPS; i++)
        rgb[i] = color_of(1 - i / (STEPS - 1.0));
    GFN_TRY(gfn_canvas_image(canvas, box, (const size_t[]){STEPS, 1}, rgb));
    if (picture->is_clipped) {
        gfn_canvas_color(canvas, rgb[0]);
        gfn_canvas_tip(canvas, box);
    }
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    gfn_canvas_frame(canvas, box);
    const double width = mark_scale(canvas, box, picture->most > 0 ? picture->most : 1);
    gfn_canvas_text_upward(canvas, box.x + box.width + width + 24, box.y + box.height / 2, font,
                           picture->scale_name);
    return GFN_OK;
}
