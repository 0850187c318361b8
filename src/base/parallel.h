/* SPDX-License-Identifier: MIT
 *
 * base/parallel.h - loops on several threads.
 */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <stddef.h>

#include <gfn/status.h>

/* Start threads before the first loop would, so that loops on `threads` threads have them, the
 * caller among them. Returns how many there are: fewer if the system or OpenMP gives no more; then
 * `shortage` gets the reason with a hint (cut to `size` bytes), else "". Loops that ask for more
 * run on those. The threads wait for loops until the process ends. Waits for a loop of another
 * thread to end; must not be called in a task. */
int gfn_parallel_start(int threads, char *shortage, size_t size);

/* One task of a loop: `index` < n; `thread` < threads is the thread that runs it. */
typedef void (*gfn_task)(void *self, size_t index, int thread);

/* Run task(self, 0 ... n-1) on at most `threads` OpenMP threads, each index once, in any order, on
 * any thread; returns when all are done. Results must not depend on `thread`: it is there to choose
 * scratch memory. With one thread, one index or a build without OpenMP this is a plain loop; so it
 * is while another loop runs: in one of its tasks, or in another thread of the program. */
void gfn_parallel_for(int threads, size_t n, gfn_task task, void *self);

/* Run task(self, index, thread) for index 0 ... n-1 on every thread of a team of at most `threads`:
 * a barrier stands before each index, so that all threads begin it together. Returns the number of
 * threads. It is 1 in a build without OpenMP, and while another loop runs, as above. */
int gfn_parallel_team(int threads, size_t n, gfn_task task, void *self);

/* Call hook(self) at the end of every loop that the calling thread runs from now on, and in
 * gfn_parallel_show_progress(); hook = NULL removes it. This lets others observe that a long
 * computation makes progress. */
void gfn_parallel_set_hook(void (*hook)(void *self), void *self);
void gfn_parallel_show_progress(void);

/* Work on elements first ... first + n - 1. Ranges do not overlap and may run at the same time. */
typedef void (*gfn_range)(void *self, size_t first, size_t n);

/* Run range(self, ...) over n elements in ranges of a fixed length, which does not depend on
 * `threads`; returns when all are done. */
void gfn_parallel_ranges(int threads, size_t n, gfn_range range, void *self);

/* Number of threads in OMP_NUM_THREADS; 0 if it is unset or not a number from 1 to 4096. */
int gfn_parallel_requested(void);

/* Whether the build has OpenMP. */
int gfn_parallel_is_built(void);

#endif
