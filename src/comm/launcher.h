/* SPDX-License-Identifier: MIT
 *
 * comm/launcher.h - the launcher of this process, according to environment variables.
 */
#ifndef COMM_LAUNCHER_H
#define COMM_LAUNCHER_H

#include <stdbool.h>

#include <gfn/status.h>

#include "comm/slot.h"

struct gfn_launcher {
    const char *name;      /* "Open MPI's mpirun"; NULL: no launcher */
    const char *variable;  /* the variable that shows it */
    int value;             /* the value of that variable */
    int size;              /* processes that it started, as far as known; at least 1 */
    int rank;              /* of this process; 0 without a launcher */
    bool lacks_connection; /* its processes have no way to find each other */
    bool is_size_known;    /* `size` is that of the whole job */
    enum gfn_slot_kind kind;
    char unset[160]; /* variables that show launchers, this and others: "A B" */
};

/* `lookup` is getenv() or a test's. */
struct gfn_launcher gfn_launcher_find(char *(*lookup)(const char *name));

/* The slot of this process with that launcher. */
struct gfn_slot gfn_launcher_slot(const struct gfn_launcher *launcher,
                                  char *(*lookup)(const char *name));

/* The error for a launcher that started several processes, each of which finds one rank. `library`:
 * the MPI library, "Open MPI 4.1.4", or NULL in builds without MPI. Returns GFN_ECOMM; if the slot
 * is open, on ranks other than 0 one second later, so that rank 0 can print the message. */
gfn_status gfn_launcher_refuse(const struct gfn_launcher *launcher, const char *library);

/* The error for a launcher whose slot is closed or taken. Returns GFN_ECOMM. */
gfn_status gfn_launcher_refuse_slot(const struct gfn_launcher *launcher, struct gfn_slot slot);

#endif
