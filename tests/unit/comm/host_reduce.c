/* SPDX-License-Identifier: MIT
 *
 * Ranks are processes that share anonymous memory. The exit status of each is the number of claims
 * that were wrong for it.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "comm/host_reduce.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"

enum { MOST_RANKS = 9, GUARD = 4711 };

static int failures;

static void claim(bool is_true, const char *what, int line)
{
    if (!is_true)
        fprintf(stderr, "line %d: not so: %s\n", line, what);
    failures += !is_true;
}

#define CLAIM(what) claim(what, #what, __LINE__)

static void *share(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    return memory;
}

/* The body on `size` ranks, with parts of `words` words. A rank that waits for ever is killed. */
static void run(int size, size_t words, void (*body)(struct gfn_host *host))
{
    pid_t rank_of[MOST_RANKS];
    void *memory = share(gfn_host_bytes(size));
    for (int rank = 0; rank < size; rank++) {
        rank_of[rank] = fork();
        if (rank_of[rank] == 0) {
            struct gfn_host host;
            alarm(60);
            failures = 0;
            gfn_host_join(&host, memory, rank, size);
            host.words = words;
            body(&host);
            _exit(failures < 100 ? failures : 100);
        }
    }
    int failed = 0, status;
    for (int rank = 0; rank < size; rank++) {
        assert_int_equal(waitpid(rank_of[rank], &status, 0), rank_of[rank]);
        failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    munmap(memory, gfn_host_bytes(size));
    assert_int_equal(failed, 0);
}

/* Numbers with entropy, different in each exchange (`round`). */
static uint64_t mix(uint64_t round, uint64_t rank, uint64_t i)
{
    uint64_t x = (round * 1000003 + rank) * 1000003 + i + 1;
    x = (x ^ x >> 29) * 0x9e3779b97f4a7c15;
    x = (x ^ x >> 32) * 0xbf58476d1ce4e5b9;
    return x ^ x >> 29;
}

static int64_t number(int round, int rank, size_t i)
{
    return (int64_t)mix((uint64_t)round, (uint64_t)rank, i) >> 5;
}

static int64_t *allocate(size_t n)
{
    int64_t *x = malloc((n + 1) * sizeof *x);
    if (x == NULL)
        _exit(101);
    x[n] = GUARD;
    return x;
}

static int64_t expected(const struct gfn_host *host, enum gfn_host_operation operation, int round,
                        size_t i)
{
    int64_t sum = 0, least = INT64_MAX;
    for (int rank = 0; rank < host->size; rank++) {
        const int64_t x = number(round, rank, i);
        sum += x;
        least = x < least ? x : least;
    }
    return operation == GFN_HOST_SUM ? sum : least;
}

static void check_reduce(struct gfn_host *host, enum gfn_host_operation operation, int round,
                         size_t n)
{
    int64_t *x = allocate(n);
    for (size_t i = 0; i < n; i++)
        x[i] = number(round, host->rank, i);
    CLAIM(gfn_host_reduce(host, operation, x, n, NULL) == GFN_OK);
    bool is_right = x[n] == GUARD;
    for (size_t i = 0; i < n; i++)
        is_right = is_right && x[i] == expected(host, operation, round, i);
    CLAIM(is_right);
    free(x);
}

/* The number of records of a rank: unequal, some have none. */
static size_t records_of(int round, int rank, size_t most)
{
    const uint64_t x = mix((uint64_t)round, (uint64_t)rank, 12345);
    return x % 4 == 0 ? 0 : (size_t)(x >> 8) % (most + 1);
}

static void check_gather(struct gfn_host *host, int round, size_t most, size_t width)
{
    size_t counts[MOST_RANKS], total = 0, n = records_of(round, host->rank, most);
    int64_t *mine = allocate(n * width);
    for (size_t i = 0; i < n * width; i++)
        mine[i] = number(round, host->rank, i);
    gfn_host_count(host, mine, n, width, counts);
    bool is_right = true;
    for (int rank = 0; rank < host->size; rank++) {
        is_right = is_right && counts[rank] == records_of(round, rank, most);
        total += counts[rank];
    }
    CLAIM(is_right);
    int64_t *all = allocate(total * width), *record = all;
    gfn_host_gather(host, mine, width, all, counts);
    for (int rank = 0; rank < host->size; rank++)
        for (size_t i = 0; i < counts[rank] * width; i++)
            is_right = is_right && *record++ == number(round, rank, i);
    CLAIM(is_right);
    CLAIM(all[total * width] == GUARD && mine[n * width] == GUARD);
    free(mine);
    free(all);
}

/* Around the length of the shortest piece, of as many pieces as ranks, and of a whole part. */
static void reduce_all_lengths(struct gfn_host *host)
{
    const size_t w = host->words;
    const size_t lengths[] = {0,     1,   2,     7,         63,
                              64,    65,  127,   128,       129,
                              255,   257, 511,   784,       4 * 64 * (size_t)host->size,
                              w - 1, w,   w + 1, 2 * w - 1, 3 * w + 5,
                              1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        check_reduce(host, GFN_HOST_SUM, (int)i, lengths[i]);
        check_reduce(host, GFN_HOST_MIN, (int)i, lengths[i]);
    }
}

static void sums_and_minima_are_exact_at_all_lengths(void **state)
{
    (void)state;
    for (int size = 1; size <= MOST_RANKS; size += size < 3 ? 1 : 2)
        run(size, 1000 + 37 * (size_t)size, reduce_all_lengths);
    run(2, 1, reduce_all_lengths);
    run(3, GFN_HOST_WORDS, reduce_all_lengths);
}

/* In some orders of the ranks, a partial sum is MAX + 1. */
static void reduce_extremes(struct gfn_host *host)
{
    int64_t x[] = {host->rank == 0 ? INT64_MAX : host->rank == 1 ? 1 : -1, INT64_MIN + host->rank};
    CLAIM(gfn_host_reduce(host, GFN_HOST_SUM, x, 1, NULL) == GFN_OK);
    CLAIM(x[0] == INT64_MAX);
    CLAIM(gfn_host_reduce(host, GFN_HOST_MIN, x + 1, 1, NULL) == GFN_OK);
    CLAIM(x[1] == INT64_MIN);
}

static void sums_are_right_if_a_partial_sum_wraps(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        run(3, GFN_HOST_WORDS, reduce_extremes);
}

static void gather_all_counts(struct gfn_host *host)
{
    const size_t w = host->words;
    const size_t widths[] = {1, 3, 7, 64, 1000, w, w + 1};
    for (int round = 0; round < 7; round++)
        for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
            for (size_t most = 0; most <= 3 * w / widths[i] + 1; most = 4 * most + 1)
                check_gather(host, round, most, widths[i]);
    check_gather(host, 8, 100, 0);
}

static void records_arrive_in_rank_order_few_or_many(void **state)
{
    (void)state;
    for (int size = 1; size <= MOST_RANKS; size += size < 3 ? 1 : 2)
        run(size, 1000 + 37 * (size_t)size, gather_all_counts);
    run(MOST_RANKS, 5, gather_all_counts); /* no room in an exchange of counts */
}

/* Counts that cannot be right are returned, and the next exchange works. */
static void count_too_many(struct gfn_host *host)
{
    size_t counts[MOST_RANKS];
    gfn_host_count(host, NULL, SIZE_MAX / 2 + (size_t)host->rank, 3, counts);
    bool is_right = true;
    for (int rank = 0; rank < host->size; rank++)
        is_right = is_right && counts[rank] == SIZE_MAX / 2 + (size_t)rank;
    CLAIM(is_right);
    check_reduce(host, GFN_HOST_SUM, 1, 100);
    check_gather(host, 2, 10, 5);
}

static void counts_that_overflow_are_returned(void **state)
{
    (void)state;
    run(3, 1000, count_too_many);
}

static void delay(uint64_t dice)
{
    const struct timespec nap = {.tv_nsec = (long)(dice >> 16) % 200000};
    if (dice % 16 == 0)
        nanosleep(&nap, NULL);
    else if (dice % 16 < 4)
        sched_yield();
    else if (dice % 16 < 6)
        for (volatile int i = 0; i < (int)(dice >> 16) % 20000; i++)
            continue;
}

/* Exchanges of all kinds and lengths, one after the other, while some ranks lag behind. */
static void hurry(struct gfn_host *host)
{
    for (int round = 0; round < 3000 && failures == 0; round++) {
        const uint64_t dice = mix((uint64_t)round, 77, 77);
        delay(mix((uint64_t)round, (uint64_t)host->rank, 99));
        if (dice % 3 == 0)
            check_gather(host, round, (size_t)(dice >> 8) % 100, (size_t)(dice >> 32) % 9);
        else
            check_reduce(host, dice % 3 == 1 ? GFN_HOST_SUM : GFN_HOST_MIN, round,
                         (size_t)(dice >> 8) % 600);
    }
}

static void sleep_at_once(struct gfn_host *host)
{
    host->polls = 0;
    hurry(host);
}

static void look_for_long(struct gfn_host *host)
{
    host->polls = 1 << 30;
    hurry(host);
}

static void ranks_that_lag_behind_get_the_right_result(void **state)
{
    (void)state;
    const int sizes[] = {2, 3, 5, 8};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        run(sizes[i], 256, hurry);
        run(sizes[i], 256, sleep_at_once);
    }
    run(3, 256, look_for_long);
}

/* Other hosts that have the same words, but fail in the third part. */
static gfn_status double_it(void *self, enum gfn_host_operation operation, int64_t *x, size_t n)
{
    int *calls = self;
    CLAIM(operation == GFN_HOST_SUM);
    if (++*calls == 3)
        return gfn_fail(GFN_ECOMM, "the cable is out");
    for (size_t i = 0; i < n; i++)
        x[i] *= 2;
    return GFN_OK;
}

static void reach_others(struct gfn_host *host)
{
    int calls = 0;
    int64_t x[250];
    const struct gfn_host_others others = {double_it, &calls};
    for (size_t i = 0; i < 200; i++)
        x[i] = number(0, host->rank, i) >> 1;
    CLAIM(gfn_host_reduce(host, GFN_HOST_SUM, x, 200, &others) == GFN_OK);
    bool is_right = true;
    for (size_t i = 0; i < 200; i++) {
        int64_t sum = 0;
        for (int rank = 0; rank < host->size; rank++)
            sum += number(0, rank, i) >> 1;
        is_right = is_right && x[i] == 2 * sum;
    }
    CLAIM(is_right);
    CLAIM(calls == (host->rank == 0 ? 2 : 0));
    CLAIM(gfn_host_reduce(host, GFN_HOST_SUM, x, 250, &others) == GFN_ECOMM);
    CLAIM(strstr(gfn_error_message(), host->rank == 0 ? "cable" : "first rank") != NULL);
    check_reduce(host, GFN_HOST_SUM, 5, 1000); /* and the next exchange works */
}

static void the_first_rank_alone_reaches_other_hosts_and_all_get_its_status(void **state)
{
    (void)state;
    run(1, 100, reach_others);
    run(4, 100, reach_others);
}

/* The first rank waits for another host, and the others for it. */
static gfn_status look_around(void *self, enum gfn_host_operation operation, int64_t *x, size_t n)
{
    const struct timespec nap = {.tv_nsec = 50000000};
    const struct gfn_host *host = self;
    const struct gfn_heartbeat *heartbeats = gfn_host_heartbeats(host);
    (void)operation, (void)x, (void)n;
    nanosleep(&nap, NULL);
    for (int rank = 0; rank < host->size; rank++)
        CLAIM(heartbeats[rank].milestones <= heartbeats[0].milestones);
    return GFN_OK;
}

static void wait_for_others(struct gfn_host *host)
{
    const struct gfn_host_others others = {look_around, host};
    int64_t x[250] = {0};
    CLAIM(gfn_host_reduce(host, GFN_HOST_SUM, x, 250, &others) == GFN_OK);
}

static void the_first_rank_is_not_behind_while_it_waits_for_other_hosts(void **state)
{
    (void)state;
    run(3, 100, wait_for_others);
}

static void wait_long(struct gfn_host *host)
{
    const struct timespec nap = {.tv_nsec = 400000000};
    struct rusage used;
    if (host->rank == 0)
        nanosleep(&nap, NULL);
    check_reduce(host, GFN_HOST_SUM, 0, 1);
    getrusage(RUSAGE_SELF, &used);
    CLAIM(used.ru_utime.tv_sec == 0 && used.ru_utime.tv_usec < 200000);
    CLAIM(used.ru_stime.tv_sec == 0 && used.ru_stime.tv_usec < 200000);
}

static void a_long_wait_sleeps(void **state)
{
    (void)state;
    run(3, 100, wait_long);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_minima_are_exact_at_all_lengths),
        cmocka_unit_test(sums_are_right_if_a_partial_sum_wraps),
        cmocka_unit_test(records_arrive_in_rank_order_few_or_many),
        cmocka_unit_test(counts_that_overflow_are_returned),
        cmocka_unit_test(ranks_that_lag_behind_get_the_right_result),
        cmocka_unit_test(the_first_rank_alone_reaches_other_hosts_and_all_get_its_status),
        cmocka_unit_test(the_first_rank_is_not_behind_while_it_waits_for_other_hosts),
        cmocka_unit_test(a_long_wait_sleeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
