/* SPDX-License-Identifier: MIT
 *
 * A panel: two axes with curves or points.
 */
#include "plot/parts.h"

#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"

/* A curve of at most this many points has a marker at each. */
enum { FEW = 40 };

/* Sizes in units: the title above the axes; a line for names; marks and name below; the least room
 * to the left and to the right; between two marks of the horizontal axis. */
enum { ABOVE = 32, LINE = 17, BELOW = 46, LEFT = 36, RIGHT = 10, GAP = 12 };

/* The widest label, which is cut: that of the first cell has room to the left. */
enum { WIDEST = 2 * LEFT };

typedef struct scales {
    gfn_box box; /* between the axes */
    gfn_plot_axis x, y;
    const char *const *label; /* of x instead of numbers; NULL: none */
    double line;              /* height of a line for names, between the title and the axes */
} scales;

static const gfn_font mark_font = {.size = GFN_SMALL_TEXT};

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

/* Half the width of a step. */
static double half_step(const gfn_panel *panel)
{
    return (panel->step > 0 ? panel->step : 1) / 2;
}

/* ---- scales ---- */

static void add_series(const gfn_panel *panel, const gfn_series *series, scales *s)
{
    for (size_t i = 0; i < series->n; i++) {
        if (!is_shown(panel, series->x[i], series->y[i]))
            continue;
        gfn_axis_add(&s->x, series->x[i]);
        gfn_axis_add(&s->y, series->y[i]);
        if (series->low) {
            gfn_axis_add(&s->y, series->low[i]);
            gfn_axis_add(&s->y, series->high[i]);
        }
    }
}

/* The ranges of both scales; false if there is nothing to show. */
static bool find_ranges(const gfn_panel *panel, scales *s)
{
    s->x = gfn_axis_begin(false);
    s->y = gfn_axis_begin(panel->is_log);
    for (size_t k = 0; k < panel->n; k++)
        add_series(panel, &panel->series[k], s);
    const bool has_any = !gfn_axis_is_empty(&s->x);
    s->x.is_whole = (panel->is_cells && !(panel->step > 0)) || panel->is_whole;
    s->label = panel->label;
    if (has_any && panel->upright)
        gfn_axis_add(&s->x, *panel->upright);
    if (!panel->is_points && !panel->is_cells)
        gfn_axis_add(&s->x, 0);
    if (panel->is_cells) {
        gfn_axis_add(&s->y, 0);
        gfn_axis_add(&s->x, s->x.least - half_step(panel));
        gfn_axis_add(&s->x, s->x.most + half_step(panel));
    }
    gfn_axis_add(&s->y, panel->level);
    return has_any;
}

/* The text of mark i of x. */
static const char *text_of(const scales *s, size_t i, char text[32])
{
    return s->label ? s->label[(size_t)s->x.mark[i]] : gfn_axis_text(&s->x, s->x.mark[i], text, 32);
}

static double mark_width(gfn_canvas *canvas, const scales *s, size_t i)
{
    char text[32];
    const double width = gfn_canvas_text_width(canvas, mark_font, text_of(s, i, text));
    return s->label ? fmin(width, WIDEST) : width;
}

/* Whether the texts of the horizontal marks do not touch. */
static bool has_gaps(gfn_canvas *canvas, const scales *s)
{
    for (size_t i = 1; i < s->x.n_marks; i++) {
        const double distance = s->box.width * (gfn_axis_place(&s->x, s->x.mark[i]) -
                                                gfn_axis_place(&s->x, s->x.mark[i - 1]));
        if ((mark_width(canvas, s, i - 1) + mark_width(canvas, s, i)) / 2 + GAP > distance)
            return false;
    }
    return true;
}

/* How far the text of the last mark would stand out to the right of the axes. */
static double overhang(gfn_canvas *canvas, const scales *s)
{
    const gfn_plot_axis *x = &s->x;
    if (x->n_marks == 0)
        return 0;
    return mark_width(canvas, s, x->n_marks - 1) / 2 -
           s->box.width * (1 - gfn_axis_place(x, x->mark[x->n_marks - 1]));
}

/* Set the marks, and the box as large as their texts allow. */
static void find_box(gfn_canvas *canvas, const gfn_panel *panel, gfn_box whole, scales *s)
{
    double left = LEFT;
    char text[32];
    s->box = whole;
    s->box.y += ABOVE + s->line;
    s->box.height -= ABOVE + s->line + BELOW;
    gfn_axis_end(&s->y, true, (size_t)(s->box.height / 40) + 1);
    for (size_t i = 0; i < s->y.n_marks; i++)
        left = fmax(left,
                    ceil(gfn_canvas_text_width(
                        canvas, mark_font, gfn_axis_text(&s->y, s->y.mark[i], text, sizeof text))) +
                        10);
    s->box.x += left;
    s->box.width -= left + RIGHT;
    gfn_axis_end(&s->x, panel->is_points, (size_t)(s->box.width / 55) + 1);
    for (size_t most = s->x.n_marks; most > 2 && !has_gaps(canvas, s); most--)
        gfn_axis_mark(&s->x, most - 1);
    s->box.width -= fmax(0, ceil(overhang(canvas, s) - RIGHT + 6));
}

/* ---- axes ---- */

static void draw_rows(gfn_canvas *canvas, const scales *s)
{
    const gfn_font font = {.size = GFN_SMALL_TEXT, .align = GFN_RIGHT};
    const gfn_box box = s->box;
    char text[32];
    for (size_t i = 0; i < s->y.n_marks; i++) {
        const double y = box.y + (1 - gfn_axis_place(&s->y, s->y.mark[i])) * box.height;
        gfn_canvas_color(canvas, GFN_FAINT_LINE);
        gfn_canvas_fill(canvas, (gfn_box){box.x, floor(y), box.width, 1});
        gfn_canvas_color(canvas, GFN_INK);
        gfn_canvas_text(canvas, box.x - 6, y + 4, font,
                        gfn_axis_text(&s->y, s->y.mark[i], text, sizeof text));
    }
}

static void draw_columns(gfn_canvas *canvas, const scales *s)
{
    const gfn_box box = s->box;
    const double slot = box.width / (double)(s->x.n_marks > 0 ? s->x.n_marks : 1);
    const gfn_font font = {.size = GFN_SMALL_TEXT,
                           .align = GFN_CENTER,
                           .most = s->label ? fmin(fmax(slot - GAP, GAP), WIDEST) : 0};
    char text[32];
    for (size_t i = 0; i < s->x.n_marks; i++) {
        const double x = box.x + gfn_axis_place(&s->x, s->x.mark[i]) * box.width;
        gfn_canvas_color(canvas, GFN_FAINT_LINE);
        gfn_canvas_fill(canvas, (gfn_box){floor(x), box.y, 1, box.height});
        gfn_canvas_color(canvas, GFN_INK);
        gfn_canvas_text(canvas, x, box.y + box.height + 16, font, text_of(s, i, text));
    }
}

static void draw_axes(gfn_canvas *canvas, const scales *s, const gfn_panel *panel)
{
    const gfn_box box = s->box;
    const gfn_font font = {
        .size = GFN_SMALL_TEXT, .align = GFN_CENTER, .most = box.width + LEFT + RIGHT};
    draw_rows(canvas, s);
    draw_columns(canvas, s);
    gfn_canvas_text(canvas, box.x + box.width / 2, box.y + box.height + 33, font, panel->x_name);
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    gfn_canvas_frame(canvas, box);
}

/* Draw the reference lines, which the series should reach, below the series. */
static void draw_references(gfn_canvas *canvas, const scales *s, const gfn_panel *panel)
{
    const gfn_pen pen = {1.5, 1};
    const gfn_box box = s->box;
    const double x[] = {box.x, box.x + box.width};
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    if (!isnan(panel->level)) {
        const double y = y_of(s, panel->level);
        gfn_canvas_line(canvas, box, 2, x, (double[]){y, y}, pen);
    }
    if (panel->upright)
        gfn_canvas_line(canvas, box, 2,
                        (double[]){x_of(s, *panel->upright), x_of(s, *panel->upright)},
                        (double[]){box.y, box.y + box.height}, pen);
    if (!isnan(panel->shift))
        gfn_canvas_line(
            canvas, box, 2, x,
            (double[]){y_of(s, s->x.least + panel->shift), y_of(s, s->x.most + panel->shift)}, pen);
}

/* ---- series ---- */

/* The points of a series on the canvas, without those that are not shown. */
typedef struct trace {
    size_t n;
    double *x, *y, *low, *high;
} trace;

static gfn_status make_trace(const scales *s, const gfn_panel *panel, const gfn_series *series,
                             trace *t)
{
    const size_t each = panel->is_cells ? 2 : 1, most = each * series->n;
    *t = (trace){.n = 0};
    GFN_TRY(gfn_allocate("curve", 4 * most, sizeof *t->x, &t->x));
    t->y = t->x + most;
    t->low = t->x + 2 * most;
    t->high = t->x + 3 * most;
    for (size_t i = 0; i < most; i++) {
        const double x = series->x[i / each], y = series->y[i / each];
        if (!is_shown(panel, x, y))
            continue;
        t->x[t->n] = x_of(s, panel->is_cells ? x + (i % 2 ? 1 : -1) * half_step(panel) : x);
        t->y[t->n] = y_of(s, y);
        if (series->low) { /* a lower end that a logarithmic scale does not have is its own */
            t->low[t->n] = is_shown(panel, x, series->low[i / each])
                               ? y_of(s, series->low[i / each])
                               : s->box.y + s->box.height;
            t->high[t->n] = y_of(s, series->high[i / each]);
        }
        t->n++;
    }
    return GFN_OK;
}

static void draw_markers(gfn_canvas *canvas, const gfn_panel *panel, const gfn_series *series,
                         const trace *t)
{
    const bool has_markers =
        panel->is_points || (!panel->is_cells && !series->is_thin && t->n <= FEW);
    for (size_t i = 0; has_markers && i < t->n; i++)
        gfn_style_marker(canvas, t->x[i], t->y[i], panel->is_points ? 2 : 2.5, series->style);
}

/* What is drawn first is below the rest. */
enum layer { BANDS, THIN_LINES, LINES, LAYERS };

static gfn_status draw_series(gfn_canvas *canvas, const scales *s, const gfn_panel *panel,
                              const gfn_series *series, enum layer layer)
{
    trace t;
    if (layer == BANDS ? series->low == NULL : (layer == THIN_LINES) != series->is_thin)
        return GFN_OK;
    GFN_TRY(make_trace(s, panel, series, &t));
    gfn_style_color(canvas, series->style);
    if (layer == BANDS) {
        gfn_canvas_band(canvas, s->box, t.n, t.x, t.low, t.high);
    } else {
        if (!panel->is_points)
            gfn_canvas_line(canvas, s->box, t.n, t.x, t.y,
                            gfn_style_pen(series->style, series->is_thin ? 0.6 : 1.7));
        draw_markers(canvas, panel, series, &t);
    }
    gfn_release(&t.x);
    return GFN_OK;
}

/* ---- names ---- */

/* A sample of the line, the gap after it, and the gap between two names. */
enum { SAMPLE = 22, AFTER_SAMPLE = 6, APART = 16 };

static gfn_font font_of_names(double width, const gfn_panel *panel)
{
    const double each = width / (double)(panel->n > 0 ? panel->n : 1);
    return (gfn_font){.size = GFN_SMALL_TEXT,
                      .most = fmax(10, fmin(width / 3, each - SAMPLE - AFTER_SAMPLE - APART))};
}

/* Draw the names of the series above the panel, from its right end; returns the width that they
 * need. */
static double draw_names(gfn_canvas *canvas, gfn_box box, const gfn_panel *panel, bool is_drawn)
{
    const gfn_font font = font_of_names(box.width, panel);
    double x = box.x + box.width;
    for (size_t k = panel->n; k-- > 0;) {
        const char *name = panel->series[k].name;
        if (name == NULL)
            continue;
        const double width = fmin(gfn_canvas_text_width(canvas, font, name), font.most);
        x -= ceil(width) + SAMPLE + AFTER_SAMPLE;
        if (is_drawn) {
            gfn_style_sample(canvas, x, box.y - 13, SAMPLE, panel->series[k].style);
            gfn_canvas_color(canvas, GFN_INK);
            gfn_canvas_text(canvas, x + SAMPLE + AFTER_SAMPLE, box.y - 9, font, name);
        }
        x -= APART;
    }
    return box.x + box.width - x;
}

static const gfn_font title_font = {.size = GFN_PLAIN_TEXT, .is_bold = true};

bool gfn_panel_is_crowded(gfn_canvas *canvas, double width, const gfn_panel *panel)
{
    const gfn_box box = {.width = width - LEFT - RIGHT};
    const double names = draw_names(canvas, box, panel, false);
    return names > 0 && gfn_canvas_text_width(canvas, title_font, panel->title) + names > box.width;
}

/* The title, and the names: on the same line or on the next one. */
static void draw_texts(gfn_canvas *canvas, gfn_box whole, const scales *s, const gfn_panel *panel,
                       bool has_names)
{
    const double names = has_names ? draw_names(canvas, s->box, panel, true) : 0;
    gfn_font font = title_font;
    font.most = names > 0 && s->line == 0 ? s->box.width - names : whole.x + whole.width - s->box.x;
    gfn_canvas_color(canvas, GFN_INK);
    gfn_canvas_text(canvas, s->box.x, s->box.y - 9 - s->line, font, panel->title);
}

static void draw_nothing(gfn_canvas *canvas, gfn_box box, const char *text)
{
    const gfn_font font = {.size = GFN_SMALL_TEXT, .align = GFN_CENTER, .most = box.width - 10};
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    gfn_canvas_frame(canvas, box);
    gfn_canvas_text(canvas, box.x + box.width / 2, box.y + box.height / 2, font, text);
}

gfn_status gfn_draw_panel(gfn_canvas *canvas, gfn_box whole, const gfn_panel *panel,
                          bool has_names_below)
{
    scales s = {.line = has_names_below ? LINE : 0};
    const bool has_any = find_ranges(panel, &s);
    find_box(canvas, panel, whole, &s);
    draw_texts(canvas, whole, &s, panel, has_any);
    if (!has_any) {
        draw_nothing(canvas, s.box, panel->nothing);
        return GFN_OK;
    }
    draw_axes(canvas, &s, panel);
    draw_references(canvas, &s, panel);
    for (enum layer layer = BANDS; layer < LAYERS; layer++)
        for (size_t k = 0; k < panel->n; k++)
            GFN_TRY(draw_series(canvas, &s, panel, &panel->series[k], layer));
    return GFN_OK;
}
