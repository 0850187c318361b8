/* SPDX-License-Identifier: MIT
 *
 * How often a line is written that stays, and one that is rewritten, by a clock of the test's own.
 */
#include "ui/cli.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Seconds between two steps; all is exact in binary. */
#define STEP 0.0625

static cli_live begin(bool is_on)
{
    return (cli_live){.is_on = is_on, .begin = NAN, .tv = NAN, .name = ""};
}

static gfn_progress at(double seconds)
{
    return (gfn_progress){.iteration = 5, .iterations = 9, .loss = 0.5, .seconds = seconds};
}

/* Steps from `from` on until a line was written; when that was. */
static double next_line(cli_live *live, double from)
{
    for (double s = from + STEP;; s += STEP) {
        const gfn_progress p = at(s);
        if (cli_live_is_due(live, &p)) {
            live->last = s;
            return s;
        }
    }
}

static void lines_that_stay_grow_rare(void **state)
{
    (void)state;
    cli_live live = begin(false);
    const double start = 1000; /* a run that is resumed */
    const gfn_progress first = at(start);
    double last = start;
    int n = 0;
    assert_false(cli_live_is_due(&live, &first));
    for (; last - start < 3600; n++) {
        const double next = next_line(&live, last);
        const double share = 0.1 * (next - start);
        const double expected = share < 2 ? 2 : share > 60 ? 60 : share;
        assert_true(next - last >= expected && next - last < expected + 2 * STEP);
        last = next;
    }
    assert_in_range(n, 80, 100); /* 10 to 20 s, 34 to 600 s, 50 to an hour */
}

static void a_line_on_a_terminal_is_rewritten_ten_times_a_second(void **state)
{
    (void)state;
    cli_live live = begin(true);
    const gfn_progress first = at(1);
    assert_false(cli_live_is_due(&live, &first));
    for (double last = 1; last < 1000;) {
        const double next = next_line(&live, last);
        assert_true(next - last >= 0.1 && next - last < 0.1 + STEP);
        last = next;
    }
}

/* What cli_live_show_work() writes. */
static const char *said(cli_live *live, const gfn_progress *p, char text[256])
{
    FILE *file = tmpfile();
    const int before = dup(STDERR_FILENO);
    assert_non_null(file);
    fflush(stderr);
    assert_int_not_equal(dup2(fileno(file), STDERR_FILENO), -1);
    cli_live_show_work(live, p, "evaluating");
    fflush(stderr);
    assert_int_not_equal(dup2(before, STDERR_FILENO), -1);
    close(before);
    rewind(file);
    text[fread(text, 1, 255, file)] = '\0';
    fclose(file);
    return text;
}

static void what_is_done_is_said_after_two_seconds_in_a_line_that_stays(void **state)
{
    (void)state;
    char text[256];
    cli_live live = begin(false);
    const gfn_progress early = at(11.5), late = at(12);
    assert_string_equal(said(&live, &late, text),
                        ""); /* there was no step: nothing to go on from */
    live.begin = 10;
    assert_string_equal(said(&live, &early, text), "");
    assert_string_equal(said(&live, &late, text), "5/9  loss 5.00e-01  log Z 0.000  evaluating\n");
    live = begin(true); /* rewritten, but on no terminal of its own: nothing may be left to erase */
    live.begin = 10;
    live.is_dirty = true;
    said(&live, &early, text);
    assert_int_equal(text[0], '\r');
    assert_int_equal(strspn(text + 1, " "), strlen(text) - 2);
    assert_int_equal(text[strlen(text) - 1], '\r');
    assert_false(live.is_dirty);
    assert_string_equal(said(&live, &late, text), "5/9  loss 5.00e-01  log Z 0.000  evaluating\n");
    assert_false(live.is_dirty);
    live.is_quiet = true;
    assert_string_equal(said(&live, &late, text), "");
}

static void nothing_is_due_where_nothing_is_shown(void **state)
{
    (void)state;
    cli_live live = begin(true);
    live.is_quiet = true;
    for (double s = 0; s < 100; s += STEP) {
        const gfn_progress p = at(s);
        assert_false(cli_live_is_due(&live, &p));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_stay_grow_rare),
        cmocka_unit_test(a_line_on_a_terminal_is_rewritten_ten_times_a_second),
        cmocka_unit_test(what_is_done_is_said_after_two_seconds_in_a_line_that_stays),
        cmocka_unit_test(nothing_is_due_where_nothing_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
