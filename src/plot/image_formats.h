/* SPDX-License-Identifier: MIT
 *
 * plot/image_formats.h - the formats of files, by the ending of their names. Only this file and
 * canvas.c use Cairo.
 */
#ifndef PLOT_IMAGE_FORMATS_H
#define PLOT_IMAGE_FORMATS_H

#include <stdbool.h>

#include <gfn/status.h>

typedef struct gfn_image_format gfn_image_format;

/* The format of a file by the ending of its name, in any case. Errors: GFN_EINVAL: an unknown
 * ending; the message lists the known ones. */
gfn_status gfn_image_format_find(const char *path, const gfn_image_format **format);

/* ".pdf". */
const char *gfn_image_format_ending(const gfn_image_format *format);

/* Whether it has lines and letters, with sizes in points, instead of pixels. */
bool gfn_image_format_is_vector(const gfn_image_format *format);

/* Replay a recording surface of Cairo, enlarged by `scale`, into a file of width x height points or
 * pixels, which is replaced atomically. Equal recordings give equal bytes.
 * Errors: GFN_ENOMEM, GFN_EIO. */
struct _cairo_surface;
gfn_status gfn_image_write(const gfn_image_format *format, struct _cairo_surface *recording,
                           const double size[2], double scale, const char *path);

#endif
