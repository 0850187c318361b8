/* SPDX-License-Identifier: MIT */
#include "base/ticker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/thread_probe.h"

struct gfn_ticker {
    double period;
    void (*tick)(void *self, double seconds);
    void *self;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t stops;
    int is_stopped;
};

static struct timespec time_after(double seconds)
{
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    moment.tv_sec += (time_t)seconds;
    moment.tv_nsec += (long)(1e9 * (seconds - (double)(time_t)seconds));
    if (moment.tv_nsec >= 1000000000) {
        moment.tv_nsec -= 1000000000;
        moment.tv_sec++;
    }
    return moment;
}

/* False if the ticker was stopped before the period ended. */
static int wait_period(gfn_ticker *ticker)
{
    const struct timespec end = time_after(ticker->period);
    pthread_mutex_lock(&ticker->mutex);
    int code = 0;
    while (!ticker->is_stopped && code != ETIMEDOUT)
        code = pthread_cond_timedwait(&ticker->stops, &ticker->mutex, &end);
    const int is_running = !ticker->is_stopped;
    pthread_mutex_unlock(&ticker->mutex);
    return is_running;
}

static void *run(void *self)
{
    gfn_ticker *ticker = self;
    double before = gfn_clock_seconds();
    while (wait_period(ticker)) {
        const double now = gfn_clock_seconds(), passed = now - before;
        before = now;
        ticker->tick(ticker->self, passed < 2 * ticker->period ? passed : 2 * ticker->period);
    }
    return NULL;
}

/* A thread inherits the blocked signals of its creator: block all of them meanwhile. Its stack does
 * not depend on limits (ulimit -s), which may be too little, or more than there is. */
static int start_thread(gfn_ticker *ticker)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code != 0)
        return code;
    pthread_attr_setstacksize(&attributes, GFN_LEAST_STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&ticker->thread, &attributes, run, ticker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return code;
}

gfn_status gfn_ticker_start(double period, void (*tick)(void *self, double seconds), void *self,
                            gfn_ticker **ticker)
{
    gfn_ticker *made;
    GFN_TRY(gfn_allocate("ticker", 1, sizeof *made, &made));
    made->period = period;
    made->tick = tick;
    made->self = self;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&made->stops, &attributes);
    pthread_condattr_destroy(&attributes);
    const int code = start_thread(made);
    if (code != 0) {
        pthread_cond_destroy(&made->stops);
        pthread_mutex_destroy(&made->mutex);
        gfn_release(&made);
        return gfn_fail(GFN_ENOMEM, "cannot start a thread: %s (hint: ulimit -u)", strerror(code));
    }
    *ticker = made;
    return GFN_OK;
}

void gfn_ticker_stop(gfn_ticker **ticker)
{
    gfn_ticker *t = *ticker;
    if (t == NULL)
        return;
    pthread_mutex_lock(&t->mutex);
    t->is_stopped = 1;
    pthread_cond_signal(&t->stops);
    pthread_mutex_unlock(&t->mutex);
    pthread_join(t->thread, NULL);
    pthread_cond_destroy(&t->stops);
    pthread_mutex_destroy(&t->mutex);
    gfn_release(ticker);
}
