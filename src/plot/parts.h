/* SPDX-License-Identifier: MIT
 *
 * plot/parts.h - the parts of a picture, each drawn into a box of the canvas.
 */
#ifndef PLOT_PARTS_H
#define PLOT_PARTS_H

#include "plot/axis.h"
#include "plot/canvas.h"
#include "plot/picture.h"

/* Sizes of text, in pixels. */
#define GFN_SMALL_TEXT 11.5
#define GFN_PLAIN_TEXT 13.0
#define GFN_LARGE_TEXT 15.0

/* Colours of text, marks, lines of a grid; of series. */
enum { GFN_INK = 0x202124, GFN_FAINT_INK = 0x5f6368, GFN_FAINT_LINE = 0xdadce0 };
uint32_t gfn_series_color(int color);

/* A corner's maps in a box that leaves out title, marks and names of axes, which stand around it.
 * Errors: GFN_ENOMEM. */
gfn_status gfn_draw_corner(gfn_canvas *canvas, gfn_box box, const gfn_corner *corner, double most);

/* The scale of maps, from 0 at the bottom to `most`. Errors: GFN_ENOMEM. */
gfn_status gfn_draw_scale(gfn_canvas *canvas, gfn_box box, const gfn_picture *picture);

/* A panel likewise. Errors: GFN_ENOMEM. */
gfn_status gfn_draw_panel(gfn_canvas *canvas, gfn_box box, const gfn_panel *panel);

#endif
