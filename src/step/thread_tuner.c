/* SPDX-License-Identifier: MIT */
#include "step/thread_tuner.h"

#include <stdbool.h>

/* Steps of a trial; of a choice, at first and at most. Both numbers of threads are tried again when
 * a trial's number of steps on all threads takes PATIENCE times as long as on one. */
enum { TRIAL = 4, SHORTEST = 64, LONGEST = 65536, PATIENCE = 4 };

enum { ALONE, TOGETHER, CHOSEN };

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

static int choose(gfn_thread_tuner *u)
{
    const bool is_faster = u->spent < u->alone;
    const int64_t steps = is_faster ? LONGEST : u->period;
    u->period = is_faster ? SHORTEST : u->period < LONGEST ? 2 * u->period : LONGEST;
    return begin(u, CHOSEN, is_faster ? u->most : 1, steps);
}

int gfn_thread_tuner_step(gfn_thread_tuner *u, double work, int threads)
{
    if (u->most == 1)
        return threads;
    const double seconds = work - u->work;
    u->work = work;
    u->spent += seconds;
    u->left--;
    const bool is_slow = u->stage != ALONE && u->spent > PATIENCE * u->alone;
    if (u->stage == ALONE && u->left == 0) {
        u->alone = u->spent;
        return begin(u, TOGETHER, u->most, 2 * TRIAL);
    }
    if (u->stage == TOGETHER && (u->left == 0 || is_slow))
        return choose(u);
    if (u->stage == TOGETHER && u->left == TRIAL)
        u->spent = 0; /* the other threads had to be woken first */
    if (u->stage == CHOSEN && (u->left == 0 || (is_slow && threads > 1)))
        return begin(u, ALONE, 1, TRIAL);
    if (u->stage == CHOSEN && u->left % TRIAL == 0)
        u->spent = 0;
    return threads;
}
