/* SPDX-License-Identifier: MIT
 *
 * base/shared_loop.h - a parallel loop that waits only for threads that have begun to work in it.
 *
 * OpenMP's own loops end when every thread of the team has arrived, and libgomp's threads spin for
 * milliseconds while they wait. If another program uses their core, every loop then takes a time
 * slice of the system: ten to thirty times the time of one thread. Here a loop does not wait for a
 * thread that has no core yet or still sleeps. A thread that waits spins for the usual time between
 * loops, and then sleeps.
 */
#ifndef BASE_SHARED_LOOP_H
#define BASE_SHARED_LOOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/parallel.h"

/* Members that different threads write lie in different cache lines. */
typedef struct gfn_shared_loop {
    _Alignas(64) atomic_int begun; /* loops so far; helpers wait for a change */
    atomic_int sleepers;           /* helpers that sleep until then */
    atomic_bool is_stopped;

    _Alignas(64) atomic_int gate; /* helpers inside; + a large number: the loop is closed */
    atomic_bool is_awaited;       /* the caller sleeps until they are out */

    _Alignas(64) atomic_size_t next; /* index */

    /* The loop; constant while the gate is open or a helper is inside. */
    _Alignas(64) gfn_task task;
    void *self;
    size_t n;
    int threads;
} gfn_shared_loop;

/* A loop that no helper may enter yet. */
void gfn_shared_loop_init(gfn_shared_loop *loop);

/* Run task(self, 0 ... n-1) on the calling thread, which is thread 0, and on the helpers 1 ...
 * threads-1 that come in time; returns when all are done. One call at a time. */
void gfn_shared_loop_run(gfn_shared_loop *loop, int threads, size_t n, gfn_task task, void *self);

/* Help in all loops, as this thread; no two helpers have the same number. Returns after
 * gfn_shared_loop_stop(). */
void gfn_shared_loop_help(gfn_shared_loop *loop, int thread);

/* Let all helpers return. There is no loop at this time, and none afterwards. */
void gfn_shared_loop_stop(gfn_shared_loop *loop);

#endif
