/* SPDX-License-Identifier: MIT */
#include "comm/watchdog.h"

#include <unistd.h>

#include "base/error.h"
#include "base/format.h"
#include "base/ticker.h"
#include "comm/comm.h"

struct gfn_watch {
    gfn_comm *comm;
    gfn_ticker *ticker;
    double patience;
    gfn_comm_alarm alarm;
    void *self;
    struct gfn_observation *observations; /* [comm->n_heartbeats] */
    double seconds_since_alarm;           /* of another process */
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

void gfn_comm_use_own_heartbeat(gfn_comm *comm)
{
    comm->heartbeat = comm->heartbeats = &comm->own;
    comm->n_heartbeats = 1;
    gfn_comm_enter(comm, 0, -1);
    comm->has_alarm = &comm->own_alarm;
}

static int64_t find_front(const struct gfn_heartbeat *heartbeats, size_t n)
{
    int64_t front = -1;
    for (size_t i = 0; i < n; i++) {
        const int64_t milestones = atomic_load(&heartbeats[i].milestones);
        if (atomic_load(&heartbeats[i].is_watched) && milestones > front)
            front = milestones;
    }
    return front;
}

void gfn_watchdog_observe(const struct gfn_heartbeat *heartbeats, size_t n, double seconds,
                          struct gfn_observation *observations)
{
    const int64_t front = find_front(heartbeats, n);
    for (size_t i = 0; i < n; i++) {
        struct gfn_observation *observation = &observations[i];
        const int64_t moves = atomic_load(&heartbeats[i].moves);
        const int64_t milestones = atomic_load(&heartbeats[i].milestones);
        const bool has_moved = moves != observation->moves || milestones != observation->milestones;
        /* A rank that is behind because others have just passed it has no delay yet. */
        const bool is_excused = atomic_load(&heartbeats[i].is_waiting) && milestones >= front;
        observation->moves = moves;
        observation->milestones = milestones;
        observation->age = has_moved ? 0 : observation->age + seconds;
        observation->delay = has_moved || is_excused ? 0 : observation->delay + seconds;
    }
}

enum gfn_verdict gfn_watchdog_judge(const struct gfn_heartbeat *heartbeats, size_t n,
                                    double patience, const struct gfn_observation *observations,
                                    size_t *culprit)
{
    size_t n_lost = 0;
    for (size_t i = 0; i < n; i++) {
        if (!atomic_load(&heartbeats[i].is_watched))
            continue;
        n_lost += observations[i].age >= 2 * patience;
        if (observations[i].delay >= patience) {
            *culprit = i;
            return GFN_RANK_HANGS;
        }
    }
    return n_lost == n ? GFN_OTHERS_HANG : GFN_ALL_MOVE;
}

/* Write where a rank is: "in sampling of iteration 512". All ranks name phases alike. */
static void describe(const gfn_comm *comm, const struct gfn_heartbeat *heartbeat, char *text,
                     size_t size)
{
    const int64_t iteration = atomic_load(&heartbeat->iteration);
    const char *phase = gfn_comm_phase_name(comm, atomic_load(&heartbeat->phase));
    const char *waits = atomic_load(&heartbeat->is_waiting) ? "a message of " : "";
    if (iteration < 0)
        gfn_format(text, size, "in %s%s", waits, phase);
    else if (atomic_load(&heartbeat->phase) == 0)
        gfn_format(text, size, "after iteration %lld", (long long)iteration);
    else
        gfn_format(text, size, "in %s%s of iteration %lld", waits, phase, (long long)iteration);
}

const char *gfn_comm_place(const gfn_comm *comm, char *text, size_t size)
{
    describe(comm, comm->heartbeat, text, size);
    return text;
}

#define HINT                                                                                       \
    "(hint: --resume continues the run; if a phase takes so long, --watchdog with a longer time)"

static void report_rank(const struct gfn_watch *watch, size_t culprit)
{
    const struct gfn_heartbeat *heartbeat = &watch->comm->heartbeats[culprit];
    char host[64] = "?", place[96], message[512];
    gethostname(host, sizeof host - 1);
    describe(watch->comm, heartbeat, place, sizeof place);
    gfn_format(
        message, sizeof message,
        "rank %d (process %lld on %s) has not moved for %.0f s: it is %s; the job ends " HINT,
        atomic_load(&heartbeat->rank), (long long)atomic_load(&heartbeat->process), host,
        watch->observations[culprit].age, place);
    watch->alarm(watch->self, message);
}

static void report_others(const struct gfn_watch *watch)
{
    char place[96], message[512];
    describe(watch->comm, watch->comm->heartbeat, place, sizeof place);
    gfn_format(
        message, sizeof message,
        "rank %d has been waiting for %.0f s for ranks %s, %s: one of them hangs, or its host "
        "cannot be reached; the job ends " HINT,
        watch->comm->rank, 2 * watch->patience,
        watch->comm->hosts > 1 ? "on other hosts" : "that it cannot see", place);
    watch->alarm(watch->self, message);
}

/* Several processes may find the same hang: one reports it. The others end a little later, unless
 * the launcher has ended them before. */
#define SECONDS_TO_REPORT 5.0

static void tick(void *self, double seconds)
{
    struct gfn_watch *watch = self;
    const gfn_comm *comm = watch->comm;
    size_t culprit = 0;
    gfn_watchdog_observe(comm->heartbeats, comm->n_heartbeats, seconds, watch->observations);
    const enum gfn_verdict verdict = gfn_watchdog_judge(
        comm->heartbeats, comm->n_heartbeats, watch->patience, watch->observations, &culprit);
    if (verdict == GFN_ALL_MOVE)
        return;
    if (atomic_exchange(comm->has_alarm, true)) {
        watch->seconds_since_alarm += seconds;
        if (watch->seconds_since_alarm > SECONDS_TO_REPORT)
            watch->alarm(watch->self, NULL);
    } else if (verdict == GFN_RANK_HANGS) {
        report_rank(watch, culprit);
    } else {
        report_others(watch);
    }
}

void gfn_comm_enter(gfn_comm *comm, int phase, int64_t iteration)
{
    struct gfn_heartbeat *heartbeat = comm->heartbeat;
    atomic_store_explicit(&heartbeat->phase, phase, memory_order_relaxed);
    atomic_store_explicit(&heartbeat->iteration, iteration, memory_order_relaxed);
    gfn_heartbeat_add(&heartbeat->moves);
}

/* Eight times during the patience, but at most fifty times and at least once per second. */
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
        return gfn_fail(GFN_EINVAL,
                        "watch: expected one per communicator, found a second (hint: it "
                        "ends with the communicator)");
    GFN_TRY(gfn_allocate("watch", 1, sizeof *watch, &watch));
    *watch = (struct gfn_watch){.comm = comm, .patience = seconds, .alarm = alarm, .self = self};
    gfn_status status = gfn_allocate("watch", comm->n_heartbeats, sizeof *watch->observations,
                                     &watch->observations);
    atomic_store(&comm->heartbeat->rank, comm->rank);
    atomic_store(&comm->heartbeat->process, (int64_t)getpid());
    if (status == GFN_OK)
        status = gfn_ticker_start(find_period(seconds), tick, watch, &watch->ticker);
    if (status != GFN_OK) {
        gfn_release(&watch->observations);
        gfn_release(&watch);
        return status;
    }
    atomic_store(&comm->heartbeat->is_watched, true);
    comm->watch = watch;
    return GFN_OK;
}

void gfn_comm_pause_watch(gfn_comm *comm, int is_paused)
{
    gfn_heartbeat_add(&comm->heartbeat->moves);
    atomic_store(&comm->heartbeat->is_watched, comm->watch && !is_paused);
}

void gfn_comm_end_watch(gfn_comm *comm)
{
    struct gfn_watch *watch = comm->watch;
    if (watch == NULL)
        return;
    atomic_store(&comm->heartbeat->is_watched, false);
    gfn_ticker_stop(&watch->ticker);
    gfn_release(&watch->observations);
    gfn_release(&comm->watch);
}
