/* SPDX-License-Identifier: MIT */
#include "comm/watchdog.h"

#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/ticker.h"
#include "comm/comm.h"

struct gfn_watch {
    gfn_comm *comm;
    gfn_ticker *ticker;
    double patience;
    gfn_comm_alarm alarm;
    void *self;
    struct gfn_sight *sights; /* [comm->n_pulses] */
    double silence;           /* seconds since another process gave the alarm */
};

const char *gfn_comm_phase_name(const gfn_comm *comm, int phase)
{
    if (phase > 0 && phase < comm->n_phase_names)
        return comm->phase_names[phase];
    return "set-up, evaluation, samples or ending";
}

void gfn_comm_name_phases(gfn_comm *comm, const char *const *names, int n)
{
    comm->phase_names = names;
    comm->n_phase_names = n;
}

static int64_t find_front(const struct gfn_heartbeat *pulses, size_t n)
{
    int64_t front = -1;
    for (size_t i = 0; i < n; i++) {
        const int64_t milestones = atomic_load(&pulses[i].milestones);
        if (atomic_load(&pulses[i].is_watched) && milestones > front)
            front = milestones;
    }
    return front;
}

void gfn_watchdog_look(const struct gfn_heartbeat *pulses, size_t n, double seconds,
                       struct gfn_sight *sights)
{
    const int64_t front = find_front(pulses, n);
    for (size_t i = 0; i < n; i++) {
        struct gfn_sight *sight = &sights[i];
        const int64_t moves = atomic_load(&pulses[i].moves);
        const int64_t milestones = atomic_load(&pulses[i].milestones);
        const bool has_moved = moves != sight->moves || milestones != sight->milestones;
        /* Who was released a moment ago is behind, but has not been for long. */
        const bool is_excused = atomic_load(&pulses[i].is_waiting) && milestones >= front;
        sight->moves = moves;
        sight->milestones = milestones;
        sight->age = has_moved ? 0 : sight->age + seconds;
        sight->delay = has_moved || is_excused ? 0 : sight->delay + seconds;
    }
}

enum gfn_verdict gfn_watchdog_judge(const struct gfn_heartbeat *pulses, size_t n, double patience,
                                    const struct gfn_sight *sights, size_t *culprit)
{
    size_t n_lost = 0;
    for (size_t i = 0; i < n; i++) {
        if (!atomic_load(&pulses[i].is_watched))
            continue;
        n_lost += sights[i].age >= 2 * patience;
        if (sights[i].delay >= patience) {
            *culprit = i;
            return GFN_RANK_HANGS;
        }
    }
    return n_lost == n ? GFN_OTHERS_HANG : GFN_ALL_MOVE;
}

/* "in sampling of iteration 512". Ranks of one job have the same names of phases. */
static void describe(const gfn_comm *comm, const struct gfn_heartbeat *pulse, char *text,
                     size_t size)
{
    const int64_t iteration = atomic_load(&pulse->iteration);
    const char *phase = gfn_comm_phase_name(comm, atomic_load(&pulse->phase));
    const char *waits = atomic_load(&pulse->is_waiting) ? "a message of " : "";
    if (iteration < 0)
        snprintf(text, size, "in %s%s", waits, phase);
    else if (atomic_load(&pulse->phase) == 0)
        snprintf(text, size, "after iteration %lld", (long long)iteration);
    else
        snprintf(text, size, "in %s%s of iteration %lld", waits, phase, (long long)iteration);
}

const char *gfn_comm_place(const gfn_comm *comm, char *text, size_t size)
{
    describe(comm, comm->pulse, text, size);
    return text;
}

#define HINT                                                                                       \
    "(hint: --resume goes on with the run; where a phase takes so long, --watchdog with a longer " \
    "time)"

static void accuse(const struct gfn_watch *watch, size_t culprit)
{
    const struct gfn_heartbeat *pulse = &watch->comm->pulses[culprit];
    char host[64] = "?", place[96], message[512];
    gethostname(host, sizeof host - 1);
    describe(watch->comm, pulse, place, sizeof place);
    snprintf(message, sizeof message,
             "rank %d (process %lld on %s) has not moved for %.0f s: it is %s; the job ends " HINT,
             atomic_load(&pulse->rank), (long long)atomic_load(&pulse->process), host,
             watch->sights[culprit].age, place);
    watch->alarm(watch->self, message);
}

static void miss_others(const struct gfn_watch *watch)
{
    char place[96], message[512];
    describe(watch->comm, watch->comm->pulse, place, sizeof place);
    snprintf(message, sizeof message,
             "rank %d has been waiting for %.0f s for ranks %s, %s: one of them hangs, or its host "
             "cannot be reached; the job ends " HINT,
             watch->comm->rank, 2 * watch->patience,
             watch->comm->hosts > 1 ? "on other hosts" : "that it cannot see", place);
    watch->alarm(watch->self, message);
}

/* Of several processes that see the same, one speaks. The others end as well, a little later,
 * should the launcher not have ended them. */
#define TIME_TO_SPEAK 5.0

static void tick(void *self, double seconds)
{
    struct gfn_watch *watch = self;
    const gfn_comm *comm = watch->comm;
    size_t culprit = 0;
    gfn_watchdog_look(comm->pulses, comm->n_pulses, seconds, watch->sights);
    const enum gfn_verdict verdict =
        gfn_watchdog_judge(comm->pulses, comm->n_pulses, watch->patience, watch->sights, &culprit);
    if (verdict == GFN_ALL_MOVE)
        return;
    if (atomic_exchange(comm->has_alarm, true)) {
        watch->silence += seconds;
        if (watch->silence > TIME_TO_SPEAK)
            watch->alarm(watch->self, NULL);
    } else if (verdict == GFN_RANK_HANGS) {
        accuse(watch, culprit);
    } else {
        miss_others(watch);
    }
}

void gfn_comm_enter(gfn_comm *comm, int phase, int64_t iteration)
{
    struct gfn_heartbeat *pulse = comm->pulse;
    atomic_store_explicit(&pulse->phase, phase, memory_order_relaxed);
    atomic_store_explicit(&pulse->iteration, iteration, memory_order_relaxed);
    gfn_heartbeat_add(&pulse->moves);
}

/* Eight looks in the time of patience, but not more than fifty a second nor less than one. */
static double find_period(double patience)
{
    const double period = patience / 8;
    return period < 0.02 ? 0.02 : period > 1 ? 1 : period;
}

gfn_status gfn_comm_watch(gfn_comm *comm, double seconds, gfn_comm_alarm alarm, void *self)
{
    struct gfn_watch *watch;
    if (!(seconds > 0))
        return gfn_fail(GFN_EINVAL, "watch: expected a positive time, found %g s (hint: 600)",
                        seconds);
    if (comm->watch)
        return gfn_fail(GFN_EINVAL, "watch: expected one, found a second (hint: it ends with the "
                                    "communicator)");
    GFN_TRY(gfn_allocate("watch", 1, sizeof *watch, &watch));
    *watch = (struct gfn_watch){.comm = comm, .patience = seconds, .alarm = alarm, .self = self};
    gfn_status status =
        gfn_allocate("watch", comm->n_pulses, sizeof *watch->sights, &watch->sights);
    atomic_store(&comm->pulse->rank, comm->rank);
    atomic_store(&comm->pulse->process, (int64_t)getpid());
    if (status == GFN_OK)
        status = gfn_ticker_start(find_period(seconds), tick, watch, &watch->ticker);
    if (status != GFN_OK) {
        gfn_release(&watch->sights);
        gfn_release(&watch);
        return status;
    }
    atomic_store(&comm->pulse->is_watched, true);
    comm->watch = watch;
    return GFN_OK;
}

void gfn_comm_pause_watch(gfn_comm *comm, int is_paused)
{
    gfn_heartbeat_add(&comm->pulse->moves);
    atomic_store(&comm->pulse->is_watched, comm->watch && !is_paused);
}

void gfn_comm_end_watch(gfn_comm *comm)
{
    struct gfn_watch *watch = comm->watch;
    if (watch == NULL)
        return;
    atomic_store(&comm->pulse->is_watched, false);
    gfn_ticker_stop(&watch->ticker);
    gfn_release(&watch->sights);
    gfn_release(&comm->watch);
}
