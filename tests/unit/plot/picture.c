/* SPDX-License-Identifier: MIT
 *
 * The tests read pictures back with Cairo and count pixels.
 */
#include "tests/unit/io/scratch.h"

#include <cairo.h>
#include <math.h>
#include <strings.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include <gfn/plot.h>

#include "plot/picture.h"

static cairo_surface_t *open_picture(const char *path)
{
    cairo_surface_t *surface = cairo_image_surface_create_from_png(path);
    assert_int_equal(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
    return surface;
}

static uint32_t color_of(double fraction)
{
    uint8_t rgb[3];
    gfn_viridis(fraction, rgb);
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

/* Number of pixels of exactly this color in the whole picture. */
static size_t count_pixels(cairo_surface_t *surface, uint32_t rgb)
{
    const int width = cairo_image_surface_get_width(surface);
    const int height = cairo_image_surface_get_height(surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    const unsigned char *data = cairo_image_surface_get_data(surface);
    size_t n = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint32_t pixel;
            memcpy(&pixel, data + (size_t)y * stride + 4 * (size_t)x, sizeof pixel);
            n += (pixel & 0xffffff) == rgb;
        }
    return n;
}

static gfn_map map_of(size_t rows, size_t columns, const double *value)
{
    return (gfn_map){.rows = rows,
                     .columns = columns,
                     .value = value,
                     .extent = {(double)rows, (double)columns}};
}

/* Pixels of a map's side if there are two. */
enum { SIDE = 400 };

/* Two maps of 2 x 3 cells with the same numbers in different orders. */
static const double left[] = {0.3, 0, 0.1, 0.1, 0.2, 0.3}, right[] = {0.1, 0.1, 0.3, 0.3, 0.2, 0};

static gfn_picture picture_of(gfn_corner *corner)
{
    corner[0] = (gfn_corner){
        .title = "samples", .n_axes = 2, .axis = {"x", "y"}, .map = {map_of(2, 3, left)}};
    corner[1] = corner[0];
    corner[1].map[0] = map_of(2, 3, right);
    return (gfn_picture){.title = {"a title", "and more", "and results"},
                         .n_corners = 2,
                         .corner = corner,
                         .most = 0.3,
                         .scale_name = "probability"};
}

/* All cells of a map are equally large: a value of two cells has twice as many pixels. */
static void cells_have_the_colors_of_their_values_in_one_scale(void **state)
{
    (void)state;
    gfn_corner corner[2];
    const gfn_picture picture = picture_of(corner);
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    cairo_surface_t *surface = open_picture("a.png");
    const double cell = (double)count_pixels(surface, color_of(0.2 / 0.3)) / 2;
    assert_true(cell > 10000);
    /* The color scale has some pixels of each color, too. */
    assert_float_equal((double)count_pixels(surface, color_of(0.1 / 0.3)) / 4, cell, 0.03 * cell);
    assert_float_equal((double)count_pixels(surface, color_of(1)) / 4, cell, 0.03 * cell);
    assert_float_equal((double)count_pixels(surface, color_of(0)) / 2, cell, 0.03 * cell);
    cairo_surface_destroy(surface);
}

/* The mean position of the pixels of a color in the left or right half of the picture. */
static void find_center(cairo_surface_t *surface, uint32_t rgb, bool is_right, double center[2])
{
    const int width = cairo_image_surface_get_width(surface);
    const int height = cairo_image_surface_get_height(surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    const unsigned char *data = cairo_image_surface_get_data(surface);
    double sum[2] = {0, 0}, n = 0;
    for (int y = 0; y < height; y++)
        for (int x = is_right ? width / 2 : 0; x < (is_right ? 7 * width / 8 : width / 2); x++) {
            uint32_t pixel;
            memcpy(&pixel, data + (size_t)y * stride + 4 * (size_t)x, sizeof pixel);
            if ((pixel & 0xffffff) != rgb)
                continue;
            sum[0] += x;
            sum[1] += y;
            n++;
        }
    center[0] = sum[0] / n;
    center[1] = sum[1] / n;
}

/* Each map has one cell with 0 and one with 0.2: on the left in the middle of the first and of the
 * second row, on the right at the end and in the middle of the second row. */
static void rows_go_down_and_columns_to_the_right(void **state)
{
    (void)state;
    gfn_corner corner[2];
    const gfn_picture picture = picture_of(corner);
    double zero[2], two[2];
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    cairo_surface_t *surface = open_picture("a.png");
    find_center(surface, color_of(0), false, zero);
    find_center(surface, color_of(0.2 / 0.3), false, two);
    assert_float_equal(two[0], zero[0], 1);
    assert_float_equal(two[1], zero[1] + SIDE / 2.0, 5);
    find_center(surface, color_of(0), true, zero);
    find_center(surface, color_of(0.2 / 0.3), true, two);
    assert_float_equal(two[0], zero[0] - SIDE / 3.0, 5);
    assert_float_equal(two[1], zero[1], 1);
    cairo_surface_destroy(surface);
}

static void the_same_picture_gives_the_same_bytes(void **state)
{
    (void)state;
    gfn_corner corner[2];
    const gfn_picture picture = picture_of(corner);
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    assert_ok(gfn_picture_save(&picture, "b.png", NULL));
    assert_int_equal(system("cmp a.png b.png"), 0);
}

/* A curve has pixels of its color; one without finite numbers has none. */
static void numbers_that_are_not_finite_are_left_out_of_curves(void **state)
{
    (void)state;
    const double x[] = {0, 1, 2, 3, 4}, y[] = {1, NAN, INFINITY, 0.01, -1}, no[] = {NAN, 0, -1};
    const gfn_series good = {.n = 5, .x = x, .y = y, .style = 0};
    const gfn_series bad = {.n = 3, .x = x, .y = no, .style = 1};
    const gfn_panel curve[] = {{.title = "loss",
                                .x_name = "iteration",
                                .is_log = true,
                                .level = NAN,
                                .shift = NAN,
                                .n = 1,
                                .series = &good},
                               {.title = "TV",
                                .x_name = "iteration",
                                .is_log = true,
                                .level = NAN,
                                .shift = NAN,
                                .nothing = "nothing",
                                .n = 1,
                                .series = &bad}};
    const gfn_picture picture = {.n_curves = 2, .curve = curve, .plain = &curve[1]};
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    cairo_surface_t *surface = open_picture("a.png");
    assert_true(count_pixels(surface, 0x0072b2) > 100);
    assert_int_equal(count_pixels(surface, 0xd55e00), 0);
    cairo_surface_destroy(surface);
}

/* Texts may come from names of directories: any bytes, any length. */
static void any_text_can_be_drawn(void **state)
{
    (void)state;
    char text[5000];
    memset(text, 'W', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const char *heading[] = {"", text}, *cell[] = {text, "1", "\xff\xfe\x01%s%n", text, "", ""};
    const gfn_table table = {3, 2, heading, cell, (const int[]){0, 7, -1}, text};
    const gfn_picture picture = {
        .title = {text, "\xc3", ""}, .note = "\xef\xbf\xbf", .table = &table};
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    cairo_surface_t *surface = open_picture("a.png");
    assert_true(count_pixels(surface, 0xffffff) > 1000);
    cairo_surface_destroy(surface);
}

static void a_triangle_of_maps_leaves_the_other_half_empty(void **state)
{
    (void)state;
    gfn_corner corner = {.title = "samples", .n_axes = 4, .axis = {"x0", "x1", "x2", "x3"}};
    for (size_t i = 0; i < 6; i++)
        corner.map[i] = map_of(2, 3, i % 2 ? left : right);
    const gfn_picture picture = {
        .n_corners = 1, .corner = &corner, .most = 0.3, .scale_name = "probability"};
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    cairo_surface_t *surface = open_picture("a.png");
    /* 6 of 9 places have a map, and a sixth of each map has the color of 0.2. */
    const double side = 380, pixels = (double)count_pixels(surface, color_of(0.2 / 0.3));
    assert_float_equal(pixels / (side * side), 1.0 / 9, 0.02);
    cairo_surface_destroy(surface);
}

/* Panels with a curve in each style: all of them look different. The places of styles are those
 * where their markers are, at the same point of each panel. */
static void no_two_styles_look_the_same(void **state)
{
    (void)state;
    enum { BYTES = 4 * 1040 * 800 };
    static unsigned char seen[GFN_PICTURE_STYLES][BYTES];
    const double x[] = {0, 1, 2}, y[] = {1, 5, 3};
    for (int style = 0; style < GFN_PICTURE_STYLES; style++) {
        const gfn_series series = {.n = 3, .x = x, .y = y, .style = style};
        const gfn_panel panel = {
            .title = "t", .x_name = "x", .level = NAN, .shift = NAN, .n = 1, .series = &series};
        const gfn_picture picture = {.n_plain = 1, .plain = &panel};
        assert_ok(gfn_picture_save(&picture, "a.png", NULL));
        cairo_surface_t *surface = open_picture("a.png");
        const size_t n = (size_t)cairo_image_surface_get_stride(surface) *
                         (size_t)cairo_image_surface_get_height(surface);
        assert_in_range(n, 1, BYTES);
        memcpy(seen[style], cairo_image_surface_get_data(surface), n);
        cairo_surface_destroy(surface);
        for (int other = 0; other < style; other++)
            assert_memory_not_equal(seen[style], seen[other], n);
    }
}

/* The band of a curve is in its color, but pale. */
static void a_band_is_filled_around_its_curve(void **state)
{
    (void)state;
    const double x[] = {0, 4}, y[] = {3, 3}, low[] = {1, 1}, high[] = {5, 5};
    gfn_series series = {.n = 2, .x = x, .y = y, .low = low, .high = high};
    const gfn_panel panel = {
        .title = "t", .x_name = "x", .level = NAN, .shift = NAN, .n = 1, .series = &series};
    const gfn_picture picture = {.n_plain = 1, .plain = &panel};
    assert_ok(gfn_picture_save(&picture, "a.png", NULL));
    cairo_surface_t *surface = open_picture("a.png");
    size_t pale = 0; /* a fifth of the color, rounded by Cairo */
    for (uint32_t green = 0xe1; green <= 0xe4; green++)
        for (uint32_t blue = 0xee; blue <= 0xf1; blue++)
            pale += count_pixels(surface, 0xcc0000 | green << 8 | blue);
    assert_true(pale > 200000);
    cairo_surface_destroy(surface);
}

/* Nothing but white at the four edges: no text is cut there. */
static void assert_white_edges(const char *path)
{
    cairo_surface_t *surface = open_picture(path);
    const int width = cairo_image_surface_get_width(surface);
    const int height = cairo_image_surface_get_height(surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    const unsigned char *data = cairo_image_surface_get_data(surface);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint32_t pixel;
            if (x > 0 && y > 0 && x < width - 1 && y < height - 1)
                continue;
            memcpy(&pixel, data + (size_t)y * stride + 4 * (size_t)x, sizeof pixel);
            if ((pixel & 0xffffff) != 0xffffff)
                fail_msg("%s: the pixel %d, %d of %d x %d is %06x", path, x, y, width, height,
                         pixel & 0xffffff);
        }
    cairo_surface_destroy(surface);
}

/* Marks such as -1.000020M and -10.00002M at the ends of axes, on pages of several widths. */
static void no_text_is_cut_at_the_edges(void **state)
{
    (void)state;
    const double x[] = {-1000024, -1000020}, y[] = {-10000020.5, -10000000};
    const gfn_series series = {.name = "a name", .n = 2, .x = x, .y = y};
    const gfn_panel panel = {.title = "a title",
                             .x_name = "x",
                             .is_points = true,
                             .level = NAN,
                             .shift = NAN,
                             .n = 1,
                             .series = &series};
    const gfn_panel curves[] = {panel, panel, panel};
    const char *heading[] = {"", "L1", "a heading"}, *cell[] = {"lr=0.001", "0.001", "12345678"};
    const gfn_table table = {1, 3, heading, cell, (const int[]){0}, "a note"};
    const gfn_picture picture = {.title = {"a title of some words", "with more of them"},
                                 .n_plain = 1,
                                 .plain = &panel,
                                 .n_curves = 3,
                                 .curve = curves,
                                 .note = "another note",
                                 .table = &table};
    const char *const widths[] = {"320", "450px", "700px", "1040", "1500px"};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        assert_ok(gfn_picture_save(&picture, "a.png", widths[i]));
        assert_white_edges("a.png");
    }
}

/* Cairo 1.16 loses memory when it replays a recording into SVG. */
static void save_leaky(const gfn_picture *picture, const char *path)
{
#ifdef __SANITIZE_ADDRESS__
    const bool is_leaky = strcasecmp(path + 1, ".svg") == 0;
    if (is_leaky)
        __lsan_disable();
#endif
    assert_ok(gfn_picture_save(picture, path, NULL));
#ifdef __SANITIZE_ADDRESS__
    if (is_leaky)
        __lsan_enable();
#endif
}

/* Also of one process, in which Cairo counts its surfaces. */
static void all_formats_have_the_same_bytes_again(void **state)
{
    (void)state;
    const char *const endings[] = {"png", "pdf", "svg", "eps", "ps", "SVG"};
    gfn_corner corner[2];
    const gfn_picture picture = picture_of(corner);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char a[16], b[16], command[64];
        snprintf(a, sizeof a, "a.%s", endings[i]);
        snprintf(b, sizeof b, "b.%s", endings[i]);
        snprintf(command, sizeof command, "cmp %s %s", a, b);
        if (gfn_picture_check(a, NULL) != GFN_OK) { /* a Cairo without this format */
            assert_int_not_equal(i, 0);
            continue;
        }
        save_leaky(&picture, a);
        save_leaky(&picture, b);
        assert_int_equal(system(command), 0);
    }
}

static void an_unwritable_path_is_an_error(void **state)
{
    (void)state;
    gfn_corner corner[2];
    const gfn_picture picture = picture_of(corner);
    assert_refused(gfn_picture_save(&picture, "nowhere/a.png", NULL), GFN_EIO, "nowhere/a.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(cells_have_the_colors_of_their_values_in_one_scale),
        scratch_test(rows_go_down_and_columns_to_the_right),
        scratch_test(the_same_picture_gives_the_same_bytes),
        scratch_test(numbers_that_are_not_finite_are_left_out_of_curves),
        scratch_test(any_text_can_be_drawn),
        scratch_test(a_triangle_of_maps_leaves_the_other_half_empty),
        scratch_test(no_two_styles_look_the_same),
        scratch_test(a_band_is_filled_around_its_curve),
        scratch_test(no_text_is_cut_at_the_edges),
        scratch_test(all_formats_have_the_same_bytes_again),
        scratch_test(an_unwritable_path_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
