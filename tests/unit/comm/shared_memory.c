/* SPDX-License-Identifier: MIT */
#include "comm/shared_memory.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __linux__

enum { BYTES = 123457 };

static void one_process_reads_what_another_writes(void **state)
{
    (void)state;
    char name[GFN_SHARED_MEMORY_NAME];
    int status = -1;
    unsigned char *mine = gfn_shared_memory_create(BYTES, name);
    assert_non_null(mine);
    for (size_t i = 0; i < BYTES; i++)
        assert_int_equal(mine[i], 0);
    pid_t child = fork();
    if (child == 0) {
        unsigned char *found = gfn_shared_memory_find(BYTES, name);
        if (found != NULL) {
            found[0] = 23;
            found[BYTES - 1] = 85;
            gfn_shared_memory_release(found, BYTES);
        }
        _exit(found == NULL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(mine[0], 23);
    assert_int_equal(mine[BYTES - 1], 85);
    gfn_shared_memory_hide(name);
    gfn_shared_memory_release(mine, BYTES);
}

static void hidden_memory_stays_but_is_not_found(void **state)
{
    (void)state;
    char name[GFN_SHARED_MEMORY_NAME];
    unsigned char *mine = gfn_shared_memory_create(BYTES, name);
    assert_non_null(mine);
    gfn_shared_memory_hide(name);
    assert_null(gfn_shared_memory_find(BYTES, name));
    mine[BYTES - 1] = 85;
    assert_int_equal(mine[BYTES - 1], 85);
    gfn_shared_memory_release(mine, BYTES);
    gfn_shared_memory_release(NULL, BYTES);
}

static void names_are_unique(void **state)
{
    (void)state;
    char name[2][GFN_SHARED_MEMORY_NAME];
    void *memory[2] = {gfn_shared_memory_create(BYTES, name[0]),
                       gfn_shared_memory_create(BYTES, name[1])};
    assert_non_null(memory[0]);
    assert_non_null(memory[1]);
    assert_string_not_equal(name[0], name[1]);
    for (int i = 0; i < 2; i++) {
        gfn_shared_memory_hide(name[i]);
        gfn_shared_memory_release(memory[i], BYTES);
    }
}

/* A creator that is killed before it hides the memory leaves no file in any folder. */
static void memory_vanishes_with_its_processes(void **state)
{
    (void)state;
    char name[GFN_SHARED_MEMORY_NAME] = "";
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        unsigned char *memory = gfn_shared_memory_create(BYTES, name);
        _exit(memory == NULL || write(ends[1], name, sizeof name) < 0 || pause() != 0);
    }
    assert_int_equal(read(ends[0], name, sizeof name), sizeof name);
    void *found = gfn_shared_memory_find(BYTES, name);
    assert_non_null(found);
    gfn_shared_memory_release(found, BYTES);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_null(gfn_shared_memory_find(BYTES, name));
    close(ends[0]);
    close(ends[1]);
}

static void another_file_of_that_name_is_not_used(void **state)
{
    (void)state;
    char name[GFN_SHARED_MEMORY_NAME];
    snprintf(name, sizeof name, "%ld/0/abc", (long)getpid());
    assert_null(gfn_shared_memory_find(BYTES, name));
    assert_null(gfn_shared_memory_find(BYTES, ""));
    assert_null(gfn_shared_memory_find(BYTES, "/etc/passwd"));
}

/* A limit on the size of files simulates a full /dev/shm. */
static void memory_that_cannot_be_reserved_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = {BYTES / 2, BYTES / 2};
        char name[GFN_SHARED_MEMORY_NAME];
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        int failures = gfn_shared_memory_create(BYTES, name) != NULL;
        failures += gfn_shared_memory_find(BYTES, name) != NULL;
        _exit(failures);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#else

static void there_is_no_shared_memory(void **state)
{
    (void)state;
    char name[GFN_SHARED_MEMORY_NAME];
    assert_null(gfn_shared_memory_create(1, name));
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef __linux__
        cmocka_unit_test(one_process_reads_what_another_writes),
        cmocka_unit_test(hidden_memory_stays_but_is_not_found),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(memory_vanishes_with_its_processes),
        cmocka_unit_test(another_file_of_that_name_is_not_used),
        cmocka_unit_test(memory_that_cannot_be_reserved_is_refused_and_leaves_nothing),
#else
        cmocka_unit_test(there_is_no_shared_memory),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
