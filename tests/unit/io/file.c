/* SPDX-License-Identifier: MIT
 *
 * Reading whole files, and appending whole lines.
 */
#include "tests/unit/io/scratch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "base/memory.h"
#include "io/crc.h"
#include "io/failure.h"
#include "io/file.h"

/* ---- signals that interrupt blocking system calls ---- */

static volatile sig_atomic_t n_signals;

static void count_signal(int number)
{
    (void)number;
    n_signals++;
}

static void start_signals(void)
{
    struct sigaction action = {.sa_handler = count_signal}; /* without SA_RESTART */
    struct itimerval every = {{0, 2000}, {0, 2000}};
    n_signals = 0;
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &every, NULL), 0);
}

static void stop_signals(void)
{
    struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
    assert_in_range(n_signals, 3, 100000);
}

/* ---- reading ---- */

static void a_file_is_read_whole(void **state)
{
    (void)state;
    static unsigned char written[300007];
    uint64_t seed = 17;
    for (size_t i = 0; i < sizeof written; i++)
        written[i] = (unsigned char)next_random(&seed);
    put_bytes("file", written, sizeof written);
    unsigned char *bytes;
    size_t n;
    assert_ok(gfn_file_read("file", sizeof written, &bytes, &n));
    assert_int_equal(n, sizeof written);
    assert_memory_equal(bytes, written, n);
    assert_int_equal(bytes[n], 0);
    assert_int_equal((uintptr_t)bytes % GFN_ALIGNMENT, 0);
    gfn_release(&bytes);
}

static void an_empty_file_is_a_file(void **state)
{
    (void)state;
    char *bytes;
    size_t n = 7;
    put_text("file", "");
    assert_ok(gfn_file_read("file", 0, &bytes, &n));
    assert_int_equal(n, 0);
    assert_int_equal(bytes[0], 0);
    gfn_release(&bytes);
}

static void a_file_over_the_limit_is_rejected(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t n;
    put_text("file", "0123456789");
    assert_refused(gfn_file_read("file", 9, &bytes, &n), GFN_EDATA,
                   "file: expected a file of at "
                   "most 9 bytes");
    assert_refused(gfn_file_read("/dev/zero", 70000, &bytes, &n), GFN_EDATA, "at most 70000");
    assert_null(bytes);
}

static void a_file_without_end_is_rejected(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t n = 0;
    assert_refused(gfn_file_read("/dev/zero", SIZE_MAX / 4, &bytes, &n), GFN_EDATA,
                   "/dev/zero: expected a file of at most 67108864 bytes, found more");
    assert_null(bytes);
}

static void a_file_that_may_not_be_read_is_wanted_nowhere_else(void **state)
{
    (void)state;
    errno = EACCES;
    assert_int_equal(gfn_fail_reading("a.ini", "open the file"), GFN_EIO);
    assert_string_equal(gfn_error_message(), "a.ini: cannot open the file: Permission denied "
                                             "(hint: check the permissions)");
    errno = EACCES;
    assert_int_equal(gfn_fail_errno("a.ini", "open the file"), GFN_EIO);
    assert_non_null(strstr(gfn_error_message(), "choose another folder)"));
}

static void a_missing_file_or_a_folder_is_rejected(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t n;
    assert_refused(gfn_file_read("none", 9, &bytes, &n), GFN_EIO,
                   "none: cannot open the file: No such file or directory (hint: check the path");
    assert_refused(gfn_file_read(".", 9, &bytes, &n), GFN_EIO, "a file is needed");
    assert_null(bytes);
}

static void a_pipe_is_read_whole_despite_signals(void **state)
{
    (void)state;
    enum { PART = 50000, PARTS = 4 };
    static char part[PART];
    assert_int_equal(mkfifo("pipe", 0600), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        usleep(20000);
        int fd = open("pipe", O_WRONLY);
        for (int i = 0; i < PARTS; i++) {
            memset(part, 'a' + i, PART);
            for (size_t sent = 0; sent < PART;)
                sent += (size_t)write(fd, part + sent, PART - sent);
            usleep(10000);
        }
        _exit(0);
    }
    char *bytes;
    size_t n;
    start_signals();
    gfn_status status = gfn_file_read("pipe", 1 << 20, &bytes, &n);
    stop_signals();
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_ok(status);
    assert_int_equal(n, PART * PARTS);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(bytes[i], 'a' + (int)(i / PART));
    gfn_release(&bytes);
}

static void existence_is_reported(void **state)
{
    (void)state;
    put_text("file", "x");
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_true(gfn_file_exists("file") && gfn_file_exists("."));
    assert_false(gfn_file_exists("none") || gfn_file_exists("dangling"));
}

static bool is_own(const char *path)
{
    int fd;
    const bool is = gfn_file_open(path, &fd) == GFN_OK && gfn_file_is_own(fd);
    gfn_file_close(&fd);
    assert_int_equal(fd, -1);
    return is;
}

/* The name may be given to another file; the descriptor stays with the first one. */
static void an_open_file_is_read_even_if_its_name_changes(void **state)
{
    (void)state;
    int fd;
    char *bytes;
    size_t n;
    put_text("one", "first");
    put_text("two", "second");
    assert_int_equal(gfn_file_open("one", &fd), GFN_OK);
    assert_int_equal(gfn_file_rename("two", "one"), GFN_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(gfn_file_read_open("one", fd, 100, &bytes, &n), GFN_OK);
        assert_string_equal(bytes, "first");
        gfn_release(&bytes);
    }
    gfn_file_close(&fd);
    assert_int_equal(gfn_file_open("none", &fd), GFN_EIO);
    assert_int_equal(mkfifo("pipe", 0600), 0); /* opening it must not wait for a writer */
    assert_false(is_own("pipe"));
}

static void a_file_is_own_unless_others_may_write_it(void **state)
{
    (void)state;
    assert_int_equal(gfn_file_replace("mine", NULL, "x", 1), GFN_OK);
    assert_int_equal(chmod("mine", 0664), 0);
    assert_false(is_own("mine"));
    assert_int_equal(chmod("mine", 0646), 0);
    assert_false(is_own("mine"));
    assert_int_equal(chmod("mine", 0644), 0);
    assert_true(is_own("mine"));
    assert_false(is_own("none") || is_own(".") || is_own("/dev/null"));
    assert_int_equal(symlink("mine", "link"), 0); /* its target is checked */
    assert_true(is_own("link"));
    if (geteuid() == 0) {
        assert_int_equal(chown("mine", 65534, (gid_t)-1), 0);
        assert_false(is_own("mine") || is_own("link"));
    }
}

/* ---- appending ---- */

static void append(const char *path, const char *text)
{
    gfn_appender *appender;
    assert_ok(gfn_appender_open(path, &appender));
    assert_ok(gfn_appender_write(appender, text, strlen(text)));
    assert_ok(gfn_appender_close(&appender));
    assert_null(appender);
}

static void lines_are_appended_in_order(void **state)
{
    (void)state;
    append("lines", "one 2.385\n");
    append("lines", "two\n");
    assert_true(holds("lines", "one 2.385\ntwo\n"));
    gfn_appender *none = NULL;
    assert_ok(gfn_appender_close(&none));
}

static void a_line_is_in_the_file_before_the_appender_closes(void **state)
{
    (void)state;
    gfn_appender *appender;
    assert_ok(gfn_appender_open("lines", &appender));
    assert_ok(gfn_appender_write(appender, "first\n", 6));
    assert_true(holds("lines", "first\n"));
    assert_ok(gfn_appender_close(&appender));
}

static void a_line_that_does_not_fit_leaves_nothing(void **state)
{
    (void)state;
    gfn_appender *appender;
    append("lines", "one\n");
    assert_ok(gfn_appender_open("lines", &appender));
    limit_files(10);
    gfn_status status = gfn_appender_write(appender, "the second line\n", 16);
    limit_files(RLIM_INFINITY);
    assert_refused(status, GFN_EIO, "lines: cannot append: File too large (hint: the file would");
    assert_true(holds("lines", "one\n"));
    assert_ok(gfn_appender_write(appender, "third\n", 6));
    assert_ok(gfn_appender_close(&appender));
    assert_true(holds("lines", "one\nthird\n"));
}

static void a_full_device_is_an_error(void **state)
{
    (void)state;
    gfn_appender *appender;
    assert_ok(gfn_appender_open("/dev/full", &appender));
    assert_refused(gfn_appender_write(appender, "line\n", 5), GFN_EIO,
                   "/dev/full: cannot append: No space left on device");
    assert_ok(gfn_appender_close(&appender));
}

static void appending_to_a_full_pipe_waits_despite_signals(void **state)
{
    (void)state;
    enum { LINES = 40, LENGTH = 4000 };
    assert_int_equal(mkfifo("pipe", 0600), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        static char bytes[LENGTH];
        size_t n = 0;
        int fd = open("pipe", O_RDONLY);
        usleep(50000); /* the pipe is full meanwhile */
        for (ssize_t got; (got = read(fd, bytes, sizeof bytes)) > 0; n += (size_t)got)
            ;
        _exit(n == LINES * LENGTH ? 0 : 1);
    }
    char line[LENGTH];
    memset(line, 'x', LENGTH);
    gfn_appender *appender;
    start_signals();
    gfn_status status = gfn_appender_open("pipe", &appender);
    for (int i = 0; i < LINES && status == GFN_OK; i++)
        status = gfn_appender_write(appender, line, LENGTH);
    stop_signals();
    assert_ok(status);
    assert_ok(gfn_appender_close(&appender));
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

static void only_one_process_at_a_time_has_the_lock(void **state)
{
    (void)state;
    gfn_appender *mine, *other;
    assert_ok(gfn_appender_open("lines", &mine));
    assert_ok(gfn_appender_open("lines", &other));
    assert_ok(gfn_appender_lock(mine));
    assert_refused(gfn_appender_lock(other), GFN_EEXIST, "another one is writing it (hint:");
    assert_ok(gfn_appender_close(&mine));
    assert_ok(gfn_appender_lock(other));
    assert_ok(gfn_appender_close(&other));
}

/* Even if the process is killed. */
static void a_lock_ends_with_its_process(void **state)
{
    (void)state;
    gfn_appender *appender;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (gfn_appender_open("lines", &appender) == GFN_OK && gfn_appender_lock(appender) == 0)
            byte = (char)write(ready[1], "x", 1);
        usleep(200000);
        abort();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_ok(gfn_appender_open("lines", &appender));
    assert_refused(gfn_appender_lock(appender), GFN_EEXIST, "lines");
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_ok(gfn_appender_lock(appender));
    assert_ok(gfn_appender_close(&appender));
    close(ready[0]);
    close(ready[1]);
}

static void a_file_can_be_cut_and_continued(void **state)
{
    (void)state;
    gfn_appender *appender;
    put_text("lines", "first\nsecond\n");
    assert_ok(gfn_appender_open("lines", &appender));
    assert_ok(gfn_appender_cut(appender, 100));
    assert_true(holds("lines", "first\nsecond\n"));
    assert_ok(gfn_appender_cut(appender, 6));
    assert_ok(gfn_appender_write(appender, "other\n", 6));
    assert_ok(gfn_appender_sync(appender));
    assert_true(holds("lines", "first\nother\n"));
    assert_ok(gfn_appender_close(&appender));
}

static void renaming_replaces_a_file_of_that_name(void **state)
{
    (void)state;
    put_text("new", "2.385");
    put_text("old", "1");
    assert_ok(gfn_file_rename("new", "old"));
    assert_true(holds("old", "2.385"));
    assert_refused(gfn_file_rename("new", "old"), GFN_EIO, "new: cannot rename the file");
    assert_true(holds("old", "2.385"));
}

static void the_checksum_of_a_file_is_known_if_it_can_be_read(void **state)
{
    (void)state;
    static char large[200000];
    uint32_t crc = 0;
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (char)(i * i % 251);
    assert_int_equal(gfn_file_replace("digits", NULL, "123456789", 9), GFN_OK);
    assert_true(gfn_file_find_crc("digits", 9, &crc));
    assert_int_equal(crc, 0xcbf43926);
    assert_false(gfn_file_find_crc("digits", 8, &crc));
    assert_int_equal(gfn_file_replace("large", NULL, large, sizeof large), GFN_OK);
    assert_true(gfn_file_find_crc("large", sizeof large, &crc));
    assert_int_equal(crc, gfn_crc32(0, large, sizeof large));
    assert_int_equal(gfn_file_replace("empty", NULL, "", 0), GFN_OK);
    assert_true(gfn_file_find_crc("empty", 9, &crc));
    assert_int_equal(crc, 0);
    assert_int_equal(mkfifo("pipe", 0600), 0); /* nobody writes: it must not wait */
    const char *const others[] = {"missing", ".", "pipe", "/dev/zero"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(gfn_file_find_crc(others[i], 9, &crc));
}

static void errors_name_the_path(void **state)
{
    (void)state;
    gfn_appender *appender = NULL;
    assert_refused(gfn_appender_open("none/lines", &appender), GFN_EIO,
                   "none/lines: cannot open the file: No such file");
    assert_refused(gfn_appender_open(".", &appender), GFN_EIO, "it is a folder");
    assert_null(appender);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_file_is_read_whole),
        scratch_test(an_empty_file_is_a_file),
        scratch_test(a_file_over_the_limit_is_rejected),
        scratch_test(a_file_without_end_is_rejected),
        scratch_test(a_missing_file_or_a_folder_is_rejected),
        scratch_test(a_file_that_may_not_be_read_is_wanted_nowhere_else),
        scratch_test(a_pipe_is_read_whole_despite_signals),
        scratch_test(existence_is_reported),
        scratch_test(an_open_file_is_read_even_if_its_name_changes),
        scratch_test(a_file_is_own_unless_others_may_write_it),
        scratch_test(lines_are_appended_in_order),
        scratch_test(a_line_is_in_the_file_before_the_appender_closes),
        scratch_test(a_line_that_does_not_fit_leaves_nothing),
        scratch_test(a_full_device_is_an_error),
        scratch_test(appending_to_a_full_pipe_waits_despite_signals),
        scratch_test(only_one_process_at_a_time_has_the_lock),
        scratch_test(a_lock_ends_with_its_process),
        scratch_test(a_file_can_be_cut_and_continued),
        scratch_test(renaming_replaces_a_file_of_that_name),
        scratch_test(the_checksum_of_a_file_is_known_if_it_can_be_read),
        scratch_test(errors_name_the_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
