/* SPDX-License-Identifier: MIT
 *
 * Environments whose functions for pictures answer nonsense, or fail: the picture may, the run goes
 * on.
 */
#include "tests/unit/summary/portray.h"

#include <math.h>

#include "env/env_internal.h"
#include "summary/composition.h"
#include "tests/unit/env/worlds.h"

static int64_t six_rows(const void *world)
{
    (void)world;
    return 6;
}

static void name_row(const void *world, int64_t row, char *text, size_t size)
{
    (void)world;
    snprintf(text, size, "row %d", (int)row);
}

static void find_bits(const void *world, size_t n, const int32_t *state, double *value)
{
    (void)world, (void)state;
    for (size_t i = 0; i < 6 * n; i++)
        value[i] = i % 6 == 1 ? NAN : i % 6 == 2 ? INFINITY : 0.25;
}

static int64_t wild_bins(const void *world, int64_t row, double range[2])
{
    static const int64_t bins[] = {4, 4, 4, -7, INT64_MAX, 10};
    (void)world;
    range[0] = 0;
    range[1] = row == 5 ? 0 : 1;
    return bins[row];
}

static void wild_cell(const void *world, int64_t row, int64_t cell[2])
{
    static const int64_t cells[][2] = {{0, 0}, {1, 2}, {-1, 0}, {0, 3}, {INT64_MAX, 1}, {1, 0}};
    (void)world;
    cell[0] = cells[row][0];
    cell[1] = cells[row][1];
}

static void two_by_three(const void *world, int64_t lines[2])
{
    (void)world;
    lines[0] = 2;
    lines[1] = 3;
}

static void huge_map(const void *world, int64_t lines[2])
{
    (void)world;
    lines[0] = INT64_MAX / 2;
    lines[1] = 4;
}

static void long_label(const void *world, int axis, int64_t line, char *text, size_t size)
{
    (void)world, (void)axis, (void)line;
    memset(text, 'x', size - 1);
    text[size - 1] = '\0';
}

static void failing_label(const void *world, int axis, int64_t line, char *text, size_t size)
{
    (void)axis, (void)line, (void)size;
    text[0] = '\0';
    gfn_env_fail(world, NULL, "no names today");
}

static int64_t failing_bins(const void *world, int64_t row, double range[2])
{
    (void)row, (void)range;
    gfn_env_fail(world, NULL, "no bins today");
    return 4;
}

static void draw_nothing(const void *world, const int32_t *state, double *value)
{
    (void)world, (void)state, (void)value;
}

static gfn_env_marginals wild = {.size = sizeof(gfn_env_marginals),
                                 .name = "rows",
                                 .keys = "row",
                                 .columns = "mean",
                                 .count = six_rows,
                                 .key = name_row,
                                 .find = find_bits,
                                 .map_lines = two_by_three,
                                 .axes = "a,b",
                                 .cell = wild_cell,
                                 .label = long_label,
                                 .bins = wild_bins,
                                 .object_lines = huge_map,
                                 .draw_object = draw_nothing};

static const char *add_world(const char *name, gfn_env_ops *ops)
{
    *ops = bits_world;
    ops->name = name;
    ops->marginals = &wild;
    assert_int_equal(gfn_env_add(ops), GFN_OK);
    return name;
}

static void cells_and_bins_that_make_no_sense_are_left_out(void **unused)
{
    (void)unused;
    static gfn_env_ops ops;
    gfn_portrait p;
    portray_well(add_world("wild", &ops), "length=5" SHORT, "wild", &p);
    assert_int_equal(p.n_axes, 2);
    assert_float_equal(at(&p.samples.map[0], 0, 0), 0.25, 1e-9);
    assert_float_equal(at(&p.samples.map[0], 1, 0), 0.25, 1e-9);
    assert_true(isnan(at(&p.samples.map[0], 0, 2)) && isnan(at(&p.samples.map[0], 1, 2)));
    assert_int_equal(strlen(p.samples.map[0].label[1][2]), 63);
    assert_int_equal(p.n_tiles, 0);
    assert_int_equal(p.n_histograms, 3);
    assert_float_equal(p.histogram[0].sampled[1], 1, 1e-9);
    assert_float_equal(p.histogram[2].sampled[3], 1, 1e-9); /* beyond the range: the last bin */
    assert_int_equal(gfn_portrait_save(&p, "wild.png"), gfn_plot_is_built() ? GFN_OK : GFN_ENOSUP);
    gfn_portrait_clear(&p);
    wild.map_lines = huge_map;
    portray_well("wild", "length=5" SHORT, "huge", &p);
    assert_int_equal(p.n_axes, 0);
    gfn_portrait_clear(&p);
    wild.map_lines = two_by_three;
}

/* A failure in what is only shown is one of the picture, not of the run. */
static void failures_of_views_do_not_stop_a_run(void **unused)
{
    (void)unused;
    static gfn_env_ops ops;
    gfn_portrait p;
    wild.label = failing_label;
    wild.bins = failing_bins;
    assert_int_equal(portray(add_world("failing", &ops), "length=5" SHORT, "failing", &p),
                     GFN_EENV);
    assert_non_null(strstr(gfn_error_message(), "no names today"));
    gfn_portrait_clear(&p);
    gfn_run *run = run_of("failing", "length=5" SHORT " picture=yes");
    gfn_trainer *trainer = NULL;
    gfn_progress progress;
    gfn_report report;
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, "goes-on"), GFN_OK);
    while (!gfn_trainer_is_done(trainer))
        assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_OK);
    assert_int_equal(gfn_trainer_finish(trainer, &report), GFN_OK);
    if (gfn_plot_is_built())
        assert_non_null(strstr(report.picture_error, "no names today"));
    gfn_draw_clear(&report.draw);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_and_bins_that_make_no_sense_are_left_out),
        cmocka_unit_test(failures_of_views_do_not_stop_a_run),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
