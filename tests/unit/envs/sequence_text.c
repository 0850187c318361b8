/* SPDX-License-Identifier: MIT
 *
 * Sequences: letters, objects as text, and refusals.
 */
#include <gfn/env.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "env/env_internal.h"
#include "tests/unit/env/make.h"

static gfn_env *make(const char *settings)
{
    return make_any(gfn_env_find("sequence"), settings);
}

/* Every state has a text of its own; that of an object means it. */
static void expect_round_trip(const char *settings)
{
    gfn_env *env = make(settings);
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    const size_t bytes = (size_t)spec->state_width * sizeof(int32_t);
    char text[64], last[64] = "none";
    uint8_t mask[64];
    int64_t objects = 0;
    for (int64_t i = 0; i < spec->n_states; i++) {
        int32_t word[8], again[8];
        gfn_env_state_at(env, 1, &i, word);
        const size_t size = gfn_env_write(env, word, text, sizeof text);
        assert_int_equal(size, strlen(text));
        assert_true(strlen(text) > 0 && strpbrk(text, ",\" \t") == NULL);
        assert_string_not_equal(text, last);
        memcpy(last, text, sizeof last);
        gfn_env_allowed(env, 1, word, NULL, mask);
        if (!gfn_env_is_object(env, mask)) {
            assert_int_equal(gfn_env_read(env, text, again), GFN_EINVAL);
            continue;
        }
        objects++;
        if (gfn_env_read(env, text, again) != GFN_OK)
            fail_msg("%s: %s: %s", settings, text, gfn_error_message());
        assert_memory_equal(again, word, bytes);
    }
    assert_true(objects > 0);
    gfn_env_destroy(&env);
}

static void text_and_objects_are_the_same(void **state)
{
    (void)state;
    expect_round_trip("length=1");
    expect_round_trip("length=5");
    expect_round_trip("letters=01 length=6 min-length=0");
    expect_round_trip("letters=- length=3 min-length=0");
    expect_round_trip("letters=01 length=6 order=both min-length=2");
    expect_round_trip("letters=bits:3 length=3 order=any");
    expect_round_trip("letters=U,VV,WWW,WXYZ,ZZ,YX length=3 min-length=0");
    expect_round_trip("letters=10,0,11 length=4 order=any");
}

static void expect_text(const gfn_env *env, const int32_t *word, const char *expected)
{
    char text[64];
    assert_int_equal(gfn_env_write(env, word, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

static void letters_are_joined_and_empty_slots_are_dots(void **state)
{
    (void)state;
    gfn_env *env = make("letters=bits:2 length=4 order=any");
    expect_text(env, (int32_t[]){4, 3, 2, 1}, "11100100");
    expect_text(env, (int32_t[]){0, 3, 0, 0}, ".10..");
    expect_text(env, (int32_t[]){0, 0, 0, 0}, "....");
    gfn_env_destroy(&env);
    env = make("length=4 min-length=0");
    expect_text(env, (int32_t[]){4, 1, 0, 0}, "TA");
    expect_text(env, (int32_t[]){0, 0, 0, 0}, ".");
    expect_text(env, (int32_t[]){0, 2, 0, 0}, ".C"); /* no state */
    expect_text(env, (int32_t[]){5, -7, INT32_MIN, INT32_MAX}, "????");
    gfn_env_destroy(&env);
}

static void a_text_is_cut_to_its_room(void **state)
{
    (void)state;
    gfn_env *env = make("letters=bits:3 length=2");
    const int32_t word[2] = {8, 3};
    for (size_t size = 0; size < 9; size++) {
        char text[9] = "xxxxxxxx";
        assert_int_equal(gfn_env_write(env, word, size ? text : NULL, size), 6);
        const size_t n = size == 0 ? 0 : size < 7 ? size - 1 : 6;
        assert_memory_equal(text, "111010", n);
        assert_true(size == 0 || text[n] == '\0');
        assert_true(size >= 8 || text[size] == 'x');
    }
    gfn_env_destroy(&env);
}

static void the_empty_sequence_is_a_dot_or_nothing(void **state)
{
    (void)state;
    gfn_env *env = make("length=4 min-length=0");
    static const char *const texts[] = {".", "", " . \n", "\t"};
    for (size_t i = 0; i < 4; i++) {
        int32_t word[4] = {9, 9, 9, 9};
        assert_int_equal(gfn_env_read(env, texts[i], word), GFN_OK);
        assert_memory_equal(word, ((int32_t[]){0, 0, 0, 0}), sizeof word);
    }
    int32_t word[4] = {9, 9, 9, 9};
    assert_int_equal(env->ops->read(env->world, "GA", word), GFN_OK);
    assert_memory_equal(word, ((int32_t[]){3, 1, 0, 0}), sizeof word);
    gfn_env_destroy(&env);
}

#define MINIMAL "letters=ACG length=3"

static void texts_that_mean_no_object_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *text, *message;
    } rows[] = {
        {MINIMAL, "ACT", "expected letters of \"ACG\", found \"T\""},
        {MINIMAL, "aCG", "found \"aCG\""},
        {MINIMAL, "A CG", "found \" CG\""},
        {MINIMAL, "AC", "expected 3 letters, found 2"},
        {MINIMAL, "ACGACG", "expected 3 letters, found 6"},
        {MINIMAL, "", "expected 3 letters, found 0"},
        {MINIMAL, ".", "expected 3 letters, found 0"},
        {MINIMAL, "A.C", "found \".C\""},
        {MINIMAL " order=any", "AC.", "found \".\""},
        {MINIMAL " order=any", "...", "found \"...\""},
        {MINIMAL " min-length=2", "A", "expected 2 to 3 letters, found 1"},
        {MINIMAL " min-length=2", ".", "expected 2 to 3 letters, found 0"},
        {"letters=bits:2 length=2", "010", "expected letters of \"bits:2\", found \"0\""},
        {"letters=bits:2 length=1", "0101", "expected 1 letter, found 2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make(rows[i].settings);
        int32_t word[3] = {77, 77, 77};
        assert_int_equal(gfn_env_read(env, rows[i].text, word), GFN_EINVAL);
        if (!strstr(gfn_error_message(), rows[i].message))
            fail_msg("\"%s\" gives: %s", rows[i].text, gfn_error_message());
        assert_int_equal(word[0], 77);
        gfn_env_destroy(&env);
    }
}

/* Also under the sanitizers. */
static void words_that_are_no_object_are_refused(void **state)
{
    (void)state;
    static const int32_t words[][3] = {
        {0, 0, 0},  {1, 0, 0},          {0, 1, 2},         {1, 0, 2},          {1, 2, 4},
        {-1, 1, 1}, {1, INT32_MIN, 1},  {INT32_MAX, 1, 1}, {1, 1, INT32_MAX},  {1, 1, INT32_MIN},
        {5, 5, 5},  {INT32_MIN, 0, 10}, {2, 2, -1},        {INT32_MIN, -1, 2},
    };
    static const char *const orders[] = {"append", "both", "any"};
    for (size_t i = 0; i < 3; i++) {
        char settings[64];
        snprintf(settings, sizeof settings, MINIMAL " order=%s", orders[i]);
        gfn_env *env = make(settings);
        for (size_t j = 0; j < sizeof words / sizeof words[0]; j++)
            assert_int_equal(gfn_env_check_objects(env, 1, words[j]), GFN_EINVAL);
        assert_int_equal(gfn_env_check_objects(env, 1, (int32_t[]){3, 2, 1}), GFN_OK);
        gfn_env_destroy(&env);
    }
}

/* ---- creating ---- */

static void a_sequence_has_no_reward_of_its_own(void **state)
{
    (void)state;
    gfn_env *env = NULL;
    assert_int_equal(gfn_env_create("sequence", "length=3", &env), GFN_EINVAL);
    assert_null(env);
    assert_non_null(strstr(gfn_error_message(), "sequence: expected rewards"));
    env = make("length=3");
    assert_false(gfn_env_has_formula(env));
    assert_true(log_reward_of(env, (int32_t[]){1, 1, 1}) > -1); /* that of make.h */
    gfn_env_destroy(&env);
}

static void contradictory_settings_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *word;
    } rows[] = {
        {"length=0", "length"},
        {"length=3 min-length=4", "expected at most --length 3, found 4"},
        {"length=3 min-length=2 order=any", "found 2 to 3 letters"},
        {"order=prepend", "append"},
        {"letters=ACCT", "found \"C\" twice"},
        {"letters=01,10,01", "found \"01\" twice"},
        {"letters=0,01,1", "found \"0\" and \"01\""},
        {"letters=1,01,0", "found \"0\" and \"01\""},
        {"letters=AB,ABC,ABD", "found \"AB\" and \"ABC\""},
        {"letters=A.C", "printable ASCII"},
        {"letters=A\"C", "printable ASCII"},
        {"letters=A\xc3\xa4", "printable ASCII"},
        {"letters=A,,C", "before and after each comma"},
        {"letters=A,C,", "before and after each comma"},
        {"letters=,", "before and after each comma"},
        {"letters=bits:0", "bits:1 to bits:16, found bits:0"},
        {"letters=bits:17", "found bits:17"},
        {"letters=bits:", "found bits:"},
        {"letters=bits:x", "found bits:x"},
        {"letters=bits:16 length=2 order=both", "found 131072 for 65536 letters at two ends"},
        {"letters=bits:16 length=2 min-length=1", "found 65537 for 65536 letters"},
        {"letters=bits:13 length=9 order=any", "found 73728 for 8192 letters in each slot"},
        {"letters=bits:16 length=32768", "found 2147516416: one per slot"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = NULL;
        const gfn_status status = create_any(gfn_env_find("sequence"), rows[i].settings, &env);
        assert_int_equal(status, GFN_EINVAL);
        assert_null(env);
        if (!strstr(gfn_error_message(), rows[i].word))
            fail_msg("\"%s\" gives: %s", rows[i].settings, gfn_error_message());
        if (!strstr(gfn_error_message(), "hint:"))
            fail_msg("\"%s\": no hint: %s", rows[i].settings, gfn_error_message());
    }
}

static void many_letters_are_refused(void **state)
{
    (void)state;
    enum { N = 65537 };
    char *settings = malloc(8 + 6 * N), *end = settings;
    gfn_env *env = NULL;
    assert_non_null(settings);
    end += sprintf(end, "letters=");
    for (int i = 0; i < N; i++)
        end += sprintf(end, "%s%05d", i ? "," : "", i);
    assert_int_equal(create_any(gfn_env_find("sequence"), settings, &env), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "at most 65536 letters, found 65537"));
    free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_objects_are_the_same),
        cmocka_unit_test(letters_are_joined_and_empty_slots_are_dots),
        cmocka_unit_test(a_text_is_cut_to_its_room),
        cmocka_unit_test(the_empty_sequence_is_a_dot_or_nothing),
        cmocka_unit_test(texts_that_mean_no_object_are_refused),
        cmocka_unit_test(words_that_are_no_object_are_refused),
        cmocka_unit_test(a_sequence_has_no_reward_of_its_own),
        cmocka_unit_test(contradictory_settings_are_refused),
        cmocka_unit_test(many_letters_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
