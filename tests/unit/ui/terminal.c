/* SPDX-License-Identifier: MIT
 *
 * Output on a terminal and in a file: the live line, colors, and maps that are not wider than the
 * screen. The terminal is a pseudo-terminal that the test opens.
 */
#include "tests/unit/ui/program.h"

#include <math.h>
#include <sys/wait.h>

/* ---- the environment ---- */

/* NULL: the variable is not set. */
typedef struct variables {
    const char *term, *colorterm, *no_color;
} variables;

static const variables usual = {.term = "xterm-256color"};

static void set_variable(const char *name, const char *value)
{
    assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void set_variables(const variables *v)
{
    set_variable("TERM", v->term);
    set_variable("COLORTERM", v->colorterm);
    set_variable("NO_COLOR", v->no_color);
}

static int enter(void **state)
{
    set_variables(&usual);
    return enter_scratch(state);
}

#define terminal_test(f) cmocka_unit_test_setup_teardown(f, enter, leave_scratch)

/* ---- the live line ---- */

/* Ten seconds of a run, with a step every 1/16 s, on a clock of the test's own. */
static void show_run(const cli_request *request, int64_t iterations)
{
    cli_live live;
    cli_live_begin(&live, request, "");
    gfn_progress p = {.iterations = iterations,
                      .loss = 0.0123,
                      .log_z = -1.5,
                      .iterations_per_second = 1234,
                      .trajectories_per_second = 19744};
    for (int i = 0; i <= 160; i++) {
        p.iteration = 77 * i;
        p.seconds = i / 16.0;
        if (cli_live_is_due(&live, &p))
            cli_live_show(&live, &p);
    }
    cli_live_show_work(&live, &p, "evaluating");
    cli_live_end(&live);
}

/* Capture such a run with these options, on a terminal of this width (0: in files). */
static void see_run(int columns, int64_t iterations, const char *const *words)
{
    char *argv[MOST_ARGUMENTS + 2];
    cli_request request;
    assert_true(cli_parse(make_argv(words, argv), argv, &request));
    if (columns)
        capture_terminal(columns);
    else
        capture_files();
    show_run(&request, iterations);
    capture_end();
    cli_clear(&request);
}

static const char rewritten[] = "\r[0-9]*/[0-9]*  *loss ";
static const char stays[] = "^[0-9]+/[0-9]+  loss .* left$";

static void a_terminal_has_a_line_that_is_rewritten_and_a_file_has_lines_that_stay(void **state)
{
    (void)state;
    static const struct {
        int columns;
        const char *term;
        arguments words;
        const char *expected, *never; /* NULL: nothing is printed */
    } rows[] = {
        {80, "xterm-256color", {NULL}, rewritten, stays},
        {80, "dumb", {NULL}, stays, rewritten},
        {80, "", {NULL}, stays, rewritten},
        {80, "xterm-256color", {"--progress", "never"}, NULL, NULL},
        {80, "xterm-256color", {"--quiet"}, NULL, NULL},
        {0, "xterm-256color", {NULL}, stays, rewritten},
        {0, "xterm-256color", {"--progress", "always"}, rewritten, stays},
        {0, "xterm-256color", {"--progress", "never"}, NULL, NULL},
        {0, "xterm-256color", {"--quiet"}, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        set_variable("TERM", rows[i].term);
        see_run(rows[i].columns, 1000000000, rows[i].words);
        const char *text = rows[i].columns ? out : err;
        if (rows[i].expected == NULL) {
            assert_string_equal(text, "");
            continue;
        }
        assert_matches(text, rows[i].expected);
        assert_matches_not(text, rows[i].never);
        assert_matches(text, "[0-9][hmsd] left");
        assert_matches(text, "[0-9]+/[0-9]+  .*  evaluating *$|\r[0-9]+/.*  evaluating *\r");
    }
}

/* The widest live line on the terminal; 0: there was none. */
static size_t widest_line(void)
{
    size_t widest = 0;
    for (const char *line = out; *line; line += strspn(line, "\r\n")) {
        const size_t n = strcspn(line, "\r\n"), digits = strspn(line, "0123456789");
        if (digits > 0 && line[digits] == '/' && n > widest)
            widest = n;
        line += n;
    }
    return widest;
}

static void the_live_line_fits_the_terminal(void **state)
{
    (void)state;
    static const int columns[] = {200, 80, 60, 40, 9};
    for (size_t i = 0; i < COUNT(columns); i++) {
        see_run(columns[i], 1000000000, (arguments){NULL});
        assert_in_range(widest_line(), 1, columns[i] - 1);
    }
}

static void a_narrow_terminal_shows_the_time_left(void **state)
{
    (void)state;
    see_run(60, 123456789, (arguments){NULL});
    assert_matches(out, "\r[0-9]+/123456789 .*[0-9][hmsd] left");
}

/* ---- whole runs ---- */

static void a_short_run_shows_no_line_that_stays_and_does_not_go_on(void **state)
{
    (void)state;
    assert_passes((arguments){"--size", "4", "--iterations", "3", "--out", "run"});
    assert_matches_not(err, "^[0-9]+/");
    assert_matches(out, "^done after 3 of 3 iterations");
    assert_matches_not(out, "to continue");
}

static void without_progress_there_is_a_report_alone_and_with_quiet_nothing(void **state)
{
    (void)state;
    assert_int_equal(run_on_terminal(80, (arguments){"--size", "4", "--iterations", "300",
                                                     "--progress", "never", "--out", "loud"}),
                     CLI_EXIT_DONE);
    assert_matches(out, "^done after 300 of 300 iterations");
    assert_matches_not(out, "^[^a-z]*[0-9]+/[0-9]+ |traj/s| left");
    assert_int_equal(run_on_terminal(80, (arguments){"--size", "4", "--iterations", "300",
                                                     "--quiet", "--out", "run"}),
                     CLI_EXIT_DONE);
    assert_string_equal(out, "");
}

static void a_run_that_is_stopped_says_how_to_go_on(void **state)
{
    (void)state;
    const arguments words = {"--size",    "8", "--iterations", "1000000000", "--time-limit", "0.01",
                             "--samples", "0", "--out",        "run"};
    assert_int_equal(run_program(words), CLI_EXIT_STOPPED);
    assert_matches(out, "^  to continue: gfn-dist --resume run$");
}

/* ---- Ctrl-C ---- */

/* Interrupt a child process: a second interrupt would end this one. */
static void interrupt(const char *const *words)
{
    char *argv[MOST_ARGUMENTS + 2];
    cli_request request;
    assert_true(cli_parse(make_argv(words, argv), argv, &request));
    const pid_t child = fork();
    if (child == 0) {
        cli_handle_signals(&request);
        raise(SIGINT);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    cli_clear(&request);
}

static void ctrl_c_is_answered_on_a_terminal_unless_it_is_quiet(void **state)
{
    (void)state;
    static const char answer[] = "\nstopping, and saving; a second Ctrl-C ends it at once\n";
    capture_terminal(80);
    interrupt((arguments){NULL});
    capture_end();
    assert_string_equal(out, answer);
    capture_terminal(80);
    interrupt((arguments){"--quiet"});
    capture_end();
    assert_string_equal(out, "");
    capture_files();
    interrupt((arguments){NULL});
    capture_end();
    assert_string_equal(out, "");
    assert_string_equal(err, "");
}

/* ---- colors ---- */

static const char some_color[] = "\033\\[48;[25];", palette[] = "\033\\[48;5;", escape[] = "\033",
                  dark[] = "\033\\[48;2;68;1;84m"; /* viridis begins with it */

static void train(const char *size)
{
    assert_passes((arguments){"--size", size, "--encoding", "khot", "--iterations", "1",
                              "--eval-every", "0", "--samples", "100", "--quiet", "--out", "run"});
}

static void colors_need_a_terminal_and_can_be_refused(void **state)
{
    (void)state;
    static const char xterm[] = "xterm-256color";
    static const struct {
        int columns;
        variables variables;
        arguments words; /* after "eval run --samples 100" */
        const char *expected, *never;
    } rows[] = {
        {80, {xterm, NULL, NULL}, {NULL}, palette, dark},
        {80, {xterm, "truecolor", NULL}, {NULL}, dark, palette},
        {80, {xterm, NULL, ""}, {NULL}, some_color, dark},
        {80, {"dumb", NULL, NULL}, {NULL}, "y down", some_color},
        {80, {"", NULL, NULL}, {NULL}, "y down", some_color},
        {80, {xterm, NULL, "1"}, {NULL}, "y down", escape},
        {80, {xterm, NULL, NULL}, {"--color", "never"}, "y down", escape},
        {0, {xterm, NULL, NULL}, {NULL}, "y down", escape},
        {0, {xterm, "24bit", "1"}, {"--color", "always"}, dark, palette},
    };
    train("8");
    for (size_t i = 0; i < COUNT(rows); i++) {
        const arguments words = {"eval",           "run",           "--samples", "100",
                                 rows[i].words[0], rows[i].words[1]};
        set_variables(&rows[i].variables);
        assert_int_equal(rows[i].columns ? run_on_terminal(rows[i].columns, words)
                                         : run_program(words),
                         CLI_EXIT_DONE);
        assert_matches(out, rows[i].expected);
        assert_matches_not(out, rows[i].never);
    }
}

static void the_scale_goes_from_the_first_color_of_viridis_to_its_last(void **state)
{
    (void)state;
    set_variables(&(variables){"xterm-256color", "24bit", NULL});
    train("8");
    assert_passes((arguments){"eval", "run", "--samples", "100", "--color", "always"});
    assert_matches(out, "y down, x right; 0 \033\\[48;2;68;1;84m .*"
                        "\033\\[48;2;253;231;37m \033\\[0m [0-9.]+");
}

/* ---- the size of the map ---- */

/* The map at the end of `out`, without colors. A line about samples stands before it too. */
static const char *strip_map(char *map)
{
    const char *begin = NULL;
    size_t used = 0;
    for (const char *c = out; (c = strstr(c, "\n  samples ")) != NULL;)
        begin = ++c;
    for (const char *c = begin; c && *c; c++) {
        if (*c == '\033')
            c += strcspn(c, "m");
        else
            map[used++] = *c;
    }
    map[used] = '\0';
    return map;
}

static size_t widest_of(const char *text)
{
    size_t widest = 0;
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        const size_t n = strcspn(text, "\n");
        widest = n > widest ? n : widest;
    }
    return widest;
}

/* Rows of that width before the legend. */
static size_t count_rows(const char *map, size_t width)
{
    const char *end = strstr(map, "  y down");
    size_t n = 0;
    for (map += strcspn(map, "\n") + 1; end && map < end; map += strcspn(map, "\n") + 1)
        n += strcspn(map, "\n") == width;
    return n;
}

/* In 80 columns a grid of size x size cells has two maps of at most 19 x 19 squares. */
static void assert_map_fits(size_t size)
{
    static char map[MOST_TEXT];
    char head[64];
    const size_t k = (size + 18) / 19, bins = (size + k - 1) / k;
    const size_t left = bins * 2 > strlen("samples") ? bins * 2 : strlen("samples");
    strip_map(map);
    snprintf(head, sizeof head, "  %-*s  target\n", (int)left, "samples");
    assert_int_equal(strncmp(map, head, strlen(head)), 0);
    assert_in_range(widest_of(map), 1, 80);
    assert_int_equal(count_rows(map, 2 + left + 2 + 2 * bins), bins);
}

static void maps_of_all_sizes_fit_80_columns(void **state)
{
    (void)state;
    static const char *const sizes[] = {"2", "3", "4", "18", "19", "20", "37", "39", "77", "1000"};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const size_t size = (size_t)atoi(sizes[i]);
        char place[32];
        snprintf(place, sizeof place, "run-%s", sizes[i]);
        assert_passes((arguments){"--size", sizes[i], "--encoding", "khot", "--iterations", "1",
                                  "--samples", "100", "--eval-every", "0", "--out", place});
        assert_map_fits(size);
        assert_passes((arguments){"eval", place, "--samples", "100", "--color", "always"});
        assert_map_fits(size);
    }
}

static void the_map_fits_a_narrow_terminal(void **state)
{
    (void)state;
    static char map[MOST_TEXT];
    train("18");
    assert_int_equal(run_on_terminal(60, (arguments){"eval", "run", "--samples", "100"}),
                     CLI_EXIT_DONE);
    assert_in_range(widest_of(strip_map(map)), 1, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        terminal_test(ctrl_c_is_answered_on_a_terminal_unless_it_is_quiet),
        terminal_test(a_terminal_has_a_line_that_is_rewritten_and_a_file_has_lines_that_stay),
        terminal_test(the_live_line_fits_the_terminal),
        terminal_test(a_narrow_terminal_shows_the_time_left),
        terminal_test(a_short_run_shows_no_line_that_stays_and_does_not_go_on),
        terminal_test(without_progress_there_is_a_report_alone_and_with_quiet_nothing),
        terminal_test(a_run_that_is_stopped_says_how_to_go_on),
        terminal_test(colors_need_a_terminal_and_can_be_refused),
        terminal_test(the_scale_goes_from_the_first_color_of_viridis_to_its_last),
        terminal_test(maps_of_all_sizes_fit_80_columns),
        terminal_test(the_map_fits_a_narrow_terminal),
    };
    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
