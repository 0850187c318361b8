/* SPDX-License-Identifier: MIT
 *
 * Files of one object per line, on a grid of 4 x 4 cells.
 */
#include "tests/unit/io/scratch.h"

#include "base/memory.h"
#include "reward/object_lines.h"

static gfn_env *env;

/* The objects of a file are the cells y x. */
static void assert_objects(const char *path, size_t expected, const int32_t *cells)
{
    int32_t *object;
    size_t n;
    assert_ok(gfn_object_lines_read(path, env, &object, &n));
    assert_int_equal(n, expected);
    assert_memory_equal(object, cells, n * 2 * sizeof *cells);
    gfn_release(&object);
}

static void refuse(const char *path, gfn_status status, const char *message)
{
    int32_t word = 7, *object = &word;
    size_t n = 7;
    assert_refused(gfn_object_lines_read(path, env, &object, &n), status, message);
    assert_null(object);
    assert_int_equal(n, 0);
}

static void lines_are_objects_and_a_heading_is_none(void **state)
{
    (void)state;
    static const int32_t cells[] = {3, 1, 0, 2};
    put_text("a.txt", "# a comment\n3 1\n\n0,2\n");
    assert_objects("a.txt", 2, cells);
    put_text("a.txt", "object\r\n3 1\r\n0 2");
    assert_objects("a.txt", 2, cells);
    put_text("modes", "3 1\n0 2\n");
    assert_objects("modes", 2, cells);
}

static void the_first_column_of_a_table_is_read(void **state)
{
    (void)state;
    static const int32_t cells[] = {3, 1, 0, 2};
    put_text("a.csv", "object,log_reward\n3 1,2.5\n\"0,2\",-1\n");
    assert_objects("a.csv", 2, cells);
    put_text("a.tsv", "3,1\t7\n0 2\t8\n");
    assert_objects("a.tsv", 2, cells);
}

static void a_file_with_many_objects_is_read_whole(void **state)
{
    (void)state;
    enum { N = 5000 };
    static int32_t cells[2 * N];
    FILE *file = fopen("many.txt", "w");
    assert_non_null(file);
    for (int i = 0; i < N; i++) {
        cells[2 * i] = i * i % 4;
        cells[2 * i + 1] = i / 3 % 4;
        fprintf(file, "%d %d\n", cells[2 * i], cells[2 * i + 1]);
    }
    assert_int_equal(fclose(file), 0);
    assert_objects("many.txt", N, cells);
}

static void the_message_names_file_and_line(void **state)
{
    (void)state;
    put_text("a.txt", "# a comment\n3 1\n\n3 17\n");
    refuse("a.txt", GFN_EINVAL, "a.txt: line 4: row 0: expected an object of this hypergrid");
    put_text("a.csv", "object\n3 1\nx,2\n");
    refuse("a.csv", GFN_EINVAL, "a.csv: line 3: expected whole numbers, found \"x\"");
    put_text("a.txt", "# nothing\nobject\n");
    refuse("a.txt", GFN_EDATA, "a.txt: expected lines of one object each, found none");
    refuse("none.txt", GFN_EIO, "none.txt");
}

static void text_is_known_by_the_end_of_its_name(void **state)
{
    (void)state;
    static const char *const texts[] = {"a.txt", "a.csv", "a.tsv", "b/a.npy.csv.gz", "a.txt.gz"};
    static const char *const others[] = {"a.npy", "txt", ".txt", "a.gz", "a.txt.npy", ""};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_true(gfn_object_lines_is_text(texts[i]));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(gfn_object_lines_is_text(others[i]));
}

static int make(void **state)
{
    (void)state;
    return gfn_env_create("hypergrid", "size=4", &env) != GFN_OK;
}

static int clear(void **state)
{
    (void)state;
    gfn_env_destroy(&env);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(lines_are_objects_and_a_heading_is_none),
        scratch_test(the_first_column_of_a_table_is_read),
        scratch_test(a_file_with_many_objects_is_read_whole),
        scratch_test(the_message_names_file_and_line),
        scratch_test(text_is_known_by_the_end_of_its_name),
    };
    return cmocka_run_group_tests(tests, make, clear);
}
