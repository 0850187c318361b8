/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* In the pattern, 0 stands for any digit and every other character for itself. */
static int matches(const char *text, const char *pattern)
{
    if (strlen(text) != strlen(pattern))
        return 0;
    for (; *pattern != '\0'; text++, pattern++)
        if (*pattern == '0' ? *text < '0' || *text > '9' : *text != *pattern)
            return 0;
    return 1;
}

static void seconds_never_run_backwards(void **state)
{
    (void)state;
    double start = gfn_clock_seconds(), last = start;
    for (int i = 0; i < 1000000 && last - start < 1e-3; i++) {
        double now = gfn_clock_seconds();
        assert_true(now >= last);
        last = now;
    }
    assert_true(last > start);
}

static void date_and_time_have_the_documented_format(void **state)
{
    (void)state;
    char text[32];
    assert_ptr_equal(gfn_clock_stamp(text, sizeof text), text);
    assert_true(matches(text, "00000000-000000"));
    assert_ptr_equal(gfn_clock_utc(text, sizeof text), text);
    assert_true(matches(text, "0000-00-00T00:00:00Z"));
    assert_true(strncmp(text, "2024", 4) >= 0);
    assert_string_equal(gfn_clock_utc(text, 20), ""); /* one byte too few */
    assert_true(matches(gfn_clock_utc(text, 21), "0000-00-00T00:00:00Z"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_never_run_backwards),
        cmocka_unit_test(date_and_time_have_the_documented_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
