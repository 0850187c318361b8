/* SPDX-License-Identifier: MIT
 *
 * The layout of a picture, from top to bottom: the title, maps or one large panel, curves, the
 * legend.
 */
#include <math.h>

#include <gfn/plot.h>

#include "base/error.h"
#include "plot/parts.h"

/* Sizes in pixels. */
enum {
    WIDTH = 1040,
    MARGIN = 22,
    ABOVE = 32,   /* above a box: its title */
    LEFT = 58,    /* left of a box: marks and the name of the axis */
    BELOW = 46,   /* likewise below */
    SCALE = 112,  /* width for the color scale of the maps */
    PLAIN = 400,  /* height of a large panel */
    CURVES = 190, /* height of a panel of curves */
    LEGEND = 21,  /* height of a line of the legend */
};

/* Corner plots side by side: few large ones, or more small ones. */
enum { FEW_PER_ROW = 2, MANY_PER_ROW = 3 };

bool gfn_plot_is_built(void)
{
    return true;
}

static size_t per_row(const gfn_picture *p)
{
    return p->n_corners <= FEW_PER_ROW ? FEW_PER_ROW : MANY_PER_ROW;
}

static double slot_of(const gfn_picture *p)
{
    return floor((WIDTH - 2.0 * MARGIN - SCALE) / (double)per_row(p));
}

static size_t rows_of_corners(const gfn_picture *p)
{
    return (p->n_corners + per_row(p) - 1) / per_row(p);
}

/* Width and height of the box of a corner plot. */
static double side_of(const gfn_picture *p)
{
    return slot_of(p) - LEFT - 6;
}

static double title_height(const gfn_picture *p)
{
    double height = MARGIN;
    for (size_t i = 0; i < GFN_PICTURE_LINES; i++)
        if (p->title[i])
            height += i ? 20 : 26;
    return height;
}

static double top_height(const gfn_picture *p)
{
    if (p->plain)
        return ABOVE + PLAIN + BELOW;
    return (double)rows_of_corners(p) * (ABOVE + side_of(p) + BELOW);
}

static double height_of(const gfn_picture *p)
{
    const double legend = (double)p->n_legend * LEGEND + (p->n_legend ? MARGIN : 0);
    const double curves = p->n_curves ? ABOVE + CURVES + BELOW : 0;
    return title_height(p) + top_height(p) + curves + legend;
}

static void draw_title(gfn_canvas *canvas, const gfn_picture *p)
{
    double y = MARGIN + 12;
    for (size_t i = 0; i < GFN_PICTURE_LINES; i++) {
        if (p->title[i] == NULL)
            continue;
        gfn_canvas_color(canvas, i ? GFN_FAINT_INK : GFN_INK);
        gfn_canvas_text(canvas, MARGIN, y, GFN_LEFT, i ? GFN_PLAIN_TEXT : 17, i == 0,
                        WIDTH - 2 * MARGIN, p->title[i]);
        y += i ? 20 : 24;
    }
}

static gfn_status draw_corners(gfn_canvas *canvas, const gfn_picture *p, double y)
{
    const double side = side_of(p);
    for (size_t i = 0; i < p->n_corners; i++) {
        const double row = (double)(i / per_row(p)), column = (double)(i % per_row(p));
        const gfn_box box = {MARGIN + column * slot_of(p) + LEFT,
                             y + row * (ABOVE + side + BELOW) + ABOVE, side, side};
        GFN_TRY(gfn_draw_corner(canvas, box, &p->corner[i], p->most));
    }
    const gfn_box scale = {WIDTH - MARGIN - SCALE + 22, y + ABOVE, 16, side};
    return p->n_corners ? gfn_draw_scale(canvas, scale, p) : GFN_OK;
}

static gfn_status draw_curves(gfn_canvas *canvas, const gfn_picture *p, double y)
{
    const double slot = (WIDTH - 2.0 * MARGIN) / GFN_PICTURE_CURVES;
    for (size_t i = 0; i < p->n_curves; i++) {
        const gfn_box box = {floor(MARGIN + (double)i * slot) + LEFT, y + ABOVE,
                             floor(slot) - LEFT - 10, CURVES};
        GFN_TRY(gfn_draw_panel(canvas, box, &p->curve[i]));
    }
    return GFN_OK;
}

static void draw_legend(gfn_canvas *canvas, const gfn_picture *p, double y)
{
    for (size_t i = 0; i < p->n_legend; i++, y += LEGEND) {
        gfn_canvas_color(canvas, gfn_series_color(p->legend[i].color));
        gfn_canvas_fill(canvas, (gfn_box){MARGIN, floor(y) + 4, 22, 4});
        gfn_canvas_color(canvas, GFN_INK);
        gfn_canvas_text(canvas, MARGIN + 32, y + 11, GFN_LEFT, GFN_PLAIN_TEXT, false,
                        WIDTH - 2 * MARGIN - 32, p->legend[i].text);
    }
}

static gfn_status draw(gfn_canvas *canvas, const gfn_picture *p)
{
    double y = title_height(p);
    draw_title(canvas, p);
    if (p->plain)
        GFN_TRY(gfn_draw_panel(
            canvas, (gfn_box){MARGIN + LEFT, y + ABOVE, WIDTH - 2 * MARGIN - LEFT - 10, PLAIN},
            p->plain));
    else
        GFN_TRY(draw_corners(canvas, p, y));
    y += top_height(p);
    GFN_TRY(draw_curves(canvas, p, y));
    draw_legend(canvas, p, p->n_curves ? y + ABOVE + CURVES + BELOW : y);
    return GFN_OK;
}

gfn_status gfn_picture_check(const char *path)
{
    return gfn_canvas_check(path);
}

gfn_status gfn_picture_save(const gfn_picture *picture, const char *path)
{
    gfn_canvas *canvas;
    GFN_TRY(gfn_canvas_create(WIDTH, (int)ceil(height_of(picture)), &canvas));
    gfn_status status = draw(canvas, picture);
    if (status == GFN_OK)
        status = gfn_canvas_save(canvas, path);
    gfn_canvas_destroy(&canvas);
    return status;
}
