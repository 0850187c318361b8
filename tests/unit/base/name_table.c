/* SPDX-License-Identifier: MIT */
#include "base/name_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_first_of_the_nearest_names_stays(void **state)
{
    (void)state;
    static const char *const names[] = {"lr", "seed", "seeds", "seek"};
    struct gfn_nearest nearest = {.text = "sed"};
    for (size_t i = 0; i < 4; i++)
        gfn_nearest_offer(&nearest, names[i], strlen(names[i]));
    assert_string_equal(nearest.name, "seed");
    assert_int_equal(nearest.length, 4);
    assert_int_equal(nearest.distance, 0);
}

static void a_name_that_begins_with_the_text_is_the_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"seed", "gfnx-20x4", "gfny"};
    struct gfn_nearest nearest = {.text = "gfnx"};
    for (size_t i = 0; i < 3; i++)
        gfn_nearest_offer(&nearest, names[i], strlen(names[i]));
    assert_string_equal(nearest.name, "gfnx-20x4");
    nearest = (struct gfn_nearest){.text = ""};
    for (size_t i = 0; i < 3; i++)
        gfn_nearest_offer(&nearest, names[i], strlen(names[i]));
    assert_string_equal(nearest.name, "seed");
}

static void a_name_may_be_part_of_a_text(void **state)
{
    (void)state;
    const char *choices = "tb|subtb";
    struct gfn_nearest nearest = {.text = "sub-tb"};
    gfn_nearest_offer(&nearest, choices, 2);
    gfn_nearest_offer(&nearest, choices + 3, 5);
    assert_ptr_equal(nearest.name, choices + 3);
    assert_int_equal(nearest.distance, 1);
}

static void case_and_letters_that_are_left_out_matter_little(void **state)
{
    (void)state;
    static const char *const names[] = {"lr", "lr-logz", "log-every", "tb", "iterations"};
    static const struct {
        const char *text, *hint;
    } rows[] = {{"TB", "tb"},
                {"LR-LogZ", "lr-logz"},
                {"lr-z", "lr-logz"},
                {"lrs", "lr"},
                {"Iteration", "iterations"},
                {"itertions", "iterations"},
                {"z", "gfn-dist --help"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gfn_nearest nearest = {.text = rows[i].text};
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
            gfn_nearest_offer(&nearest, names[k], strlen(names[k]));
        const struct gfn_hint hint = gfn_nearest_hint(&nearest);
        assert_string_equal(hint.text, rows[i].hint);
    }
}

static void a_name_that_is_far_is_no_hint(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hint;
    } rows[] = {{"evil", "eval"},         {"ev", "eval"},
                {"evla", "eval"},         {"help", "gfn-dist --help"},
                {"x", "gfn-dist --help"}, {"", "gfn-dist --help"},
                {"evalu", "eval"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gfn_nearest nearest = {.text = rows[i].text};
        assert_string_equal(gfn_nearest_hint(&nearest).text, "gfn-dist --help");
        gfn_nearest_offer(&nearest, "eval", 4);
        const struct gfn_hint hint = gfn_nearest_hint(&nearest);
        assert_string_equal(hint.text, rows[i].hint);
        assert_int_equal(hint.length, strlen(rows[i].hint));
    }
}

static const char *metal(size_t index)
{
    static const char *const metals[] = {"iron", "zinc", "tin"};
    return index < 3 ? metals[index] : NULL;
}

static void a_name_is_found_or_refused_with_all_and_the_nearest(void **state)
{
    (void)state;
    size_t index = 7;
    assert_int_equal(gfn_find_name("metal", metal, "", "tin", &index), GFN_OK);
    assert_int_equal(index, 2);
    assert_int_equal(gfn_find_name("metal", metal, "", "tinn", &index), GFN_EINVAL);
    assert_string_equal(gfn_error_message(),
                        "metal: expected one of iron, zinc, tin, found \"tinn\" (hint: tin)");
    assert_int_equal(gfn_find_name("metal", metal, " or scrap", "wood", &index), GFN_EINVAL);
    assert_string_equal(gfn_error_message(), "metal: expected one of iron, zinc, tin or scrap, "
                                             "found \"wood\" (hint: gfn-dist list)");
}

static const char *many(size_t index)
{
    return index < 1000 ? "names-and-names" : NULL;
}

static void lists_may_be_too_long_for_a_message(void **state)
{
    (void)state;
    char text[2385];
    size_t index;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_equal(gfn_find_name("metal", many, "", text, &index), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "x\" (hint: gfn-dist list)"));
}

static void a_list_has_its_names_alone(void **state)
{
    (void)state;
    static const char *const names[] = {"iron", "tin", NULL};
    assert_true(gfn_is_among(names, "iron"));
    assert_true(gfn_is_among(names, "tin"));
    assert_false(gfn_is_among(names, "ti"));
    assert_false(gfn_is_among(names + 2, "tin"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_the_nearest_names_stays),
        cmocka_unit_test(a_name_that_begins_with_the_text_is_the_nearest),
        cmocka_unit_test(a_name_may_be_part_of_a_text),
        cmocka_unit_test(case_and_letters_that_are_left_out_matter_little),
        cmocka_unit_test(a_name_that_is_far_is_no_hint),
        cmocka_unit_test(a_name_is_found_or_refused_with_all_and_the_nearest),
        cmocka_unit_test(lists_may_be_too_long_for_a_message),
        cmocka_unit_test(a_list_has_its_names_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
