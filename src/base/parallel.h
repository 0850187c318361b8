/* SPDX-License-Identifier: MIT
 *
 * base/parallel.h - the one place where threads are started.
 */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <stddef.h>

#include <gfn/status.h>

/* One piece of work: `index` < n, done by `thread` < threads. */
typedef void (*gfn_task)(void *self, size_t index, int thread);

/* Run task(self, 0 ... n-1) on at most `threads` OpenMP threads, each index once, in any order, by
 * any thread; returns when all are done. What a task computes may not depend on `thread` (which is
 * there for scratch memory). Built without OpenMP, or with one thread or one index: a plain loop.
 */
void gfn_parallel_for(int threads, size_t n, gfn_task task, void *self);

/* Work on elements first ... first + n - 1. Ranges do not overlap and may run at the same time. */
typedef void (*gfn_range)(void *self, size_t first, size_t n);

/* Run range(self, ...) over n elements in ranges of a fixed length, so that where they are cut does
 * not depend on `threads`; returns when all are done. */
void gfn_parallel_ranges(int threads, size_t n, gfn_range range, void *self);

/* Threads that OMP_NUM_THREADS asks for; 0 where it does not. */
int gfn_parallel_requested(void);

/* Whether the build has OpenMP. */
int gfn_parallel_is_built(void);

#endif
