/* SPDX-License-Identifier: MIT
 *
 * A file is replaced whole or not at all. The system calls of the writer go through wrappers in
 * this program, which can make a call fail, interrupt it, or end the process instead.
 */
#include "tests/unit/io/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "io/file.h"

/* ---- faults ---- */

static struct {
    bool armed, dies, interrupts, has_no_links;
    int at, calls, error;
    size_t most;  /* bytes that one write takes, 0: all */
    int looks;    /* a file gets another inode number after so many looks, 0: never */
    int no_locks; /* the errno of flock(), 0: none */
} plan;

static bool is_fault(void)
{
    if (!plan.armed)
        return false;
    plan.calls++;
    if (plan.interrupts && plan.calls % 2 == 1) {
        errno = EINTR;
        return true;
    }
    if (plan.calls != plan.at)
        return false;
    if (plan.dies)
        _exit(42);
    errno = plan.error;
    return true;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    if (is_fault())
        return -1;
    struct iovec part = {(void *)(uintptr_t)bytes, plan.most && n > plan.most ? plan.most : n};
    return writev(fd, &part, 1);
}

int fsync(int fd)
{
    return is_fault() ? -1 : (int)syscall(SYS_fsync, fd);
}

int link(const char *from, const char *to)
{
    if (plan.has_no_links)
        errno = EPERM;
    return plan.has_no_links || is_fault() ? -1 : linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int rename(const char *from, const char *to)
{
    plan.interrupts = false; /* renaming is never interrupted */
    return is_fault() ? -1 : renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlink(const char *path)
{
    return is_fault() ? -1 : unlinkat(AT_FDCWD, path, 0);
}

/* An inode number that changes after plan.looks looks, and then at each. */
static int renumber(int done, struct stat *found)
{
    static ino_t changes;
    if (done == 0 && plan.looks > 0 && plan.looks-- == 1) {
        plan.looks = 1;
        found->st_ino += ++changes;
    }
    return done;
}

int lstat(const char *path, struct stat *found)
{
    return renumber(fstatat(AT_FDCWD, path, found, AT_SYMLINK_NOFOLLOW), found);
}

int fstat(int fd, struct stat *found)
{
    return renumber(fstatat(fd, "", found, AT_EMPTY_PATH), found);
}

int flock(int fd, int operation)
{
    errno = plan.no_locks;
    return errno ? -1 : (int)syscall(SYS_flock, fd, operation);
}

static int disarm(void **state)
{
    memset(&plan, 0, sizeof plan);
    return enter_scratch(state);
}

#define fault_test(f) cmocka_unit_test_setup_teardown(f, disarm, leave_scratch)

/* ---- tests ---- */

static const char oldest[] = "what was there before the last time, 2.385\n";
static const char old[] = "the old file, 0.7071\n";
static const char new[] = "the new file is the longest of them all: 17 31 255 4096\n";

static gfn_status replace(const char *keep, const char *text)
{
    return gfn_file_replace("file", keep, text, strlen(text));
}

static bool is_whole(const char *path)
{
    return holds(path, oldest) || holds(path, old) || holds(path, new);
}

static void a_file_is_created_and_replaced(void **state)
{
    (void)state;
    assert_ok(replace(NULL, old));
    assert_true(holds("file", old));
    assert_ok(replace(NULL, new));
    assert_true(holds("file", new));
    assert_int_equal(count_names(), 1);
}

static void the_old_file_stays_until_the_commit(void **state)
{
    (void)state;
    gfn_writer *writer;
    put_text("file", old);
    assert_ok(gfn_writer_open("file", NULL, &writer));
    assert_ok(gfn_writer_write(writer, new, 20));
    assert_true(holds("file", old));
    assert_ok(gfn_writer_write(writer, new + 20, strlen(new) - 20));
    assert_true(holds("file", old));
    assert_ok(gfn_writer_commit(&writer));
    assert_null(writer);
    assert_true(holds("file", new));
}

static void a_discarded_file_leaves_no_trace(void **state)
{
    (void)state;
    gfn_writer *writer;
    put_text("file", old);
    assert_ok(gfn_writer_open("file", "kept", &writer));
    assert_ok(gfn_writer_write(writer, new, sizeof new));
    gfn_writer_discard(&writer);
    assert_null(writer);
    gfn_writer_discard(&writer);
    assert_true(holds("file", old));
    assert_int_equal(count_names(), 1);
}

static void the_previous_file_is_kept(void **state)
{
    (void)state;
    assert_ok(replace("kept", oldest));
    assert_int_equal(count_names(), 1);
    assert_ok(replace("kept", old));
    assert_true(holds("file", old) && holds("kept", oldest));
    assert_ok(replace("kept", new));
    assert_true(holds("file", new) && holds("kept", old));
    assert_int_equal(count_names(), 2);
}

static void the_previous_file_is_kept_without_hard_links(void **state)
{
    plan.has_no_links = true;
    the_previous_file_is_kept(state);
}

static void a_file_cannot_be_kept_under_its_own_name(void **state)
{
    (void)state;
    put_text("file", old);
    assert_refused(replace("file", new), GFN_EINVAL, "another name");
    assert_true(holds("file", old));
    assert_int_equal(count_names(), 1);
}

static void permissions_follow_the_umask(void **state)
{
    (void)state;
    struct stat found;
    mode_t before = umask(027);
    gfn_status status = replace(NULL, new);
    umask(before);
    assert_ok(status);
    assert_int_equal(stat("file", &found), 0);
    assert_int_equal(found.st_mode & 0777, 0640);
}

static void interrupted_and_short_writes_are_continued(void **state)
{
    (void)state;
    put_text("file", old);
    plan.armed = plan.interrupts = true;
    plan.most = 3;
    gfn_status status = replace(NULL, new);
    plan.armed = false;
    assert_ok(status);
    assert_true(holds("file", new));
    assert_int_equal(count_names(), 1);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    put_text("file", old);
    put_text("kept", oldest);
    limit_files(25);
    gfn_status status = replace("kept", new);
    limit_files(RLIM_INFINITY);
    assert_refused(status, GFN_EIO, "file: cannot write: File too large (hint: ");
    assert_true(holds("file", old) && holds("kept", oldest));
    assert_int_equal(count_names(), 2);
}

static void commit_fails_after_a_failed_write(void **state)
{
    (void)state;
    gfn_writer *writer;
    put_text("file", old);
    assert_ok(gfn_writer_open("file", NULL, &writer));
    plan.armed = true;
    plan.at = 1;
    plan.error = ENOSPC;
    gfn_status status = gfn_writer_write(writer, new, sizeof new);
    plan.armed = false;
    assert_refused(status, GFN_EIO, "No space left on device (hint: free some space");
    assert_ok(gfn_writer_write(writer, new, sizeof new));
    assert_refused(gfn_writer_commit(&writer), GFN_EIO, "failed before");
    assert_null(writer);
    assert_true(holds("file", old));
    assert_int_equal(count_names(), 1);
}

static void prepare(void)
{
    put_text("file", old);
    put_text("kept", oldest);
    remove("file.tmp");
    remove("kept.tmp");
}

/* Let call number `at` fail; returns false if there are fewer calls. */
static bool fail_at(int at)
{
    prepare();
    plan.armed = true;
    plan.calls = 0;
    plan.at = at;
    plan.error = EIO;
    plan.most = 20;
    gfn_status status = replace("kept", new);
    plan.armed = false;
    assert_true(is_whole("file"));
    assert_true(is_whole("kept") || plan.has_no_links);
    if (status == GFN_OK)
        assert_true(holds("file", new) && holds("kept", old));
    return plan.calls >= at;
}

static void a_failure_of_any_call_leaves_a_whole_file(void **state)
{
    (void)state;
    int at = 1;
    while (fail_at(at))
        at++;
    assert_in_range(at, 9, 20); /* three writes, two fsyncs, link, two renames, unlinks */
    plan.has_no_links = true;
    for (at = 1; fail_at(at);)
        at++;
    assert_in_range(at, 8, 20);
}

/* End the process instead of call number `at`; returns false if there are fewer calls. */
static bool kill_at(int at)
{
    int how;
    prepare();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        plan.armed = plan.dies = true;
        plan.at = at;
        plan.most = 20;
        _exit(replace("kept", new) == GFN_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how) && (WEXITSTATUS(how) == 42 || WEXITSTATUS(how) == 0));
    assert_true(is_whole("kept"));
    assert_true(is_whole("file") || (plan.has_no_links && holds("kept", old)));
    assert_ok(replace("kept", oldest)); /* files that were left behind do no harm */
    assert_true(holds("file", oldest) && is_whole("kept"));
    assert_int_equal(count_names(), 2);
    return WEXITSTATUS(how) == 42;
}

static void a_kill_at_any_moment_leaves_a_whole_file(void **state)
{
    (void)state;
    int at = 1;
    while (kill_at(at))
        at++;
    assert_in_range(at, 9, 20);
    plan.has_no_links = true;
    for (at = 1; kill_at(at);)
        at++;
    assert_in_range(at, 8, 20);
}

static void two_writers_of_one_file_do_not_mix(void **state)
{
    (void)state;
    gfn_writer *first, *second = NULL;
    assert_ok(gfn_writer_open("file", NULL, &first));
    assert_ok(gfn_writer_write(first, old, strlen(old)));
    assert_refused(gfn_writer_open("file", NULL, &second), GFN_EEXIST, "another process");
    assert_null(second);
    assert_ok(gfn_writer_commit(&first));
    assert_true(holds("file", old));
    assert_ok(replace(NULL, new));
    assert_true(holds("file", new));
}

static void a_left_over_temporary_file_is_reused(void **state)
{
    (void)state;
    put_text("file.tmp", "longer than everything that will be written into it, by some hundred "
                         "bytes that a killed process has left behind in its temporary file");
    assert_ok(replace(NULL, new));
    assert_true(holds("file", new));
    assert_int_equal(count_names(), 1);
}

static void a_temporary_link_is_not_followed(void **state)
{
    (void)state;
    put_text("precious", old);
    assert_int_equal(symlink("precious", "file.tmp"), 0);
    assert_refused(replace(NULL, new), GFN_EIO, "file.tmp: cannot create the file");
    assert_true(holds("precious", old));
}

/* Files of which the inode number changes at the look number `looks`. */
static void replace_with_numbers_that_change(int looks)
{
    gfn_writer *writer, *second = NULL;
    prepare();
    put_text("file.tmp", "what a killed process has left");
    plan.looks = looks;
    assert_ok(replace("kept", new));
    assert_true(holds("file", new) && holds("kept", old));
    assert_int_equal(count_names(), 2);

    plan.looks = looks;
    assert_ok(gfn_writer_open("file", NULL, &writer));
    if (plan.no_locks == 0)
        assert_refused(gfn_writer_open("file", NULL, &second), GFN_EEXIST, "another process");
    assert_true(gfn_file_exists("file.tmp"));
    assert_ok(gfn_writer_write(writer, old, strlen(old)));
    gfn_writer_discard(&writer);
    assert_true(holds("file", new));
    assert_int_equal(count_names(), 2);
}

static void inode_numbers_that_change_leave_no_temporary_file(void **state)
{
    (void)state;
    for (int looks = 1; looks < 6; looks++)
        replace_with_numbers_that_change(looks);
    plan.no_locks = ENOLCK;
    replace_with_numbers_that_change(1);
}

static void errors_name_the_path(void **state)
{
    (void)state;
    put_text("file", old);
    char name[400];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_refused(gfn_file_replace("none/file", NULL, new, 3), GFN_EIO,
                   "none/file: cannot create the file: No such file or directory (hint: ");
    assert_refused(gfn_file_replace("file/file", NULL, new, 3), GFN_EIO, "a folder is needed");
    assert_refused(gfn_file_replace(name, NULL, new, 3), GFN_EIO, "shorter path");
    assert_int_equal(mkdir("folder", 0777), 0);
    assert_refused(gfn_file_replace("folder", NULL, new, 3), GFN_EIO,
                   "folder: expected a file or nothing there, found a folder");
    assert_refused(gfn_file_replace("/proc/none", NULL, new, 3), GFN_EIO, "/proc/none: ");
    assert_refused(gfn_file_replace("file", "none/kept", new, 3), GFN_EIO, "none/kept: cannot");
    assert_true(holds("file", old));
    assert_int_equal(count_names(), 2);
}

static void devices_and_pipes_are_not_replaced(void **state)
{
    (void)state;
    struct stat found;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_refused(gfn_file_replace("pipe", NULL, "x", 1), GFN_EIO, "pipe: expected a file");
    assert_int_equal(stat("pipe", &found), 0);
    assert_true(S_ISFIFO(found.st_mode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fault_test(a_file_is_created_and_replaced),
        fault_test(the_old_file_stays_until_the_commit),
        fault_test(a_discarded_file_leaves_no_trace),
        fault_test(the_previous_file_is_kept),
        fault_test(the_previous_file_is_kept_without_hard_links),
        fault_test(a_file_cannot_be_kept_under_its_own_name),
        fault_test(permissions_follow_the_umask),
        fault_test(interrupted_and_short_writes_are_continued),
        fault_test(a_full_disk_leaves_the_old_file),
        fault_test(commit_fails_after_a_failed_write),
        fault_test(a_failure_of_any_call_leaves_a_whole_file),
        fault_test(a_kill_at_any_moment_leaves_a_whole_file),
        fault_test(two_writers_of_one_file_do_not_mix),
        fault_test(a_left_over_temporary_file_is_reused),
        fault_test(a_temporary_link_is_not_followed),
        fault_test(devices_and_pipes_are_not_replaced),
        fault_test(inode_numbers_that_change_leave_no_temporary_file),
        fault_test(errors_name_the_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
