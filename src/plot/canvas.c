/* SPDX-License-Identifier: MIT */
#include "plot/canvas.h"

#include <cairo.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "plot/text.h"

/* Drawing goes to a recording surface, which gfn_canvas_save() replays onto a surface for the
 * format of the file. */
struct gfn_canvas {
    gfn_page page;
    double height;
    cairo_surface_t *surface;
    cairo_t *cairo;
};

/* Grey antialiasing looks right on every screen; subpixel antialiasing does not. Letters are fitted
 * to pixels only if a unit is one: fitted to anything else they would stand unevenly. */
static void set_font_options(gfn_canvas *canvas)
{
    const bool has_pixels =
        !gfn_image_format_is_vector(canvas->page.format) && canvas->page.scale == 1;
    cairo_font_options_t *font = cairo_font_options_create();
    cairo_font_options_set_antialias(font, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(font,
                                      has_pixels ? CAIRO_HINT_STYLE_SLIGHT : CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(font, has_pixels ? CAIRO_HINT_METRICS_ON
                                                         : CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(canvas->cairo, font);
    cairo_font_options_destroy(font);
}

gfn_status gfn_canvas_create(const gfn_page *page, double height, gfn_canvas **canvas)
{
    /* Pixels at the edges of a sheet are mixed with black. */
    const double beyond = gfn_image_format_is_vector(page->format) ? 0 : 2;
    const cairo_rectangle_t sheet = {-beyond, -beyond, page->units + 2 * beyond,
                                     height + 2 * beyond};
    gfn_canvas *c;
    GFN_TRY(gfn_allocate("picture", 1, sizeof *c, &c));
    c->page = *page;
    c->height = height;
    c->surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, &sheet);
    c->cairo = cairo_create(c->surface);
    if (cairo_status(c->cairo) != CAIRO_STATUS_SUCCESS) {
        gfn_canvas_destroy(&c);
        return gfn_fail(GFN_ENOMEM, "picture: no memory for %.0f x %.0f units", page->units,
                        height);
    }
    set_font_options(c);
    cairo_set_source_rgb(c->cairo, 1, 1, 1);
    cairo_paint(c->cairo);
    *canvas = c;
    return GFN_OK;
}

void gfn_canvas_destroy(gfn_canvas **canvas)
{
    if (*canvas == NULL)
        return;
    cairo_destroy((*canvas)->cairo);
    cairo_surface_destroy((*canvas)->surface);
    gfn_release(canvas);
}

gfn_status gfn_canvas_save(gfn_canvas *canvas, const char *path)
{
    const gfn_page *page = &canvas->page;
    double size[2] = {page->units * page->scale, canvas->height * page->scale};
    const cairo_status_t status = cairo_status(canvas->cairo);
    if (status != CAIRO_STATUS_SUCCESS)
        return gfn_fail(GFN_ENOMEM, "%s: cannot draw it: %s (hint: --picture no)", path,
                        cairo_status_to_string(status));
    for (int i = 0; i < 2 && !gfn_image_format_is_vector(page->format); i++)
        size[i] = floor(size[i] + 0.5);
    return gfn_image_write(page->format, canvas->surface, size, page->scale, path);
}

/* ---- lines and areas ---- */

static void set_color(gfn_canvas *canvas, uint32_t rgb, double alpha)
{
    cairo_set_source_rgba(canvas->cairo, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                          (rgb & 255) / 255.0, alpha);
}

void gfn_canvas_color(gfn_canvas *canvas, uint32_t rgb)
{
    set_color(canvas, rgb, 1);
}

void gfn_canvas_fill(gfn_canvas *canvas, gfn_box box)
{
    cairo_rectangle(canvas->cairo, box.x, box.y, box.width, box.height);
    cairo_fill(canvas->cairo);
}

/* Lines one unit wide just outside the box, at half-integer coordinates, so that they are sharp. */
void gfn_canvas_frame(gfn_canvas *canvas, gfn_box box)
{
    cairo_set_line_width(canvas->cairo, 1);
    cairo_rectangle(canvas->cairo, floor(box.x) - 0.5, floor(box.y) - 0.5, ceil(box.width) + 1,
                    ceil(box.height) + 1);
    cairo_stroke(canvas->cairo);
}

static void begin_clip(cairo_t *cairo, gfn_box box)
{
    cairo_save(cairo);
    cairo_rectangle(cairo, box.x, box.y, box.width, box.height);
    cairo_clip(cairo);
}

void gfn_canvas_line(gfn_canvas *canvas, gfn_box box, size_t n, const double *x, const double *y,
                     gfn_pen pen)
{
    static const double dashes[][2] = {{0, 0}, {6, 3.5}, {1.8, 2.4}};
    cairo_t *cairo = canvas->cairo;
    bool is_down = false;
    begin_clip(cairo, box);
    cairo_set_line_width(cairo, pen.width);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    if (pen.dash > 0)
        cairo_set_dash(cairo, dashes[pen.dash % 3], 2, 0);
    for (size_t i = 0; i < n; i++) {
        const bool is_there = isfinite(x[i]) && isfinite(y[i]);
        if (is_there && is_down)
            cairo_line_to(cairo, x[i], y[i]);
        else if (is_there)
            cairo_move_to(cairo, x[i], y[i]);
        is_down = is_there;
    }
    cairo_stroke(cairo);
    cairo_restore(cairo);
}

void gfn_canvas_band(gfn_canvas *canvas, gfn_box box, size_t n, const double *x, const double *low,
                     const double *high)
{
    cairo_t *cairo = canvas->cairo;
    begin_clip(cairo, box);
    for (size_t i = 0; i < n; i++)
        cairo_line_to(cairo, x[i], low[i]);
    for (size_t i = n; i-- > 0;)
        cairo_line_to(cairo, x[i], high[i]);
    cairo_close_path(cairo);
    cairo_pattern_t *source = cairo_get_source(cairo);
    double red, green, blue, alpha;
    cairo_pattern_get_rgba(source, &red, &green, &blue, &alpha);
    cairo_set_source_rgba(cairo, red, green, blue, 0.2);
    cairo_fill(cairo);
    cairo_restore(cairo);
}

void gfn_canvas_marker(gfn_canvas *canvas, double x, double y, double radius, int shape)
{
    cairo_t *cairo = canvas->cairo;
    const double half = 0.89 * radius, side = 1.25 * radius;
    if (shape == 1) {
        cairo_rectangle(cairo, x - half, y - half, 2 * half, 2 * half);
    } else if (shape == 2) {
        cairo_move_to(cairo, x - side, y + 0.6 * side);
        cairo_line_to(cairo, x + side, y + 0.6 * side);
        cairo_line_to(cairo, x, y - 1.1 * side);
    } else {
        cairo_arc(cairo, x, y, radius, 0, 6.283185307179586);
    }
    cairo_fill(cairo);
}

void gfn_canvas_tip(gfn_canvas *canvas, gfn_box box)
{
    cairo_t *cairo = canvas->cairo;
    cairo_move_to(cairo, box.x, box.y - 2);
    cairo_line_to(cairo, box.x + box.width, box.y - 2);
    cairo_line_to(cairo, box.x + box.width / 2, box.y - 2 - 0.7 * box.width);
    cairo_fill(cairo);
}

/* ---- images ---- */

/* How often a cell is repeated down and to the right. Programs that show vector formats smooth
 * images even if the file forbids it. If cells are repeated, only their edges are smoothed. */
static size_t repeats_of(const gfn_canvas *canvas, size_t cells)
{
    enum { ENOUGH = 800 };
    if (!gfn_image_format_is_vector(canvas->page.format) || cells >= ENOUGH)
        return 1;
    return (ENOUGH + cells - 1) / cells;
}

static void fill_image(cairo_surface_t *image, const size_t cells[2], const size_t repeats[2],
                       const uint32_t *rgb)
{
    unsigned char *data = cairo_image_surface_get_data(image);
    const size_t stride = (size_t)cairo_image_surface_get_stride(image);
    for (size_t row = 0; row < cells[0] * repeats[0]; row++)
        for (size_t column = 0; column < cells[1] * repeats[1]; column++)
            memcpy(data + row * stride + column * sizeof *rgb,
                   &rgb[row / repeats[0] * cells[1] + column / repeats[1]], sizeof *rgb);
    cairo_surface_mark_dirty(image);
}

gfn_status gfn_canvas_image(gfn_canvas *canvas, gfn_box box, const size_t cells[2],
                            const uint32_t *rgb)
{
    cairo_t *cairo = canvas->cairo;
    const size_t repeats[2] = {repeats_of(canvas, cells[0]), repeats_of(canvas, cells[1])};
    const int rows = (int)(cells[0] * repeats[0]), columns = (int)(cells[1] * repeats[1]);
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, columns, rows);
    if (cairo_surface_status(image) != CAIRO_STATUS_SUCCESS) {
        cairo_surface_destroy(image);
        return gfn_fail(GFN_ENOMEM, "picture: no memory for a map of %d x %d", rows, columns);
    }
    fill_image(image, cells, repeats, rgb);
    cairo_save(cairo);
    cairo_translate(cairo, box.x, box.y);
    cairo_scale(cairo, box.width / columns, box.height / rows);
    cairo_set_source_surface(cairo, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    cairo_rectangle(cairo, 0, 0, columns, rows);
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_NONE);
    cairo_fill(cairo);
    cairo_restore(cairo);
    cairo_surface_destroy(image);
    return GFN_OK;
}

/* ---- text ---- */

static void choose_font(gfn_canvas *canvas, gfn_font font)
{
    cairo_select_font_face(canvas->cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           font.is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(canvas->cairo, font.size);
}

static double width_of(gfn_canvas *canvas, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(canvas->cairo, text, &extents);
    return extents.x_advance;
}

double gfn_canvas_text_width(gfn_canvas *canvas, gfn_font font, const char *text)
{
    char drawn[GFN_DRAWN_TEXT];
    gfn_text_make_drawable(text, drawn);
    choose_font(canvas, font);
    return width_of(canvas, drawn);
}

/* Leave out as little of the middle as is needed. */
static void fit(gfn_canvas *canvas, double most, char text[GFN_DRAWN_TEXT])
{
    char whole[GFN_DRAWN_TEXT];
    size_t fitting = 3, wide = gfn_text_length(text);
    if (most <= 0 || width_of(canvas, text) <= most)
        return;
    memcpy(whole, text, sizeof whole);
    while (fitting + 1 < wide) {
        const size_t middle = (fitting + wide) / 2;
        gfn_text_shorten(whole, middle, text, GFN_DRAWN_TEXT);
        if (width_of(canvas, text) <= most)
            fitting = middle;
        else
            wide = middle;
    }
    gfn_text_shorten(whole, fitting, text, GFN_DRAWN_TEXT);
}

void gfn_canvas_text(gfn_canvas *canvas, double x, double y, gfn_font font, const char *text)
{
    static const double before[] = {[GFN_LEFT] = 0, [GFN_CENTER] = 0.5, [GFN_RIGHT] = 1};
    char drawn[GFN_DRAWN_TEXT];
    gfn_text_make_drawable(text, drawn);
    choose_font(canvas, font);
    fit(canvas, font.most, drawn);
    cairo_move_to(canvas->cairo, x - before[font.align] * width_of(canvas, drawn), y);
    cairo_show_text(canvas->cairo, drawn);
}

/* Copy as many words as fit on a line, at least one; returns how many bytes of the text they are.
 */
static size_t take_line(gfn_canvas *canvas, gfn_font font, const char *text,
                        char line[GFN_DRAWN_TEXT])
{
    size_t used = 0;
    for (;;) {
        char longer[GFN_DRAWN_TEXT];
        const size_t blanks = strspn(text + used, " ");
        const size_t n = used + blanks + strcspn(text + used + blanks, " ");
        if (n == used)
            return used;
        gfn_format(longer, sizeof longer, "%.*s", (int)n, text);
        if (used > 0 &&
            (n >= sizeof longer || gfn_canvas_text_width(canvas, font, longer) > font.most))
            return used;
        memcpy(line, longer, sizeof longer);
        used = n;
    }
}

size_t gfn_canvas_paragraph(gfn_canvas *canvas, const double at[2], double step, gfn_font font,
                            const char *text, bool is_drawn)
{
    size_t lines = 0;
    do {
        char line[GFN_DRAWN_TEXT] = "";
        text += take_line(canvas, font, text, line);
        text += strspn(text, " ");
        if (is_drawn)
            gfn_canvas_text(canvas, at[0], at[1] + (double)lines * step, font, line);
        lines++;
    } while (*text != '\0');
    return lines;
}

void gfn_canvas_text_upward(gfn_canvas *canvas, double x, double y, gfn_font font, const char *text)
{
    cairo_save(canvas->cairo);
    cairo_translate(canvas->cairo, x, y);
    cairo_rotate(canvas->cairo, -1.5707963267948966);
    gfn_canvas_text(canvas, 0, 0, font, text);
    cairo_restore(canvas->cairo);
}
