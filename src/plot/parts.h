/* SPDX-License-Identifier: MIT
 *
 * plot/parts.h - the parts of a picture, each drawn into a box of the canvas.
 */
#ifndef PLOT_PARTS_H
#define PLOT_PARTS_H

#include "plot/axis.h"
#include "plot/canvas.h"
#include "plot/picture.h"

/* Sizes of text, in units. */
#define GFN_SMALL_TEXT 11.5
#define GFN_PLAIN_TEXT 13.0
#define GFN_LARGE_TEXT 15.0

/* Colors of text, of less important text and frames, and of grid lines. */
enum { GFN_INK = 0x202124, GFN_FAINT_INK = 0x5f6368, GFN_FAINT_LINE = 0xdadce0 };

/* styles.c: draw a line or the marker of a point in the style of a series. A sample is a line with
 * its marker in the middle. */
void gfn_style_color(gfn_canvas *canvas, int style);
gfn_pen gfn_style_pen(int style, double width);
void gfn_style_marker(gfn_canvas *canvas, double x, double y, double radius, int style);
void gfn_style_sample(gfn_canvas *canvas, double x, double y, double width, int style);

/* Where a corner plot is drawn, and which of its texts are shown. */
typedef struct gfn_corner_place {
    gfn_box box;       /* of the maps; title, marks and names of axes are outside of it */
    bool has_rows;     /* rows are marked, and their axis is named */
    double title_size; /* of text */
    double most;       /* end of the color scale */
} gfn_corner_place;

/* The height that its title needs above a box of this width. */
double gfn_corner_title_height(gfn_canvas *canvas, double width, double title_size,
                               const gfn_corner *corner);

/* Errors: GFN_ENOMEM. */
gfn_status gfn_draw_corner(gfn_canvas *canvas, const gfn_corner_place *place,
                           const gfn_corner *corner);

/* Draw the color scale of the maps, from 0 at the bottom to picture->most, with its marks and its
 * name to the right of the box. Errors: GFN_ENOMEM. */
gfn_status gfn_draw_scale(gfn_canvas *canvas, gfn_box box, const gfn_picture *picture);

/* Draw a panel with its title, marks and names into `box`. Errors: GFN_ENOMEM. */
gfn_status gfn_draw_panel(gfn_canvas *canvas, gfn_box box, const gfn_panel *panel);

/* The height of a table of this width, and the table itself. If it is too wide, the columns that do
 * not fit come below the others, with the labels again. */
double gfn_table_height(gfn_canvas *canvas, double width, const gfn_table *table);
void gfn_draw_table(gfn_canvas *canvas, gfn_box box, const gfn_table *table);

#endif
