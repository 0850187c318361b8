/* SPDX-License-Identifier: MIT
 *
 * Files of text that people make: lines of fields, compressed ones, matrices of numbers, and lines
 * that are written.
 */
#include "tests/unit/io/scratch.h"

#include <math.h>

#include <zlib.h>

#include "base/memory.h"
#include "io/csv.h"
#include "io/fields.h"
#include "io/matrix_file.h"

static void assert_line(gfn_fields *f, int64_t line, size_t n, const char *const *field)
{
    assert_ok(gfn_fields_next(f));
    assert_int_equal(f->n, n);
    assert_int_equal(f->line, line);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(f->field[i], field[i]);
}

static void fields_are_those_of_rfc_4180(void **state)
{
    (void)state;
    gfn_fields f;
    put_text("a.csv",
             "\xef\xbb\xbf# a comment\n\n a , \"b,\"\"c\" ,\r\n\"two\nlines\",x,\t\nlast,,");
    assert_ok(gfn_fields_open("a.csv", 1000, GFN_TABS_OR_COMMAS, &f));
    assert_line(&f, 3, 3, (const char *const[]){"a", "b,\"c", ""});
    assert_line(&f, 5, 3, (const char *const[]){"two\nlines", "x", ""});
    assert_line(&f, 6, 3, (const char *const[]){"last", "", ""});
    assert_line(&f, 6, 0, NULL);
    gfn_fields_close(&f);
}

static void a_tab_in_the_first_line_divides_all(void **state)
{
    (void)state;
    gfn_fields f;
    put_text("a.tsv", "a,b\tc\nd\t\"e\tf\"\n");
    assert_ok(gfn_fields_open("a.tsv", 1000, GFN_TABS_OR_COMMAS, &f));
    assert_line(&f, 1, 2, (const char *const[]){"a,b", "c"});
    assert_line(&f, 2, 2, (const char *const[]){"d", "e\tf"});
    gfn_fields_close(&f);
}

/* Quotes belong to the text of an object. */
static void whole_lines_keep_their_quotes(void **state)
{
    (void)state;
    gfn_fields f;
    put_text("a.txt", "  \"Blood Pressure\"->Age, B \r\n{}\n");
    assert_ok(gfn_fields_open("a.txt", 1000, GFN_WHOLE_LINES, &f));
    assert_line(&f, 1, 1, (const char *const[]){"\"Blood Pressure\"->Age, B"});
    assert_line(&f, 2, 1, (const char *const[]){"{}"});
    assert_line(&f, 2, 0, NULL);
    gfn_fields_close(&f);
}

static void damaged_text_is_refused(void **state)
{
    (void)state;
    gfn_fields f;
    put_text("a.csv", "a,\"b\nc\n");
    assert_ok(gfn_fields_open("a.csv", 1000, GFN_TABS_OR_COMMAS, &f));
    assert_refused(gfn_fields_next(&f), GFN_EDATA, "a.csv: line 1: expected a second quote");
    gfn_fields_close(&f);
    put_bytes("a.csv", "a\0b\n", 4);
    assert_ok(gfn_fields_open("a.csv", 1000, GFN_TABS_OR_COMMAS, &f));
    assert_refused(gfn_fields_next(&f), GFN_EDATA, "line 1: expected text, found a byte 0");
    gfn_fields_close(&f);
    assert_refused(gfn_fields_open("a.csv", 3, GFN_TABS_OR_COMMAS, &f), GFN_EDATA, "a.csv");
    gfn_fields_close(&f);
}

static void put_compressed(const char *path, const char *text, const char *mode)
{
    gzFile file = gzopen(path, mode);
    assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), strlen(text));
    assert_int_equal(gzclose(file), Z_OK);
}

static void compressed_files_are_read_whole_or_refused(void **state)
{
    (void)state;
    char bytes[4096], line[64];
    gfn_fields f;
    FILE *all = fopen("long.txt", "w");
    for (int i = 0; i < 20000; i++)
        fprintf(all, "%d,%d\n", i, 7 * i % 1013);
    fclose(all);
    static char text[1 << 20];
    get_bytes("long.txt", text, sizeof text);
    put_compressed("a.gz", text, "wb");
    put_compressed("a.gz", "the,end\n", "ab"); /* a second member */
    assert_ok(gfn_fields_open("a.gz", sizeof text, GFN_TABS_OR_COMMAS, &f));
    for (int i = 0; i < 20000; i++) {
        assert_ok(gfn_fields_next(&f));
        snprintf(line, sizeof line, "%d", i);
        assert_string_equal(f.field[0], line);
    }
    assert_line(&f, 20001, 2, (const char *const[]){"the", "end"});
    gfn_fields_close(&f);
    assert_refused(gfn_fields_open("a.gz", 100000, GFN_TABS_OR_COMMAS, &f), GFN_EDATA,
                   "expected at most 100000 bytes");
    gfn_fields_close(&f);
    put_compressed("b.gz", "one,two\nthree,four\n", "wb");
    const size_t n = get_bytes("b.gz", bytes, sizeof bytes);
    for (size_t cut = 2; cut < n; cut++) { /* every length */
        put_bytes("c.gz", bytes, cut);
        assert_refused(gfn_fields_open("c.gz", 1000, GFN_TABS_OR_COMMAS, &f), GFN_EDATA,
                       "c.gz: expected a whole gzip file");
        gfn_fields_close(&f);
    }
}

static void matrices_have_names_or_none(void **state)
{
    (void)state;
    gfn_arena *arena;
    gfn_matrix m;
    assert_ok(gfn_arena_create(&arena));
    put_text("a.csv", "Blood Pressure,\"b, c\"\n1.5,-2\n1e3,0\n");
    assert_ok(gfn_matrix_load("a.csv", arena, &m));
    assert_int_equal(m.n_rows, 2);
    assert_int_equal(m.n_columns, 2);
    assert_string_equal(m.column[1], "b, c");
    assert_true(m.value[1] == -2 && m.value[2] == 1000);
    put_text("a.csv", "1\n2\n3\n");
    assert_ok(gfn_matrix_load("a.csv", arena, &m));
    assert_int_equal(m.n_rows, 3);
    assert_null(m.column);
    gfn_arena_destroy(&arena);
}

static void a_line_with_a_missing_number_is_no_heading(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"nan\n2\n3\n", "a.csv: line 1, column 1: expected a number, found \"nan\""},
        {"NA,1,2\n3,4,5\n", "a.csv: line 1, column 1: expected a number, found \"NA\""},
        {"1,-inf\n2,3\n", "line 1, column 2: expected a number, found \"-inf\""},
        {"a,b\n1,\n", "line 2, column \"b\": expected a number, found nothing"},
        {"a,b\n1,x\n", "line 2, column \"b\": expected a number, found \"x\""},
        {"a,b\n1,2,3\n", "line 2: expected 2 values as in the first line, found 3"},
        {"a,b\n", "a.csv: expected lines of numbers, found none"},
    };
    gfn_arena *arena;
    gfn_matrix m;
    assert_ok(gfn_arena_create(&arena));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put_text("a.csv", cases[i].text);
        assert_refused(gfn_matrix_load("a.csv", arena, &m), GFN_EDATA, cases[i].says);
    }
    gfn_arena_destroy(&arena);
}

static void written_lines_are_read_again(void **state)
{
    (void)state;
    static const char *const texts[] = {"ACGT", "{0, 2}", "say \"so\"", " blank", "#1", ""};
    gfn_csv csv = {.text = NULL};
    gfn_fields f;
    for (size_t i = 0; i < 6; i++) {
        gfn_csv_text(&csv, texts[i]);
        gfn_csv_number(&csv, i == 5 ? NAN : 0.25 * (double)i);
        gfn_csv_integer(&csv, -(int64_t)i);
        gfn_csv_end(&csv);
    }
    assert_ok(gfn_csv_save(&csv, "a.csv"));
    assert_ok(gfn_fields_open("a.csv", 1000, GFN_TABS_OR_COMMAS, &f));
    for (size_t i = 0; i < 6; i++) {
        assert_ok(gfn_fields_next(&f));
        assert_int_equal(f.n, 3);
        assert_string_equal(f.field[0], texts[i]);
    }
    assert_string_equal(f.field[1], "");
    assert_string_equal(f.field[2], "-5");
    gfn_fields_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(fields_are_those_of_rfc_4180),
        scratch_test(a_tab_in_the_first_line_divides_all),
        scratch_test(whole_lines_keep_their_quotes),
        scratch_test(damaged_text_is_refused),
        scratch_test(compressed_files_are_read_whole_or_refused),
        scratch_test(matrices_have_names_or_none),
        scratch_test(a_line_with_a_missing_number_is_no_heading),
        scratch_test(written_lines_are_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
