/* SPDX-License-Identifier: MIT
 *
 * Where a file is cut when a run is resumed, and reading columns of numbers.
 */
#include "tests/unit/io/scratch.h"

#include <math.h>

#include "base/memory.h"
#include "io/jsonl.h"

static gfn_status find(const char *text, int64_t last, struct gfn_jsonl_end *end)
{
    const struct gfn_jsonl_key key = {"iteration", "time_s", last};
    return gfn_jsonl_find_end(text, strlen(text), "metrics", &key, end);
}

/* A digit stands for a complete line with this number, every other character for itself. */
static const char *text_of(const char *short_text)
{
    static char text[1000];
    char *at = text;
    text[0] = '\0';
    for (const char *c = short_text; *c; c++)
        at += *c >= '0' && *c <= '9'
                  ? sprintf(at, "{\"iteration\":%c0,\"loss\":null,\"time_s\":%c.25}\n", *c, *c)
                  : sprintf(at, "%c", *c);
    return text;
}

static void complete_lines_up_to_the_last_number_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t last;
        const char *stays;
        int64_t number;
    } cases[] = {
        {"", 50, "", -1},         {"123", 50, "123", 30},     {"123", 30, "123", 30},
        {"123", 29, "12", 20},    {"123", 9, "", -1},         {"12{", 50, "12", 20},
        {"12\n", 50, "12", 20},   {"12x\ny\n", 50, "12", 20}, {"12{}\n", 50, "12", 20},
        {"12x\n6", 50, "12", 20}, {"19", 50, "1", 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gfn_jsonl_end end;
        const size_t bytes = strlen(text_of(cases[i].stays));
        assert_ok(find(text_of(cases[i].text), cases[i].last, &end));
        assert_int_equal(end.bytes, bytes);
        assert_int_equal(end.number, cases[i].number);
        assert_true(end.value == (cases[i].number < 0 ? 0 : (double)cases[i].number / 10 + 0.25));
    }
}

/* What two processes wrote in turn, or what was edited. */
static void lines_that_do_not_grow_are_dropped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t last;
        const char *stays;
        size_t dropped;
    } cases[] = {
        {"", 50, "", 0},
        {"123", 50, "123", 0},
        {"1122334", 50, "1234", 3},
        {"12314253", 50, "12345", 3},
        {"12x\n34", 50, "1234", 1},
        {"1329", 35, "13", 2},
        {"12{}\n3", 50, "123", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gfn_jsonl_key key = {"iteration", "time_s", cases[i].last};
        char text[1000], stays[1000];
        size_t dropped = 99;
        strcpy(text, text_of(cases[i].text));
        strcpy(stays, text_of(cases[i].stays));
        const size_t n = gfn_jsonl_keep_growing(text, strlen(text), &key, &dropped);
        assert_int_equal(n, strlen(stays));
        assert_memory_equal(text, stays, n);
        assert_int_equal(dropped, cases[i].dropped);
    }
}

/* Cutting at the bad line would lose the good one, which cannot be written again. */
static void a_good_line_after_a_bad_one_is_an_error(void **state)
{
    (void)state;
    static const char *const texts[] = {"12x\n34", "1\n2", "132", "122", "1{}\n2"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct gfn_jsonl_end end;
        assert_refused(find(text_of(texts[i]), 50, &end), GFN_EDATA, "metrics: expected lines");
    }
}

static void lines_of_another_form_are_not_kept(void **state)
{
    (void)state;
    static const char *const lines[] = {"[]\n",
                                        "3\n",
                                        "{\"iteration\":1.5}\n",
                                        "{\"iteration\":-1}\n",
                                        "{\"iteration\":\"1\"}\n",
                                        "{\"iteration\":1,\"iteration\":1}\n",
                                        "{\"iteration\":99999999999999999999}\n",
                                        "{\"iteration\":1}{}\n",
                                        "\xff\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct gfn_jsonl_end end;
        assert_ok(find(lines[i], INT64_MAX, &end));
        assert_int_equal(end.bytes, 0);
        assert_int_equal(end.number, -1);
    }
}

/* 1000 lines, every hundredth with an evaluation; the last line is incomplete. */
static char *long_text(size_t *n)
{
    char *text = malloc(100000);
    *n = 0;
    for (int i = 1; i <= 1000; i++)
        *n += (size_t)sprintf(text + *n, "{\"iteration\":%d,\"loss\":%s%s}\n", i,
                              i == 500 ? "null" : "0.5", i % 100 ? "" : ",\"tv\":0.25");
    *n += (size_t)sprintf(text + *n, "{\"iteration\":1001,");
    return text;
}

static void columns_hold_the_numbers_of_complete_lines(void **state)
{
    (void)state;
    static const char *const names[] = {"iteration", "loss", "tv"};
    struct gfn_jsonl_columns c;
    size_t n;
    char *text = long_text(&n);
    assert_ok(gfn_jsonl_read_columns(text, n, 3, names, "tv", 5000, &c));
    assert_int_equal(c.n, 1000);
    for (size_t i = 0; i < c.n; i++) {
        assert_true(c.number[i] == (double)(i + 1));
        assert_true(i == 499 ? isnan(c.number[c.n + i]) : c.number[c.n + i] == 0.5);
        assert_true((i + 1) % 100 ? isnan(c.number[2 * c.n + i]) : c.number[2 * c.n + i] == 0.25);
    }
    free(text);
    gfn_release(&c.number);
}

/* Every tenth of 990 common lines, and all ten rare ones. */
static void common_and_rare_lines_are_thinned_out_separately(void **state)
{
    (void)state;
    static const char *const names[] = {"iteration", "tv"};
    struct gfn_jsonl_columns c;
    size_t n, rare = 0;
    char *text = long_text(&n);
    assert_ok(gfn_jsonl_read_columns(text, n, 2, names, "tv", 100, &c));
    assert_int_equal(c.n, 99 + 10);
    for (size_t i = 0; i < c.n; i++) {
        assert_true(i == 0 || c.number[i] > c.number[i - 1]);
        rare += !isnan(c.number[c.n + i]);
    }
    assert_int_equal(rare, 10);
    assert_true(c.number[c.n - 1] == 1000);
    free(text);
    gfn_release(&c.number);
}

static void lines_that_cannot_be_read_give_nan(void **state)
{
    (void)state;
    static const char *const names[] = {"iteration"};
    const char *text =
        "x\n[]\n{\"iteration\":\"3\"}\n\n{\"iteration\":4}\n{\"iteration\":\"-inf\"}\n";
    struct gfn_jsonl_columns c;
    assert_ok(gfn_jsonl_read_columns(text, strlen(text), 1, names, "tv", 100, &c));
    assert_int_equal(c.n, 6);
    for (size_t i = 0; i < 4; i++)
        assert_true(isnan(c.number[i]));
    assert_true(c.number[4] == 4 && c.number[5] == -INFINITY);
    gfn_release(&c.number);
    assert_ok(gfn_jsonl_read_columns("", 0, 1, names, "tv", 100, &c));
    assert_int_equal(c.n, 0);
    gfn_release(&c.number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(complete_lines_up_to_the_last_number_are_kept),
        scratch_test(a_good_line_after_a_bad_one_is_an_error),
        scratch_test(lines_of_another_form_are_not_kept),
        scratch_test(columns_hold_the_numbers_of_complete_lines),
        scratch_test(common_and_rare_lines_are_thinned_out_separately),
        scratch_test(lines_that_do_not_grow_are_dropped),
        scratch_test(lines_that_cannot_be_read_give_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
