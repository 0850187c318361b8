/* SPDX-License-Identifier: MIT
 *
 * The only file with OpenMP directives that start threads.
 */
#include "base/parallel.h"

#include <stdlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static _Thread_local struct {
    void (*call)(void *self);
    void *self;
} loop_hook;

void gfn_parallel_set_hook(void (*hook)(void *self), void *self)
{
    loop_hook.call = hook;
    loop_hook.self = self;
}

static void run_tasks(int threads, size_t n, gfn_task task, void *self)
{
#ifdef _OPENMP
    if (threads > 1 && n > 1) {
        int team = n < (size_t)threads ? (int)n : threads;
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
        for (size_t i = 0; i < n; i++)
            task(self, i, omp_get_thread_num());
        return;
    }
#else
    (void)threads;
#endif
    for (size_t i = 0; i < n; i++)
        task(self, i, 0);
}

void gfn_parallel_for(int threads, size_t n, gfn_task task, void *self)
{
    run_tasks(threads, n, task, self);
    if (loop_hook.call)
        loop_hook.call(loop_hook.self);
}

/* Elements per range: about ten microseconds of work at one or two elements per nanosecond. */
enum { RANGE = 16384 };

typedef struct ranges {
    gfn_range range;
    void *self;
    size_t n;
} ranges;

static void run_range(void *self, size_t index, int thread)
{
    (void)thread;
    const ranges *all = self;
    const size_t first = index * RANGE, left = all->n - first;
    all->range(all->self, first, left < RANGE ? left : RANGE);
}

void gfn_parallel_ranges(int threads, size_t n, gfn_range range, void *self)
{
    ranges all = {range, self, n};
    gfn_parallel_for(threads, (n + RANGE - 1) / RANGE, run_range, &all);
}

int gfn_parallel_requested(void)
{
    const char *text = getenv("OMP_NUM_THREADS");
    long threads = text ? strtol(text, NULL, 10) : 0;
    return threads > 0 && threads <= 4096 ? (int)threads : 0;
}

int gfn_parallel_is_built(void)
{
#ifdef _OPENMP
    return 1;
#else
    return 0;
#endif
}
