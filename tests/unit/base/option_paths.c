/* SPDX-License-Identifier: MIT
 *
 * Options that name files: they are kept as absolute paths.
 */
#include <gfn/options.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const gfn_option path_table[] = {
    {"data", GFN_OPTION_PATH, "default.npy", 0, 0, NULL, "Data", "A file."},
    {"more", GFN_OPTION_PATH, "", 0, 0, NULL, "Data", "Another file."},
    {NULL, GFN_OPTION_FLAG, NULL, 0, 0, NULL, NULL, NULL},
};

/* Make a set of paths in a new folder FOLDER/NAME, which becomes the working directory and is
 * removed; the folder before it is stored in `before`. */
static gfn_options *make_paths_in(const char *name, char folder[300], char before[300])
{
    static const gfn_option *const path_tables[] = {path_table};
    const char *all = getenv("TMPDIR");
    char above[200];
    gfn_options *options = NULL;
    assert_non_null(getcwd(before, 300));
    snprintf(above, sizeof above, "%s/options-XXXXXX", all ? all : "/tmp");
    assert_non_null(mkdtemp(above));
    assert_int_equal(chdir(above), 0);
    assert_int_equal(mkdir(name, 0777), 0);
    assert_int_equal(chdir(name), 0);
    assert_non_null(getcwd(folder, 300));
    assert_int_equal(gfn_options_create(path_tables, 1, &options), GFN_OK);
    return options;
}

static void leave(const char *folder, const char *before)
{
    char above[300];
    snprintf(above, sizeof above, "%s", folder);
    *strrchr(above, '/') = '\0';
    assert_int_equal(chdir(before), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(above), 0);
}

static void assert_path(const gfn_options *options, const char *name, const char *folder,
                        const char *rest)
{
    char expected[400];
    snprintf(expected, sizeof expected, "%s%s", folder, rest);
    assert_string_equal(gfn_options_text(options, name), expected);
}

static void paths_are_absolute_and_keep_their_links(void **state)
{
    (void)state;
    char folder[300], before[300], above[300];
    gfn_options *options = make_paths_in("here", folder, before), *copy = NULL;
    snprintf(above, sizeof above, "%s", folder);
    *strrchr(above, '/') = '\0';
    assert_path(options, "data", folder, "/default.npy");
    assert_string_equal(gfn_options_text(options, "more"), "");
    static const struct {
        const char *text, *rest;
        bool is_above;
    } cases[] = {
        {"a.npy", "/a.npy", false},
        {"./a.npy", "/a.npy", false},
        {".//./a.npy", "/a.npy", false},
        {"../a.npy", "/a.npy", true},
        {"./.././a/", "/a/", true},
        {"b/../a.npy", "/b/../a.npy", false},
        {".a", "/.a", false},
        {"..a/b", "/..a/b", false},
        {".../b", "/.../b", false},
        {".", "/.", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gfn_options_set(options, "more", cases[i].text, "test"), GFN_OK);
        assert_path(options, "more", cases[i].is_above ? above : folder, cases[i].rest);
    }
    assert_int_equal(gfn_options_set(options, "more", "/./x/../y", "test"), GFN_OK);
    assert_string_equal(gfn_options_text(options, "more"), "/./x/../y");
    leave(folder, before);
    assert_int_equal(gfn_options_copy(options, &copy), GFN_OK);
    assert_path(copy, "data", folder, "/default.npy");
    assert_true(gfn_options_is_same(copy, options, "data"));
    assert_int_equal(gfn_options_set(options, "more", "", "test"), GFN_OK);
    assert_string_equal(gfn_options_text(options, "more"), "");
    assert_false(gfn_options_is_same(copy, options, "more"));
    gfn_options_destroy(&copy);
    gfn_options_destroy(&options);
}

static void a_path_may_lead_above_all_folders(void **state)
{
    (void)state;
    char folder[300], before[300], text[1000] = "";
    gfn_options *options = make_paths_in("here", folder, before);
    for (int i = 0; i < 100; i++)
        strcat(text, "../");
    strcat(text, "a.npy");
    assert_int_equal(gfn_options_set(options, "data", text, "test"), GFN_OK);
    assert_string_equal(gfn_options_text(options, "data"), "/a.npy");
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(gfn_options_set(options, "data", "b.npy", "test"), GFN_OK);
    assert_string_equal(gfn_options_text(options, "data"), "/b.npy");
    leave(folder, before);
    gfn_options_destroy(&options);
}

/* A configuration and a message have it on one line. */
static void a_path_in_a_folder_with_control_characters_is_rejected(void **state)
{
    (void)state;
    char folder[300], before[300];
    gfn_options *options = make_paths_in("here", folder, before);
    assert_int_equal(mkdir("line\nbreak", 0777), 0);
    assert_int_equal(chdir("line\nbreak"), 0);
    assert_int_equal(gfn_options_set(options, "data", "a.npy", "test"), GFN_EINVAL);
    assert_non_null(
        strstr(gfn_error_message(), "data: expected a path without control characters"));
    assert_path(options, "data", folder, "/default.npy");
    assert_int_equal(gfn_options_set(options, "data", "../a.npy", "test"), GFN_OK);
    assert_int_equal(chdir(".."), 0);
    assert_int_equal(rmdir("line\nbreak"), 0);
    leave(folder, before);
    gfn_options_destroy(&options);
}

static void in_a_folder_that_was_removed_a_path_stays_as_it_is(void **state)
{
    (void)state;
    char folder[300], before[300];
    gfn_options *options = make_paths_in("here", folder, before);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(gfn_options_set(options, "data", "a.npy", "test"), GFN_OK);
    assert_string_equal(gfn_options_text(options, "data"), "a.npy");
    assert_int_equal(mkdir(folder, 0777), 0);
    leave(folder, before);
    gfn_options_destroy(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_absolute_and_keep_their_links),
        cmocka_unit_test(a_path_may_lead_above_all_folders),
        cmocka_unit_test(a_path_in_a_folder_with_control_characters_is_rejected),
        cmocka_unit_test(in_a_folder_that_was_removed_a_path_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
