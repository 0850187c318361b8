/* SPDX-License-Identifier: MIT */
#include "tests/unit/io/scratch.h"

#include "base/memory.h"
#include "io/ini.h"

static const gfn_option run_rows[] = {
    {"out", GFN_OPTION_WORD, "", 0, 0, NULL, "Run", "run directory"},
    {"time-limit", GFN_OPTION_TIME, "", 0, 1e9, NULL, "Run", "stop after this long"},
    {"env", GFN_OPTION_WORD, "hypergrid", 0, 0, "hypergrid|tree", "Run", "environment"},
    {"lr", GFN_OPTION_NUMBER, "0.01", 0, 10, NULL, "Training", "learning rate"},
    {"hidden", GFN_OPTION_WIDTHS, "32", 1, 1e6, NULL, "Training",
     "widths of the hidden layers, from the input to the output, separated by commas, so long that"
     " there is no place for it"},
    {"quiet", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Training", NULL},
    {NULL, GFN_OPTION_INT, NULL, 0, 0, NULL, NULL, NULL},
};
static const gfn_option env_rows[] = {
    {"size", GFN_OPTION_INT, "16", 2, 1e9, NULL, "Hypergrid", "cells per side"},
    {NULL, GFN_OPTION_INT, NULL, 0, 0, NULL, NULL, NULL},
};

static gfn_options *make_options(void)
{
    const gfn_option *const tables[] = {run_rows, env_rows};
    gfn_options *options;
    assert_ok(gfn_options_create(tables, 2, &options));
    return options;
}

static void set(gfn_options *options, const char *name, const char *value)
{
    assert_ok(gfn_options_set(options, name, value, "test"));
}

/* ---- writing ---- */

static void every_option_has_a_line(void **state)
{
    (void)state;
    gfn_options *options = make_options();
    set(options, "size", "9");
    set(options, "out", "runs/a b#c");
    assert_ok(gfn_ini_save("config.ini", options, NULL));
    assert_true(holds("config.ini", "# Run\n"
                                    "out = runs/a b#c                ; run directory\n"
                                    "time-limit =                    ; stop after this long\n"
                                    "env = hypergrid                 ; environment\n"
                                    "\n# Training\n"
                                    "lr = 0.01                       ; learning rate\n"
                                    "hidden = 32\n"
                                    "quiet = no\n"
                                    "\n# Hypergrid\n"
                                    "size = 9                        ; cells per side\n"));
    gfn_options_destroy(&options);
}

/* Any source is written on one line, which is short enough to be read. */
static void sources_are_written_as_comments(void **state)
{
    (void)state;
    gfn_options *options = make_options();
    char *text;
    size_t n;
    set(options, "lr", "0.02");
    assert_ok(gfn_options_set(options, "size", "9", "a\nsize = 7\x01 \"; #"));
    assert_ok(gfn_options_set(options, "hidden", "8,9",
                              "1234567890/1234567890/1234567890/1234567890/1234567890/run.ini:23"));
    assert_ok(gfn_options_set(options, "out", "a;b", "run.ini:3"));
    assert_ok(gfn_ini_text(options, NULL, GFN_INI_SOURCES, &text, &n));
    assert_int_equal(n, strlen(text));
    static const char *const lines[] = {
        "\nlr = 0.02                       ; test\n",
        "\nquiet = no                      ; default\n",
        "\nsize = 9                        ; a?size = 7? \"; #\n",
        "; run.ini:3\nout = \"a\\x3bb\"\n",
        ("\nhidden = 8,9                    ; ...67890/1234567890/1234567890/1234567890/"
         "1234567890/run.ini:23\n")};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (strstr(text, lines[i]) == NULL)
            print_error("no line %s in %s", lines[i], text);
        assert_non_null(strstr(text, lines[i]));
    }
    gfn_release(&text);
    gfn_options_destroy(&options);
}

static void options_can_be_left_out(void **state)
{
    (void)state;
    static const char *const skip[] = {"out", "size", "lr", NULL};
    gfn_options *options = make_options();
    char *text;
    size_t n;
    assert_ok(gfn_ini_text(options, skip, GFN_INI_HELP, &text, &n));
    assert_int_equal(n, strlen(text));
    assert_null(strstr(text, "out ="));
    assert_null(strstr(text, "size ="));
    assert_null(strstr(text, "lr ="));
    assert_non_null(strstr(text, "env = hypergrid"));
    gfn_release(&text);
    gfn_options_destroy(&options);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    gfn_options *options = make_options();
    put_text("config.ini", "old");
    limit_files(50);
    gfn_status status = gfn_ini_save("config.ini", options, NULL);
    limit_files(RLIM_INFINITY);
    assert_refused(status, GFN_EIO, "config.ini: cannot write");
    assert_true(holds("config.ini", "old"));
    gfn_options_destroy(&options);
}

/* ---- writing and reading back ---- */

static void assert_read_back_with(const char *value, enum gfn_ini_comments comments)
{
    gfn_options *options = make_options(), *found = make_options();
    struct gfn_ini ini;
    char *text;
    size_t n;
    set(options, "out", value);
    set(found, "out", "something else");
    assert_ok(gfn_ini_text(options, NULL, comments, &text, &n));
    assert_ok(gfn_ini_parse(text, n, "text", &ini));
    assert_ok(gfn_ini_apply(&ini, found));
    assert_int_equal(ini.n, gfn_options_count(options));
    for (size_t i = 0; i < gfn_options_count(options); i++) {
        const char *name = gfn_options_row(options, i)->name;
        assert_string_equal(gfn_options_text(found, name), gfn_options_text(options, name));
    }
    gfn_ini_clear(&ini);
    gfn_release(&text);
    gfn_options_destroy(&options);
    gfn_options_destroy(&found);
}

static void assert_read_back(const char *value)
{
    assert_read_back_with(value, GFN_INI_HELP);
    assert_read_back_with(value, GFN_INI_SOURCES);
}

static void values_are_read_back_exactly(void **state)
{
    (void)state;
    static const char *const values[] = {
        "",      " ",    "runs/x",    " leading",    "trailing ",    "two  blanks",
        "a;b",   "a ;b", ";",         "#",           "# x",          "a #b",
        "a = b", "= b",  "[section]", "\"quoted\"",  "\"",           "\\",
        "\\x41", "a\\",  "\\\"",      "caf\xc3\xa9", "\xff\xfe",     "\xef\xbb\xbfmark",
        "a:b",   "x\"y", "'",         "%20",         "\xa0nbsp\xa0",
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        assert_read_back(values[i]);
}

static void values_of_every_length_and_kind_are_read_back(void **state)
{
    (void)state;
    static const char nasty[] = " ;#\"\\=:[]x4";
    uint64_t seed = 17;
    char value[5001];
    for (size_t n = 0; n <= 5000; n += n < 300 ? 1 : 470) {
        for (size_t i = 0; i < n; i++) {
            uint64_t r = next_random(&seed);
            unsigned char byte = (unsigned char)(' ' + (r >> 32) % (256 - ' '));
            value[i] =
                r % 3 ? nasty[(r >> 8) % (sizeof nasty - 1)] : (char)(byte == 127 ? 0x80 : byte);
        }
        value[n] = '\0';
        assert_read_back(value);
        memset(value, 'x', n); /* written without quotes up to some length */
        assert_read_back(value);
    }
}

/* ---- reading ---- */

static void usual_spellings_are_read(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf; a comment\n"
                               "# size = 7\r\n"
                               "\n"
                               "  \t\n"
                               "size=9\r\n"
                               "env : tree   ; the other one\n"
                               "out = \"a\\x3b b\\\\\\\"\\x7E\" ; quoted\n"
                               "lr =0.5;\n"
                               "hidden = \"64,\"\n"
                               "   \"32,\"\n"
                               "\t\"16\"\n"
                               "quiet = yes";
    struct gfn_ini ini;
    assert_ok(gfn_ini_parse(text, sizeof text - 1, "text", &ini));
    static const struct gfn_ini_entry expected[] = {
        {"size", "9", 5},  {"env", "tree", 6},        {"out", "a; b\\\"~", 7},
        {"lr", "0.5;", 8}, {"hidden", "64,32,16", 9}, {"quiet", "yes", 12},
    };
    assert_int_equal(ini.n, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < ini.n; i++) {
        assert_string_equal(ini.entries[i].name, expected[i].name);
        assert_string_equal(ini.entries[i].value, expected[i].value);
        assert_int_equal(ini.entries[i].line, expected[i].line);
    }
    gfn_ini_clear(&ini);
}

static void a_name_can_be_looked_up_before_options_exist(void **state)
{
    (void)state;
    struct gfn_ini ini;
    put_text("config.ini", "size = 9\nenv = tree\nout =\n");
    assert_ok(gfn_ini_read("config.ini", &ini));
    assert_string_equal(gfn_ini_find(&ini, "env"), "tree");
    assert_string_equal(gfn_ini_find(&ini, "out"), "");
    assert_null(gfn_ini_find(&ini, "nde"));
    gfn_options *options = make_options();
    assert_ok(gfn_ini_apply(&ini, options));
    assert_int_equal(gfn_options_int(options, "size"), 9);
    assert_string_equal(gfn_options_source(options, "size"), "config.ini:1");
    assert_string_equal(gfn_options_source(options, "lr"), "default");
    gfn_options_destroy(&options);
    gfn_ini_clear(&ini);
}

static void wrong_names_and_values_are_rejected_with_their_line(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"lr = 0.1\n\nsiez = 9\n", "config.ini:3: expected the name of an option, found \"siez\""},
        {"size = 1\n", "config.ini:1: size: expected"},
        {"# x\nlr = nan\n", "config.ini:2: lr: expected"},
        {"size =\n", "config.ini:1: size: expected"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gfn_ini ini;
        gfn_options *options = make_options();
        put_text("config.ini", rows[i][0]);
        assert_ok(gfn_ini_read("config.ini", &ini));
        assert_refused(gfn_ini_apply(&ini, options), GFN_EINVAL, rows[i][1]);
        gfn_options_destroy(&options);
        gfn_ini_clear(&ini);
    }
}

static void malformed_lines_are_rejected_with_their_number(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"size = 9\nsize\n", "text:2: expected name = value, found no '='"},
        {"size\nsize = 9\n[x]\n", "text:1: expected name = value, found no '='"},
        {"\n[x]\n", "text:2: expected name = value, found a section"},
        {"\xef\xbb\xbf[x]\n", "text:1: expected name = value, found a section"},
        {"size = 9\n  [x]\n", "text:2: expected name = value, found a section"},
        {"[x\n", "text:1: expected name = value, found a section"},
        {"= 9\n", "text:1: expected name = value, found no name"},
        {"size = 9\n lr = 1\n", "text:2: expected name = value at the start of the line"},
        {"size = 9\n\f\"1\"\n", "text:2: expected name = value at the start of the line"},
        {"out = \"a\"\n b\n", "text:2: expected name = value at the start of the line"},
        {"size = 9\nlr = 1\n\nsize = 9", "text:4: \"size\" is set already in line 1"},
        {"out = \"a\n", "text:1: expected \"text\""},
        {"out = \"a ;b\"\n", "text:1: expected \"text\""},
        {"out = \"a\" b\n", "text:1: expected \"text\""},
        {"out = \"a\"b\"\n", "text:1: expected \"text\""},
        {"out = \"a\\\"\n", "text:1: expected \"text\""},
        {"out = \"\\q\"\n", "text:1: expected \"text\""},
        {"out = \"\\\\\\q\"\n", "text:1: expected \"text\""},
        {"out = \"\\x4\"\n", "text:1: expected \"text\""},
        {"out = \"\\xg0\"\n", "text:1: expected \"text\""},
        {"out = \"\\x00\"\n", "text:1: expected \"text\""},
        {"out = \"a\"\n \"b\n", "text:2: expected \"text\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gfn_ini ini;
        assert_refused(gfn_ini_parse(rows[i][0], strlen(rows[i][0]), "text", &ini), GFN_EINVAL,
                       rows[i][1]);
        assert_int_equal(ini.n, 0);
        assert_null(ini.entries);
    }
}

static void a_long_line_is_an_error_and_is_not_cut(void **state)
{
    (void)state;
    char text[400];
    struct gfn_ini ini;
    int longest = 0;
    for (int n = 1; n < 350; n++) {
        int length = snprintf(text, sizeof text, "size = 9\nout = %0*d\n", n, 7);
        gfn_status status = gfn_ini_parse(text, (size_t)length, "text", &ini);
        if (status == GFN_OK) {
            assert_int_equal(longest, n - 1);
            longest = n;
            assert_int_equal(strlen(gfn_ini_find(&ini, "out")), n);
        } else {
            assert_refused(status, GFN_EINVAL, "text:2: the line is too long (hint: ");
        }
        gfn_ini_clear(&ini);
    }
    snprintf(text, sizeof text, "size = 9\n{%0*d}\n", 350, 7);
    assert_refused(gfn_ini_parse(text, strlen(text), "text", &ini), GFN_EINVAL,
                   "text:2: expected name = value, found no '='");
    gfn_ini_clear(&ini);
    assert_in_range(longest, 150, 349); /* inih's default limit is 200 bytes with the line end */
}

/* The same line as editors and shells of other systems write it, and text that only looks so. */
static void other_encodings_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *part;
    } rows[] = {
        {"\xff\xfes\0=\0009\0", 8, "found UTF-16 (hint: iconv -f UTF-16 -t UTF-8 OLD >NEW)"},
        {"\xfe\xff\0s\0=\0009", 8, "found UTF-16 (hint: iconv -f UTF-16 "},
        {"\xff\xfe\x2d\x4e\x87\x65", 6, "found UTF-16 (hint: "}, /* no byte is zero */
        {"s\0=\0009\0", 6, "found UTF-16LE (hint: iconv -f UTF-16LE -t UTF-8 OLD >NEW)"},
        {"\0s\0=\0009", 6, "found UTF-16BE (hint: iconv -f UTF-16BE "},
        {"\xff\xfe\0\0s\0\0\0", 8, "found UTF-32 (hint: iconv -f UTF-32 "},
        {"\0\0\xfe\xff\0\0\0s", 8, "found UTF-32 (hint: "},
        {"s\0\0\0=\0\0\0", 8, "found UTF-32LE (hint: "},
        {"\0\0\0s\0\0\0=", 8, "found UTF-32BE (hint: "},
        {"s=9\0", 4, "found a zero byte"},
        {"\0", 1, "found a zero byte"},
        {"s\0", 2, "found a zero byte"},
    };
    struct gfn_ini ini;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_refused(gfn_ini_parse(rows[i].bytes, rows[i].n, "text", &ini), GFN_EDATA,
                       "text: expected text");
        assert_non_null(strstr(gfn_error_message(), rows[i].part));
    }
    assert_ok(gfn_ini_parse("\xef\xbb\xbfs = \xe4\xb8\xad\n", 11, "text", &ini));
    assert_string_equal(gfn_ini_find(&ini, "s"), "\xe4\xb8\xad");
    gfn_ini_clear(&ini);
}

static void files_that_are_not_text_are_rejected(void **state)
{
    (void)state;
    struct gfn_ini ini;
    put_bytes("config.ini", "size = 9\0\n", 10);
    assert_refused(gfn_ini_read("config.ini", &ini), GFN_EDATA,
                   "config.ini: expected text, found "
                   "a zero byte");
    put_text("config.ini", "");
    assert_int_equal(truncate("config.ini", GFN_INI_LIMIT + 1), 0);
    assert_refused(gfn_ini_read("config.ini", &ini), GFN_EDATA, "at most 1048576 bytes");
    assert_refused(gfn_ini_parse("", GFN_INI_LIMIT + 1, "text", &ini), GFN_EDATA, "1048576");
    assert_refused(gfn_ini_read("none.ini", &ini), GFN_EIO, "none.ini: cannot open the file");
    assert_refused(gfn_ini_read(".", &ini), GFN_EIO, "it is a folder");
    assert_null(ini.source);
    put_text("config.ini", "");
    assert_ok(gfn_ini_read("config.ini", &ini));
    assert_int_equal(ini.n, 0);
    gfn_ini_clear(&ini);
}

static void a_file_with_many_names_is_read_quickly(void **state)
{
    (void)state;
    static char text[GFN_INI_LIMIT];
    struct gfn_ini ini;
    size_t n = 0;
    for (int i = 0; n + 16 < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%x=\n", i);
    assert_ok(gfn_ini_parse(text, n, "text", &ini));
    gfn_ini_clear(&ini);
    n = (size_t)snprintf(text, sizeof text, "a=\"\"\n");
    while (n + 8 < sizeof text)
        n += (size_t)snprintf(text + n, sizeof text - n, " \"b\"\n");
    assert_ok(gfn_ini_parse(text, n, "text", &ini));
    gfn_ini_clear(&ini);
}

static void arbitrary_bytes_do_no_harm(void **state)
{
    (void)state;
    static const char pieces[] = "\n\n\n\r  \t\";:#=[]\\x41ab";
    uint64_t seed = 4096;
    char text[200];
    size_t good = 0;
    for (int i = 0; i < 20000; i++) {
        struct gfn_ini ini;
        size_t n = next_random(&seed) % sizeof text;
        for (size_t j = 0; j < n; j++) {
            uint64_t r = next_random(&seed);
            text[j] = r % 50 ? pieces[(r >> 8) % (sizeof pieces - 1)] : (char)(1 + (r >> 8) % 255);
        }
        gfn_status status = gfn_ini_parse(text, n, "text", &ini);
        assert_true(status == GFN_OK || status == GFN_EINVAL);
        good += status == GFN_OK;
        gfn_ini_clear(&ini);
    }
    assert_in_range(good, 100, 19900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(every_option_has_a_line),
        scratch_test(sources_are_written_as_comments),
        scratch_test(options_can_be_left_out),
        scratch_test(a_full_disk_leaves_the_old_file),
        scratch_test(values_are_read_back_exactly),
        scratch_test(values_of_every_length_and_kind_are_read_back),
        scratch_test(usual_spellings_are_read),
        scratch_test(a_name_can_be_looked_up_before_options_exist),
        scratch_test(wrong_names_and_values_are_rejected_with_their_line),
        scratch_test(malformed_lines_are_rejected_with_their_number),
        scratch_test(a_long_line_is_an_error_and_is_not_cut),
        scratch_test(files_that_are_not_text_are_rejected),
        scratch_test(a_file_with_many_names_is_read_quickly),
        scratch_test(arbitrary_bytes_do_no_harm),
        scratch_test(other_encodings_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
