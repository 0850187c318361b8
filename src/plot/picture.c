/* SPDX-License-Identifier: MIT
 *
 * The layout of a picture, from top to bottom: the title, maps or one large panel, curves, a table.
 */
#include <math.h>

#include <gfn/plot.h>

#include "base/error.h"
#include "plot/parts.h"

/* Sizes in units. */
enum {
    ABOVE = 9,      /* above the title of a map */
    LEFT = 46,      /* left of the first map of a row: marks and the name of the axis */
    BELOW = 44,     /* below each map: marks and the name of the axis */
    BETWEEN = 16,   /* between two maps of a row */
    APART = 36,     /* between two triangles of maps */
    SCALE = 84,     /* width for the color scale of the maps */
    LARGEST = 400,  /* map */
    PLAIN = 460,    /* height of a large panel with its texts */
    CURVES = 264,   /* height of a panel of curves with its texts */
    TITLE_LINE = 20 /* of the second and following lines of the title */
};

static const double title_sizes[GFN_PICTURE_LINES] = {17, GFN_PLAIN_TEXT, GFN_PLAIN_TEXT};

typedef struct layout {
    double width, margin;
    size_t corners_per_row, curves_per_row;
    double side, between;                   /* of the box of a corner plot; from one to the next */
    double above;                           /* above the box */
    double title_size;                      /* of the text there */
    double title, top, curves, note, table; /* heights */
} layout;

bool gfn_plot_is_built(void)
{
    return true;
}

/* ---- sizes ---- */

/* Corner plots in a row of the widest page, by the number of maps on a side of each. */
static size_t most_per_row(size_t sides)
{
    static const size_t most[] = {1, 4, 3, 2, 2};
    return most[sides < 4 ? sides : 4];
}

size_t gfn_picture_most_corners(size_t n_axes)
{
    enum { ROWS_OF_ONE = 3, ROWS = 2 };
    const size_t sides = n_axes - 1;
    return most_per_row(sides) * (sides == 1 ? ROWS_OF_ONE : ROWS);
}

/* The rows are about equally long, and no map is smaller than it must be. */
static void set_corners(gfn_canvas *canvas, const gfn_picture *p, double width, layout *l)
{
    enum { SMALLEST = 120, SMALLEST_OF_MORE = 75 };
    const size_t sides = p->n_corners > 0 ? p->corner->n_axes - 1 : 1;
    const double smallest = sides > 1 ? (double)sides * SMALLEST_OF_MORE : SMALLEST;
    l->between = sides > 1 ? APART : BETWEEN;
    const double room = width - SCALE - LEFT + l->between;
    const double fitting = floor(room / (smallest + l->between));
    const size_t most = (size_t)fmax(1, fmin((double)most_per_row(sides), fitting));
    const size_t rows = p->n_corners > 0 ? (p->n_corners + most - 1) / most : 1;
    l->corners_per_row = p->n_corners > 0 ? (p->n_corners + rows - 1) / rows : 1;
    l->side = floor(fmin(LARGEST, room / (double)l->corners_per_row - l->between));
    l->title_size = p->n_corners > 2 ? 12 : GFN_LARGE_TEXT;
    for (size_t i = 0; i < p->n_corners; i++)
        l->above = fmax(l->above, ABOVE + gfn_corner_title_height(canvas, l->side, l->title_size,
                                                                  &p->corner[i]));
}

static double title_height(gfn_canvas *canvas, const gfn_picture *p, const layout *l, bool is_drawn)
{
    double y = l->margin + 12;
    for (size_t i = 0; i < GFN_PICTURE_LINES; i++) {
        const gfn_font font = {
            .size = title_sizes[i], .is_bold = i == 0, .most = l->width - 2 * l->margin};
        if (p->title[i] == NULL)
            continue;
        gfn_canvas_color(canvas, i ? GFN_FAINT_INK : GFN_INK);
        y += TITLE_LINE * (double)gfn_canvas_paragraph(canvas, (const double[]){l->margin, y},
                                                       TITLE_LINE, font, p->title[i], is_drawn);
        y += i ? 0 : 4;
    }
    return y - 8;
}

/* Returns the height. */
static double draw_note(gfn_canvas *canvas, const gfn_picture *p, const layout *l, double y,
                        bool is_drawn)
{
    enum { STEP = 16, AFTER = 10 };
    const gfn_font font = {.size = GFN_SMALL_TEXT, .most = l->width - 2 * l->margin};
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    return AFTER + STEP * (double)gfn_canvas_paragraph(canvas, (const double[]){l->margin, y + 8},
                                                       STEP, font, p->note, is_drawn);
}

static layout make_layout(gfn_canvas *canvas, const gfn_picture *p, double units)
{
    layout l = {.width = units, .margin = units < 600 ? 10 : 22};
    const double inner = units - 2 * l.margin;
    set_corners(canvas, p, inner, &l);
    l.curves_per_row = inner < 420 ? 1 : inner < 640 ? 2 : GFN_PICTURE_CURVES;
    l.title = title_height(canvas, p, &l, false);
    l.top = p->plain ? PLAIN
                     : ceil((double)p->n_corners / (double)l.corners_per_row) *
                           (l.above + l.side + BELOW);
    l.curves = ceil((double)p->n_curves / (double)l.curves_per_row) * CURVES;
    if (p->note)
        l.note = draw_note(canvas, p, &l, 0, false);
    if (p->table)
        l.table = gfn_table_height(canvas, inner, p->table) + l.margin;
    return l;
}

/* ---- drawing ---- */

static gfn_status draw_corners(gfn_canvas *canvas, const gfn_picture *p, const layout *l, double y)
{
    double right = 0;
    for (size_t i = 0; i < p->n_corners; i++) {
        const double row = (double)(i / l->corners_per_row),
                     column = (double)(i % l->corners_per_row);
        const gfn_corner_place place = {.box = {l->margin + LEFT + column * (l->side + l->between),
                                                y + row * (l->above + l->side + BELOW) + l->above,
                                                l->side, l->side},
                                        .has_rows = column == 0,
                                        .title_size = l->title_size,
                                        .most = p->most};
        GFN_TRY(gfn_draw_corner(canvas, &place, &p->corner[i]));
        right = fmax(right, place.box.x + l->side);
    }
    return p->n_corners
               ? gfn_draw_scale(canvas, (gfn_box){right + 22, y + l->above, 14, l->side}, p)
               : GFN_OK;
}

static gfn_status draw_curves(gfn_canvas *canvas, const gfn_picture *p, const layout *l, double y)
{
    const double slot = floor((l->width - 2 * l->margin) / (double)l->curves_per_row);
    for (size_t i = 0; i < p->n_curves; i++) {
        const double row = (double)(i / l->curves_per_row),
                     column = (double)(i % l->curves_per_row);
        GFN_TRY(gfn_draw_panel(canvas,
                               (gfn_box){l->margin + column * slot, y + row * CURVES, slot, CURVES},
                               &p->curve[i]));
    }
    return GFN_OK;
}

static gfn_status draw(gfn_canvas *canvas, const gfn_picture *p, const layout *l)
{
    const double inner = l->width - 2 * l->margin;
    double y = title_height(canvas, p, l, true);
    if (p->plain)
        GFN_TRY(gfn_draw_panel(canvas, (gfn_box){l->margin, y, inner, PLAIN}, p->plain));
    else
        GFN_TRY(draw_corners(canvas, p, l, y));
    y += l->top;
    GFN_TRY(draw_curves(canvas, p, l, y));
    y += l->curves;
    if (p->note)
        draw_note(canvas, p, l, y, true);
    y += l->note;
    if (p->table)
        gfn_draw_table(canvas, (gfn_box){l->margin, y, inner, l->table}, p->table);
    return GFN_OK;
}

gfn_status gfn_picture_check(const char *path, const char *width)
{
    gfn_page page;
    return gfn_page_of(path, width, &page);
}

gfn_status gfn_picture_save(const gfn_picture *picture, const char *path, const char *width)
{
    gfn_page page;
    gfn_canvas *canvas;
    GFN_TRY(gfn_page_of(path, width, &page));
    GFN_TRY(gfn_canvas_create(&page, 1, &canvas)); /* its texts are only measured */
    const layout l = make_layout(canvas, picture, page.units);
    gfn_canvas_destroy(&canvas);
    GFN_TRY(gfn_canvas_create(&page, ceil(l.title + l.top + l.curves + l.note + l.table), &canvas));
    gfn_status status = draw(canvas, picture, &l);
    if (status == GFN_OK)
        status = gfn_canvas_save(canvas, path);
    gfn_canvas_destroy(&canvas);
    return status;
}
