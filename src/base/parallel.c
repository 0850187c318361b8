/* SPDX-License-Identifier: MIT
 *
 * The only file with OpenMP directives that start threads. OpenMP starts them, with the stack and
 * the limits that its variables set; how they wait for a loop is in shared_loop.c, which says why.
 */
#include "base/parallel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "base/format.h"
#include "base/shared_loop.h"
#include "base/thread_probe.h"

static _Thread_local struct {
    void (*call)(void *self);
    void *self;
} loop_hook;

void gfn_parallel_set_hook(void (*hook)(void *self), void *self)
{
    loop_hook.call = hook;
    loop_hook.self = self;
}

void gfn_parallel_show_progress(void)
{
    if (loop_hook.call)
        loop_hook.call(loop_hook.self);
}

/* ---- threads ---- */

/* The threads that help in loops, of one process: `host` and those of its OpenMP region. */
static struct {
    pthread_mutex_t use; /* held during a loop and a start */
    gfn_shared_loop loop;
    pthread_t host;
    bool has_host;
    int asked;          /* threads that the last start was asked for, the caller included */
    int threads;        /* threads that there are, the caller included */
    char shortage[200]; /* why there are fewer; "": there are not */

    int wanted; /* helpers to start */
    pthread_mutex_t starts;
    pthread_cond_t is_started;
    int helpers; /* that were started; 0: not known yet */
} team = {.use = PTHREAD_MUTEX_INITIALIZER,
          .asked = 1,
          .threads = 1,
          .starts = PTHREAD_MUTEX_INITIALIZER,
          .is_started = PTHREAD_COND_INITIALIZER};

#ifdef _OPENMP

/* How many helpers of those wanted can be had, this thread being the first. Between this moment and
 * the start, other processes may take threads; then libgomp ends the process. */
static int find_helpers(int wanted)
{
    const size_t stack = gfn_thread_stack(), kib = stack >> 10;
    int error = 0, found = 1;
    if (wanted == 1)
        return 1;
    if (stack < GFN_LEAST_STACK) {
        gfn_format(team.shortage, sizeof team.shortage,
                   "a stack has %zu KiB and needs %zu (hint: unset OMP_STACKSIZE, or ulimit -s)",
                   kib, GFN_LEAST_STACK >> 10);
        return 1;
    }
    found += gfn_thread_probe(wanted - 1, stack, &error);
    if (error)
        gfn_format(team.shortage, sizeof team.shortage,
                   "%s (hint: ulimit -u, pids.max; a stack has %zu KiB: ulimit -s, OMP_STACKSIZE)",
                   strerror(error), kib);
    return found;
}

static void tell_helpers(int helpers)
{
    pthread_mutex_lock(&team.starts);
    team.helpers = helpers;
    pthread_cond_signal(&team.is_started);
    pthread_mutex_unlock(&team.starts);
}

/* The region stays open as long as the team is there: OpenMP would end and start threads whenever
 * two loops have different numbers of them. */
static void *run_host(void *unused)
{
    const int helpers = find_helpers(team.wanted);
#pragma omp parallel num_threads(helpers)
    {
        const int thread = omp_get_thread_num();
        if (thread == 0)
            tell_helpers(omp_get_num_threads());
        gfn_shared_loop_help(&team.loop, 1 + thread);
    }
    return unused;
}

static int start_host(void)
{
    size_t stack = gfn_thread_stack();
    stack = stack < GFN_LEAST_STACK ? GFN_LEAST_STACK : stack;
    stack = stack > GFN_MOST_STACK ? GFN_MOST_STACK : stack;
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error)
        return error;
    error = pthread_attr_setstacksize(&attributes, stack);
    if (error == 0)
        error = pthread_create(&team.host, &attributes, run_host, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

static void wait_for_helpers(void)
{
    pthread_mutex_lock(&team.starts);
    while (team.helpers == 0)
        pthread_cond_wait(&team.is_started, &team.starts);
    team.threads = 1 + team.helpers;
    pthread_mutex_unlock(&team.starts);
}

static void start_helpers(int wanted)
{
    team.wanted = wanted;
    const int error = start_host();
    team.has_host = error == 0;
    if (error)
        gfn_format(team.shortage, sizeof team.shortage, "%s (hint: ulimit -u, pids.max)",
                   strerror(error));
    else
        wait_for_helpers();
}

/* A team that was started before is replaced. */
static void start(int threads)
{
    if (team.has_host) {
        gfn_shared_loop_stop(&team.loop);
        pthread_join(team.host, NULL);
    }
    gfn_shared_loop_init(&team.loop);
    const int limit = omp_get_thread_limit(), wanted = threads < limit ? threads : limit;
    team.asked = threads;
    team.threads = 1;
    team.helpers = 0;
    team.has_host = false;
    team.shortage[0] = '\0';
    if (wanted > 1)
        start_helpers(wanted - 1);
    if (team.threads < threads && team.shortage[0] == '\0')
        gfn_format(team.shortage, sizeof team.shortage,
                   "OpenMP gives no more (hint: OMP_THREAD_LIMIT, OMP_DYNAMIC)");
}

#else

static void start(int threads)
{
    team.asked = threads;
    gfn_format(team.shortage, sizeof team.shortage, "this build is without OpenMP");
}

#endif

/* The threads for a loop that asks for so many; the caller holds team.use. */
static int find_threads(int threads)
{
    if (threads > team.asked)
        start(threads);
    return threads < team.threads ? threads : team.threads;
}

int gfn_parallel_start(int threads, char *shortage, size_t size)
{
    pthread_mutex_lock(&team.use);
    const int found = find_threads(threads);
    gfn_format(shortage, size, "%s", found < threads ? team.shortage : "");
    pthread_mutex_unlock(&team.use);
    return found;
}

/* ---- loops ---- */

/* False: there are no other threads, or they are in a loop of another caller, or in one that
 * encloses this one. */
static bool share(int threads, size_t n, gfn_task task, void *self)
{
    if (pthread_mutex_trylock(&team.use) != 0)
        return false;
    const int found = find_threads(threads);
    if (found > 1)
        gfn_shared_loop_run(&team.loop, found, n, task, self);
    pthread_mutex_unlock(&team.use);
    return found > 1;
}

static void run_tasks(int threads, size_t n, gfn_task task, void *self)
{
    if (threads > 1 && n > 1 && share(threads, n, task, self))
        return;
    for (size_t i = 0; i < n; i++)
        task(self, i, 0);
}

void gfn_parallel_for(int threads, size_t n, gfn_task task, void *self)
{
    run_tasks(threads, n, task, self);
    gfn_parallel_show_progress();
}

int gfn_parallel_team(int threads, size_t n, gfn_task task, void *self)
{
    int found = 1;
#ifdef _OPENMP
    const bool is_free = pthread_mutex_trylock(&team.use) == 0;
    const int possible = is_free ? find_threads(threads) : 1;
#pragma omp parallel num_threads(possible)
    {
#pragma omp single
        found = omp_get_num_threads();
        for (size_t i = 0; i < n; i++) {
#pragma omp barrier
            task(self, i, omp_get_thread_num());
        }
    }
    if (is_free)
        pthread_mutex_unlock(&team.use);
#else
    (void)threads;
    for (size_t i = 0; i < n; i++)
        task(self, i, 0);
#endif
    return found;
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
