/* SPDX-License-Identifier: MIT
 *
 * The signal is SIGURG, which is ignored unless a program wants it: one that arrives late does no
 * harm.
 */
#include "base/interrupt.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

static struct {
    atomic_flag is_used;
    void (*pause)(void *self);
    void *self;
    pthread_t thread;
    atomic_bool is_ready; /* the members above are valid */
    timer_t timer;
    struct sigaction before;
} interruption = {.is_used = ATOMIC_FLAG_INIT};

/* The system may choose another thread of the process for a signal. */
static void interrupt(int number)
{
    const int error = errno;
    (void)number;
    if (atomic_load(&interruption.is_ready) && pthread_equal(pthread_self(), interruption.thread))
        interruption.pause(interruption.self);
    errno = error;
}

/* Install the handler, unless there is another one. */
static bool take_signal(void)
{
    const struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    if (sigaction(SIGURG, NULL, &interruption.before) != 0 ||
        (interruption.before.sa_flags & SA_SIGINFO) != 0 ||
        (interruption.before.sa_handler != SIG_DFL && interruption.before.sa_handler != SIG_IGN))
        return false;
    return sigaction(SIGURG, &action, NULL) == 0;
}

bool gfn_interrupt_begin(void (*pause)(void *self), void *self)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG};
    if (atomic_flag_test_and_set(&interruption.is_used))
        return false;
    if (timer_create(CLOCK_MONOTONIC, &event, &interruption.timer) != 0)
        goto no_timer;
    if (!take_signal())
        goto no_signal;
    interruption.pause = pause;
    interruption.self = self;
    interruption.thread = pthread_self();
    atomic_store(&interruption.is_ready, true);
    return true;
no_signal:
    timer_delete(interruption.timer);
no_timer:
    atomic_flag_clear(&interruption.is_used);
    return false;
}

void gfn_interrupt_after(double seconds)
{
    /* 0 would stop the timer. */
    const long ns = 1 + (long)(1e9 * (seconds < 0.999 ? seconds : 0.999));
    const struct itimerspec once = {.it_value = {.tv_nsec = ns}};
    timer_settime(interruption.timer, 0, &once, NULL);
}

void gfn_interrupt_end(void)
{
    timer_delete(interruption.timer);
    atomic_store(&interruption.is_ready, false);
    sigaction(SIGURG, &interruption.before, NULL);
    atomic_flag_clear(&interruption.is_used);
}
