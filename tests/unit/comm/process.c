/* SPDX-License-Identifier: MIT
 *
 * /proc/PID/stat: a process chooses its name, which must not be taken for the fields after it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "comm/process.h"

#define FIELDS_TO_START " 5 6 0 -1 9 10 11 12 13 14 15 16 17 20 0 1 0 "

static const char *const names[] = {"plain",     "two words", ") (",       "a) S 1 (b",
                                    "(",         ")",         "))) Z 1 2", ":-) R 1 1 1 1",
                                    "line\nend", "",          "%s%n) ("};
enum { NAMES = sizeof names / sizeof names[0] };

static void the_name_ends_at_the_last_parenthesis(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < NAMES; i++) {
        char text[300];
        gfn_process p;
        snprintf(text, sizeof text, "2385 (%s) S 761" FIELDS_TO_START "98765432109 0 0 0\n",
                 names[i]);
        assert_true(gfn_process_parse(text, &p));
        assert_string_equal(p.name, names[i]);
        assert_int_equal(p.state, 'S');
        assert_int_equal(p.parent, 761);
        assert_int_equal(p.start, 98765432109);
    }
}

static void a_long_name_is_cut(void **unused)
{
    (void)unused;
    gfn_process p;
    char text[300];
    snprintf(text, sizeof text, "1 (%070d) R 2" FIELDS_TO_START "3", 4);
    assert_true(gfn_process_parse(text, &p));
    assert_int_equal(strlen(p.name), sizeof p.name - 1);
    assert_int_equal(p.parent, 2);
    assert_int_equal(p.start, 3);
}

static void other_texts_are_refused(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "",
        "\n",
        "2385",
        "2385 (sh",
        "2385 sh) S 1",
        ("2385 )sh( S 1" FIELDS_TO_START "3"),
        "2385 (sh)",
        "2385 (sh) S",
        ("2385 (sh) S x" FIELDS_TO_START "3"),
        ("2385 (sh) S 1" FIELDS_TO_START),
        "2385 (sh) S 1 4 5 6",
    };
    gfn_process p;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (gfn_process_parse(texts[i], &p))
            fail_msg("\"%s\" was read", texts[i]);
}

/* A child with this name, which waits for the end of `input`. */
static pid_t start(const char *name, const int input[2], const int output[2])
{
    char byte = 'x';
    const pid_t child = fork();
    if (child != 0)
        return child;
    close(input[1]);
    prctl(PR_SET_NAME, name);
    const ssize_t written = write(output[1], &byte, 1);
    _exit(written == 1 && read(input[0], &byte, 1) == 0 ? 0 : 1);
}

static void processes_of_any_name_are_read(void **unused)
{
    (void)unused;
    gfn_process me, p;
    if (!gfn_process_read(getpid(), &me))
        skip(); /* no /proc */
    assert_int_equal(me.parent, getppid());
    assert_int_equal(me.state, 'R');
    for (size_t i = 0; i < NAMES; i++) {
        char byte;
        int input[2], output[2];
        assert_int_equal(pipe(input) + pipe(output), 0);
        const pid_t child = start(names[i], input, output);
        assert_int_equal(read(output[0], &byte, 1), 1);
        assert_true(gfn_process_read(child, &p));
        assert_memory_equal(p.name, names[i], strnlen(names[i], 15)); /* the system cuts it */
        assert_int_equal(p.parent, getpid());
        assert_true(p.start >= me.start);
        close(input[1]);
        for (int left = 1000; gfn_process_read(child, &p) && p.state != 'Z' && left > 0; left--)
            gfn_clock_sleep(0.01);
        assert_int_equal(p.state, 'Z');
        assert_int_equal(waitpid(child, NULL, 0), child);
        assert_false(gfn_process_read(child, &p));
        close(input[0]), close(output[0]), close(output[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_ends_at_the_last_parenthesis),
        cmocka_unit_test(a_long_name_is_cut),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(processes_of_any_name_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
