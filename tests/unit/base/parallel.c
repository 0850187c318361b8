/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

enum { MOST = 1013, TEAM = 8 };

struct work {
    int threads;
    atomic_int out_of_range; /* calls whose `thread` is out of range */
    atomic_int visits[MOST]; /* calls per index */
    atomic_int inside[TEAM]; /* running calls per thread */
    atomic_int collisions;   /* calls that met another one on their thread */
};

static void visit(void *self, size_t index, int thread)
{
    struct work *work = self;
    if (thread < 0 || thread >= work->threads) {
        atomic_fetch_add(&work->out_of_range, 1);
        return;
    }
    if (atomic_fetch_add(&work->inside[thread], 1) != 0)
        atomic_fetch_add(&work->collisions, 1);
    atomic_fetch_add(&work->visits[index], 1);
    atomic_fetch_sub(&work->inside[thread], 1);
}

static void each_index_runs_once_on_a_thread_of_the_team(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 2, 5, MOST};
    static const int threads[] = {1, 2, 3, TEAM};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (size_t j = 0; j < sizeof threads / sizeof threads[0]; j++) {
            static struct work work;
            work = (struct work){.threads = threads[j]};
            gfn_parallel_for(threads[j], lengths[i], visit, &work);
            assert_int_equal(work.out_of_range, 0);
            assert_int_equal(work.collisions, 0);
            for (size_t k = 0; k < MOST; k++)
                assert_int_equal(work.visits[k], k < lengths[i]);
        }
}

enum { TURNS = 200 };

struct turns {
    atomic_int begun[TURNS]; /* threads that have begun an index */
    atomic_int early;        /* that began one before all threads had finished the one before */
    atomic_int finished[TURNS];
};

static void take_turn(void *self, size_t index, int thread)
{
    struct turns *turns = self;
    (void)thread;
    atomic_fetch_add(&turns->begun[index], 1);
    if (index > 0 && turns->finished[index - 1] != turns->begun[index - 1])
        atomic_fetch_add(&turns->early, 1);
    atomic_fetch_add(&turns->finished[index], 1);
}

static void a_team_begins_every_index_together(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, TEAM};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        static struct turns turns;
        turns = (struct turns){.early = 0};
        const int team = gfn_parallel_team(threads[i], TURNS, take_turn, &turns);
        assert_true(team >= 1 && team <= threads[i]);
        assert_int_equal(turns.early, 0);
        for (size_t k = 0; k < TURNS; k++)
            assert_int_equal(turns.finished[k], team);
    }
}

static void nothing(void *self, size_t index, int thread)
{
    (void)self, (void)index, (void)thread;
}

static void begin_team(void *self, size_t index, int thread)
{
    int *found = self;
    (void)thread;
    found[index] = gfn_parallel_team(TEAM, 1, nothing, NULL);
}

static void a_team_within_a_loop_is_one_thread(void **state)
{
    (void)state;
    int found[4] = {0};
    gfn_parallel_for(2, 4, begin_team, found);
    for (int i = 0; i < 4; i++)
        assert_int_equal(found[i], 1);
}

static void count_elements(void *self, size_t first, size_t n)
{
    uint8_t *visits = self;
    for (size_t i = first; i < first + n; i++)
        visits[i]++;
}

static void ranges_cover_each_element_once(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 16383, 16384, 16385, 100003};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (int threads = 1; threads <= 3; threads++) {
            uint8_t *visits = calloc(lengths[i] + 1, 1);
            gfn_parallel_ranges(threads, lengths[i], count_elements, visits);
            for (size_t k = 0; k <= lengths[i]; k++)
                assert_int_equal(visits[k], k < lengths[i]);
            free(visits);
        }
}

static void count_call(void *calls)
{
    (*(int *)calls)++;
}

static void a_hook_is_called_once_per_loop_until_it_is_removed(void **state)
{
    (void)state;
    int calls = 0;
    gfn_parallel_set_hook(count_call, &calls);
    gfn_parallel_for(1, 5, nothing, NULL);
    gfn_parallel_for(3, 1013, nothing, NULL);
    gfn_parallel_for(2, 0, nothing, NULL);
    assert_int_equal(calls, 3);
    gfn_parallel_set_hook(NULL, NULL);
    gfn_parallel_for(3, 1013, nothing, NULL);
    assert_int_equal(calls, 3);
}

/* ---- waiting ---- */

static void count_visit(void *self, size_t index, int thread)
{
    (void)index, (void)thread;
    atomic_fetch_add((atomic_long *)self, 1);
}

static void count_slowly(void *self, size_t index, int thread)
{
    if (thread > 0)
        gfn_clock_sleep(0.001); /* longer than anybody spins */
    count_visit(self, index, thread);
}

static void a_loop_ends_after_its_last_task(void **state)
{
    (void)state;
    atomic_long visits = 0;
    for (long i = 1; i <= 20000; i++) {
        gfn_parallel_for(1 + (int)(i % TEAM), 3, count_visit, &visits);
        assert_int_equal(visits, 3 * i);
    }
    visits = 0;
    for (long i = 1; i <= 50; i++) {
        gfn_parallel_for(TEAM, MOST, count_slowly, &visits);
        assert_int_equal(visits, MOST * i);
        gfn_clock_sleep(0.001); /* threads that waited for long have to be woken */
    }
}

static void run_loop(void *self, size_t index, int thread)
{
    (void)index, (void)thread;
    gfn_parallel_for(TEAM, 3, count_visit, self);
}

static void *run_loops(void *self)
{
    for (int i = 0; i < 1000; i++)
        gfn_parallel_for(TEAM, 5, run_loop, self);
    return NULL;
}

static void loops_within_loops_and_of_several_threads_are_run(void **state)
{
    (void)state;
    atomic_long visits[2] = {0, 0};
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, run_loops, &visits[1]), 0);
    run_loops(&visits[0]);
    pthread_join(other, NULL);
    assert_int_equal(visits[0], 1000 * 5 * 3);
    assert_int_equal(visits[1], 1000 * 5 * 3);
}

static void an_invalid_OMP_NUM_THREADS_is_ignored(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int threads;
    } cases[] = {{"3", 3}, {"1", 1},  {"2,4", 2},  {"", 0},
                 {"0", 0}, {"-2", 0}, {"many", 0}, {"99999999999999999999", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(setenv("OMP_NUM_THREADS", cases[i].text, 1), 0);
        assert_int_equal(gfn_parallel_requested(), cases[i].threads);
    }
    assert_int_equal(unsetenv("OMP_NUM_THREADS"), 0);
    assert_int_equal(gfn_parallel_requested(), 0);
}

/* ---- threads that cannot be started ---- */

enum { NOBODY = 1987654321, ASKED = 6 };

/* Exit status: the number of threads; 100 if a loop or the reason is wrong; 101: not possible. The
 * limit counts the processes of a user, and does not hold for root. */
static int start_under_limit(rlim_t limit)
{
    const struct rlimit limits = {limit, limit};
    char shortage[200] = "?";
    if (setrlimit(RLIMIT_NPROC, &limits) != 0 || (geteuid() == 0 && setuid(NOBODY) != 0))
        return 101;
    const int threads = gfn_parallel_start(ASKED, shortage, sizeof shortage);
    static struct work work;
    work.threads = threads;
    gfn_parallel_for(ASKED, MOST, visit, &work);
    for (size_t k = 0; k < MOST; k++)
        if (work.visits[k] != 1)
            return 100;
    const bool has_reason = strstr(shortage, "(hint: ulimit -u");
    return work.out_of_range == 0 && has_reason == (threads < ASKED) ? threads : 100;
}

static int exit_of_child(int (*of)(rlim_t limit), rlim_t limit)
{
    int status = 0;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0)
        _exit(of(limit));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The first test: a child has none of the threads that its parent started. */
static void a_loop_has_the_threads_that_can_be_started(void **state)
{
    (void)state;
    if (!gfn_parallel_is_built() || exit_of_child(start_under_limit, 1) == 101)
        skip();
    assert_int_equal(exit_of_child(start_under_limit, 1), 1);
    for (rlim_t limit = 2; limit <= ASKED && geteuid() == 0; limit++)
        assert_int_equal(exit_of_child(start_under_limit, limit), limit);
}

static void a_stack_that_is_too_small_is_not_used(void **state)
{
    (void)state;
    char shortage[200];
    assert_int_equal(setenv("OMP_STACKSIZE", " 64 K ", 1), 0);
    const int threads = gfn_parallel_start(TEAM - 1, shortage, sizeof shortage);
    assert_int_equal(unsetenv("OMP_STACKSIZE"), 0);
    assert_true(threads <= 2); /* one thread has a stack of its own */
    if (gfn_parallel_is_built())
        assert_non_null(strstr(shortage, "a stack has 64 KiB and needs 256 (hint: "));
    if (gfn_parallel_is_built())
        assert_int_equal(gfn_parallel_start(TEAM, shortage, sizeof shortage), TEAM);
}

/* ---- threads without a core ---- */

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Two threads on one core, in loops that do nothing. If each loop waited for all threads, and
 * they for it, it would take time slices of some milliseconds. */
static void threads_that_wait_leave_their_core_to_others(void **state)
{
    (void)state;
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    for (int core = 0; CPU_COUNT(&one) == 0; core++)
        if (CPU_ISSET(core, &before))
            CPU_SET(core, &one);
    char shortage[200];
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    gfn_parallel_start(3 * TEAM, shortage, sizeof shortage); /* new threads, which are bound */
    const double begin = cpu_seconds();
    for (int i = 0; i < 1000; i++)
        gfn_parallel_for(2, 2, nothing, NULL);
    const double seconds = cpu_seconds() - begin;
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
    assert_true(seconds < 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_has_the_threads_that_can_be_started),
        cmocka_unit_test(a_stack_that_is_too_small_is_not_used),
        cmocka_unit_test(each_index_runs_once_on_a_thread_of_the_team),
        cmocka_unit_test(a_team_begins_every_index_together),
        cmocka_unit_test(a_team_within_a_loop_is_one_thread),
        cmocka_unit_test(ranges_cover_each_element_once),
        cmocka_unit_test(a_hook_is_called_once_per_loop_until_it_is_removed),
        cmocka_unit_test(a_loop_ends_after_its_last_task),
        cmocka_unit_test(loops_within_loops_and_of_several_threads_are_run),
        cmocka_unit_test(an_invalid_OMP_NUM_THREADS_is_ignored),
        cmocka_unit_test(threads_that_wait_leave_their_core_to_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
