/* SPDX-License-Identifier: MIT
 *
 * plot/canvas.h - drawing primitives. Coordinates are pixels from the upper left corner. Only
 * canvas.c uses Cairo.
 */
#ifndef PLOT_CANVAS_H
#define PLOT_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

typedef struct gfn_canvas gfn_canvas;

typedef struct gfn_box {
    double x, y, width, height;
} gfn_box;

/* Which part of a text is at the given x: its left end, its center or its right end. */
typedef enum gfn_align { GFN_LEFT, GFN_CENTER, GFN_RIGHT } gfn_align;

/* White at first. Errors: GFN_ENOMEM. */
gfn_status gfn_canvas_create(int width, int height, gfn_canvas **canvas);
void gfn_canvas_destroy(gfn_canvas **canvas);

/* Whether a file of this name can be saved: it ends in .png or .pdf. Errors: GFN_EINVAL. */
gfn_status gfn_canvas_check(const char *path);

/* Write a file atomically, in the format that the ending of its name gives. Reports errors of
 * earlier drawing calls too. Errors: GFN_EINVAL (the name), GFN_ENOMEM, GFN_EIO. */
gfn_status gfn_canvas_save(gfn_canvas *canvas, const char *path);

/* Set the color of the following calls, 0xrrggbb. */
void gfn_canvas_color(gfn_canvas *canvas, uint32_t rgb);

void gfn_canvas_fill(gfn_canvas *canvas, gfn_box box);
void gfn_canvas_frame(gfn_canvas *canvas, gfn_box box);

/* A line through n points, clipped to `box`. Points that are not finite interrupt it. */
void gfn_canvas_line(gfn_canvas *canvas, gfn_box box, size_t n, const double *x, const double *y,
                     double width, bool is_dashed);
void gfn_canvas_dot(gfn_canvas *canvas, double x, double y, double radius);
void gfn_canvas_triangle(gfn_canvas *canvas, const double x[3], const double y[3]);

/* A grid of cells with colors rgb [rows][columns], each 0xrrggbb, that fills a box, without
 * smoothing. */
gfn_status gfn_canvas_image(gfn_canvas *canvas, gfn_box box, size_t rows, size_t columns,
                            const uint32_t *rgb);

/* A text on one line with the baseline y. If it is wider than `most` (0: no limit) it is cut and
 * ends in "...". */
void gfn_canvas_text(gfn_canvas *canvas, double x, double y, gfn_align align, double size,
                     bool is_bold, double most, const char *text);

/* A text that is read from bottom to top, centered at (x, y). */
void gfn_canvas_text_upward(gfn_canvas *canvas, double x, double y, double size, const char *text);

#endif
