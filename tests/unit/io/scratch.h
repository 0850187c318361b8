/* SPDX-License-Identifier: MIT
 *
 * scratch.h - shared by the tests of io/: each test runs in a new, empty folder.
 */
#ifndef IO_SCRATCH_H
#define IO_SCRATCH_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw; this header comes first */
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gfn/status.h>

/* ---- the folder ---- */

static char scratch_home[PATH_MAX], scratch_folder[PATH_MAX];

static inline int enter_scratch(void **state)
{
    (void)state;
    const char *place = getenv("TMPDIR");
    snprintf(scratch_folder, sizeof scratch_folder, "%.1000s/gfn-io-XXXXXX",
             place ? place : "/tmp");
    return getcwd(scratch_home, sizeof scratch_home) != NULL && mkdtemp(scratch_folder) != NULL
               ? chdir(scratch_folder)
               : -1;
}

static inline int remove_one(const char *path, const struct stat *found, int type, struct FTW *walk)
{
    (void)found, (void)type, (void)walk;
    return remove(path);
}

static inline int leave_scratch(void **state)
{
    (void)state;
    if (chdir(scratch_home) != 0)
        return -1;
    return nftw(scratch_folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#define scratch_test(f) cmocka_unit_test_setup_teardown(f, enter_scratch, leave_scratch)

/* Number of files, folders and links in the folder. */
static inline int count_names(void)
{
    int n = -2; /* . and .. */
    DIR *folder = opendir(".");
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        n++;
    closedir(folder);
    return n;
}

/* ---- reading and writing files without the code under test ---- */

static inline void put_bytes(const char *path, const void *bytes, size_t n)
{
    remove(path); /* ext4 flushes a file that is truncated and rewritten, which is slow */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static inline void put_text(const char *path, const char *text)
{
    put_bytes(path, text, strlen(text));
}

/* Read at most size - 1 bytes and add a '\0'; returns the number of bytes. */
static inline size_t get_bytes(const char *path, char *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, size - 1, file);
    bytes[n] = '\0';
    assert_int_equal(fclose(file), 0);
    return n;
}

static inline bool holds(const char *path, const char *text)
{
    static char found[1 << 16];
    if (access(path, F_OK) != 0)
        return false;
    return get_bytes(path, found, sizeof found) == strlen(text) && strcmp(found, text) == 0;
}

/* ---- simulate a disk that is full after `bytes` bytes of a file ---- */

static inline void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* ---- assertions ---- */

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        gfn_status status_ = (call);                                                               \
        if (status_ != GFN_OK)                                                                     \
            fail_msg("%s: %s", gfn_status_name(status_), gfn_error_message());                     \
    } while (0)

/* Assert that the call fails with this status and a message that contains `part`. */
#define assert_refused(call, expected, part)                                                       \
    do {                                                                                           \
        gfn_status status_ = (call);                                                               \
        if (status_ != (expected) || strstr(gfn_error_message(), part) == NULL)                    \
            fail_msg("expected %s and \"%s\", found %s: %s", gfn_status_name(expected), part,      \
                     gfn_status_name(status_), gfn_error_message());                               \
    } while (0)

/* ---- pseudorandom numbers ---- */

static inline uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

#endif
