/* SPDX-License-Identifier: MIT
 *
 * comm/launcher.h - who started this process, as the environment tells.
 */
#ifndef COMM_LAUNCHER_H
#define COMM_LAUNCHER_H

#include <stdbool.h>

#include <gfn/status.h>

struct gfn_launcher {
    const char *name;     /* "Open MPI's mpirun"; NULL: no launcher */
    const char *variable; /* what gave it away ... */
    int value;            /* ... and what that was */
    int size;             /* processes it started, or as many as are known of; at least 1 */
    int rank;             /* which of them this is; 0 without a launcher */
    bool is_mute;         /* gives its processes no way to find each other */
};

/* `lookup` is getenv() or a test's. */
struct gfn_launcher gfn_launcher_find(char *(*lookup)(const char *name));

/* Several were started but each finds itself alone: say why. `library`: what carries the messages,
 * "Open MPI 4.1.4", or NULL in builds without MPI. Returns GFN_ECOMM, a second later where this is
 * not the first of them: the first alone is to speak. */
gfn_status gfn_launcher_refuse(const struct gfn_launcher *launcher, const char *library);

#endif
