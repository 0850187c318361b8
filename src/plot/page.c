/* SPDX-License-Identifier: MIT
 *
 * Letters are as large as papers have them: 8 points, 11.5 units of 0.7 points. A pixel is a unit.
 * A page never has more than 1040 units: if it is wider, it is enlarged. Known answer: 180 mm are
 * 510 points and 729 units.
 */
#include "plot/page.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/parse.h"

#define MOST_UNITS 1040.0
#define POINTS_PER_MM (72 / 25.4)

/* The page of bitmaps, and that of vector formats. */
static const struct kind {
    double unit; /* smallest scale */
    double fallback, least, most;
    struct {
        const char *name;
        double length; /* in pixels or points */
    } measure[4];
    const char *expected, *hint;
} kinds[] = {
    {1, MOST_UNITS, 320, 6000, {{"px", 1}, {"", 1}}, "320px to 6000px", "1600px"},
    {0.7,
     180 * POINTS_PER_MM,
     80 * POINTS_PER_MM,
     600 * POINTS_PER_MM,
     {{"mm", POINTS_PER_MM}, {"cm", 10 * POINTS_PER_MM}, {"in", 72}},
     "80mm to 600mm, in mm, cm or in (3.15in to 23.6in),",
     "180mm, or 3.4in for one of two columns"},
};

/* The text in pixels or points; NAN if it is no such width. */
static double read_width(const struct kind *kind, const char *text)
{
    char number[32];
    double value;
    const size_t n = strspn(text, "0123456789.");
    if (n == 0 || n >= sizeof number)
        return NAN;
    memcpy(number, text, n);
    number[n] = '\0';
    for (size_t i = 0; i < 4 && kind->measure[i].name; i++)
        if (strcmp(text + n, kind->measure[i].name) == 0 && gfn_parse_number(number, &value))
            return value * kind->measure[i].length;
    return NAN;
}

gfn_status gfn_page_of(const char *path, const char *width, gfn_page *page)
{
    GFN_TRY(gfn_image_format_find(path, &page->format));
    const struct kind *kind = &kinds[gfn_image_format_is_vector(page->format)];
    const bool is_given = width && width[0];
    const double length = is_given ? read_width(kind, width) : kind->fallback;
    /* A hundredth of a point for 80mm as 3.15in, and the like. */
    if (!(length > kind->least - 0.2 && length < kind->most + 0.2))
        return gfn_fail(GFN_EINVAL, "picture-width: expected %s for %s, found \"%s\" (hint: %s)",
                        kind->expected, gfn_image_format_ending(page->format), width, kind->hint);
    page->units = fmin(MOST_UNITS, length / kind->unit);
    page->scale = length / page->units;
    return GFN_OK;
}
