/* SPDX-License-Identifier: MIT
 *
 * A locale whose decimal point is a comma, made by localedef(1) in the current folder.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

/* From now on printf("%.1f", 0.5) prints "0,5"; until setlocale(LC_ALL, "C"). */
static void use_comma_locale(void)
{
    FILE *file = fopen("comma", "w");
    assert_non_null(file);
    fputs("LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \".\"\ngrouping 3;3\nEND LC_NUMERIC\n",
          file);
    assert_int_equal(fclose(file), 0);
    /* It warns about the categories that are not there, and exits with 1. */
    const int exit_status = system("localedef -c -i comma ./comma_XX >localedef.log 2>&1");
    (void)exit_status;
    char here[4096], text[8];
    assert_non_null(realpath(".", here));
    assert_int_equal(setenv("LOCPATH", here, 1), 0);
    assert_non_null(setlocale(LC_ALL, "comma_XX"));
    snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_equal(text, "0,5");
}
