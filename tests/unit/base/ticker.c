/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/ticker.h"

struct ticks {
    atomic_int n;
    _Atomic double longest, sum;
};

static void count(void *self, double seconds)
{
    struct ticks *ticks = self;
    if (seconds > ticks->longest)
        ticks->longest = seconds;
    ticks->sum = ticks->sum + seconds;
    ticks->n++;
}

static void wait_for(struct ticks *ticks, int n)
{
    while (ticks->n < n)
        usleep(1000);
}

static void it_ticks_until_it_is_stopped(void **unused)
{
    (void)unused;
    struct ticks ticks = {0};
    gfn_ticker *ticker = NULL;
    const double start = gfn_clock_seconds();
    assert_int_equal(gfn_ticker_start(0.01, count, &ticks, &ticker), GFN_OK);
    wait_for(&ticks, 5);
    gfn_ticker_stop(&ticker);
    assert_null(ticker);
    assert_true(ticks.sum <= gfn_clock_seconds() - start);
    const int n = ticks.n;
    usleep(50000);
    assert_int_equal(ticks.n, n);
    gfn_ticker_stop(&ticker);
}

/* A stopped process or a sleeping laptop must not look like a long wait. */
static void time_in_which_the_process_was_stopped_does_not_count(void **unused)
{
    (void)unused;
    struct ticks ticks = {0};
    gfn_ticker *ticker = NULL;
    const pid_t me = getpid(), child = fork();
    if (child == 0) {
        usleep(100000);
        kill(me, SIGSTOP);
        usleep(700000);
        kill(me, SIGCONT);
        _exit(0);
    }
    const double start = gfn_clock_seconds();
    assert_int_equal(gfn_ticker_start(0.05, count, &ticks, &ticker), GFN_OK);
    assert_int_equal(waitpid(child, NULL, 0), child);
    wait_for(&ticks, ticks.n + 2);
    gfn_ticker_stop(&ticker);
    assert_true(gfn_clock_seconds() - start > 0.7);
    assert_true(ticks.longest <= 0.1);
}

static void stopping_does_not_wait_for_the_period_to_end(void **unused)
{
    (void)unused;
    struct ticks ticks = {0};
    gfn_ticker *ticker = NULL;
    const double start = gfn_clock_seconds();
    assert_int_equal(gfn_ticker_start(3600.75, count, &ticks, &ticker), GFN_OK);
    gfn_ticker_stop(&ticker);
    assert_true(gfn_clock_seconds() - start < 60);
    assert_int_equal(ticks.n, 0);
}

static volatile sig_atomic_t n_handled;

static void handle(int number)
{
    (void)number;
    n_handled++;
}

/* A signal that the program's own threads block stays pending: the ticker's thread must not handle
 * it. */
static void its_thread_handles_no_signals(void **unused)
{
    (void)unused;
    struct ticks ticks = {0};
    gfn_ticker *ticker = NULL;
    sigset_t blocked, pending;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    signal(SIGUSR1, handle);
    assert_int_equal(gfn_ticker_start(0.01, count, &ticks, &ticker), GFN_OK);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    kill(getpid(), SIGUSR1);
    wait_for(&ticks, ticks.n + 3);
    sigpending(&pending);
    const int n_before = n_handled, is_pending = sigismember(&pending, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &blocked, NULL);
    gfn_ticker_stop(&ticker);
    assert_int_equal(n_before, 0);
    assert_int_equal(is_pending, 1);
    assert_int_equal(n_handled, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_ticks_until_it_is_stopped),
        cmocka_unit_test(time_in_which_the_process_was_stopped_does_not_count),
        cmocka_unit_test(stopping_does_not_wait_for_the_period_to_end),
        cmocka_unit_test(its_thread_handles_no_signals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
