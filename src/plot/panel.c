/* SPDX-License-Identifier: MIT
 *
 * A panel: two axes with curves or points.
 */
#include "plot/parts.h"

#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"

/* A curve of at most this many points has a dot at each. */
enum { FEW = 40 };

/* Colors that are distinct also for people with color blindness (Okabe and Ito 2008, Color
 * Universal Design); the yellow of the original palette, which is too pale on white, is left
 * out. */
uint32_t gfn_series_color(int color)
{
    static const uint32_t colors[] = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9};
    enum { COLORS = sizeof colors / sizeof colors[0] };
    return color < 0 ? GFN_INK : colors[color % COLORS];
}

typedef struct scales {
    gfn_box box;
    gfn_plot_axis x, y;
} scales;

static double x_of(const scales *s, double x)
{
    return s->box.x + gfn_axis_fraction(&s->x, x) * s->box.width;
}

static double y_of(const scales *s, double y)
{
    return s->box.y + (1 - gfn_axis_fraction(&s->y, y)) * s->box.height;
}

static bool is_shown(const gfn_panel *panel, double x, double y)
{
    return isfinite(x) && isfinite(y) && (!panel->is_log || y > 0);
}

/* Fit both scales to the series; false if there is nothing to show. */
static bool find_scales(const gfn_panel *panel, gfn_box box, scales *s)
{
    *s = (scales){box, gfn_axis_begin(false), gfn_axis_begin(panel->is_log)};
    for (size_t k = 0; k < panel->n; k++)
        for (size_t i = 0; i < panel->series[k].n; i++)
            if (is_shown(panel, panel->series[k].x[i], panel->series[k].y[i])) {
                gfn_axis_add(&s->x, panel->series[k].x[i]);
                gfn_axis_add(&s->y, panel->series[k].y[i]);
            }
    const bool has_any = !gfn_axis_is_empty(&s->x);
    if (!panel->is_points && !panel->is_cells)
        gfn_axis_add(&s->x, 0);
    if (panel->is_cells) {
        gfn_axis_add(&s->y, 0);
        gfn_axis_add(&s->x, s->x.least - 0.5);
        gfn_axis_add(&s->x, s->x.most + 0.5);
    }
    gfn_axis_add(&s->y, panel->level);
    gfn_axis_end(&s->x, panel->is_points, (size_t)(box.width / 70) + 1);
    gfn_axis_end(&s->y, true, (size_t)(box.height / 40) + 1);
    return has_any;
}

static void draw_axes(gfn_canvas *canvas, const scales *s, const gfn_panel *panel)
{
    const gfn_box box = s->box;
    const double bottom = box.y + box.height;
    char text[32];
    for (size_t i = 0; i < s->y.n_marks; i++) {
        const double fraction = (s->y.mark[i] - s->y.least) / (s->y.most - s->y.least);
        const double y = box.y + (1 - fraction) * box.height;
        gfn_canvas_color(canvas, GFN_FAINT_LINE);
        gfn_canvas_fill(canvas, (gfn_box){box.x, floor(y), box.width, 1});
        gfn_canvas_color(canvas, GFN_INK);
        gfn_canvas_text(canvas, box.x - 6, y + 4, GFN_RIGHT, GFN_SMALL_TEXT, false, 0,
                        gfn_axis_text(&s->y, s->y.mark[i], text, sizeof text));
    }
    for (size_t i = 0; i < s->x.n_marks; i++) {
        const double x = x_of(s, s->x.mark[i]);
        gfn_canvas_color(canvas, GFN_FAINT_LINE);
        gfn_canvas_fill(canvas, (gfn_box){floor(x), box.y, 1, box.height});
        gfn_canvas_color(canvas, GFN_INK);
        gfn_canvas_text(canvas, x, bottom + 16, GFN_CENTER, GFN_SMALL_TEXT, false, 0,
                        gfn_axis_text(&s->x, s->x.mark[i], text, sizeof text));
    }
    gfn_canvas_text(canvas, box.x + box.width / 2, bottom + 33, GFN_CENTER, GFN_SMALL_TEXT, false,
                    box.width, panel->x_name);
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    gfn_canvas_frame(canvas, box);
}

/* Draw the reference lines, which the series should reach, below the series. */
static void draw_references(gfn_canvas *canvas, const scales *s, const gfn_panel *panel)
{
    const gfn_box box = s->box;
    const double x[] = {box.x, box.x + box.width};
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    if (!isnan(panel->level)) {
        const double y = y_of(s, panel->level);
        gfn_canvas_line(canvas, box, 2, x, (double[]){y, y}, 1.5, true);
    }
    if (!isnan(panel->shift))
        gfn_canvas_line(
            canvas, box, 2, x,
            (double[]){y_of(s, s->x.least + panel->shift), y_of(s, s->x.most + panel->shift)}, 1.5,
            true);
}

static gfn_status draw_series(gfn_canvas *canvas, const scales *s, const gfn_panel *panel,
                              const gfn_series *series)
{
    const size_t each = panel->is_cells ? 2 : 1, n = each * series->n;
    double *x, *y;
    size_t shown = 0;
    GFN_TRY(gfn_allocate("curve", 2 * n, sizeof *x, &x));
    y = x + n;
    for (size_t i = 0; i < n; i++) {
        const double here = series->x[i / each], value = series->y[i / each];
        if (!is_shown(panel, here, value))
            continue;
        x[shown] = x_of(s, panel->is_cells ? here + (i % 2 ? 0.5 : -0.5) : here);
        y[shown++] = y_of(s, value);
    }
    gfn_canvas_color(canvas, gfn_series_color(series->color));
    if (!panel->is_points)
        gfn_canvas_line(canvas, s->box, shown, x, y, 1.6, series->is_dashed);
    for (size_t i = 0; i < shown && !panel->is_cells && (panel->is_points || shown <= FEW); i++)
        gfn_canvas_dot(canvas, x[i], y[i], panel->is_points ? 2 : 2.4);
    gfn_release(&x);
    return GFN_OK;
}

/* Draw the names of the series above the panel, from its right end. */
static void draw_names(gfn_canvas *canvas, gfn_box box, const gfn_panel *panel)
{
    enum { ROOM = 130 };
    double x = box.x + box.width;
    for (size_t k = panel->n; k-- > 0;) {
        if (panel->series[k].name == NULL)
            continue;
        x -= ROOM;
        gfn_canvas_color(canvas, gfn_series_color(panel->series[k].color));
        gfn_canvas_fill(canvas, (gfn_box){x, box.y - 14, 18, 3});
        gfn_canvas_color(canvas, GFN_INK);
        gfn_canvas_text(canvas, x + 24, box.y - 9, GFN_LEFT, GFN_SMALL_TEXT, false, ROOM - 30,
                        panel->series[k].name);
    }
}

gfn_status gfn_draw_panel(gfn_canvas *canvas, gfn_box box, const gfn_panel *panel)
{
    scales s;
    const bool has_any = find_scales(panel, box, &s);
    gfn_canvas_color(canvas, GFN_INK);
    gfn_canvas_text(canvas, box.x, box.y - 9, GFN_LEFT, GFN_PLAIN_TEXT, true, box.width,
                    panel->title);
    if (!has_any) {
        gfn_canvas_color(canvas, GFN_FAINT_INK);
        gfn_canvas_frame(canvas, box);
        gfn_canvas_text(canvas, box.x + box.width / 2, box.y + box.height / 2, GFN_CENTER,
                        GFN_SMALL_TEXT, false, box.width - 10, panel->nothing);
        return GFN_OK;
    }
    draw_axes(canvas, &s, panel);
    draw_references(canvas, &s, panel);
    for (size_t k = 0; k < panel->n; k++)
        GFN_TRY(draw_series(canvas, &s, panel, &panel->series[k]));
    draw_names(canvas, box, panel);
    return GFN_OK;
}
