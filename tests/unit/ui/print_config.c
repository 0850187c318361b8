/* SPDX-License-Identifier: MIT
 *
 * --print-config: the values of all options and where each comes from, as --config reads them.
 */
#include "tests/unit/ui/program.h"

/* Prints the configuration; nothing else is written. */
static void print_config(const char *const *words)
{
    const uint64_t before = snapshot();
    assert_passes(words);
    assert_string_equal(err, "");
    assert_true(snapshot() == before);
}

/* The option has this value and this source. */
static void assert_has(const char *option, const char *value, const char *source)
{
    char pattern[256];
    snprintf(pattern, sizeof pattern, "^%s = %s +; %s$", option, value, source);
    assert_matches(out, pattern);
}

/* Copies "NAME = VALUE\n" per option, without the sources; returns how many. */
static size_t copy_values(char values[MOST_TEXT])
{
    size_t n = 0, used = 0;
    for (const char *line = out; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789-");
        if (name == 0 || strncmp(line + name, " =", 2) != 0)
            continue;
        size_t end = strcspn(line, ";\n"); /* a semicolon in a value is escaped */
        while (line[end - 1] == ' ')
            end--;
        used += (size_t)snprintf(values + used, MOST_TEXT - used, "%.*s\n", (int)end, line);
        n++;
    }
    return n;
}

static char first[MOST_TEXT], again[MOST_TEXT];

static const char mine[] =
    "lr = 0.02\n\nbatch-size = 24\npreset = tb-8x4-r0.1\nsize = 5\nsamples = 50\n";
static const arguments print_mine = {"--config",     "mine.ini", "--iterations",  "7",
                                     "--batch-size", "20",       "--log-every=1", "--print-config"};

static void the_command_line_overrides_the_file_and_the_file_its_preset(void **state)
{
    (void)state;
    put_text("mine.ini", mine);
    print_config(print_mine);
    assert_has("iterations", "7", "command line");
    assert_has("batch-size", "20", "command line");
    assert_has("lr", "0.02", "mine.ini:1");
    assert_has("size", "5", "mine.ini:5");
    assert_has("preset", "tb-8x4-r0.1", "mine.ini:4");
    assert_has("hidden", "256,256", "preset tb-8x4-r0.1");
    assert_has("lr-logz", "0.1", "preset tb-8x4-r0.1");
    assert_has("seed", "0", "default");
    assert_has("clip-norm", "0", "default");
}

static void printed_again_it_has_the_same_values_from_other_sources(void **state)
{
    (void)state;
    put_text("mine.ini", mine);
    print_config(print_mine);
    put_text("first.ini", out);
    assert_true(copy_values(first) > 30);
    print_config((arguments){"--config", "first.ini", "--print-config"});
    copy_values(again);
    assert_string_equal(first, again);
    assert_has("lr", "0.02", "first.ini:[0-9]+");
}

static void values_that_need_quotes_are_read_back(void **state)
{
    (void)state;
    print_config((arguments){"--preset", "gfnx-20x4", "--size", "6", "--terminal-states",
                             "a; b\"\xc3\xa9.npy", "--print-config"});
    assert_has("preset", "gfnx-20x4", "command line");
    assert_has("size", "6", "command line");
    assert_has("backward", "tied", "preset gfnx-20x4");
    assert_matches(out, "^terminal-states = ");
    assert_matches(out, "^; command line$"); /* its source, on a line of its own */
    put_text("first.ini", out);
    copy_values(first);
    print_config((arguments){"--config", "first.ini", "--print-config"});
    copy_values(again);
    assert_string_equal(first, again);
}

static void the_environment_has_its_source(void **state)
{
    (void)state;
    put_text("env.ini", "seed = 1\nenv = hypergrid\n");
    put_text("mine.ini", mine);
    print_config((arguments){"--env", "hypergrid", "--print-config"});
    assert_has("env", "hypergrid", "command line");
    print_config((arguments){"--config", "env.ini", "--print-config"});
    assert_has("env", "hypergrid", "env.ini:2");
    print_config((arguments){"--config", "env.ini", "--env", "hypergrid", "--print-config"});
    assert_has("env", "hypergrid", "command line");
    assert_has("seed", "1", "env.ini:1");
    print_config((arguments){"--config", "mine.ini", "--print-config"});
    assert_has("env", "hypergrid", "default");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(the_command_line_overrides_the_file_and_the_file_its_preset),
        scratch_test(printed_again_it_has_the_same_values_from_other_sources),
        scratch_test(values_that_need_quotes_are_read_back),
        scratch_test(the_environment_has_its_source),
    };
    return cmocka_run_group_tests_name("print config", tests, NULL, NULL);
}
