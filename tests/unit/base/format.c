/* SPDX-License-Identifier: MIT */
#include "base/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/notices.h"
#include "base/parse.h"
#include "tests/unit/comma_locale.h"

static void text_does_not_depend_on_the_locale(void **unused)
{
    (void)unused;
    char text[32];
    gfn_notices notices = {0};
    use_comma_locale();
    assert_int_equal(gfn_format(text, sizeof text, "%.2f %d", 2.385e6, 12345), 16);
    assert_string_equal(text, "2385000.00 12345");
    assert_int_equal(gfn_fail(GFN_EINVAL, "%g", 0.5), GFN_EINVAL);
    assert_int_equal(gfn_fail_in(GFN_EINVAL, "%g: ", 0.25), GFN_EINVAL);
    assert_string_equal(gfn_error_message(), "0.25: 0.5");
    gfn_notices_add(&notices, "%g", 0.5);
    assert_string_equal(notices.text, "0.5");
    assert_string_equal(setlocale(LC_ALL, NULL), "comma_XX");
    assert_string_equal(localeconv()->decimal_point, ",");
    setlocale(LC_ALL, "C");
}

static void numbers_are_read_alike_in_every_locale(void **unused)
{
    (void)unused;
    double value = 0;
    use_comma_locale();
    assert_true(gfn_parse_number("2.385", &value));
    assert_true(value == 2.385);
    assert_false(gfn_parse_number("2,385", &value));
    assert_string_equal(localeconv()->decimal_point, ",");
    setlocale(LC_ALL, "C");
}

static void a_text_that_does_not_fit_is_cut(void **unused)
{
    (void)unused;
    char text[4] = "";
    assert_int_equal(gfn_format(text, sizeof text, "%s", "12345"), 5);
    assert_string_equal(text, "123");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_does_not_depend_on_the_locale),
        cmocka_unit_test(numbers_are_read_alike_in_every_locale),
        cmocka_unit_test(a_text_that_does_not_fit_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
