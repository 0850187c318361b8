/* SPDX-License-Identifier: MIT */
#include "comm/launcher_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/ticker.h"
#include "comm/comm.h"

/* Names as in /proc, cut to 15 characters. */
static const char *const names[] = {"mpirun",        "mpiexec", "orterun", "orted",
                                    "prterun",       "prted",   "prte",    "hydra_pmi_proxy",
                                    "mpiexec.hydra", "srun",    NULL};

/* slurmstepd changes its name: "slurmstepd: [12.0]". */
static const char slurm_daemon[] = "slurmstepd";

enum { MOST_ANCESTORS = 32 };

typedef struct process {
    char name[64], state;
    pid_t parent;
    unsigned long long start;
} process;

/* Read /proc/PROCESS/stat; returns false if there is no such process, or it may not be read. */
static bool read_process(pid_t number, process *p)
{
    char path[64], line[512];
    gfn_format(path, sizeof path, "/proc/%ld/stat", (long)number);
    FILE *file = fopen(path, "re");
    const size_t n = file ? fread(line, 1, sizeof line - 1, file) : 0;
    if (file)
        fclose(file);
    line[n] = '\0';
    const char *open = strchr(line, '('), *close = strrchr(line, ')');
    if (open == NULL || close == NULL || close < open)
        return false;
    size_t length = (size_t)(close - open - 1);
    length = length < sizeof p->name ? length : sizeof p->name - 1;
    memcpy(p->name, open + 1, length);
    p->name[length] = '\0';
    int parent = 0; /* the fields: state, parent, 17 others, the start time */
    if (sscanf(close + 1,
               " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &p->state, &parent, &p->start) != 3)
        return false;
    p->parent = parent;
    return true;
}

static bool is_launcher(const char *name)
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return strncmp(name, slurm_daemon, sizeof slurm_daemon - 1) == 0;
}

struct gfn_launcher_process gfn_launcher_process_find(pid_t number)
{
    process p;
    if (!read_process(number, &p))
        return (struct gfn_launcher_process){0};
    for (int i = 0; i < MOST_ANCESTORS && p.parent > 0; i++) {
        const pid_t parent = p.parent;
        if (!read_process(parent, &p))
            break;
        if (is_launcher(p.name))
            return (struct gfn_launcher_process){parent, p.start};
    }
    return (struct gfn_launcher_process){0};
}

bool gfn_launcher_process_is_running(const struct gfn_launcher_process *launcher)
{
    process p;
    return read_process(launcher->process, &p) && p.start == launcher->start && p.state != 'Z' &&
           p.state != 'X';
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
