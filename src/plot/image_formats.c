/* SPDX-License-Identifier: MIT
 *
 * Files are made in memory first, because what Cairo puts into some formats besides the picture has
 * to be removed: dates, and numbers that count the surfaces of the process.
 */
#include "plot/image_formats.h"

#include <cairo.h>
/* cairo_pdf_surface_set_metadata(), which open_pdf() needs, exists since 1.16. */
#if CAIRO_HAS_PDF_SURFACE && CAIRO_VERSION >= CAIRO_VERSION_ENCODE(1, 16, 0)
#define HAS_PDF 1
#include <cairo-pdf.h>
#endif
#if CAIRO_HAS_SVG_SURFACE
#include <cairo-svg.h>
#endif
#if CAIRO_HAS_PS_SURFACE
#include <cairo-ps.h>
#endif
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/file.h"

/* The bytes of a file. */
struct bytes {
    char *text;
    size_t n, room;
    gfn_status status; /* of the first write that failed */
};

struct gfn_image_format {
    const char *ending;
    bool is_vector;
    cairo_surface_t *(*open)(struct bytes *bytes, double width, double height);
    cairo_status_t (*finish)(struct bytes *bytes, cairo_surface_t *surface);
    void (*clean)(struct bytes *bytes); /* may be NULL */
};

/* ---- bytes ---- */

static gfn_status grow(struct bytes *bytes, size_t n)
{
    char *text;
    if (bytes->room - bytes->n > n)
        return GFN_OK;
    const size_t room = 2 * (bytes->n + n) + 4096;
    GFN_TRY(gfn_allocate("picture", room, 1, &text));
    if (bytes->n > 0)
        memcpy(text, bytes->text, bytes->n);
    gfn_release(&bytes->text);
    bytes->text = text;
    bytes->room = room;
    return GFN_OK;
}

static cairo_status_t write_bytes(void *self, const unsigned char *from, unsigned int n)
{
    struct bytes *bytes = self;
    if (bytes->status == GFN_OK) /* Cairo may continue to write after an error */
        bytes->status = grow(bytes, n);
    if (bytes->status != GFN_OK)
        return CAIRO_STATUS_WRITE_ERROR;
    memcpy(bytes->text + bytes->n, from, n);
    bytes->n += n;
    return CAIRO_STATUS_SUCCESS;
}

/* ---- formats ---- */

static cairo_surface_t *open_png(struct bytes *bytes, double width, double height)
{
    (void)bytes;
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
}

static cairo_status_t finish_png(struct bytes *bytes, cairo_surface_t *surface)
{
    return cairo_surface_write_to_png_stream(surface, write_bytes, bytes);
}

#if HAS_PDF || CAIRO_HAS_SVG_SURFACE || CAIRO_HAS_PS_SURFACE
static cairo_status_t finish_vector(struct bytes *bytes, cairo_surface_t *surface)
{
    (void)bytes;
    cairo_surface_finish(surface);
    return cairo_surface_status(surface);
}
#endif

#if HAS_PDF
static cairo_surface_t *open_pdf(struct bytes *bytes, double width, double height)
{
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(write_bytes, bytes, width, height);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
    return surface;
}
#endif

#if CAIRO_HAS_SVG_SURFACE
static cairo_surface_t *open_svg(struct bytes *bytes, double width, double height)
{
    return cairo_svg_surface_create_for_stream(write_bytes, bytes, width, height);
}

/* Length of a name such as "surface or #image at the end of n bytes, where digits may follow; 0:
 * there is none. The quote and the hash are in no image data. */
static size_t name_length(const char *text, size_t n)
{
    static const char *const names[] = {"\"surface", "#surface", "\"image", "#image"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t length = strlen(names[i]);
        if (n >= length && memcmp(text + n - length, names[i], length) == 0)
            return length;
    }
    return 0;
}

/* Copy the text onto itself with `less` taken from all numbers of names; returns the smallest of
 * these numbers. */
static unsigned long renumber(struct bytes *bytes, unsigned long less)
{
    unsigned long smallest = (unsigned long)-1;
    size_t to = 0;
    for (size_t from = 0; from < bytes->n;) {
        unsigned long number = 0;
        size_t digits = 0;
        bytes->text[to++] = bytes->text[from++];
        if (!isalpha((unsigned char)bytes->text[to - 1]) || !name_length(bytes->text, to))
            continue;
        for (; from < bytes->n && isdigit((unsigned char)bytes->text[from]); digits++)
            number = 10 * number + (unsigned long)(bytes->text[from++] - '0');
        if (digits == 0)
            continue;
        char shorter[24];
        const int n = gfn_format(shorter, sizeof shorter, "%lu", number - less);
        memcpy(bytes->text + to, shorter, (size_t)n);
        to += (size_t)n;
        smallest = number < smallest ? number : smallest;
    }
    bytes->n = to;
    return smallest;
}

/* Names have numbers that count the surfaces of the process: let them begin at 0. */
static void clean_svg(struct bytes *bytes)
{
    renumber(bytes, renumber(bytes, 0));
}
#endif

#if CAIRO_HAS_PS_SURFACE
static cairo_surface_t *open_ps(struct bytes *bytes, double width, double height)
{
    return cairo_ps_surface_create_for_stream(write_bytes, bytes, width, height);
}

static cairo_surface_t *open_eps(struct bytes *bytes, double width, double height)
{
    cairo_surface_t *surface = open_ps(bytes, width, height);
    cairo_ps_surface_set_eps(surface, true);
    return surface;
}

/* Remove the line with the date. */
static void clean_ps(struct bytes *bytes)
{
    bytes->text[bytes->n] = '\0'; /* grow() leaves room */
    char *line = strstr(bytes->text, "\n%%CreationDate:"), *end = line ? strchr(line + 1, '\n') : 0;
    if (end == NULL)
        return;
    memmove(line, end, bytes->n - (size_t)(end - bytes->text));
    bytes->n -= (size_t)(end - line);
}
#endif

static const gfn_image_format formats[] = {
    {".png", false, open_png, finish_png, NULL},
#if HAS_PDF
    {".pdf", true, open_pdf, finish_vector, NULL},
#endif
#if CAIRO_HAS_SVG_SURFACE
    {".svg", true, open_svg, finish_vector, clean_svg},
#endif
#if CAIRO_HAS_PS_SURFACE
    {".eps", true, open_eps, finish_vector, clean_ps},
    {".ps", true, open_ps, finish_vector, clean_ps},
#endif
};

enum { FORMATS = sizeof formats / sizeof formats[0] };

/* ---- the table ---- */

/* ".png, .pdf or .svg" */
static void list_endings(char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < FORMATS && used < size; i++)
        used += (size_t)gfn_format(text + used, size - used, "%s%s",
                                   i == 0             ? ""
                                   : i == FORMATS - 1 ? " or "
                                                      : ", ",
                                   formats[i].ending);
}

gfn_status gfn_image_format_find(const char *path, const gfn_image_format **format)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *ending = strrchr(name, '.');
    char known[100];
    for (size_t i = 0; ending && i < FORMATS; i++)
        if (strcasecmp(ending, formats[i].ending) == 0) {
            *format = &formats[i];
            return GFN_OK;
        }
    list_endings(known, sizeof known);
    return gfn_fail(GFN_EINVAL, "%s: expected a name that ends in %s, found \"%s\" (hint: %.*s%s)",
                    path, known, ending ? ending : name,
                    ending ? (int)(ending - name) : (int)strlen(name), name,
                    formats[FORMATS > 1].ending);
}

const char *gfn_image_format_ending(const gfn_image_format *format)
{
    return format->ending;
}

bool gfn_image_format_is_vector(const gfn_image_format *format)
{
    return format->is_vector;
}

/* ---- files ---- */

static cairo_status_t replay(const gfn_image_format *format, cairo_surface_t *recording,
                             const double size[2], double scale, struct bytes *bytes)
{
    cairo_surface_t *surface = format->open(bytes, size[0], size[1]);
    cairo_t *cairo = cairo_create(surface);
    cairo_scale(cairo, scale, scale);
    cairo_set_source_surface(cairo, recording, 0, 0);
    cairo_paint(cairo);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    if (status == CAIRO_STATUS_SUCCESS)
        status = format->finish(bytes, surface);
    cairo_surface_destroy(surface);
    return status;
}

gfn_status gfn_image_write(const gfn_image_format *format, cairo_surface_t *recording,
                           const double size[2], double scale, const char *path)
{
    struct bytes bytes = {.status = GFN_OK};
    const cairo_status_t drawn = replay(format, recording, size, scale, &bytes);
    gfn_status status = bytes.status;
    if (status == GFN_OK && drawn != CAIRO_STATUS_SUCCESS)
        status = gfn_fail(GFN_ENOMEM, "%s: cannot draw it: %s (hint: --picture no)", path,
                          cairo_status_to_string(drawn));
    if (status == GFN_OK && format->clean)
        format->clean(&bytes);
    if (status == GFN_OK)
        status = gfn_file_replace(path, NULL, bytes.text, bytes.n);
    gfn_release(&bytes.text);
    return status;
}
