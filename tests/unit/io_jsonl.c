/* SPDX-License-Identifier: MIT
 *
 * Where metrics are cut when a run goes on.
 */
#include "io_scratch.h"

#include "io/jsonl.h"

static gfn_status find(const char *text, int64_t last, struct gfn_jsonl_end *end)
{
    const struct gfn_jsonl_key key = {"iteration", "time_s", last};
    return gfn_jsonl_find_end(text, strlen(text), "metrics", &key, end);
}

/* "1", "2" ... stand for whole lines with these numbers, other characters for themselves. */
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

static void whole_lines_up_to_the_last_number_stay(void **state)
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

/* Cutting would lose what cannot be written again. */
static void a_good_line_behind_a_bad_one_is_an_error(void **state)
{
    (void)state;
    static const char *const texts[] = {"12x\n34", "1\n2", "132", "122", "1{}\n2"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct gfn_jsonl_end end;
        assert_refused(find(text_of(texts[i]), 50, &end), GFN_EDATA, "metrics: expected lines");
    }
}

static void lines_of_other_kinds_are_no_lines(void **state)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(whole_lines_up_to_the_last_number_stay),
        scratch_test(a_good_line_behind_a_bad_one_is_an_error),
        scratch_test(lines_of_other_kinds_are_no_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
