/* SPDX-License-Identifier: MIT
 *
 * step/thread_tuner.h - how many threads are fastest now.
 *
 * On an idle machine that is all threads. If other programs use the cores too, threads that wait
 * for each other can be many times slower than one alone; a small job may be fastest on some of
 * many cores. Threads change no bit of a result, so a run may try: a few steps on one thread, on
 * all, on half of them, and so on, and then the fastest number for a while.
 */
#ifndef STEP_THREAD_TUNER_H
#define STEP_THREAD_TUNER_H

#include <stdint.h>

typedef struct gfn_thread_tuner {
    int most; /* 1: there is nothing to try */
    int stage;
    int64_t left, period; /* steps of the present stage, of the next choice */
    int best_threads;     /* the fastest number that was tried, or is chosen */
    double alone, best;   /* seconds of a trial on one thread, on the fastest number */
    double spent, work;   /* seconds of the present stage (a part of it), of all */
} gfn_thread_tuner;

/* A tuner of 1 to `most` threads. Returns the threads to begin with. */
int gfn_thread_tuner_begin(gfn_thread_tuner *tuner, int most);

/* After a step: work, seconds that this rank worked since the beginning, without waiting for
 * others. `threads` are in use; returns those of the next step. */
int gfn_thread_tuner_step(gfn_thread_tuner *tuner, double work, int threads);

#endif
