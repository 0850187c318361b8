/* SPDX-License-Identifier: MIT
 *
 * comm/launcher_watch.h - whether the process that launched this one is still there.
 *
 * Most launchers end their processes when they end themselves; the daemons of some (PRRTE, the
 * runtime of Open MPI 5) do not if they are killed. The ranks would then wait for each other for
 * ever.
 */
#ifndef COMM_LAUNCHER_WATCH_H
#define COMM_LAUNCHER_WATCH_H

#include <stdbool.h>
#include <sys/types.h>

/* The launcher of a process on this host: mpirun itself or its daemon, the nearest of the
 * process's ancestors that is one by name. A shell or a wrapper may be in between. */
struct gfn_launcher_process {
    pid_t process;            /* 0: none was found */
    unsigned long long start; /* its start time, because numbers of processes are used again */
};

struct gfn_launcher_process gfn_launcher_process_find(pid_t process);
bool gfn_launcher_process_is_running(const struct gfn_launcher_process *launcher);

#endif
