/* SPDX-License-Identifier: MIT */
#include "step/thread_tuner.h"

#include <stdbool.h>

/* Steps of a trial; of a choice, at first and at most. All numbers of threads are tried again when
 * a trial's number of steps takes PATIENCE times as long as on one thread. */
enum { TRIAL = 4, SHORTEST = 64, LONGEST = 65536, PATIENCE = 4 };

/* Fewer threads must be faster than more by this factor: trials are short and differ by chance. */
#define MARGIN 0.95

enum { ALONE, TRIED, CHOSEN };

static int begin(gfn_thread_tuner *u, int stage, int threads, int64_t steps)
{
    u->stage = stage;
    u->left = steps;
    u->spent = 0;
    return threads;
}

int gfn_thread_tuner_begin(gfn_thread_tuner *u, int most)
{
    *u = (gfn_thread_tuner){.most = most, .period = SHORTEST};
    return most > 1 ? begin(u, ALONE, 1, TRIAL) : most;
}

/* Fewer than all threads are fastest as long as the machine is busy: try again soon. */
static int choose(gfn_thread_tuner *u)
{
    const bool is_all = u->best_threads == u->most;
    const int64_t steps = is_all ? LONGEST : u->period;
    u->period = is_all ? SHORTEST : u->period < LONGEST ? 2 * u->period : LONGEST;
    return begin(u, CHOSEN, u->best_threads, steps);
}

/* After the trial on one thread all are tried, then half of them, a quarter, ..., until fewer are
 * slower than more. Numbers that are slower than one thread do not end the search: if other
 * programs use some of the cores, only few threads are fast. */
static int end_trial(gfn_thread_tuner *u, int threads)
{
    const bool had_faster = u->best_threads > 1;
    const bool is_faster = u->left == 0 && u->spent < (had_faster ? MARGIN : 1) * u->best;
    if (threads == 1 || is_faster) {
        u->best = u->spent;
        u->best_threads = threads;
    }
    if (threads == 1) {
        u->alone = u->spent;
        return begin(u, TRIED, u->most, 2 * TRIAL);
    }
    if (threads / 2 > 1 && (is_faster || !had_faster))
        return begin(u, TRIED, threads / 2, TRIAL);
    return choose(u);
}

int gfn_thread_tuner_step(gfn_thread_tuner *u, double work, int threads)
{
    if (u->most == 1)
        return threads;
    const double seconds = work - u->work;
    u->work = work;
    u->spent += seconds;
    u->left--;
    const bool is_slow = threads > 1 && u->spent > PATIENCE * u->alone;
    if (u->stage != CHOSEN && (u->left == 0 || is_slow))
        return end_trial(u, threads);
    if (u->stage == TRIED && u->left == TRIAL)
        u->spent = 0; /* the other threads had to be woken first */
    if (u->stage == CHOSEN && (u->left == 0 || is_slow)) {
        u->best_threads = 1;
        return begin(u, ALONE, 1, TRIAL);
    }
    if (u->stage == CHOSEN && u->left % TRIAL == 0)
        u->spent = 0;
    return threads;
}
