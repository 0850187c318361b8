/* SPDX-License-Identifier: MIT
 *
 * Kinds of environments that a program adds, and errors of loading plug-ins. (tests/cli/plugin.sh
 * tests that valid plug-ins are loaded.)
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "env/env_internal.h"
#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"

static void assert_refused(gfn_status found, gfn_status expected, const char *part)
{
    if (found != expected || strstr(gfn_error_message(), part) == NULL)
        fail_msg("expected %s and \"%s\", found %s: %s", gfn_status_name(expected), part,
                 gfn_status_name(found), gfn_error_message());
}

static void paths_are_distinguished_from_names(void **state)
{
    (void)state;
    static const char *const paths[] = {"./a", "/", "a/b", "my.so", "a.b.so"};
    static const char *const names[] = {"hypergrid", "", ".so", "so", "my.so.1", "my_so"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_true(gfn_env_is_path(paths[i]));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_false(gfn_env_is_path(names[i]));
}

static void an_added_kind_is_found_by_its_name(void **state)
{
    (void)state;
    const size_t before = gfn_env_kinds();
    const gfn_env_ops *found = NULL;
    gfn_env *env = NULL;
    assert_null(gfn_env_find("ladder"));
    assert_int_equal(gfn_env_add(&ladder_world), GFN_OK);
    assert_int_equal(gfn_env_kinds(), before + 1);
    assert_ptr_equal(gfn_env_kind(before), &ladder_world);
    assert_null(gfn_env_kind(before + 1));
    assert_ptr_equal(gfn_env_find("ladder"), &ladder_world);
    assert_int_equal(gfn_env_open("ladder", &found), GFN_OK);
    assert_ptr_equal(found, &ladder_world);
    assert_int_equal(gfn_env_create("ladder", "rungs=7", &env), GFN_OK);
    assert_ptr_equal(gfn_env_kind_of(env), &ladder_world);
    gfn_env_destroy(&env);
    assert_refused(
        gfn_env_open("lader", &found), GFN_EINVAL,
        "ladder, or the path of a plug-in such as ./my.so, found \"lader\" (hint: ladder)");
}

static void a_name_in_use_is_rejected(void **state)
{
    (void)state;
    gfn_env_ops other = bits_world;
    const size_t before = gfn_env_kinds();
    other.name = "hypergrid";
    assert_refused(gfn_env_add(&other), GFN_EEXIST, "hypergrid: there is an environment");
    assert_refused(gfn_env_add(&ladder_world), GFN_EEXIST, "ladder: there is an environment");
    assert_int_equal(gfn_env_kinds(), before);
}

static void first_class(const void *world, const int32_t *state, int32_t *words)
{
    (void)world;
    words[0] = state[0];
}

/* ---- tables within the table ---- */

static gfn_status solve(const void *world, double beta, void **solution)
{
    (void)world, (void)beta, (void)solution;
    return GFN_ENOSUP;
}

static void forget(void *solution)
{
    (void)solution;
}

static double no_log_z(const void *solution)
{
    (void)solution;
    return NAN;
}

static int64_t count_one(const void *world)
{
    (void)world;
    return 1;
}

static void name_row(const void *world, int64_t row, char *text, size_t size)
{
    (void)world;
    snprintf(text, size, "%d", (int)row);
}

static void find_nothing(const void *world, size_t n, const int32_t *state, double *value)
{
    (void)world, (void)state;
    for (size_t i = 0; i < n; i++)
        value[i] = 0;
}

static void one_line(const void *world, int64_t lines[2])
{
    (void)world;
    lines[0] = lines[1] = 1;
}

static const gfn_env_solver whole_solver = {
    .size = sizeof(gfn_env_solver), .create = solve, .destroy = forget, .log_z = no_log_z};
static const gfn_env_marginals whole_marginals = {.size = sizeof(gfn_env_marginals),
                                                  .name = "rows",
                                                  .keys = "row",
                                                  .columns = "mean",
                                                  .count = count_one,
                                                  .key = name_row,
                                                  .find = find_nothing,
                                                  .map_lines = one_line,
                                                  .axes = "row"};

/* The tables of a plug-in that was compiled with an older header end earlier: in the bytes behind
 * them are no functions. */
static void older_marginals_have_no_pictures(void **state)
{
    (void)state;
    gfn_env_ops ops = bits_world;
    gfn_env_marginals older = whole_marginals;
    gfn_env *env;
    older.size = offsetof(gfn_env_marginals, map_lines);
    ops.name = "older-marginals";
    ops.marginals = &older;
    assert_int_equal(gfn_env_create_from(&ops, NULL, &env), GFN_OK);
    assert_true(env->ops->marginals->find == find_nothing);
    assert_true(env->ops->marginals->map_lines == NULL && env->ops->marginals->axes == NULL);
    assert_int_equal(env->ops->marginals->size, sizeof(gfn_env_marginals));
    gfn_env_destroy(&env);
}

/* Newer ones are longer. */
static void members_of_newer_tables_are_ignored(void **state)
{
    (void)state;
    struct {
        gfn_env_solver known;
        void *more[3];
    } newer = {.known = whole_solver};
    gfn_env_ops ops = bits_world;
    gfn_env *env;
    newer.known.size = sizeof newer;
    ops.name = "newer-solver";
    ops.solver = &newer.known;
    ops.marginals = &whole_marginals;
    assert_int_equal(gfn_env_create_from(&ops, NULL, &env), GFN_OK);
    assert_true(env->ops->solver->create == solve);
    assert_true(env->ops->marginals->map_lines == one_line);
    assert_int_equal(env->ops->solver->size, sizeof(gfn_env_solver));
    gfn_env_destroy(&env);
}

static void an_incomplete_table_within_the_table_is_rejected(void **state)
{
    (void)state;
    gfn_env_ops ops = bits_world;
    gfn_env_solver solver = whole_solver;
    gfn_env_marginals marginals = whole_marginals;
    ops.name = "nested";
    ops.solver = &solver;
    solver.size = 0; /* forgotten */
    assert_refused(gfn_env_add(&ops), GFN_EINVAL, "nested: gfn_env_solver of 0 bytes, needs ");
    assert_refused(gfn_env_add(&ops), GFN_EINVAL, "(hint: set .size = sizeof(gfn_env_solver)");
    solver.size = (size_t)-1;
    assert_refused(gfn_env_add(&ops), GFN_EINVAL, "nested: gfn_env_solver of ");
    ops.solver = NULL;
    ops.marginals = &marginals;
    marginals.size = offsetof(gfn_env_marginals, find);
    assert_refused(gfn_env_add(&ops), GFN_EINVAL, "nested: gfn_env_marginals of ");
    marginals = whole_marginals;
    marginals.axes = NULL;
    assert_refused(gfn_env_add(&ops), GFN_EINVAL, "nested: axes of the marginals is NULL");
    marginals = whole_marginals;
    marginals.object_lines = one_line;
    assert_refused(gfn_env_add(&ops), GFN_EINVAL, "nested: draw_object of the marginals is NULL");
}

static void an_incomplete_table_is_rejected(void **state)
{
    (void)state;
    static const gfn_option no_default[] = {
        {"depth", GFN_OPTION_INT, NULL, 0, 9, NULL, "Tree", "levels"}, {0}};
    static const gfn_option no_help[] = {{"depth", GFN_OPTION_INT, "3", 0, 9, NULL, "Tree", NULL},
                                         {0}};
    static const gfn_option bad_name[] = {
        {"two words", GFN_OPTION_INT, "3", 0, 9, NULL, "Tree", "levels"}, {0}};
    static const gfn_option no_topic[] = {
        {"depth", GFN_OPTION_INT, "3", 0, 9, NULL, NULL, "levels"}, {0}};
    static const gfn_option no_type[] = {
        {"depth", (gfn_option_type)(GFN_OPTION_MATRIX + 1), "3", 0, 9, NULL, "Tree", "levels"},
        {0}};
    static const gfn_option no_room[] = {
        {"depth", GFN_OPTION_INT, "3", 9, 0, NULL, "Tree", "levels"}, {0}};
    static const gfn_option no_bound[] = {
        {"depth", GFN_OPTION_NUMBER, "3", 0, NAN, NULL, "Tree", "levels"}, {0}};
    const gfn_option *const tables[] = {no_default, no_help, bad_name, no_topic,
                                        no_type,    no_room, no_bound};
    static const char *const parts[] = {
        "found no default",
        "found no help",
        "\"two words\"",
        "option depth: expected a topic (a heading), found none",
        "option depth: expected a type of gfn_option_type, found 8",
        "option depth: expected min <= max, found 9 and 0",
        "option depth: expected min <= max, found 0 and nan",
    };
    gfn_env_ops other = bits_world;
    assert_refused(gfn_env_add(NULL), GFN_EINVAL, "gfn_env_ops of 0 bytes, needs");
    other.size = 8;
    assert_refused(gfn_env_add(&other), GFN_EINVAL, "gfn_env_ops of 8 bytes, needs");
    other.size = (size_t)-1; /* as if the symbol were something else, such as a pointer */
    assert_refused(gfn_env_add(&other), GFN_EINVAL, "gfn_env_ops of ");
    other = bits_world;
    other.observe = NULL;
    assert_refused(gfn_env_add(&other), GFN_EINVAL, "bits: observe is NULL");
    other = bits_world;
    other.class_of = first_class;
    assert_refused(gfn_env_add(&other), GFN_EINVAL, "bits: class_name is NULL");
    other = bits_world;
    other.name = "../bits";
    assert_refused(gfn_env_add(&other), GFN_EINVAL, "found \"../bits\" (hint: ");
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        other = bits_world;
        other.options = tables[i];
        assert_refused(gfn_env_add(&other), GFN_EINVAL, parts[i]);
    }
}

static void files_that_are_not_shared_objects_are_rejected(void **state)
{
    (void)state;
    static const char *const paths[] = {"/nowhere/my.so", "nowhere.so", "/", "/dev/null"};
    const gfn_env_ops *found = NULL;
    gfn_env *env = NULL;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_refused(gfn_env_open(paths[i], &found), GFN_EIO, "cannot load the plug-in: ");
        assert_non_null(strstr(gfn_error_message(), paths[i]));
        assert_refused(gfn_env_create(paths[i], NULL, &env), GFN_EIO, "cannot load the plug-in: ");
    }
    assert_null(found);
    assert_null(env);
}

/* This test is the last one, because the table stays full. */
static void the_number_of_added_kinds_is_limited(void **state)
{
    (void)state;
    static gfn_env_ops many[GFN_ENV_MAX_ADDED + 1];
    static char names[GFN_ENV_MAX_ADDED + 1][16];
    size_t added = 1; /* ladder */
    gfn_status status = GFN_OK;
    for (size_t i = 0; i <= GFN_ENV_MAX_ADDED && status == GFN_OK; i++) {
        many[i] = bits_world;
        snprintf(names[i], sizeof names[i], "bits-%zu", i);
        many[i].name = names[i];
        status = gfn_env_add(&many[i]);
        added += status == GFN_OK;
    }
    assert_refused(status, GFN_ENOMEM, "expected at most 32 environments");
    assert_int_equal(added, GFN_ENV_MAX_ADDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_distinguished_from_names),
        cmocka_unit_test(an_added_kind_is_found_by_its_name),
        cmocka_unit_test(a_name_in_use_is_rejected),
        cmocka_unit_test(an_incomplete_table_is_rejected),
        cmocka_unit_test(older_marginals_have_no_pictures),
        cmocka_unit_test(members_of_newer_tables_are_ignored),
        cmocka_unit_test(an_incomplete_table_within_the_table_is_rejected),
        cmocka_unit_test(files_that_are_not_shared_objects_are_rejected),
        cmocka_unit_test(the_number_of_added_kinds_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
