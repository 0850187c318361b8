/* SPDX-License-Identifier: MIT
 *
 * The layout of pictures, drawn on a canvas that records the places of texts and maps instead of
 * pixels.
 */
#include "tests/unit/io/scratch.h"

#include <math.h>
#include <stdbool.h>

#include "plot/canvas.h"
#include "plot/picture.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- the canvas that records ---- */

struct gfn_canvas {
    gfn_box page;
};

typedef struct drawn {
    char text[64];
    gfn_box box;
    bool is_upright;
} drawn;

enum { MOST = 4000 };
static struct gfn_canvas canvas;
static size_t n_texts, n_images, n_lines;
static drawn texts[MOST];
static struct {
    gfn_box box;
    size_t cells[2];
    uint32_t first; /* color */
} images[64];
static double lines[MOST][4]; /* from x, y to x, y */

gfn_status gfn_canvas_create(const gfn_page *page, double height, gfn_canvas **made)
{
    canvas.page = (gfn_box){0, 0, page->units, height};
    n_texts = n_images = n_lines = 0;
    *made = &canvas;
    return GFN_OK;
}

void gfn_canvas_destroy(gfn_canvas **made)
{
    *made = NULL;
}

gfn_status gfn_canvas_save(gfn_canvas *c, const char *path)
{
    (void)c, (void)path;
    return GFN_OK;
}

void gfn_canvas_color(gfn_canvas *c, uint32_t rgb)
{
    (void)c, (void)rgb;
}

void gfn_canvas_fill(gfn_canvas *c, gfn_box box)
{
    (void)c, (void)box;
}

void gfn_canvas_frame(gfn_canvas *c, gfn_box box)
{
    (void)c, (void)box;
}

void gfn_canvas_line(gfn_canvas *c, gfn_box box, size_t n, const double *x, const double *y,
                     gfn_pen pen)
{
    (void)c, (void)box, (void)pen;
    assert_true(n_lines < MOST);
    if (n < 2)
        return;
    lines[n_lines][0] = x[0];
    lines[n_lines][1] = y[0];
    lines[n_lines][2] = x[n - 1];
    lines[n_lines++][3] = y[n - 1];
}

void gfn_canvas_band(gfn_canvas *c, gfn_box box, size_t n, const double *x, const double *low,
                     const double *high)
{
    (void)c, (void)box, (void)n, (void)x, (void)low, (void)high;
}

void gfn_canvas_marker(gfn_canvas *c, double x, double y, double radius, int shape)
{
    (void)c, (void)x, (void)y, (void)radius, (void)shape;
}

void gfn_canvas_tip(gfn_canvas *c, gfn_box box)
{
    (void)c, (void)box;
}

gfn_status gfn_canvas_image(gfn_canvas *c, gfn_box box, const size_t cells[2], const uint32_t *rgb)
{
    (void)c;
    assert_in_range(n_images, 0, 63);
    images[n_images].box = box;
    images[n_images].cells[0] = cells[0];
    images[n_images].cells[1] = cells[1];
    images[n_images++].first = rgb[0];
    return GFN_OK;
}

/* Letters of a common width. */
double gfn_canvas_text_width(gfn_canvas *c, gfn_font font, const char *text)
{
    (void)c;
    return (font.is_bold ? 0.62 : 0.56) * font.size * (double)strlen(text);
}

/* From the baseline, letters reach up by most of their size and down by little. */
static void record(double x, double y, gfn_font font, const char *text, bool is_upright)
{
    const double whole = gfn_canvas_text_width(&canvas, font, text);
    const double width = font.most > 0 ? fmin(whole, font.most) : whole;
    const double before[] = {[GFN_LEFT] = 0, [GFN_CENTER] = width / 2, [GFN_RIGHT] = width};
    const double up = 0.75 * font.size, high = 0.95 * font.size;
    if (text[0] == '\0')
        return;
    assert_true(n_texts < MOST);
    drawn *d = &texts[n_texts++];
    snprintf(d->text, sizeof d->text, "%s", text);
    d->is_upright = is_upright;
    d->box = is_upright ? (gfn_box){x - up, y - width + before[font.align], high, width}
                        : (gfn_box){x - before[font.align], y - up, width, high};
}

void gfn_canvas_text(gfn_canvas *c, double x, double y, gfn_font font, const char *text)
{
    (void)c;
    record(x, y, font, text, false);
}

void gfn_canvas_text_upward(gfn_canvas *c, double x, double y, gfn_font font, const char *text)
{
    (void)c;
    record(x, y, font, text, true);
}

size_t gfn_canvas_paragraph(gfn_canvas *c, const double at[2], double step, gfn_font font,
                            const char *text, bool is_drawn)
{
    (void)step;
    if (is_drawn)
        gfn_canvas_text(c, at[0], at[1], font, text);
    return 1;
}

/* ---- what must hold of every picture ---- */

static bool overlaps(const gfn_box *a, const gfn_box *b)
{
    return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
           b->y < a->y + a->height;
}

static void assert_tidy(const char *what)
{
    const gfn_box *page = &canvas.page;
    for (size_t i = 0; i < n_texts; i++) {
        const gfn_box *box = &texts[i].box;
        if (box->x < 0 || box->y < 0 || box->x + box->width > page->width ||
            box->y + box->height > page->height)
            fail_msg("%s: \"%s\" leaves the page", what, texts[i].text);
        for (size_t k = 0; k < i; k++)
            if (overlaps(box, &texts[k].box))
                fail_msg("%s: \"%s\" and \"%s\" overlap", what, texts[k].text, texts[i].text);
        for (size_t k = 0; k < n_images; k++)
            if (overlaps(box, &images[k].box))
                fail_msg("%s: \"%s\" is on a map", what, texts[i].text);
    }
}

static size_t count_texts(const char *part, bool is_upright)
{
    size_t n = 0;
    for (size_t i = 0; i < n_texts; i++)
        n += texts[i].is_upright == is_upright && strstr(texts[i].text, part) != NULL;
    return n;
}

static const drawn *find_text(const char *text)
{
    for (size_t i = 0; i < n_texts; i++)
        if (strcmp(texts[i].text, text) == 0)
            return &texts[i];
    fail_msg("there is no text \"%s\"", text);
    return NULL;
}

static const char *const widths[] = {"320px", "500px", "1040px", "2000px"};

/* ---- maps with labels ---- */

enum { MOST_LINES = 300 };
static char names[MOST_LINES][64];
static const char *labels[MOST_LINES];
static double zeros[MOST_LINES * MOST_LINES];

/* Names of the given length that end in their number. */
static void name_lines(size_t n, int length)
{
    for (size_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "%.*s:%zu", length > 3 ? length - 3 : 0,
                 "abcdefghijklmnopqrstuvwxyzabcdefghijk", i);
        labels[i] = names[i];
    }
}

static void draw_map(size_t rows, size_t columns, bool has_labels[2], const char *width)
{
    gfn_corner corner[2] = {
        {.title = "samples", .n_axes = 2, .axis = {"to", "from"}, .flatness = 1}};
    gfn_map *map = &corner[0].map[0];
    *map = (gfn_map){.rows = rows,
                     .columns = columns,
                     .value = zeros,
                     .extent = {(double)rows, (double)columns},
                     .label = {has_labels[0] ? labels : NULL, has_labels[1] ? labels : NULL}};
    corner[1] = corner[0];
    corner[1].title = "target";
    const gfn_picture picture = {.n_corners = 2, .corner = corner, .most = 1, .scale_name = "edge"};
    assert_ok(gfn_picture_save(&picture, "a.png", width));
}

static void labels_of_maps_do_not_overlap(void **state)
{
    (void)state;
    static const struct {
        size_t rows, columns;
        int length;
    } cases[] = {{4, 8, 1},    {5, 5, 12},   {20, 20, 8}, {32, 32, 38},
                 {256, 15, 8}, {15, 256, 8}, {1, 1, 38},  {300, 300, 20}};
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t w = 0; w < COUNT(widths); w++)
            for (int both = 0; both < 4; both++) {
                char what[80];
                bool has[2] = {both & 1, both & 2};
                snprintf(what, sizeof what, "%zu x %zu, %d letters, %s", cases[i].rows,
                         cases[i].columns, cases[i].length, widths[w]);
                name_lines(MOST_LINES, cases[i].length);
                draw_map(cases[i].rows, cases[i].columns, has, widths[w]);
                assert_tidy(what);
            }
}

/* Short ones stand side by side, long ones upright, all of 20 of them; of 256 there are fewer, but
 * some. */
static void as_many_labels_are_shown_as_have_room(void **state)
{
    (void)state;
    bool all[2] = {true, true};
    name_lines(20, 4);
    draw_map(5, 5, all, "1040px");
    assert_int_equal(count_texts(":", false), 5 + 2 * 5);
    assert_int_equal(count_texts(":", true), 0);
    name_lines(20, 9);
    draw_map(20, 20, all, "1040px");
    assert_int_equal(count_texts(":", false), 20);
    assert_int_equal(count_texts(":", true), 2 * 20);
    name_lines(256, 9);
    draw_map(256, 15, all, "1040px");
    assert_in_range(count_texts(":", false), 20, 32);
    assert_int_equal(count_texts(":", true), 2 * 15);
}

/* A label is at the middle of its line, counted from the top or from the left. */
static void labels_stand_at_their_lines(void **state)
{
    (void)state;
    bool all[2] = {true, true};
    name_lines(5, 4);
    draw_map(5, 5, all, "1040px");
    const gfn_box box = images[0].box;
    for (size_t i = 0; i < 5; i++) {
        const double middle = ((double)i + 0.5) / 5;
        size_t down = 0, right = 0;
        for (size_t k = 0; k < n_texts; k++) {
            const gfn_box *t = &texts[k].box;
            if (strcmp(texts[k].text, names[i]) != 0)
                continue;
            down += t->x + t->width < box.x &&
                    fabs(t->y + t->height / 2 - box.y - middle * box.height) < 3;
            right += t->y > box.y + box.height &&
                     fabs(t->x + t->width / 2 - box.x - middle * box.width) < 3;
        }
        assert_int_equal(down, 1);
        assert_int_equal(right, 1);
    }
    assert_true(find_text("from")->is_upright);
    assert_false(find_text("to")->is_upright);
}

/* A map of 2 x 16 is as flat as the caller says, and the texts below it move up. */
static void a_flat_map_has_its_height(void **state)
{
    (void)state;
    gfn_corner corner = {.title = "samples", .n_axes = 2, .axis = {"x", "y"}};
    corner.map[0] =
        (gfn_map){.rows = 2, .columns = 16, .value = zeros, .extent = {2, 16}, .label = {NULL}};
    const gfn_picture picture = {.n_corners = 1, .corner = &corner, .most = 1, .scale_name = "p"};
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    assert_float_equal(images[0].box.height, images[0].box.width, 0);
    const double before = canvas.page.height, side = images[0].box.width;
    corner.flatness = 0.35;
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    assert_float_equal(images[0].box.height, 0.35 * side, 1);
    assert_float_equal(canvas.page.height, before - 0.65 * side, 2);
    assert_tidy("a flat map");
}

static void an_empty_cell_is_neither_dark_nor_bright(void **state)
{
    (void)state;
    gfn_corner corner = {.title = "samples", .n_axes = 2, .axis = {"x", "y"}};
    const double value[] = {NAN, 0, 1, 0};
    corner.map[0] = (gfn_map){.rows = 2, .columns = 2, .value = value, .extent = {2, 2}};
    const gfn_picture picture = {.n_corners = 1, .corner = &corner, .most = 1, .scale_name = "p"};
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    assert_int_equal(images[0].first, 0xdadce0);
}

/* ---- small maps and panels ---- */

static void small_maps_stand_side_by_side_and_fewer_if_narrow(void **state)
{
    (void)state;
    gfn_map tile[8];
    for (size_t i = 0; i < 8; i++)
        tile[i] = (gfn_map){.rows = 6, .columns = 3, .value = zeros, .extent = {6, 3}};
    const gfn_picture picture = {
        .tile_title = "the first of 10000 samples", .n_tiles = 8, .tile = tile};
    assert_ok(gfn_picture_save(&picture, "a.png", "1040px"));
    assert_int_equal(n_images, 8);
    assert_float_equal(images[0].box.width, images[0].box.height / 2, 1);
    assert_ok(gfn_picture_save(&picture, "a.png", "320px"));
    assert_in_range(n_images, 3, 5);
    for (size_t i = 0; i < n_images; i++) {
        assert_true(images[i].box.x + images[i].box.width <= canvas.page.width);
        assert_true(i == 0 || images[i].box.x > images[i - 1].box.x + images[i - 1].box.width);
    }
    assert_tidy("small maps");
}

/* Names of series beside a title, or below it. */
static void names_and_titles_of_panels_do_not_overlap(void **state)
{
    (void)state;
    static const char *const titles[] = {"energy", "magnetization",
                                         "a quantity with a long and winding name"};
    const double x[] = {-0.8, -0.4, 0}, y[] = {0.1, 0.6, 0.3}, mean = -0.512;
    const gfn_series series[] = {{.name = "10000 samples", .n = 3, .x = x, .y = y},
                                 {.name = "true draws", .n = 3, .x = x, .y = y, .style = -1}};
    for (size_t t = 0; t < COUNT(titles); t++)
        for (size_t n = 1; n <= 4; n++)
            for (size_t w = 0; w < COUNT(widths); w++) {
                gfn_panel panels[4];
                for (size_t i = 0; i < n; i++)
                    panels[i] = (gfn_panel){.title = titles[t],
                                            .x_name = "energy (exact mean: -0.512)",
                                            .is_cells = true,
                                            .step = 0.4,
                                            .level = NAN,
                                            .shift = NAN,
                                            .upright = &mean,
                                            .n = 2,
                                            .series = series};
                const gfn_picture picture = {.n_plain = n, .plain = panels};
                assert_ok(gfn_picture_save(&picture, "a.png", widths[w]));
                assert_tidy(titles[t]);
            }
}

/* Bins reach from -1 to 0.2, so -0.6 is a third of the way: a line from top to bottom. */
static void steps_are_as_wide_as_bins(void **state)
{
    (void)state;
    const double x[] = {-0.8, -0.4, 0}, y[] = {0.1, 0.6, 0.3}, mean = -0.6;
    const gfn_series series = {.n = 3, .x = x, .y = y};
    const gfn_panel panel = {.title = "energy",
                             .x_name = "energy",
                             .is_cells = true,
                             .step = 0.4,
                             .level = NAN,
                             .shift = NAN,
                             .upright = &mean,
                             .n = 1,
                             .series = &series};
    const gfn_picture picture = {.n_plain = 1, .plain = &panel};
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    assert_int_equal(n_lines, 2);
    assert_float_equal(lines[0][0], lines[0][2], 0);
    assert_float_equal(lines[0][0], (2 * lines[1][0] + lines[1][2]) / 3, 1e-6);
    assert_true(lines[1][2] - lines[1][0] > 900);
}

/* 80 items have numbers; items with names have as many as fit. */
static void names_of_cells_do_not_overlap(void **state)
{
    (void)state;
    static double x[80], y[80];
    for (size_t i = 0; i < 80; i++)
        x[i] = (double)i;
    const gfn_series series = {.n = 80, .x = x, .y = y};
    gfn_panel panel = {.title = "included",
                       .x_name = "item",
                       .is_cells = true,
                       .level = NAN,
                       .shift = NAN,
                       .n = 1,
                       .series = &series};
    const gfn_picture picture = {.n_plain = 1, .plain = &panel};
    for (int length = 0; length < 40; length += 13)
        for (size_t w = 0; w < COUNT(widths); w++) {
            name_lines(80, length);
            panel.label = length > 0 ? labels : NULL;
            assert_ok(gfn_picture_save(&picture, "a.png", widths[w]));
            assert_tidy("items");
            assert_true(count_texts(":", false) >= 2 * (length > 0));
        }
}

/* Maps, small maps, panels and curves are below each other, in this order. */
static void all_parts_have_places_of_their_own(void **state)
{
    (void)state;
    gfn_corner corner = {.title = "map", .n_axes = 2, .axis = {"x", "y"}};
    const double x[] = {0, 1, 2}, y[] = {1, 2, 3};
    const gfn_series series = {.n = 3, .x = x, .y = y};
    const gfn_map tile = {.rows = 3, .columns = 3, .value = zeros, .extent = {3, 3}};
    const gfn_panel plain = {
        .title = "plain", .x_name = "a", .level = NAN, .shift = NAN, .n = 1, .series = &series};
    gfn_panel curve = plain;
    curve.title = "curve";
    corner.map[0] = tile;
    const gfn_picture picture = {.title = {"title"},
                                 .n_corners = 1,
                                 .corner = &corner,
                                 .most = 1,
                                 .scale_name = "p",
                                 .tile_title = "tiles",
                                 .n_tiles = 1,
                                 .tile = &tile,
                                 .n_plain = 1,
                                 .plain = &plain,
                                 .n_curves = 1,
                                 .curve = &curve};
    static const char *const order[] = {"title", "map", "tiles", "plain", "curve"};
    for (size_t w = 0; w < COUNT(widths); w++) {
        assert_ok(gfn_picture_save(&picture, "a.png", widths[w]));
        assert_tidy("all parts");
        for (size_t i = 1; i < COUNT(order); i++)
            assert_true(find_text(order[i])->box.y > find_text(order[i - 1])->box.y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(labels_of_maps_do_not_overlap),
        scratch_test(as_many_labels_are_shown_as_have_room),
        scratch_test(labels_stand_at_their_lines),
        scratch_test(a_flat_map_has_its_height),
        scratch_test(an_empty_cell_is_neither_dark_nor_bright),
        scratch_test(small_maps_stand_side_by_side_and_fewer_if_narrow),
        scratch_test(names_and_titles_of_panels_do_not_overlap),
        scratch_test(steps_are_as_wide_as_bins),
        scratch_test(names_of_cells_do_not_overlap),
        scratch_test(all_parts_have_places_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
