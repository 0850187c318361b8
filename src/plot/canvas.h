/* SPDX-License-Identifier: MIT
 *
 * plot/canvas.h - drawing primitives. Coordinates are units of the page from the upper left corner.
 */
#ifndef PLOT_CANVAS_H
#define PLOT_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plot/page.h"

typedef struct gfn_canvas gfn_canvas;

typedef struct gfn_box {
    double x, y, width, height;
} gfn_box;

/* Which part of a text is at the given x: its left end, its center or its right end. */
typedef enum gfn_align { GFN_LEFT, GFN_CENTER, GFN_RIGHT } gfn_align;

/* How a text is drawn. If it is wider than `most` (0: no limit) its middle is left out. */
typedef struct gfn_font {
    double size;
    bool is_bold;
    gfn_align align;
    double most;
} gfn_font;

/* How a line is drawn: dash is 0 (solid), 1 (dashed) or 2 (dotted). */
typedef struct gfn_pen {
    double width;
    int dash;
} gfn_pen;

/* White at first, as wide as the page. Errors: GFN_ENOMEM. */
gfn_status gfn_canvas_create(const gfn_page *page, double height, gfn_canvas **canvas);
void gfn_canvas_destroy(gfn_canvas **canvas);

/* Write a file in the format of the page, which is replaced atomically. Reports errors of earlier
 * drawing calls too. Errors: GFN_ENOMEM, GFN_EIO. */
gfn_status gfn_canvas_save(gfn_canvas *canvas, const char *path);

/* Set the color of the following calls, 0xrrggbb. */
void gfn_canvas_color(gfn_canvas *canvas, uint32_t rgb);

void gfn_canvas_fill(gfn_canvas *canvas, gfn_box box);
void gfn_canvas_frame(gfn_canvas *canvas, gfn_box box);

/* A line through n points, clipped to `box`. Points that are not finite interrupt it. */
void gfn_canvas_line(gfn_canvas *canvas, gfn_box box, size_t n, const double *x, const double *y,
                     gfn_pen pen);

/* Fill the area between two lines, each through n finite points from left to right, clipped to
 * `box`, so that what is below shows through. */
void gfn_canvas_band(gfn_canvas *canvas, gfn_box box, size_t n, const double *x, const double *low,
                     const double *high);

/* A point as a disk (shape 0), a square (1) or a triangle (2), all about equally large. */
void gfn_canvas_marker(gfn_canvas *canvas, double x, double y, double radius, int shape);

/* A triangle that points upward on top of a box. */
void gfn_canvas_tip(gfn_canvas *canvas, gfn_box box);

/* A grid of cells with colors rgb [rows][columns], each 0xrrggbb, that fills a box, without
 * smoothing. Errors: GFN_ENOMEM. */
gfn_status gfn_canvas_image(gfn_canvas *canvas, gfn_box box, const size_t cells[2],
                            const uint32_t *rgb);

/* A text on one line with the baseline y. Its width, if it is not cut. */
void gfn_canvas_text(gfn_canvas *canvas, double x, double y, gfn_font font, const char *text);
double gfn_canvas_text_width(gfn_canvas *canvas, gfn_font font, const char *text);

/* A text in lines of at most font.most units, parted at blanks; the first baseline is y, the next
 * ones are `step` lower. Returns the number of lines. If `is_drawn` is false they are only
 * counted. */
size_t gfn_canvas_paragraph(gfn_canvas *canvas, const double at[2], double step, gfn_font font,
                            const char *text, bool is_drawn);

/* A text that is read from bottom to top, centered at (x, y). */
void gfn_canvas_text_upward(gfn_canvas *canvas, double x, double y, gfn_font font,
                            const char *text);

#endif
