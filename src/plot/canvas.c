/* SPDX-License-Identifier: MIT */
#include "plot/canvas.h"

#include <cairo.h>
/* cairo_pdf_surface_set_metadata(), which open_pdf() needs, exists since 1.16. */
#if CAIRO_HAS_PDF_SURFACE && CAIRO_VERSION >= CAIRO_VERSION_ENCODE(1, 16, 0)
#define HAS_PDF 1
#define ENDINGS ".png or .pdf"
#else
#define HAS_PDF 0
#define ENDINGS ".png"
#endif
#if HAS_PDF
#include <cairo-pdf.h>
#endif
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/file.h"

/* Drawing goes to a recording surface, which gfn_canvas_save() replays onto a surface for the
 * format of the file. */
struct gfn_canvas {
    int width, height;
    cairo_surface_t *surface;
    cairo_t *cairo;
};

gfn_status gfn_canvas_create(int width, int height, gfn_canvas **canvas)
{
    const cairo_rectangle_t sheet = {0, 0, width, height};
    gfn_canvas *c;
    GFN_TRY(gfn_allocate("picture", 1, sizeof *c, &c));
    c->width = width;
    c->height = height;
    c->surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, &sheet);
    c->cairo = cairo_create(c->surface);
    if (cairo_status(c->cairo) != CAIRO_STATUS_SUCCESS) {
        gfn_canvas_destroy(&c);
        return gfn_fail(GFN_ENOMEM, "picture: no memory for %d x %d pixels", width, height);
    }
    /* Grey antialiasing looks right on every screen; subpixel antialiasing does not. */
    cairo_font_options_t *font = cairo_font_options_create();
    cairo_font_options_set_antialias(font, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(font, CAIRO_HINT_STYLE_SLIGHT);
    cairo_set_font_options(c->cairo, font);
    cairo_font_options_destroy(font);
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

/* ---- saving ---- */

struct target {
    gfn_writer *writer;
    gfn_status status; /* of the first write that failed */
};

static cairo_status_t write_bytes(void *self, const unsigned char *bytes, unsigned int n)
{
    struct target *target = self;
    if (target->status == GFN_OK) /* Cairo may continue to write after an error */
        target->status = gfn_writer_write(target->writer, bytes, n);
    return target->status == GFN_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static cairo_surface_t *open_png(struct target *target, int width, int height)
{
    (void)target;
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
}

static cairo_status_t finish_png(struct target *target, cairo_surface_t *surface)
{
    return cairo_surface_write_to_png_stream(surface, write_bytes, target);
}

#if HAS_PDF
/* One pixel becomes one point. The date is removed, so that equal pictures give equal bytes. */
static cairo_surface_t *open_pdf(struct target *target, int width, int height)
{
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(write_bytes, target, width, height);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
    return surface;
}

static cairo_status_t finish_pdf(struct target *target, cairo_surface_t *surface)
{
    (void)target;
    cairo_surface_finish(surface);
    return cairo_surface_status(surface);
}
#endif

/* File formats: the surface to draw on, and how to write it. SVG is left out, because Cairo 1.16
 * blurs the cells of maps in it. */
static const struct format {
    const char *ending;
    cairo_surface_t *(*open)(struct target *target, int width, int height);
    cairo_status_t (*finish)(struct target *target, cairo_surface_t *surface);
} formats[] = {
    {".png", open_png, finish_png},
#if HAS_PDF
    {".pdf", open_pdf, finish_pdf},
#endif
};

static cairo_status_t replay(gfn_canvas *canvas, const struct format *format, struct target *target)
{
    cairo_surface_t *surface = format->open(target, canvas->width, canvas->height);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_surface(cairo, canvas->surface, 0, 0);
    cairo_paint(cairo);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    if (status == CAIRO_STATUS_SUCCESS)
        status = format->finish(target, surface);
    cairo_surface_destroy(surface);
    return status;
}

/* The format of a file by the ending of its name; NULL if it is unknown. */
static const struct format *format_of(const char *path)
{
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < sizeof formats / sizeof formats[0]; i++)
        if (strcasecmp(ending, formats[i].ending) == 0)
            return &formats[i];
    return NULL;
}

gfn_status gfn_canvas_check(const char *path)
{
    if (format_of(path))
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "%s: expected a name that ends in " ENDINGS, path);
}

gfn_status gfn_canvas_save(gfn_canvas *canvas, const char *path)
{
    struct target target = {.status = GFN_OK};
    GFN_TRY(gfn_canvas_check(path));
    GFN_TRY(gfn_writer_open(path, NULL, &target.writer));
    cairo_status_t status = cairo_status(canvas->cairo);
    if (status == CAIRO_STATUS_SUCCESS)
        status = replay(canvas, format_of(path), &target);
    if (status == CAIRO_STATUS_SUCCESS && target.status == GFN_OK)
        return gfn_writer_commit(&target.writer);
    gfn_writer_discard(&target.writer);
    if (target.status != GFN_OK)
        return target.status;
    return gfn_fail(GFN_ENOMEM, "%s: cannot draw it: %s (hint: --picture no)", path,
                    cairo_status_to_string(status));
}

/* ---- drawing ---- */

void gfn_canvas_color(gfn_canvas *canvas, uint32_t rgb)
{
    cairo_set_source_rgb(canvas->cairo, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                         (rgb & 255) / 255.0);
}

void gfn_canvas_fill(gfn_canvas *canvas, gfn_box box)
{
    cairo_rectangle(canvas->cairo, box.x, box.y, box.width, box.height);
    cairo_fill(canvas->cairo);
}

/* Lines one pixel wide just outside the box, at half-integer coordinates, so that they are
 * sharp. */
void gfn_canvas_frame(gfn_canvas *canvas, gfn_box box)
{
    cairo_set_line_width(canvas->cairo, 1);
    cairo_rectangle(canvas->cairo, floor(box.x) - 0.5, floor(box.y) - 0.5, ceil(box.width) + 1,
                    ceil(box.height) + 1);
    cairo_stroke(canvas->cairo);
}

void gfn_canvas_line(gfn_canvas *canvas, gfn_box box, size_t n, const double *x, const double *y,
                     double width, bool is_dashed)
{
    cairo_t *cairo = canvas->cairo;
    bool is_down = false;
    cairo_save(cairo);
    cairo_rectangle(cairo, box.x, box.y, box.width, box.height);
    cairo_clip(cairo);
    cairo_set_line_width(cairo, width);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    if (is_dashed)
        cairo_set_dash(cairo, (const double[]){5, 4}, 2, 0);
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

void gfn_canvas_dot(gfn_canvas *canvas, double x, double y, double radius)
{
    cairo_arc(canvas->cairo, x, y, radius, 0, 6.283185307179586);
    cairo_fill(canvas->cairo);
}

void gfn_canvas_triangle(gfn_canvas *canvas, const double x[3], const double y[3])
{
    for (int i = 0; i < 3; i++)
        cairo_line_to(canvas->cairo, x[i], y[i]);
    cairo_fill(canvas->cairo);
}

gfn_status gfn_canvas_image(gfn_canvas *canvas, gfn_box box, size_t rows, size_t columns,
                            const uint32_t *rgb)
{
    cairo_t *cairo = canvas->cairo;
    cairo_surface_t *image =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)columns, (int)rows);
    if (cairo_surface_status(image) != CAIRO_STATUS_SUCCESS) {
        cairo_surface_destroy(image);
        return gfn_fail(GFN_ENOMEM, "picture: no memory for a map of %zu x %zu", rows, columns);
    }
    unsigned char *data = cairo_image_surface_get_data(image);
    const size_t stride = (size_t)cairo_image_surface_get_stride(image);
    for (size_t row = 0; row < rows; row++)
        memcpy(data + row * stride, rgb + row * columns, columns * sizeof *rgb);
    cairo_surface_mark_dirty(image);
    cairo_save(cairo);
    cairo_translate(cairo, box.x, box.y);
    cairo_scale(cairo, box.width / (double)columns, box.height / (double)rows);
    cairo_set_source_surface(cairo, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    cairo_rectangle(cairo, 0, 0, (double)columns, (double)rows);
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_NONE);
    cairo_fill(cairo);
    cairo_restore(cairo);
    cairo_surface_destroy(image);
    return GFN_OK;
}

/* ---- text ---- */

static double width_of(gfn_canvas *canvas, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(canvas->cairo, text, &extents);
    return extents.x_advance;
}

static void choose_font(gfn_canvas *canvas, double size, bool is_bold)
{
    cairo_select_font_face(canvas->cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(canvas->cairo, size);
}

/* Names of files may not be UTF-8, for which Cairo would stop drawing. */
static void make_printable(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            *text = '?';
}

void gfn_canvas_text(gfn_canvas *canvas, double x, double y, gfn_align align, double size,
                     bool is_bold, double most, const char *text)
{
    char shown[400];
    choose_font(canvas, size, is_bold);
    gfn_format(shown, sizeof shown, "%s", text);
    make_printable(shown);
    for (size_t n = strlen(shown); most > 0 && n > 3 && width_of(canvas, shown) > most; n--)
        memcpy(shown + n - 4, "...", 4);
    const double before[] = {[GFN_LEFT] = 0, [GFN_CENTER] = 0.5, [GFN_RIGHT] = 1};
    cairo_move_to(canvas->cairo, x - before[align] * width_of(canvas, shown), y);
    cairo_show_text(canvas->cairo, shown);
}

void gfn_canvas_text_upward(gfn_canvas *canvas, double x, double y, double size, const char *text)
{
    cairo_save(canvas->cairo);
    cairo_translate(canvas->cairo, x, y);
    cairo_rotate(canvas->cairo, -1.5707963267948966);
    gfn_canvas_text(canvas, 0, 0, GFN_CENTER, size, false, 0, text);
    cairo_restore(canvas->cairo);
}
