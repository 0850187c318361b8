/* SPDX-License-Identifier: MIT */
#include "base/interrupt.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static atomic_int pauses;
static pthread_t paused;

static void count(void *self)
{
    paused = pthread_self();
    errno = EDOM;
    atomic_fetch_add((atomic_int *)self, 1);
}

/* False if that does not happen in ten seconds. */
static bool is_interrupted(int times)
{
    const double begin = gfn_clock_seconds();
    while (atomic_load(&pauses) < times)
        if (gfn_clock_seconds() - begin > 10)
            return false;
    return true;
}

static void the_thread_is_interrupted_each_time_it_asks(void **state)
{
    (void)state;
    pauses = 0;
    assert_true(gfn_interrupt_begin(count, &pauses));
    errno = 0;
    for (int i = 1; i <= 20; i++) {
        gfn_interrupt_after(i % 2 ? 0 : 1e-4);
        assert_true(is_interrupted(i));
    }
    assert_int_equal(errno, 0);
    assert_true(pthread_equal(paused, pthread_self()));
    gfn_interrupt_after(0.05);
    gfn_interrupt_end();
    gfn_clock_sleep(0.1);
    assert_int_equal(pauses, 20);
}

static void handle(int number)
{
    (void)number;
}

static void nobody_elses_signal_is_taken(void **state)
{
    (void)state;
    struct sigaction mine = {.sa_handler = handle}, found;
    assert_true(gfn_interrupt_begin(count, &pauses));
    assert_false(gfn_interrupt_begin(count, &pauses));
    gfn_interrupt_end();
    assert_int_equal(sigaction(SIGURG, &mine, NULL), 0);
    assert_false(gfn_interrupt_begin(count, &pauses));
    assert_int_equal(sigaction(SIGURG, NULL, &found), 0);
    assert_true(found.sa_handler == handle);
    mine.sa_handler = SIG_DFL;
    assert_int_equal(sigaction(SIGURG, &mine, NULL), 0);
    assert_true(gfn_interrupt_begin(count, &pauses));
    gfn_interrupt_end();
    assert_int_equal(sigaction(SIGURG, NULL, &found), 0);
    assert_true(found.sa_handler == SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_thread_is_interrupted_each_time_it_asks),
        cmocka_unit_test(nobody_elses_signal_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
