/* SPDX-License-Identifier: MIT
 *
 * The styles of series. Colors are those of Okabe and Ito (2008, Color Universal Design,
 * https://jfly.uni-koeln.de/color/), which are distinct also for people with color blindness; the
 * yellow of their palette, which is too pale on white, and black are left out. After the six colors
 * they come again with dashed lines and squares, and then with dotted lines and triangles, so that
 * no two of 18 styles look the same, also without color if there are few of each.
 */
#include "plot/parts.h"

static const uint32_t colors[] = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9};

enum { COLORS = sizeof colors / sizeof colors[0] };

_Static_assert(GFN_PICTURE_STYLES == 3 * COLORS, "a dash of each color");

void gfn_style_color(gfn_canvas *canvas, int style)
{
    gfn_canvas_color(canvas, style < 0 ? GFN_INK : colors[style % COLORS]);
}

/* 0, 1 or 2. */
static int variant_of(int style)
{
    return style < 0 ? 0 : style / COLORS % 3;
}

gfn_pen gfn_style_pen(int style, double width)
{
    return (gfn_pen){width, style < 0 ? 1 : variant_of(style)};
}

void gfn_style_marker(gfn_canvas *canvas, double x, double y, double radius, int style)
{
    gfn_canvas_marker(canvas, x, y, radius, variant_of(style));
}

void gfn_style_sample(gfn_canvas *canvas, double x, double y, double width, int style)
{
    const gfn_box all = {x, y - 10, width, 20};
    gfn_style_color(canvas, style);
    gfn_canvas_line(canvas, all, 2, (double[]){x, x + width}, (double[]){y, y},
                    gfn_style_pen(style, 2.2));
    if (style >= 0)
        gfn_style_marker(canvas, x + width / 2, y, 3.4, style);
}
