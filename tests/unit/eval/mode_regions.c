/* SPDX-License-Identifier: MIT
 *
 * Mode regions.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/eval.h>

#include "eval/mode_regions.h"
#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"

static int64_t regions_of(const gfn_env *env)
{
    gfn_exact *exact = NULL;
    if (gfn_exact_create(env, 1, &exact) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    const int64_t n = gfn_exact_n_mode_regions(exact);
    gfn_exact_destroy(&exact);
    return n;
}

/* 2^ndim corners; the goals of the sparse reward are not neighbours of each other, and if r1 and r2
 * are negligible all cells are one region. */
static void regions_of_known_grids(void **unused)
{
    (void)unused;
    static const struct {
        const char *settings;
        int64_t regions;
    } rows[] = {
        {"size=16", 4},        {"size=64", 4}, {"size=20 ndim=4 r0=1e-3", 16},
        {"size=8 ndim=5", 32}, {"size=5", 4},  {"size=9 ndim=3 r1=0 r2=0", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_env(NULL, rows[i].settings);
        assert_int_equal(regions_of(env), rows[i].regions);
        gfn_env_destroy(&env);
    }
}

/* Cells that touch at a corner, or at the end of one row and the start of the next, are not
 * neighbours. */
static void cells_of_a_region_are_connected_along_dimensions(void **unused)
{
    (void)unused;
    static const char picture[] = "###.#"
                                  "..#.."
                                  "..#.#"
                                  "#..#."
                                  "#.#.#";
    const int64_t axis[] = {5, 5};
    double reward[25];
    gfn_env *env = make_env(NULL, "size=5 r0=.1");
    for (size_t i = 0; i < 25; i++)
        reward[i] = picture[i] == '#' ? 2.385 : .31;
    assert_int_equal(gfn_env_set_rewards(env, 2, axis, reward), GFN_OK);
    assert_int_equal(regions_of(env), 7);
    gfn_env_destroy(&env);
}

static void a_region_counts_once_for_any_number_of_its_cells(void **unused)
{
    (void)unused;
    gfn_env *env = make_env(NULL, "size=20 ndim=4 r0=1e-3");
    static const int32_t cells[][4] = {
        {2, 2, 2, 2},    {3, 2, 2, 2},  {2, 3, 3, 3},  /* one */
        {16, 2, 2, 2},                                 /* another */
        {2, 2, 2, 2},                                  /* the first again */
        {3, 17, 16, 17},                               /* and a third */
        {4, 2, 2, 2},    {0, 0, 0, 0},                 /* no modes */
        {20, 2, 2, 2},   {-1, 2, 2, 2}, {2, 22, 1, 2}, /* not states */
    };
    static const int64_t counts[] = {1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3};
    gfn_mode_regions *regions = NULL;
    assert_int_equal(gfn_mode_regions_create(env, gfn_env_spec_of(env)->max_log_reward, &regions),
                     GFN_OK);
    assert_int_equal(gfn_mode_regions_count(regions), 0);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        gfn_mode_regions_add(regions, 1, cells[i]);
        assert_int_equal(gfn_mode_regions_count(regions), counts[i]);
    }
    gfn_mode_regions_destroy(&regions);
    assert_null(regions);
    gfn_mode_regions_destroy(&regions);
    gfn_env_destroy(&env);
}

/* 300 x 300 cells of the same reward are more than can be stored. */
static void a_region_that_is_too_large_is_not_counted(void **unused)
{
    (void)unused;
    gfn_env *env = make_env(NULL, "size=300 r1=0 r2=0 encoding=khot");
    static const int32_t cell[] = {150, 7};
    gfn_mode_regions *regions = NULL;
    assert_int_equal(regions_of(env), -1);
    assert_int_equal(gfn_mode_regions_create(env, gfn_env_spec_of(env)->max_log_reward, &regions),
                     GFN_OK);
    gfn_mode_regions_add(regions, 1, cell);
    assert_int_equal(gfn_mode_regions_count(regions), -1);
    gfn_mode_regions_destroy(&regions);
    gfn_env_destroy(&env);
}

static void an_environment_that_is_not_a_grid_has_no_regions(void **unused)
{
    (void)unused;
    gfn_env *ladder = make_env(&ladder_world, "rungs=10");
    gfn_env *large = make_env(NULL, "size=67108863 ndim=32"); /* no numbers */
    assert_false(gfn_mode_regions_exist(ladder) || gfn_mode_regions_exist(large));
    assert_int_equal(regions_of(ladder), -1);
    gfn_env_destroy(&ladder);
    gfn_env_destroy(&large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regions_of_known_grids),
        cmocka_unit_test(cells_of_a_region_are_connected_along_dimensions),
        cmocka_unit_test(a_region_counts_once_for_any_number_of_its_cells),
        cmocka_unit_test(a_region_that_is_too_large_is_not_counted),
        cmocka_unit_test(an_environment_that_is_not_a_grid_has_no_regions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
