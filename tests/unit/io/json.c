/* SPDX-License-Identifier: MIT */
#include "tests/unit/io/scratch.h"

#include <jansson.h>
#include <math.h>

#include "base/memory.h"
#include "io/jsonl.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* Compare the text of the fields on one line. */
static void assert_text(const struct gfn_field *fields, size_t n, const char *expected)
{
    char *text;
    size_t length;
    assert_ok(gfn_json_text(fields, n, 0, &text, &length));
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    gfn_release(&text);
}

static void fields_are_written_in_order(void **state)
{
    (void)state;
    const struct gfn_field fields[] = {
        gfn_field_int("iteration", 31),       gfn_field_number("loss", 2.375),
        gfn_field_text("env", "hypergrid"),   gfn_field_flag("resumed", false),
        gfn_field_int("least", INT64_MIN),    gfn_field_int("most", INT64_MAX),
        gfn_field_number("whole", 3),         gfn_field_flag("done", true),
        gfn_field_text("quote", "a\"b\\c\n"), gfn_field_text("none", NULL),
    };
    assert_text(fields, COUNT(fields),
                "{\"iteration\":31,\"loss\":2.375,\"env\":\"hypergrid\",\"resumed\":false,"
                "\"least\":-9223372036854775808,\"most\":9223372036854775807,\"whole\":3.0,"
                "\"done\":true,\"quote\":\"a\\\"b\\\\c\\n\",\"none\":null}\n");
    assert_text(NULL, 0, "{}\n");
}

static void an_infinite_number_is_a_text_and_an_unknown_one_is_left_out(void **state)
{
    (void)state;
    const struct gfn_field fields[] = {gfn_field_number("a", NAN), gfn_field_number("b", INFINITY),
                                       gfn_field_number("c", -INFINITY),
                                       gfn_field_number("d.e", NAN)};
    assert_text(fields, COUNT(fields), "{\"b\":\"inf\",\"c\":\"-inf\"}\n");
}

static void every_number_is_read_back_with_the_same_bits(void **state)
{
    (void)state;
    uint64_t seed = 2385;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_random(&seed) >> (i % 3 ? 0 : i % 64), back;
        double number;
        memcpy(&number, &bits, sizeof number);
        if (!isfinite(number))
            continue;
        char *text;
        size_t length;
        struct gfn_field field = gfn_field_number("x", number);
        assert_ok(gfn_json_text(&field, 1, 0, &text, &length));
        json_t *object = json_loads(text, 0, NULL);
        assert_non_null(object);
        number = json_real_value(json_object_get(object, "x"));
        memcpy(&back, &number, sizeof back);
        assert_true(back == bits);
        json_decref(object);
        gfn_release(&text);
    }
}

static void dots_in_names_make_nested_objects(void **state)
{
    (void)state;
    const struct gfn_field fields[] = {
        gfn_field_number("phases.sampling", 1.5), gfn_field_int("ranks", 8),
        gfn_field_number("phases.gradient", 0.25), gfn_field_text("a.b.c", "deep")};
    assert_text(fields, COUNT(fields),
                "{\"phases\":{\"sampling\":1.5,\"gradient\":0.25},\"ranks\":8,"
                "\"a\":{\"b\":{\"c\":\"deep\"}}}\n");
}

static void conflicting_names_are_rejected(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"x", "x"}, {"x", "x.y"}, {"x.y", "x"}, {"x.y", "x.y"}, {"x", ""},
        {"x", "."}, {"x", "y."},  {"x", ".y"},  {"x", "\xff"},  {"x", "\xff.y"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct gfn_field fields[] = {gfn_field_int(rows[i][0], 1),
                                           gfn_field_int(rows[i][1], 2)};
        char *text = NULL, part[40];
        size_t length;
        snprintf(part, sizeof part, "JSON: the name \"%s\" is", rows[i][1]);
        assert_refused(gfn_json_text(fields, 2, 0, &text, &length), GFN_EINVAL, part);
        assert_null(text);
    }
}

static void text_that_is_not_utf8_loses_its_non_ascii_bytes(void **state)
{
    (void)state;
    const struct gfn_field fields[] = {gfn_field_text("out", "runs/caf\xe9"),
                                       gfn_field_text("host", "caf\xc3\xa9")};
    assert_text(fields, COUNT(fields), "{\"out\":\"runs/caf?\",\"host\":\"caf\xc3\xa9\"}\n");
}

static void a_file_is_replaced_and_can_be_read(void **state)
{
    (void)state;
    const struct gfn_field fields[] = {gfn_field_number("metrics.tv", 0.1),
                                       gfn_field_text("params_crc", "cbf43926")};
    put_text("summary.json", "old");
    assert_ok(gfn_json_save("summary.json", fields, COUNT(fields)));
    assert_true(holds("summary.json", "{\n  \"metrics\": {\n    \"tv\": 0.10000000000000001\n  },\n"
                                      "  \"params_crc\": \"cbf43926\"\n}\n"));
    assert_int_equal(count_names(), 1);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    const struct gfn_field field = gfn_field_text("text", "longer than a few bytes");
    put_text("summary.json", "old");
    limit_files(10);
    gfn_status status = gfn_json_save("summary.json", &field, 1);
    limit_files(RLIM_INFINITY);
    assert_refused(status, GFN_EIO, "summary.json: cannot write");
    assert_true(holds("summary.json", "old"));
    assert_int_equal(count_names(), 1);
}

static void saved_fields_are_read_back(void **state)
{
    (void)state;
    const struct gfn_field fields[] = {
        gfn_field_number("metrics.l1", 0.1),      gfn_field_number("metrics.tv", NAN),
        gfn_field_int("iteration", 1000),         gfn_field_flag("complete", true),
        gfn_field_text("params_crc", "3a006939"), gfn_field_flag("a.b.c", false),
        gfn_field_number("metrics.kl", INFINITY), gfn_field_number("least", -INFINITY),
    };
    gfn_json *json = NULL;
    assert_ok(gfn_json_save("summary.json", fields, COUNT(fields)));
    assert_ok(gfn_json_load("summary.json", &json));
    assert_true(gfn_json_number(json, "metrics.l1") == 0.1);
    assert_true(gfn_json_number(json, "iteration") == 1000);
    assert_true(gfn_json_number(json, "metrics.kl") == INFINITY);
    assert_true(gfn_json_number(json, "least") == -INFINITY);
    assert_true(gfn_json_flag(json, "complete"));
    assert_false(gfn_json_flag(json, "a.b.c"));
    assert_string_equal(gfn_json_string(json, "params_crc"), "3a006939");
    /* missing, of another kind, not an object, a name that is too long */
    static const char *const none[] = {"metrics.tv",
                                       "metrics.x",
                                       "x.l1",
                                       "params_crc",
                                       "metrics",
                                       "iteration.x",
                                       "",
                                       ".",
                                       "a.",
                                       "metrics.l1.x",
                                       ("0123456789012345678901234567890123456789012345678901234567"
                                        "890123456789.x")};
    for (size_t i = 0; i < COUNT(none); i++)
        assert_true(isnan(gfn_json_number(json, none[i])));
    assert_false(gfn_json_flag(json, "iteration"));
    assert_null(gfn_json_string(json, "complete"));
    assert_null(gfn_json_string(json, "metrics"));
    gfn_json_destroy(&json);
    assert_null(json);
    gfn_json_destroy(&json);
}

static void files_without_an_object_are_rejected(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "[1, 2]", "3", "{\"a\": 1", "{\"a\": 1, \"a\": 2}", "{} {}", "{\"a\": nan}"};
    gfn_json *json = NULL;
    for (size_t i = 0; i < COUNT(bad); i++) {
        put_text("bad.json", bad[i]);
        assert_refused(gfn_json_load("bad.json", &json), GFN_EDATA, "bad.json: expected a JSON");
        assert_null(json);
    }
    assert_refused(gfn_json_load("nowhere.json", &json), GFN_EIO, "nowhere.json");
}

static void each_line_holds_one_object(void **state)
{
    (void)state;
    gfn_appender *appender;
    assert_ok(gfn_appender_open("metrics.jsonl", &appender));
    for (int i = 1; i <= 3; i++) {
        const struct gfn_field fields[] = {gfn_field_int("iteration", i),
                                           gfn_field_number("loss", 1.0 / i)};
        assert_ok(gfn_jsonl_append(appender, fields, COUNT(fields)));
    }
    const struct gfn_field twice[] = {gfn_field_int("x", 1), gfn_field_int("x", 2)};
    assert_refused(gfn_jsonl_append(appender, twice, 2), GFN_EINVAL, "\"x\"");
    assert_ok(gfn_appender_close(&appender));
    assert_true(holds("metrics.jsonl", "{\"iteration\":1,\"loss\":1.0}\n"
                                       "{\"iteration\":2,\"loss\":0.5}\n"
                                       "{\"iteration\":3,\"loss\":0.33333333333333331}\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(fields_are_written_in_order),
        scratch_test(an_infinite_number_is_a_text_and_an_unknown_one_is_left_out),
        scratch_test(every_number_is_read_back_with_the_same_bits),
        scratch_test(dots_in_names_make_nested_objects),
        scratch_test(conflicting_names_are_rejected),
        scratch_test(text_that_is_not_utf8_loses_its_non_ascii_bytes),
        scratch_test(a_file_is_replaced_and_can_be_read),
        scratch_test(a_full_disk_leaves_the_old_file),
        scratch_test(saved_fields_are_read_back),
        scratch_test(files_without_an_object_are_rejected),
        scratch_test(each_line_holds_one_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
