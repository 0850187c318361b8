/* SPDX-License-Identifier: MIT */
#include "base/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void integers_are_read_or_rejected_as_a_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        {"0", 0},
        {"-17", -17},
        {"+4095", 4095},
        {"007", 7},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    static const char *const bad[] = {
        "",
        " 3",
        "3 ",
        "-",
        "+",
        "--3",
        "0x10",
        "1e3",
        "3.0",
        "abc",
        "12a",
        "1,2",
        "nan",
        "9223372036854775808",
        "-9223372036854775809",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t value = 2385;
        assert_true(gfn_parse_integer(good[i].text, &value));
        assert_true(value == good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t value = 2385;
        assert_false(gfn_parse_integer(bad[i], &value));
        assert_int_equal(value, 2385);
    }
}

static void numbers_are_finite_decimals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {{"0.5", 0.5},   {"-2.385", -2.385}, {".25", 0.25}, {"5e-3", 0.005},
                {"1E+3", 1000}, {"3.", 3},          {"0", 0}};
    static const char *const bad[] = {"",     ".",        "e3",    "1e",    "nan",    "inf",
                                      "-inf", "infinity", "0x1p3", "1e999", "-1e999", "1e-999",
                                      " 1",   "1 ",       "1,5",   "1.2.3", "1+2"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double value = 0.125;
        assert_true(gfn_parse_number(good[i].text, &value));
        assert_true(value == good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double value = 0.125;
        assert_false(gfn_parse_number(bad[i], &value));
        assert_true(value == 0.125);
    }
}

static void times_may_have_a_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double seconds;
    } good[] = {{"90", 90}, {"90s", 90}, {"2m", 120}, {"1.5h", 5400}, {"3d", 259200}, {"0", 0}};
    static const char *const bad[] = {"",    "s",     "h",   "-1s", "-2h", "2w",
                                      "2hh", "1h30m", "nan", "2 h", "inf", "1e308d"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double seconds = -1;
        assert_true(gfn_parse_seconds(good[i].text, &seconds));
        assert_true(seconds == good[i].seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double seconds = -1;
        assert_false(gfn_parse_seconds(bad[i], &seconds));
        assert_true(seconds == -1);
    }
}

static void six_words_are_flags(void **state)
{
    (void)state;
    static const char *const good[] = {"no", "yes", "false", "true", "0", "1"};
    static const char *const bad[] = {"", "y", "Yes", "on", "2", "yes ", "no\n"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        bool value = i % 2 == 0;
        assert_true(gfn_parse_flag(good[i], &value));
        assert_int_equal(value, i % 2);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bool value = true;
        assert_false(gfn_parse_flag(bad[i], &value));
    }
}

static void lists_have_a_largest_length(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",     ",",      "1,",    ",1",      "1,,2",
        "1, 2", "1,none", "none,", "1,2,3,4", "1,99999999999999999999999999999999999"};
    int64_t values[3];
    size_t n = 77;
    assert_true(gfn_parse_integers("none", 3, values, &n));
    assert_int_equal(n, 0);
    assert_true(gfn_parse_integers("32", 3, values, &n));
    assert_int_equal(n, 1);
    assert_int_equal(values[0], 32);
    assert_true(gfn_parse_integers("256,128,-7", 3, values, &n));
    assert_int_equal(n, 3);
    assert_int_equal(values[0], 256);
    assert_int_equal(values[1], 128);
    assert_int_equal(values[2], -7);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gfn_parse_integers(bad[i], 3, values, &n));
}

static void ranges_hold_each_number_once(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      ",",
                                      "-",
                                      "-1",
                                      "3-",
                                      "5-4",
                                      "1,",
                                      "1,,2",
                                      "1 ",
                                      "0-4",
                                      "1,1",
                                      "0-2,1",
                                      "a",
                                      "1-2-3",
                                      "1--2",
                                      "0x1",
                                      "9223372036854775807-9223372036854775808",
                                      "1.5",
                                      "none",
                                      "0-9223372036854775807"};
    int64_t values[4];
    size_t n = 77;
    assert_true(gfn_parse_ranges("7", 4, values, &n));
    assert_int_equal(n, 1);
    assert_int_equal(values[0], 7);
    assert_true(gfn_parse_ranges("0-3", 4, values, &n));
    assert_int_equal(n, 4);
    for (int64_t i = 0; i < 4; i++)
        assert_int_equal(values[i], i);
    assert_true(gfn_parse_ranges("9223372036854775806-9223372036854775807,5,0-0", 4, values, &n));
    assert_int_equal(n, 4);
    assert_true(values[0] == INT64_MAX - 1 && values[1] == INT64_MAX);
    assert_true(values[2] == 5 && values[3] == 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (gfn_parse_ranges(bad[i], 4, values, &n))
            fail_msg("\"%s\" is accepted", bad[i]);
}

/* kitten - sitting, distance 3, is the usual textbook example. */
static void distance_counts_edits(void **state)
{
    (void)state;
    assert_int_equal(gfn_parse_distance("kitten", "sitting"), 3);
    assert_int_equal(gfn_parse_distance("sitting", "kitten"), 3);
    assert_int_equal(gfn_parse_distance("size", "size"), 0);
    assert_int_equal(gfn_parse_distance("", "size"), 4);
    assert_int_equal(gfn_parse_distance("sze", "size"), 1);
    assert_int_equal(gfn_parse_distance("batch-siez", "batch-size"), 2);
    char longer[200];
    for (size_t i = 0; i < sizeof longer; i++)
        longer[i] = 'x';
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(gfn_parse_distance(longer, "x"), 62);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_or_rejected_as_a_whole),
        cmocka_unit_test(numbers_are_finite_decimals),
        cmocka_unit_test(times_may_have_a_unit),
        cmocka_unit_test(six_words_are_flags),
        cmocka_unit_test(lists_have_a_largest_length),
        cmocka_unit_test(ranges_hold_each_number_once),
        cmocka_unit_test(distance_counts_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
