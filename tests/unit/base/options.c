/* SPDX-License-Identifier: MIT */
#include <gfn/options.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const gfn_option first_table[] = {
    {"size", GFN_OPTION_INT, "16", 2, 1000000, NULL, "Environment", "Cells per side."},
    {"seed", GFN_OPTION_INT, "0", 0, 0x1p63, NULL, "Training", "Seed."},
    {"keep", GFN_OPTION_INT, "", 1, 9, NULL, "Training", "Unset at first."},
    {"lr", GFN_OPTION_NUMBER, "5e-3", 0, 1, NULL, "Training", "Learning rate."},
    {"r0", GFN_OPTION_NUMBER, "0.01", 1e-30, INFINITY, NULL, "Environment", "Reward."},
    {"start", GFN_OPTION_NUMBER, "auto", -5, 5, "auto|mean", "Training", "A number or a word."},
    {NULL, GFN_OPTION_FLAG, NULL, 0, 0, NULL, NULL, NULL},
};

static const gfn_option second_table[] = {
    {"objective", GFN_OPTION_WORD, "tb", 0, 0, "tb|db|subtb", "Training", "Objective."},
    {"out", GFN_OPTION_WORD, "", 0, 0, NULL, "Output", "Folder."},
    {"name", GFN_OPTION_WORD, "grid", 0, 0, NULL, "Output", "Name."},
    {"hidden", GFN_OPTION_WIDTHS, "32", 1, 65536, NULL, "Network", "Widths."},
    {"time-limit", GFN_OPTION_TIME, "", 0, INFINITY, NULL, "Training", "Time limit."},
    {"quiet", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Output", "No live line."},
    {NULL, GFN_OPTION_FLAG, NULL, 0, 0, NULL, NULL, NULL},
};

static const gfn_option *const tables[] = {first_table, second_table};

static int set_up(void **state)
{
    gfn_options *options = NULL;
    int failed = gfn_options_create(tables, 2, &options) != GFN_OK;
    *state = options;
    return failed;
}

static int tear_down(void **state)
{
    gfn_options *options = *state;
    gfn_options_destroy(&options);
    gfn_options_destroy(&options); /* NULL is accepted */
    return options != NULL;
}

static void defaults_are_readable_as_values(void **state)
{
    const gfn_options *options = *state;
    int64_t widths[16];
    assert_int_equal(gfn_options_int(options, "size"), 16);
    assert_true(gfn_options_number(options, "lr") == 5e-3);
    assert_string_equal(gfn_options_text(options, "objective"), "tb");
    assert_int_equal(gfn_options_widths(options, "hidden", widths), 1);
    assert_int_equal(widths[0], 32);
    assert_false(gfn_options_flag(options, "quiet"));
    assert_string_equal(gfn_options_source(options, "size"), "default");
}

static void unset_differs_from_every_value(void **state)
{
    gfn_options *options = *state;
    assert_false(gfn_options_is_set(options, "time-limit"));
    assert_true(isnan(gfn_options_seconds(options, "time-limit")));
    assert_int_equal(gfn_options_int(options, "keep"), 0);
    assert_string_equal(gfn_options_text(options, "out"), "");
    assert_int_equal(gfn_options_set(options, "time-limit", "2h", "command line"), GFN_OK);
    assert_true(gfn_options_is_set(options, "time-limit"));
    assert_true(gfn_options_seconds(options, "time-limit") == 7200);
    assert_int_equal(gfn_options_set(options, "time-limit", "", "run.ini"), GFN_OK);
    assert_false(gfn_options_is_set(options, "time-limit"));
    assert_true(isnan(gfn_options_seconds(options, "time-limit")));
}

static void text_and_source_of_a_value_are_copied_unchanged(void **state)
{
    gfn_options *options = *state;
    char source[] = "run.ini", text[] = "0.00250";
    assert_int_equal(gfn_options_set(options, "lr", text, source), GFN_OK);
    memset(text, 'x', strlen(text)); /* both were copied */
    memset(source, 'x', strlen(source));
    assert_string_equal(gfn_options_text(options, "lr"), "0.00250");
    assert_true(gfn_options_number(options, "lr") == 0.0025);
    assert_string_equal(gfn_options_source(options, "lr"), "run.ini");
}

static void rows_come_in_the_order_of_the_tables(void **state)
{
    const gfn_options *options = *state;
    static const char *const names[] = {"size", "seed",   "keep",       "lr",
                                        "r0",   "start",  "objective",  "out",
                                        "name", "hidden", "time-limit", "quiet"};
    size_t n = sizeof names / sizeof names[0];
    assert_int_equal(gfn_options_count(options), n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(gfn_options_row(options, i)->name, names[i]);
    assert_null(gfn_options_row(options, n));
    assert_true(gfn_options_has(options, "quiet"));
    assert_false(gfn_options_has(options, "loud"));
}

static void a_number_may_be_one_of_its_words(void **state)
{
    gfn_options *options = *state, *other = NULL;
    assert_true(isnan(gfn_options_number(options, "start")));
    assert_int_equal(gfn_options_copy(options, &other), GFN_OK);
    assert_true(gfn_options_is_same(options, other, "start"));
    assert_int_equal(gfn_options_set(options, "start", "-2.385", "test"), GFN_OK);
    assert_true(gfn_options_number(options, "start") == -2.385);
    assert_false(gfn_options_is_same(options, other, "start"));
    assert_int_equal(gfn_options_set(options, "start", "mean", "test"), GFN_OK);
    assert_true(isnan(gfn_options_number(options, "start")));
    assert_false(gfn_options_is_same(options, other, "start"));
    gfn_options_destroy(&other);
}

static void every_limit_is_inclusive(void **state)
{
    gfn_options *options = *state;
    static const char *const good[][2] = {
        {"size", "2"},
        {"size", "1000000"},
        {"lr", "0"},
        {"lr", "1"},
        {"seed", "9223372036854775807"},
        {"r0", "1e300"},
        {"hidden", "1,65536"},
        {"hidden", "none"},
        {"time-limit", "0"},
        {"quiet", "true"},
        {"objective", "subtb"},
        {"out", "my runs/7 \xc3\xa4"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(gfn_options_set(options, good[i][0], good[i][1], "test"), GFN_OK);
    int64_t widths[16];
    assert_int_equal(gfn_options_widths(options, "hidden", widths), 0);
    assert_true(gfn_options_is_set(options, "hidden"));
    assert_true(gfn_options_flag(options, "quiet"));
    assert_string_equal(gfn_options_text(options, "quiet"), "yes");
}

/* 2^53 + 1 is not a double: rounded, it would be equal to the limit. */
static void integers_are_compared_as_integers(void **state)
{
    (void)state;
    static const gfn_option rows[] = {
        {"n", GFN_OPTION_INT, "0", -0x1p53, 0x1p53, NULL, "Numbers", "A number."},
        {NULL, GFN_OPTION_FLAG, NULL, 0, 0, NULL, NULL, NULL},
    };
    static const struct {
        const char *text;
        gfn_status status;
    } values[] = {
        {"9007199254740992", GFN_OK},
        {"9007199254740993", GFN_EINVAL},
        {"-9007199254740992", GFN_OK},
        {"-9007199254740993", GFN_EINVAL},
    };
    const gfn_option *const table = rows;
    gfn_options *options = NULL;
    assert_int_equal(gfn_options_create(&table, 1, &options), GFN_OK);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        assert_int_equal(gfn_options_set(options, "n", values[i].text, "test"), values[i].status);
    gfn_options_destroy(&options);
}

static void a_range_is_told_with_its_unit_and_without_infinite_limits(void **state)
{
    (void)state;
    static const struct {
        gfn_option_type type;
        double min, max;
        const char *range;
    } cases[] = {
        {GFN_OPTION_INT, 2, 100, "2 to 100"},
        {GFN_OPTION_INT, -0x1p63, 0x1p53, "at most 9007199254740992"},
        {GFN_OPTION_WIDTHS, 1, 0x1p63, "at least 1"},
        {GFN_OPTION_NUMBER, 1e-30, HUGE_VAL, "at least 1e-30"},
        {GFN_OPTION_NUMBER, -HUGE_VAL, HUGE_VAL, ""},
        {GFN_OPTION_TIME, 0.5, 90, "0.5 to 90 seconds"},
        {GFN_OPTION_FLAG, 0, 1, ""},
        {GFN_OPTION_WORD, 0, 1, ""},
        {GFN_OPTION_PATH, 0, 1, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const gfn_option option = {.type = cases[i].type, .min = cases[i].min, .max = cases[i].max};
        char range[900], cut[4];
        gfn_option_range(&option, range, sizeof range);
        assert_string_equal(range, cases[i].range);
        gfn_option_range(&option, cut, sizeof cut);
        assert_memory_equal(cut, cases[i].range, strlen(cut));
    }
}

static void rejected_values_change_nothing_and_give_a_message(void **state)
{
    gfn_options *options = *state;
    static const struct {
        const char *name, *text, *message;
    } bad[] = {
        {"size", "abc",
         "size: expected an integer from 2 to 1000000, found \"abc\" (hint: the default is 16)"},
        {"size", "1",
         "size: expected an integer from 2 to 1000000, found \"1\" (hint: the default is 16)"},
        {"size", "",
         "size: expected an integer from 2 to 1000000, found \"\" (hint: the default is 16)"},
        {"start", "5.1",
         "start: expected auto|mean or a number from -5 to 5, found \"5.1\" (hint: the default is "
         "auto)"},
        {"start", "aut",
         "start: expected auto|mean or a number from -5 to 5, found \"aut\" (hint: the default is "
         "auto)"},
        {"keep", "10",
         "keep: expected an integer from 1 to 9, found \"10\" (hint: for example 16)"},
        {"size", "1e4", "size: expected an integer from 2 to 1000000, found \"1e4\" (hint: 10000)"},
        {"size", "1e9",
         "size: expected an integer from 2 to 1000000, found \"1e9\" (hint: the default is 16)"},
        {"size", "1.5",
         "size: expected an integer from 2 to 1000000, found \"1.5\" (hint: the default is 16)"},
        {"hidden", "256x128",
         "hidden: expected none or up to 16 integers with commas, each from 1 to 65536, found "
         "\"256x128\" (hint: 256,128)"},
        {"seed", "-1",
         "seed: expected an integer of at least 0, found \"-1\" (hint: the default is 0)"},
        {"lr", "nan",
         "lr: expected a number from 0 to 1, found \"nan\" (hint: the default is 5e-3)"},
        {"r0", "0",
         "r0: expected a number of at least 1e-30, found \"0\" (hint: the default is 0.01)"},
        {"objective", "subbt",
         "objective: expected one of tb|db|subtb, found \"subbt\" (hint: subtb)"},
        {"objective", "t", "objective: expected one of tb|db|subtb, found \"t\" (hint: tb)"},
        {"objective", "tb|db",
         "objective: expected one of tb|db|subtb, found \"tb|db\" (hint: gfn-dist "
         "--help)"},
        {"name", "a\nb",
         "name: expected text without control characters, found \"a?b\" (hint: the default is "
         "grid)"},
        {"hidden", "0",
         "hidden: expected none or up to 16 integers with commas, each from 1 to 65536, found "
         "\"0\" "
         "(hint: the default is 32)"},
        {"time-limit", "-2h",
         "time-limit: expected a time of at least 0 seconds, found \"-2h\" (hint: for example 90s, "
         "5m, 2h or 1d)"},
        {"quiet", "maybe", "quiet: expected yes or no, found \"maybe\" (hint: the default is no)"},
        {"quite", "yes", "expected the name of an option, found \"quite\" (hint: quiet)"},
        {"batch\n", "1",
         "expected the name of an option, found \"batch?\" (hint: gfn-dist --help)"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(gfn_options_set(options, bad[i].name, bad[i].text, "test"), GFN_EINVAL);
        if (strcmp(bad[i].name, "batch\n") != 0)
            assert_string_equal(gfn_error_message(), bad[i].message);
        else
            assert_null(strchr(gfn_error_message(), '\n'));
    }
    for (size_t i = 0; i < gfn_options_count(options); i++) {
        const gfn_option *row = gfn_options_row(options, i);
        assert_string_equal(gfn_options_text(options, row->name), row->fallback);
        assert_string_equal(gfn_options_source(options, row->name), "default");
    }
}

static void seventeen_widths_are_rejected(void **state)
{
    gfn_options *options = *state;
    const char *sixteen = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16";
    const char *seventeen = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17";
    int64_t widths[16];
    assert_int_equal(gfn_options_set(options, "hidden", sixteen, "test"), GFN_OK);
    assert_int_equal(gfn_options_set(options, "hidden", seventeen, "test"), GFN_EINVAL);
    assert_int_equal(gfn_options_widths(options, "hidden", widths), 16);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(widths[i], i + 1);
}

static void parse_sets_every_setting_of_a_line(void **state)
{
    gfn_options *options = *state;
    assert_int_equal(gfn_options_parse(options, NULL, "test"), GFN_OK);
    assert_int_equal(gfn_options_parse(options, " \t", "test"), GFN_OK);
    assert_int_equal(gfn_options_parse(options, "  size=23\tlr=.125  out=a=b", "test"), GFN_OK);
    assert_int_equal(gfn_options_int(options, "size"), 23);
    assert_true(gfn_options_number(options, "lr") == .125);
    assert_string_equal(gfn_options_text(options, "out"), "a=b");
    assert_string_equal(gfn_options_source(options, "out"), "test");
    assert_int_equal(gfn_options_parse(options, "size=7 lr", "test"), GFN_EINVAL);
    assert_string_equal(gfn_error_message(), "expected name=value, found \"lr\" (hint: size=16)");
    assert_int_equal(gfn_options_parse(options, "size=8 lr=9 size=9", "test"), GFN_EINVAL);
    assert_int_equal(gfn_options_int(options, "size"), 8);
}

static void is_same_compares_values_not_texts(void **state)
{
    gfn_options *a = *state, *b = NULL;
    static const struct {
        const char *name, *one, *other;
        bool is_same;
    } cases[] = {
        {"size", "16", "016", true},
        {"size", "16", "17", false},
        {"lr", "0.005", "5e-3", true},
        {"lr", "0.005", "0.0050001", false},
        {"hidden", "32,8", "032,8", true},
        {"hidden", "32,8", "32", false},
        {"hidden", "8,32", "32,8", false},
        {"objective", "db", "tb", false},
        {"time-limit", "90s", "1.5m", true},
        {"time-limit", "", "90", false},
        {"quiet", "yes", "true", true},
        {"quiet", "no", "yes", false},
        {"keep", "", "3", false},
        {"keep", "", "", true},
    };
    assert_int_equal(gfn_options_copy(a, &b), GFN_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gfn_options_set(a, cases[i].name, cases[i].one, "a"), GFN_OK);
        assert_int_equal(gfn_options_set(b, cases[i].name, cases[i].other, "b"), GFN_OK);
        assert_int_equal(gfn_options_is_same(a, b, cases[i].name), cases[i].is_same);
        assert_int_equal(gfn_options_is_same(b, a, cases[i].name), cases[i].is_same);
    }
    assert_true(gfn_options_is_same(a, b, "no such option"));
    gfn_options_destroy(&b);
}

static void a_copy_is_independent_of_the_original(void **state)
{
    gfn_options *options = *state, *copy;
    assert_int_equal(gfn_options_set(options, "size", "23", "run.ini"), GFN_OK);
    assert_int_equal(gfn_options_copy(options, &copy), GFN_OK);
    assert_int_equal(gfn_options_set(options, "size", "29", "command line"), GFN_OK);
    assert_int_equal(gfn_options_int(copy, "size"), 23);
    assert_string_equal(gfn_options_source(copy, "size"), "run.ini");
    assert_int_equal(gfn_options_count(copy), gfn_options_count(options));
    gfn_options_destroy(&copy);
    assert_int_equal(gfn_options_int(options, "size"), 29);
}

static void faulty_tables_are_rejected(void **state)
{
    (void)state;
    static const gfn_option bad_default[] = {
        {"size", GFN_OPTION_INT, "1", 2, 9, NULL, "t", "h"},
        {NULL, GFN_OPTION_FLAG, NULL, 0, 0, NULL, NULL, NULL},
    };
    const gfn_option *const twice[] = {first_table, second_table, first_table};
    const gfn_option *const wrong[] = {bad_default};
    gfn_options *options = NULL;
    assert_int_equal(gfn_options_create(twice, 3, &options), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "\"size\""));
    assert_int_equal(gfn_options_create(wrong, 1, &options), GFN_EINVAL);
    assert_null(options);
    assert_int_equal(gfn_options_create(NULL, 0, &options), GFN_OK);
    assert_int_equal(gfn_options_count(options), 0);
    assert_int_equal(gfn_options_set(options, "size", "3", "test"), GFN_EINVAL);
    gfn_options_destroy(&options);
}

#define WITH_SET(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SET(defaults_are_readable_as_values),
        WITH_SET(unset_differs_from_every_value),
        WITH_SET(text_and_source_of_a_value_are_copied_unchanged),
        WITH_SET(rows_come_in_the_order_of_the_tables),
        WITH_SET(a_number_may_be_one_of_its_words),
        WITH_SET(every_limit_is_inclusive),
        cmocka_unit_test(integers_are_compared_as_integers),
        cmocka_unit_test(a_range_is_told_with_its_unit_and_without_infinite_limits),
        WITH_SET(rejected_values_change_nothing_and_give_a_message),
        WITH_SET(seventeen_widths_are_rejected),
        WITH_SET(parse_sets_every_setting_of_a_line),
        WITH_SET(is_same_compares_values_not_texts),
        WITH_SET(a_copy_is_independent_of_the_original),
        cmocka_unit_test(faulty_tables_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
