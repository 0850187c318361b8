/* SPDX-License-Identifier: MIT
 *
 * Call the program as a function and capture its exit status and its output, in files or on a
 * terminal; check that it refuses bad input. Each test runs in an empty folder (scratch_test()).
 */
#ifndef TESTS_UNIT_UI_PROGRAM_H
#define TESTS_UNIT_UI_PROGRAM_H

#include "tests/unit/io/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <regex.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "ui/cli.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { MOST_ARGUMENTS = 16, MOST_TEXT = 1 << 18 };

/* ---- what is printed ---- */

/* Standard output and error of the last capture; of a terminal, which gets both, all is in `out`.
 */
static char out[MOST_TEXT], err[MOST_TEXT];

static struct {
    FILE *files[2];
    int before[2]; /* the descriptors 1 and 2 of the test itself */
    int terminal;  /* the end that is read; -1: files */
    pthread_t reader;
} capture;

static inline void redirect(int to_out, int to_err)
{
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        capture.before[i] = dup(STDOUT_FILENO + i);
        dup2(i ? to_err : to_out, STDOUT_FILENO + i);
    }
}

static inline void capture_files(void)
{
    capture.terminal = -1;
    for (int i = 0; i < 2; i++)
        assert_non_null(capture.files[i] = tmpfile());
    redirect(fileno(capture.files[0]), fileno(capture.files[1]));
}

/* Reads until no process has the terminal open. */
static inline void *read_terminal(void *unused)
{
    size_t used = 0;
    ssize_t n;
    while ((n = read(capture.terminal, out + used, MOST_TEXT - 1 - used)) > 0)
        used += (size_t)n;
    out[used] = '\0';
    return unused;
}

/* A terminal of that width, which shows every byte as it is. */
static inline void capture_terminal(int columns)
{
    const struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = 24};
    struct termios mode;
    capture.terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_return_code(capture.terminal, errno);
    assert_int_equal(grantpt(capture.terminal) | unlockpt(capture.terminal), 0);
    const int screen = open(ptsname(capture.terminal), O_RDWR | O_NOCTTY);
    assert_return_code(screen, errno);
    assert_int_equal(tcgetattr(screen, &mode), 0);
    cfmakeraw(&mode);
    assert_int_equal(tcsetattr(screen, TCSANOW, &mode) | ioctl(screen, TIOCSWINSZ, &size), 0);
    assert_int_equal(pthread_create(&capture.reader, NULL, read_terminal, NULL), 0);
    redirect(screen, screen);
    close(screen);
}

/* No assertion may fail between the start of a capture and its end: its message would be lost. */
static inline void capture_end(void)
{
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        dup2(capture.before[i], STDOUT_FILENO + i);
        close(capture.before[i]);
    }
    err[0] = '\0';
    if (capture.terminal >= 0) {
        pthread_join(capture.reader, NULL);
        close(capture.terminal);
        return;
    }
    for (int i = 0; i < 2; i++) {
        char *text = i ? err : out;
        rewind(capture.files[i]);
        text[fread(text, 1, MOST_TEXT - 1, capture.files[i])] = '\0';
        fclose(capture.files[i]);
    }
}

/* ---- the program ---- */

/* An argument list after "gfn-dist", ended by NULL. */
typedef const char *arguments[MOST_ARGUMENTS];

/* The words as main() gets them; getopt_long() moves them. Returns how many. */
static inline int make_argv(const char *const *words, char *argv[MOST_ARGUMENTS + 2])
{
    int argc = 1;
    argv[0] = "gfn-dist";
    for (size_t i = 0; i < MOST_ARGUMENTS && words[i]; i++)
        argv[argc++] = (char *)words[i];
    argv[argc] = NULL;
    optind = 0; /* getopt() forgets the argument list before */
    getopt(1, (char *const[]){"gfn-dist", NULL}, "");
    return argc;
}

static inline int call_program(const char *const *words)
{
    char *argv[MOST_ARGUMENTS + 2];
    const int argc = make_argv(words, argv);
    return cli_main(argc, argv, NULL);
}

/* Returns the exit status; what the program prints is then in `out` and `err`. */
static inline int run_program(const char *const *words)
{
    capture_files();
    const int status = call_program(words);
    capture_end();
    return status;
}

/* The same on a terminal of that width. */
static inline int run_on_terminal(int columns, const char *const *words)
{
    capture_terminal(columns);
    const int status = call_program(words);
    capture_end();
    return status;
}

static inline void print_words(const char *const *words)
{
    print_error("gfn-dist");
    for (size_t i = 0; i < MOST_ARGUMENTS && words[i]; i++)
        print_error(" '%s'", words[i]);
}

/* It succeeds. */
static inline void assert_passes(const char *const *words)
{
    const int status = run_program(words);
    if (status != CLI_EXIT_DONE) {
        print_words(words);
        fail_msg(": exit %d: %s", status, err);
    }
}

/* ---- text ---- */

/* Whether the text has a line, or a part of one, that matches the extended regular expression. */
static inline bool matches(const char *text, const char *pattern)
{
    regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0)
        fail_msg("bad pattern %s", pattern);
    const bool is_found = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return is_found;
}

#define assert_matches(text, pattern)                                                              \
    do {                                                                                           \
        if (!matches(text, pattern))                                                               \
            fail_msg("expected %s: %s", pattern, text);                                            \
    } while (0)
#define assert_matches_not(text, pattern)                                                          \
    do {                                                                                           \
        if (matches(text, pattern))                                                                \
            fail_msg("expected no %s: %s", pattern, text);                                         \
    } while (0)

static inline size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* ---- refusals ---- */

/* All folders here, and the files with their size and time, as one number. */
static uint64_t snapshot_sum;

static inline int add_to_snapshot(const char *path, const struct stat *found, int type,
                                  struct FTW *walk)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    char text[PATH_MAX + 100];
    (void)walk;
    if (type == FTW_D)
        snprintf(text, sizeof text, "%s", path);
    else
        snprintf(text, sizeof text, "%s %lld %lld.%09ld", path, (long long)found->st_size,
                 (long long)found->st_mtim.tv_sec, found->st_mtim.tv_nsec);
    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    snapshot_sum += hash; /* in any order */
    return 0;
}

static inline uint64_t snapshot(void)
{
    snapshot_sum = 0;
    assert_int_equal(nftw(".", add_to_snapshot, 16, FTW_PHYS), 0);
    return snapshot_sum;
}

/* The program ends with this exit status and one line on standard error, which matches; it prints
 * nothing else, and makes, changes and removes no file. */
typedef struct refusal {
    int status;
    const char *pattern;
    arguments words;
} refusal;

/* What a complete message has. */
#define EVERYTHING "expected .*found .* \\(hint: "

static size_t refusals; /* how many were tried */

/* Teardown of a group of tests. */
static inline int print_refusals(void **state)
{
    (void)state;
    print_message("%zu refusals\n", refusals);
    return 0;
}

static inline bool is_refused(const refusal *r)
{
    const uint64_t before = snapshot();
    const int status = run_program(r->words);
    const bool has_changed = snapshot() != before;
    refusals++;
    if (status == r->status && count_lines(err) == 1 && matches(err, r->pattern) && !out[0] &&
        !has_changed)
        return true;
    print_words(r->words);
    print_error(": exit %d, expected %d and one line of %s: %s%s%s\n", status, r->status,
                r->pattern, err, out, has_changed ? "; files have changed" : "");
    return false;
}

/* Tries all of them before the test fails. */
static inline void assert_all_refused(const refusal *cases, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += !is_refused(&cases[i]);
    if (bad > 0)
        fail_msg("%zu of %zu are not refused as expected", bad, n);
}

/* Every option of the list with every value as --OPTION=VALUE, each list ended by NULL, after the
 * words (NULL: none). */
static inline void assert_values_refused(const char *const *options, const char *const *values,
                                         const char *const *words)
{
    char pattern[128], argument[128];
    size_t bad = 0;
    for (; *options; options++)
        for (const char *const *value = values; *value; value++) {
            refusal r = {CLI_EXIT_USAGE, pattern, {NULL}};
            size_t n = 0;
            for (; words && words[n]; n++)
                r.words[n] = words[n];
            r.words[n] = argument;
            snprintf(pattern, sizeof pattern, "^gfn-dist: %s: " EVERYTHING, *options);
            snprintf(argument, sizeof argument, "--%s=%s", *options, *value);
            bad += !is_refused(&r);
        }
    if (bad > 0)
        fail_msg("%zu values are not refused as expected", bad);
}

/* ---- files ---- */

/* An array as .npy with this header, right or wrong: `shape` is "8, 8". */
static inline void put_npy(const char *path, const char *type, bool is_fortran, const char *shape,
                           const void *data, size_t size)
{
    char head[129], words[118];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    snprintf(words, sizeof words, "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", type,
             is_fortran ? "True" : "False", shape);
    snprintf(head, sizeof head, "%-117s\n", words);
    assert_int_equal(fwrite("\x93NUMPY\1\0\x76\0", 1, 10, file), 10);
    assert_int_equal(fwrite(head, 1, 118, file), 118);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

#endif
