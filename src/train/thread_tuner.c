/* SPDX-License-Identifier: MIT
 *
 * How many threads are fastest now. On an idle machine it is all of them; where other programs want
 * the cores too, threads that wait for each other can be many times slower than one alone. Threads
 * change no bit of a result, so a run may try: a few steps on one thread, a few on all, and then
 * the faster of the two for a while. Only where nobody asked for a number of threads.
 */
#include "rollout/sampler.h"
#include "train/gradient.h"
#include "train/trainer.h"

/* Steps of a trial; of a choice at first and at most; and how much slower than one thread a trial's
 * worth of steps on all threads may become before the choice is made anew. */
enum { TRIAL = 4, SHORTEST = 64, LONGEST = 65536, PATIENCE = 4 };

enum { ALONE, TOGETHER, CHOSEN };

static void use(gfn_trainer *t, int threads)
{
    t->run->sampler->threads = threads;
    t->gradient->threads = threads;
}

static void begin(gfn_trainer *t, int stage, int threads, int64_t steps)
{
    t->tuner.stage = stage;
    t->tuner.left = steps;
    t->tuner.spent = 0;
    use(t, threads);
}

/* This rank's work since the beginning, without waiting for others. */
static double work(const gfn_trainer *t)
{
    return t->phases.sampling + t->phases.gradient - t->gradient->comm_seconds;
}

void gfn_tuner_begin(gfn_trainer *t)
{
    t->tuner =
        (gfn_tuner){.most = t->run->has_free_threads ? t->run->threads : 1, .period = SHORTEST};
    if (t->tuner.most > 1)
        begin(t, ALONE, 1, TRIAL);
}

static void choose(gfn_trainer *t)
{
    gfn_tuner *u = &t->tuner;
    const bool is_faster = u->spent < u->alone;
    const int64_t steps = is_faster ? LONGEST : u->period;
    u->period = is_faster ? SHORTEST : u->period < LONGEST ? 2 * u->period : LONGEST;
    begin(t, CHOSEN, is_faster ? u->most : 1, steps);
}

void gfn_tuner_step(gfn_trainer *t)
{
    gfn_tuner *u = &t->tuner;
    if (u->most == 1)
        return;
    const double now = work(t), seconds = now - u->work;
    u->work = now;
    u->spent += seconds;
    u->left--;
    const bool is_slow = u->stage != ALONE && u->spent > PATIENCE * u->alone;
    if (u->stage == ALONE && u->left == 0) {
        u->alone = u->spent;
        begin(t, TOGETHER, u->most, 2 * TRIAL);
    } else if (u->stage == TOGETHER && (u->left == 0 || is_slow)) {
        choose(t);
    } else if (u->stage == TOGETHER && u->left == TRIAL) {
        u->spent = 0; /* the other threads had to be woken first */
    } else if (u->stage == CHOSEN) {
        if (u->left == 0 || (is_slow && t->gradient->threads > 1))
            begin(t, ALONE, 1, TRIAL);
        else if (u->left % TRIAL == 0)
            u->spent = 0;
    }
}
