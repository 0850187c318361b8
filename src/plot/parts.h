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

/* The room that labels, marks and names of the axes need: to the left of a corner plot, and below
 * a box of this size. */
double gfn_corner_left(gfn_canvas *canvas, const gfn_corner *corner);
double gfn_corner_below(gfn_canvas *canvas, gfn_box box, const gfn_corner *corner);

/* cell_labels.c: the marks of an axis of a map, which is `length` long: its labels, or numbers.
 * Labels stand below each other, which also means: upright below a map, if they are too wide for
 * their cells. Fewer are shown if they would touch. */
typedef struct gfn_labels {
    size_t n;    /* of cells */
    size_t step; /* from one that is shown to the next; 0: there are no labels, but numbers */
    bool is_upright;
    double room; /* the width of the widest text that is shown, or the most that one may have */
} gfn_labels;
gfn_labels gfn_labels_down(gfn_canvas *canvas, const gfn_map *map, double length);
gfn_labels gfn_labels_right(gfn_canvas *canvas, const gfn_map *map, double length);

/* tiles.c: draw the small maps and their title; the height that they need on a page with this
 * width. Errors: GFN_ENOMEM. */
double gfn_tiles_height(double width, const gfn_picture *picture);
gfn_status gfn_draw_tiles(gfn_canvas *canvas, gfn_box box, const gfn_picture *picture);

/* maps.c: draw the cells of a map and its frame. Errors: GFN_ENOMEM. */
gfn_status gfn_draw_cells(gfn_canvas *canvas, gfn_box box, const gfn_map *map, double most);

/* The height that its title needs above a box of this width. */
double gfn_corner_title_height(gfn_canvas *canvas, double width, double title_size,
                               const gfn_corner *corner);

/* Errors: GFN_ENOMEM. */
gfn_status gfn_draw_corner(gfn_canvas *canvas, const gfn_corner_place *place,
                           const gfn_corner *corner);

/* Draw the color scale of the maps, from 0 at the bottom to picture->most, with its marks and its
 * name to the right of the box. Errors: GFN_ENOMEM. */
gfn_status gfn_draw_scale(gfn_canvas *canvas, gfn_box box, const gfn_picture *picture);

/* Draw a panel with its title, marks and names into `box`. The names of series stand beside the
 * title, or on a line of their own below it, as they must if the panel is crowded at this width.
 * Errors: GFN_ENOMEM. */
bool gfn_panel_is_crowded(gfn_canvas *canvas, double width, const gfn_panel *panel);
gfn_status gfn_draw_panel(gfn_canvas *canvas, gfn_box box, const gfn_panel *panel,
                          bool has_names_below);

/* The height of a table of this width, and the table itself. If it is too wide, the columns that do
 * not fit come below the others, with the labels again. */
double gfn_table_height(gfn_canvas *canvas, double width, const gfn_table *table);
void gfn_draw_table(gfn_canvas *canvas, gfn_box box, const gfn_table *table);

#endif
