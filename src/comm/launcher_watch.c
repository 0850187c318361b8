/* SPDX-License-Identifier: MIT */
#include "comm/launcher_watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/ticker.h"
#include "comm/comm.h"
#include "comm/process.h"

/* Names as in /proc, cut to 15 characters. */
static const char *const names[] = {"mpirun",        "mpiexec", "orterun", "orted",
                                    "prterun",       "prted",   "prte",    "hydra_pmi_proxy",
                                    "mpiexec.hydra", "srun",    NULL};

/* slurmstepd changes its name: "slurmstepd: [12.0]". */
static const char slurm_daemon[] = "slurmstepd";

enum { MOST_ANCESTORS = 32 };

static bool is_launcher(const char *name)
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return strncmp(name, slurm_daemon, sizeof slurm_daemon - 1) == 0;
}

struct gfn_launcher_process gfn_launcher_process_find(pid_t number)
{
    gfn_process p;
    if (!gfn_process_read(number, &p))
        return (struct gfn_launcher_process){0};
    for (int i = 0; i < MOST_ANCESTORS && p.parent > 0; i++) {
        const pid_t parent = p.parent;
        if (!gfn_process_read(parent, &p))
            break;
        if (is_launcher(p.name))
            return (struct gfn_launcher_process){parent, p.start};
    }
    return (struct gfn_launcher_process){0};
}

bool gfn_launcher_process_is_running(const struct gfn_launcher_process *launcher)
{
    gfn_process p;
    return gfn_process_read(launcher->process, &p) && p.start == launcher->start &&
           p.state != 'Z' && p.state != 'X';
}

/* ---- the watch ---- */

struct gfn_launcher_watch {
    gfn_ticker *ticker;
    struct gfn_launcher_process launcher;
    void (*lost)(void *self, double seconds);
    void *self;
    bool is_lost;
    double seconds; /* since it was found to be gone */
};

static void tick(void *self, double seconds)
{
    struct gfn_launcher_watch *w = self;
    if (w->is_lost)
        w->seconds += seconds;
    else
        w->is_lost = !gfn_launcher_process_is_running(&w->launcher);
    if (w->is_lost)
        w->lost(w->self, w->seconds);
}

gfn_status gfn_comm_watch_launcher(gfn_comm *comm, void (*lost)(void *self, double seconds),
                                   void *self)
{
    struct gfn_launcher_watch *w;
    const struct gfn_launcher_process launcher = gfn_launcher_process_find(getpid());
    if (launcher.process == 0 || gfn_launcher_find(getenv).name == NULL || comm->launcher_watch)
        return GFN_OK;
    GFN_TRY(gfn_allocate("watch of the launcher", 1, sizeof *w, &w));
    *w = (struct gfn_launcher_watch){.launcher = launcher, .lost = lost, .self = self};
    const gfn_status status = gfn_ticker_start(1, tick, w, &w->ticker);
    if (status != GFN_OK)
        gfn_release(&w);
    comm->launcher_watch = w;
    return status;
}

void gfn_comm_end_launcher_watch(gfn_comm *comm)
{
    if (comm->launcher_watch == NULL)
        return;
    gfn_ticker_stop(&comm->launcher_watch->ticker);
    gfn_release(&comm->launcher_watch);
}
