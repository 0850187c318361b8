/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/version.h>

static void every_status_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(gfn_status_name(GFN_OK), "GFN_OK");
    assert_string_equal(gfn_status_name(GFN_EINVAL), "GFN_EINVAL");
    assert_string_equal(gfn_status_name(GFN_ENOMEM), "GFN_ENOMEM");
    assert_string_equal(gfn_status_name(GFN_EIO), "GFN_EIO");
    assert_string_equal(gfn_status_name(GFN_EDATA), "GFN_EDATA");
    assert_string_equal(gfn_status_name(GFN_EEXIST), "GFN_EEXIST");
    assert_string_equal(gfn_status_name(GFN_ECOMM), "GFN_ECOMM");
    assert_string_equal(gfn_status_name(GFN_ENUMERIC), "GFN_ENUMERIC");
    assert_string_equal(gfn_status_name(GFN_ENOSUP), "GFN_ENOSUP");
    assert_string_equal(gfn_status_name((gfn_status)4711), "unknown status");
    assert_string_equal(gfn_status_name((gfn_status)-1), "unknown status");
}

static void fail_sets_the_message_and_returns_the_status(void **state)
{
    (void)state;
    assert_int_equal(gfn_fail(GFN_EINVAL, "size is %d", 2385), GFN_EINVAL);
    assert_string_equal(gfn_error_message(), "size is 2385");
    assert_int_equal(gfn_fail(GFN_EIO, "%s, again", gfn_error_message()), GFN_EIO);
    assert_string_equal(gfn_error_message(), "size is 2385, again");
    assert_int_equal(gfn_fail_in(GFN_EDATA, "%s, line %d: ", "run.ini", 3), GFN_EDATA);
    assert_string_equal(gfn_error_message(), "run.ini, line 3: size is 2385, again");
}

static void long_messages_are_cut(void **state)
{
    (void)state;
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    gfn_fail(GFN_EINVAL, "%s", text);
    assert_int_equal(strlen(gfn_error_message()), 1023);
    gfn_fail_in(GFN_EINVAL, "in here: ");
    assert_int_equal(strlen(gfn_error_message()), 1023);
    assert_memory_equal(gfn_error_message(), "in here: xxx", 12);
    gfn_fail_in(GFN_EINVAL, "%s", text);
    assert_int_equal(strlen(gfn_error_message()), 1023);
}

static void control_characters_are_replaced(void **state)
{
    (void)state;
    gfn_fail(GFN_EDATA, "found \"%s\"", "a\nb\x1b[2J\x7f\t\xc3\xa4");
    assert_string_equal(gfn_error_message(), "found \"a?b?[2J??\xc3\xa4\"");
    gfn_fail_in(GFN_EDATA, "%s: ", "run\r.ini");
    assert_string_equal(gfn_error_message(), "run?.ini: found \"a?b?[2J??\xc3\xa4\"");
}

static void *fail_elsewhere(void *message)
{
    gfn_fail(GFN_ECOMM, "elsewhere");
    strcpy(message, gfn_error_message());
    return NULL;
}

static void each_thread_has_its_own_message(void **state)
{
    (void)state;
    char there[64];
    pthread_t thread;
    gfn_fail(GFN_EINVAL, "here");
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, there), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(there, "elsewhere");
    assert_string_equal(gfn_error_message(), "here");
}

static gfn_status try(gfn_status status, int *reached)
{
    GFN_TRY(status);
    *reached = 1;
    return GFN_OK;
}

static void try_returns_the_status_of_a_failure(void **state)
{
    (void)state;
    int reached = 0;
    assert_int_equal(try(GFN_ENUMERIC, &reached), GFN_ENUMERIC);
    assert_int_equal(reached, 0);
    assert_int_equal(try(GFN_OK, &reached), GFN_OK);
    assert_int_equal(reached, 1);
}

static void library_and_headers_have_the_same_version(void **state)
{
    (void)state;
    assert_string_equal(gfn_version(), GFN_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_name),
        cmocka_unit_test(fail_sets_the_message_and_returns_the_status),
        cmocka_unit_test(long_messages_are_cut),
        cmocka_unit_test(control_characters_are_replaced),
        cmocka_unit_test(each_thread_has_its_own_message),
        cmocka_unit_test(try_returns_the_status_of_a_failure),
        cmocka_unit_test(library_and_headers_have_the_same_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
