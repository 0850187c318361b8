/* SPDX-License-Identifier: MIT
 *
 * The caller opens the gate, works itself, closes the gate when there is no index left, and waits
 * until the helpers inside are out. A helper first adds 1 to the gate and then tests whether the
 * gate was open. So a helper that may have read the loop is always counted, and the caller waits
 * for it. A helper that finds the gate closed subtracts 1 and does not read the loop.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/shared_loop.h"

#include <limits.h>
#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "base/clock.h"

enum { CLOSED = 1 << 30 };

/* Threads spin for this long before they sleep. It covers the pauses within an iteration; waking a
 * thread takes 5 to 50 microseconds. Ten times as much made loops on a busy machine slower. */
#define SPIN_SECONDS 100e-6

/* Turns between two looks at the clock. */
enum { TURNS = 32 };

/* ---- waiting ---- */

static void relax(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

/* Spin until *x is, or is not, `value`; false: the time is over. */
static bool spin(const atomic_int *x, int value, bool is_wanted)
{
    double end = 0;
    for (int turn = 1;; turn++) {
        if ((atomic_load(x) == value) == is_wanted)
            return true;
        relax();
        if (turn % TURNS != 0)
            continue;
        const double now = gfn_clock_seconds();
        if (end == 0)
            end = now + SPIN_SECONDS;
        if (now >= end)
            return false;
    }
}

/* Sleep while *x is `value`, until somebody wakes this thread; may return earlier. */
static void sleep_while(atomic_int *x, int value)
{
#ifdef __linux__
    syscall(SYS_futex, x, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#else
    if (atomic_load(x) == value)
        gfn_clock_sleep(SPIN_SECONDS);
#endif
}

static void wake(atomic_int *x)
{
#ifdef __linux__
    syscall(SYS_futex, x, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
#else
    (void)x;
#endif
}

/* ---- the loop ---- */

void gfn_shared_loop_init(gfn_shared_loop *loop)
{
    *loop = (gfn_shared_loop){.gate = CLOSED};
}

static void work(gfn_shared_loop *loop, int thread)
{
    for (;;) {
        const size_t index = atomic_fetch_add_explicit(&loop->next, 1, memory_order_relaxed);
        if (index >= loop->n)
            return;
        loop->task(loop->self, index, thread);
    }
}

/* The number of loops is written before that of the sleepers is read, and a helper does the
 * opposite: so one of them sees the other. */
static void announce(gfn_shared_loop *loop)
{
    atomic_fetch_add(&loop->begun, 1);
    if (atomic_load(&loop->sleepers) > 0)
        wake(&loop->begun);
}

static void close_gate(gfn_shared_loop *loop)
{
    if (atomic_fetch_add(&loop->gate, CLOSED) == 0 || spin(&loop->gate, CLOSED, true))
        return;
    atomic_store(&loop->is_awaited, true);
    for (int gate; (gate = atomic_load(&loop->gate)) != CLOSED;)
        sleep_while(&loop->gate, gate);
    atomic_store(&loop->is_awaited, false);
}

void gfn_shared_loop_run(gfn_shared_loop *loop, int threads, size_t n, gfn_task task, void *self)
{
    loop->task = task;
    loop->self = self;
    loop->n = n;
    loop->threads = threads;
    atomic_store_explicit(&loop->next, 0, memory_order_relaxed);
    atomic_fetch_sub(&loop->gate, CLOSED);
    announce(loop);
    work(loop, 0);
    close_gate(loop);
}

static void wait_for_loop(gfn_shared_loop *loop, int seen)
{
    while (!spin(&loop->begun, seen, false)) {
        atomic_fetch_add(&loop->sleepers, 1);
        sleep_while(&loop->begun, seen);
        atomic_fetch_sub(&loop->sleepers, 1);
    }
}

void gfn_shared_loop_help(gfn_shared_loop *loop, int thread)
{
    int seen = atomic_load(&loop->begun);
    while (!atomic_load(&loop->is_stopped)) {
        wait_for_loop(loop, seen);
        seen = atomic_load(&loop->begun);
        if (atomic_fetch_add(&loop->gate, 1) < CLOSED && thread < loop->threads)
            work(loop, thread);
        if (atomic_fetch_sub(&loop->gate, 1) == CLOSED + 1 && atomic_load(&loop->is_awaited))
            wake(&loop->gate);
    }
}

void gfn_shared_loop_stop(gfn_shared_loop *loop)
{
    atomic_store(&loop->is_stopped, true);
    announce(loop);
}
