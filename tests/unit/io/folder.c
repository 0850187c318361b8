/* SPDX-License-Identifier: MIT */
#include "tests/unit/io/scratch.h"

#include "base/memory.h"
#include "io/folder.h"

static const char *const run_files[] = {"config.ini", "metrics.jsonl", NULL};

static void parents_are_made(void **state)
{
    (void)state;
    assert_ok(gfn_folder_create("runs/deep//deeper/one"));
    assert_true(gfn_folder_exists("runs/deep/deeper/one"));
    assert_ok(gfn_folder_create("runs/deep/deeper/one/"));
    assert_ok(gfn_folder_create("."));
    assert_ok(gfn_folder_create("/"));
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/absolute/two", scratch_folder);
    assert_ok(gfn_folder_create(path));
    assert_true(gfn_folder_exists("absolute/two"));
}

static void a_file_is_not_a_folder(void **state)
{
    (void)state;
    put_text("file", "precious");
    assert_false(gfn_folder_exists("file"));
    assert_refused(gfn_folder_create("file"), GFN_EEXIST, "file: expected a folder, found a file");
    assert_refused(gfn_folder_create("file/run"), GFN_EIO,
                   "file/run: cannot make the folder file: Not a directory");
    assert_refused(gfn_folder_create(""), GFN_EINVAL, "found nothing");
    assert_refused(gfn_folder_create("/proc/none/run"), GFN_EIO,
                   "/proc/none/run: cannot make the folder /proc/none: ");
    assert_true(holds("file", "precious"));
}

static void a_folder_holds_its_entries_even_if_they_are_empty(void **state)
{
    (void)state;
    assert_ok(gfn_folder_create("runs/one"));
    put_text("runs/one/notes.txt", "");
    assert_true(gfn_folder_holds("runs/one", "notes.txt"));
    assert_true(gfn_folder_holds("runs/", "one"));
    assert_false(gfn_folder_holds("runs/one", "config.ini"));
    assert_false(gfn_folder_holds("runs/two", "notes.txt"));
}

static void a_new_or_empty_folder_can_be_claimed(void **state)
{
    (void)state;
    assert_ok(gfn_folder_claim("runs/one", run_files));
    put_text("runs/one/notes.txt", "by the user");
    assert_ok(gfn_folder_claim("runs/one", run_files));
}

static void a_folder_that_holds_a_run_cannot_be_claimed(void **state)
{
    (void)state;
    assert_ok(gfn_folder_claim("runs/one", run_files));
    put_text("runs/one/metrics.jsonl", "{}\n");
    assert_refused(gfn_folder_claim("runs/one", run_files), GFN_EEXIST,
                   "runs/one: holds metrics.jsonl already");
    assert_refused(gfn_folder_claim("runs/one/", run_files), GFN_EEXIST, "(hint: ");
    assert_true(holds("runs/one/metrics.jsonl", "{}\n"));
}

/* A job that ended before it wrote a line leaves an empty file. */
static void a_folder_of_empty_files_can_be_claimed(void **state)
{
    (void)state;
    assert_ok(gfn_folder_claim("runs/one", run_files));
    put_text("runs/one/metrics.jsonl", "");
    assert_ok(gfn_folder_claim("runs/one", run_files));
}

static void resolving_follows_a_link(void **state)
{
    (void)state;
    char *path, *full;
    assert_ok(gfn_folder_create("runs/one"));
    assert_ok(gfn_folder_link("one", "runs/latest"));
    assert_ok(gfn_folder_resolve("runs/latest", &path));
    full = realpath("runs/one", NULL);
    assert_string_equal(path, full);
    gfn_release(&path);
    assert_ok(gfn_folder_resolve("runs/latest//", &path));
    assert_string_equal(path, full);
    gfn_release(&path);
    free(full);
    assert_ok(gfn_folder_resolve("runs/one", &path));
    assert_string_equal(path, "runs/one");
    gfn_release(&path);
    assert_ok(gfn_folder_resolve("none", &path)); /* opening it gives the error */
    assert_string_equal(path, "none");
    gfn_release(&path);
    assert_ok(gfn_folder_link("nowhere", "runs/latest"));
    assert_refused(gfn_folder_resolve("runs/latest", &path), GFN_EIO, "cannot follow the link");
}

static void an_absolute_path_has_no_links(void **state)
{
    (void)state;
    char *path = NULL, *full;
    assert_ok(gfn_folder_create("runs/one"));
    assert_ok(gfn_folder_link("one", "runs/latest"));
    full = realpath("runs/one", NULL);
    static const char *const spellings[] = {"runs/one", "./runs//one/", "runs/latest",
                                            "runs/one/../latest"};
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        assert_ok(gfn_folder_absolute(spellings[i], &path));
        assert_string_equal(path, full);
        gfn_release(&path);
    }
    free(full);
    assert_refused(gfn_folder_absolute("runs/two", &path), GFN_EIO,
                   "runs/two: cannot find the file: No such file");
    assert_null(path);
}

static void a_new_folder_can_be_claimed_once(void **state)
{
    (void)state;
    assert_ok(gfn_folder_claim("runs/one", NULL));
    assert_refused(gfn_folder_claim("runs/one", NULL), GFN_EEXIST, "expected a new folder");
}

static void paths_are_joined(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"runs/x", "summary.json", "runs/x/summary.json"}, {"/", "x", "/x"}, {"a/", "b", "a/b"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *path;
        assert_ok(gfn_folder_path(rows[i][0], rows[i][1], &path));
        assert_string_equal(path, rows[i][2]);
        gfn_release(&path);
    }
}

static void a_link_is_made_and_replaced(void **state)
{
    (void)state;
    assert_ok(gfn_folder_create("runs/one"));
    assert_ok(gfn_folder_create("runs/two"));
    assert_ok(gfn_folder_link("one", "runs/latest"));
    put_text("runs/latest/file", "x");
    assert_true(holds("runs/one/file", "x"));
    assert_ok(gfn_folder_link("two", "runs/latest"));
    put_text("runs/latest/file", "y");
    assert_true(holds("runs/two/file", "y") && holds("runs/one/file", "x"));
    assert_int_equal(chdir("runs"), 0);
    assert_int_equal(count_names(), 3);
    assert_int_equal(chdir(".."), 0);
}

static void a_dangling_link_is_replaced(void **state)
{
    (void)state;
    assert_int_equal(symlink("gone", "latest"), 0);
    assert_ok(gfn_folder_create("one"));
    assert_ok(gfn_folder_link("one", "latest"));
    assert_true(gfn_folder_exists("latest"));
}

static void files_and_folders_are_not_replaced_by_a_link(void **state)
{
    (void)state;
    put_text("file", "precious");
    assert_ok(gfn_folder_create("folder"));
    assert_refused(gfn_folder_link("x", "file"), GFN_EEXIST,
                   "expected a symbolic link, found a "
                   "file");
    assert_refused(gfn_folder_link("x", "folder"), GFN_EEXIST, "found a folder");
    assert_refused(gfn_folder_link("x", "none/latest"), GFN_EIO, "none/latest: cannot make the");
    assert_true(holds("file", "precious"));
    assert_int_equal(count_names(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(parents_are_made),
        scratch_test(a_file_is_not_a_folder),
        scratch_test(a_folder_holds_its_entries_even_if_they_are_empty),
        scratch_test(a_new_or_empty_folder_can_be_claimed),
        scratch_test(a_folder_that_holds_a_run_cannot_be_claimed),
        scratch_test(a_folder_of_empty_files_can_be_claimed),
        scratch_test(resolving_follows_a_link),
        scratch_test(an_absolute_path_has_no_links),
        scratch_test(a_new_folder_can_be_claimed_once),
        scratch_test(paths_are_joined),
        scratch_test(a_link_is_made_and_replaced),
        scratch_test(a_dangling_link_is_replaced),
        scratch_test(files_and_folders_are_not_replaced_by_a_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
