/* SPDX-License-Identifier: MIT
 *
 * plot/page.h - the width of a picture. It is laid out in units, in which its letters have sizes
 * (parts.h); a wide page is an enlarged one, and a narrow page has fewer things side by side.
 */
#ifndef PLOT_PAGE_H
#define PLOT_PAGE_H

#include "plot/image_formats.h"

typedef struct gfn_page {
    const gfn_image_format *format;
    double units; /* the width */
    double scale; /* pixels, or in vector formats points, per unit */
} gfn_page;

/* The page of a file with a width as the user wrote it: "1600px" or "1600" for pixels, "180mm",
 * "18cm" or "7in" for vector formats; NULL or "": 1040 pixels or 180 mm.
 * Errors: GFN_EINVAL: the file's name, or the width. */
gfn_status gfn_page_of(const char *path, const char *width, gfn_page *page);

#endif
