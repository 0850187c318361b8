/* SPDX-License-Identifier: MIT
 *
 * comm/launcher.h - the launcher of this process, according to the environment.
 */
#ifndef COMM_LAUNCHER_H
#define COMM_LAUNCHER_H

#include <stdbool.h>

#include <gfn/status.h>

struct gfn_launcher {
    const char *name;     /* "Open MPI's mpirun"; NULL: no launcher */
    const char *variable; /* the variable that shows it */
    int value;            /* the value of that variable */
    int size;             /* processes that it started, as far as known; at least 1 */
    int rank;             /* of this process; 0 without a launcher */
    bool is_mute;         /* its processes have no way to find each other */
};

/* `lookup` is getenv() or a test's. */
struct gfn_launcher gfn_launcher_find(char *(*lookup)(const char *name));

/* The error for a launcher that started several processes, each of which finds one rank. `library`:
 * the MPI library, "Open MPI 4.1.4", or NULL in builds without MPI. Returns GFN_ECOMM; on ranks
 * other than 0 one second later, so that rank 0 can print the message. */
gfn_status gfn_launcher_refuse(const struct gfn_launcher *launcher, const char *library);

#endif
