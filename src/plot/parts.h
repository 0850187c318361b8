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

/* Colors of text, of less important text and frames, and of grid lines. */
enum { GFN_INK = 0x202124, GFN_FAINT_INK = 0x5f6368, GFN_FAINT_LINE = 0xdadce0 };

/* Color of a series by the number in gfn_series. */
uint32_t gfn_series_color(int color);

/* Draw the maps of a corner plot into `box`; title, marks and names of axes are outside of it.
 * Errors: GFN_ENOMEM. */
gfn_status gfn_draw_corner(gfn_canvas *canvas, gfn_box box, const gfn_corner *corner, double most);

/* Draw the color scale of the maps, from 0 at the bottom to picture->most. Errors: GFN_ENOMEM. */
gfn_status gfn_draw_scale(gfn_canvas *canvas, gfn_box box, const gfn_picture *picture);

/* Draw a panel into `box`; title, marks and names are outside of it. Errors: GFN_ENOMEM. */
gfn_status gfn_draw_panel(gfn_canvas *canvas, gfn_box box, const gfn_panel *panel);

#endif
