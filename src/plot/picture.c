/* SPDX-License-Identifier: MIT
 *
 * The layout of a picture, from top to bottom: the title, maps, small maps, large panels, curves, a
 * table.
 */
#include <math.h>

#include <gfn/plot.h>

#include "base/error.h"
#include "plot/parts.h"

/* Sizes in units. */
enum {
    ABOVE = 9,           /* above the title of a map */
    BETWEEN = 16,        /* between two maps of a row */
    APART = 36,          /* between two triangles of maps */
    SCALE = 84,          /* width for the color scale of the maps */
    LARGEST = 400,       /* map */
    PLAIN = 460,         /* height of a large panel with its texts that stands alone */
    PLAIN_OF_MORE = 340, /* the same below maps, or beside others */
    CURVES = 264,        /* height of a panel of curves with its texts */
    TITLE_LINE = 20      /* of the second and following lines of the title */
};

static const double title_sizes[GFN_PICTURE_LINES] = {17, GFN_PLAIN_TEXT, GFN_PLAIN_TEXT};

typedef struct layout {
    double width, margin;
    size_t corners_per_row, plain_per_row, curves_per_row;
    double side, height, between; /* of the box of a corner plot; from one to the next */
    double above, below, left;    /* room around the box; on the left, of the first in a row */
    double title_size;            /* of the text above */
    double panel;                 /* height of a large panel */
    double title, corners, tiles, plain, curves, note, table; /* heights */
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
    for (size_t i = 0; i < p->n_corners; i++)
        l->left = fmax(l->left, gfn_corner_left(canvas, &p->corner[i]));
    const double room = width - SCALE - l->left + l->between;
    const double fitting = floor(room / (smallest + l->between));
    const size_t most = (size_t)fmax(1, fmin((double)most_per_row(sides), fitting));
    const size_t rows = p->n_corners > 0 ? (p->n_corners + most - 1) / most : 1;
    l->corners_per_row = p->n_corners > 0 ? (p->n_corners + rows - 1) / rows : 1;
    l->side = floor(fmin(LARGEST, room / (double)l->corners_per_row - l->between));
    l->title_size = p->n_corners > 2 ? 12 : GFN_LARGE_TEXT;
    for (size_t i = 0; i < p->n_corners; i++) {
        const gfn_corner *corner = &p->corner[i];
        const gfn_box box = {.width = l->side};
        const double flatness = corner->flatness > 0 ? corner->flatness : 1;
        l->height = fmax(l->height, floor(l->side * flatness));
        l->above =
            fmax(l->above, ABOVE + gfn_corner_title_height(canvas, l->side, l->title_size, corner));
        l->below = fmax(l->below, gfn_corner_below(canvas, box, corner));
    }
}

static size_t rows_of(size_t n, size_t per_row)
{
    return (n + per_row - 1) / per_row;
}

/* At most three panels side by side, about as many in each row. */
static void set_plain(const gfn_picture *p, double width, layout *l)
{
    const size_t most = width < 420 ? 1 : width < 640 ? 2 : 3;
    const bool is_alone = p->n_plain == 1 && p->n_corners == 0 && p->n_tiles == 0;
    const size_t rows = rows_of(p->n_plain, most);
    l->plain_per_row = rows > 0 ? rows_of(p->n_plain, rows) : 1;
    l->panel = is_alone ? PLAIN : PLAIN_OF_MORE;
    l->plain = (double)rows * l->panel;
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
    l.corners = (double)rows_of(p->n_corners, l.corners_per_row) * (l.above + l.height + l.below);
    l.tiles = gfn_tiles_height(inner, p);
    set_plain(p, inner, &l);
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
        const gfn_corner_place place = {
            .box = {l->margin + l->left + column * (l->side + l->between),
                    y + row * (l->above + l->height + l->below) + l->above, l->side, l->height},
            .has_rows = column == 0,
            .title_size = l->title_size,
            .most = p->most};
        GFN_TRY(gfn_draw_corner(canvas, &place, &p->corner[i]));
        right = fmax(right, place.box.x + l->side);
    }
    return p->n_corners
               ? gfn_draw_scale(canvas, (gfn_box){right + 22, y + l->above, 14, l->height}, p)
               : GFN_OK;
}

/* Panels in rows, all equally high, with axes at equal places. */
typedef struct panels {
    const gfn_panel *panel;
    size_t n, per_row;
    double height;
} panels;

static gfn_status draw_panels(gfn_canvas *canvas, const layout *l, double y, const panels *all)
{
    const double slot = floor((l->width - 2 * l->margin) / (double)all->per_row);
    bool is_crowded = false;
    for (size_t i = 0; i < all->n; i++)
        is_crowded = is_crowded || gfn_panel_is_crowded(canvas, slot, &all->panel[i]);
    for (size_t i = 0; i < all->n; i++) {
        const double row = (double)(i / all->per_row), column = (double)(i % all->per_row);
        const gfn_box box = {l->margin + column * slot, y + row * all->height, slot, all->height};
        GFN_TRY(gfn_draw_panel(canvas, box, &all->panel[i], is_crowded));
    }
    return GFN_OK;
}

static gfn_status draw(gfn_canvas *canvas, const gfn_picture *p, const layout *l)
{
    const double inner = l->width - 2 * l->margin;
    double y = title_height(canvas, p, l, true);
    GFN_TRY(draw_corners(canvas, p, l, y));
    y += l->corners;
    GFN_TRY(gfn_draw_tiles(canvas, (gfn_box){l->margin, y, inner, l->tiles}, p));
    y += l->tiles;
    const panels large = {p->plain, p->n_plain, l->plain_per_row, l->panel};
    GFN_TRY(draw_panels(canvas, l, y, &large));
    y += l->plain;
    const panels small = {p->curve, p->n_curves, l->curves_per_row, CURVES};
    GFN_TRY(draw_panels(canvas, l, y, &small));
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
    const double height =
        ceil(l.title + l.corners + l.tiles + l.plain + l.curves + l.note + l.table);
    gfn_canvas_destroy(&canvas);
    GFN_TRY(gfn_canvas_create(&page, height, &canvas));
    gfn_status status = draw(canvas, picture, &l);
    if (status == GFN_OK)
        status = gfn_canvas_save(canvas, path);
    gfn_canvas_destroy(&canvas);
    return status;
}
