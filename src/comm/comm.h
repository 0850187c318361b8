/* SPDX-License-Identifier: MIT
 *
 * comm/comm.h - the interface of a kind of communicator, a table of functions.
 *
 * comm_serial.c and comm_mpi.c each fill one in; comm.c builds the public functions on it.
 */
#ifndef COMM_COMM_H
#define COMM_COMM_H

#include <gfn/comm.h>

#include "comm/cores.h"
#include "comm/heartbeat.h"
#include "comm/launcher.h"

/* All functions except `abort` and `close` are collective, and return the same status on every rank
 * unless messages are lost. */
struct gfn_comm_verbs {
    gfn_status (*sum)(gfn_comm *comm, int64_t *x, size_t n);
    gfn_status (*min)(gfn_comm *comm, int64_t *x); /* *x = the minimum over all ranks */
    gfn_status (*broadcast)(gfn_comm *comm, void *data, size_t size, int root);
    /* counts[rank] = n of that rank, which has the records mine [n][width] */
    gfn_status (*count)(gfn_comm *comm, const int64_t *mine, size_t n, size_t width,
                        size_t *counts);
    /* all [sum of counts][width] = the records given to `count`, which is the call before. */
    gfn_status (*gather)(gfn_comm *comm, const int64_t *mine, size_t width, int64_t *all,
                         const size_t *counts);
    void (*abort)(gfn_comm *comm, int exit_status);
    void (*close)(gfn_comm *comm); /* frees comm */
};

struct gfn_comm {
    const struct gfn_comm_verbs *verbs;
    const char *library;
    _Atomic(const char *const *) phase_names; /* [n_phase_names]; set before their number */
    atomic_int n_phase_names;
    int rank, size, hosts;
    struct gfn_core_count cores;
    size_t most; /* elements in one message; tests make it small */

    /* The heartbeat of this rank, and those that this rank can read, its own among them: of all
     * ranks of the host if they share memory, else `own` alone. */
    struct gfn_heartbeat *heartbeat, *heartbeats;
    size_t n_heartbeats;
    atomic_bool *has_alarm;                    /* a rank of the host has given an alarm */
    struct gfn_watch *watch;                   /* NULL: not watched */
    struct gfn_launcher_watch *launcher_watch; /* NULL: not watched */
    struct gfn_heartbeat own;
    atomic_bool own_alarm;
};

/* Set the names of phases 1 ... n-1 for messages about hangs and crashes. `names` is borrowed until
 * the communicator is closed. Not collective, but all ranks give the same names. */
void gfn_comm_name_phases(gfn_comm *comm, const char *const *names, int n);

/* A phase begins; 0: none of those that have names. iteration -1: none. */
void gfn_comm_enter(gfn_comm *comm, int phase, int64_t iteration);
void gfn_comm_end_watch(gfn_comm *comm);
void gfn_comm_end_launcher_watch(gfn_comm *comm);

/* Show that a long phase makes progress. */
static inline void gfn_comm_beat(gfn_comm *comm)
{
    gfn_heartbeat_add(&comm->heartbeat->moves);
}

/* Do `work` on rank 0 while the other ranks wait; a watch does not take the wait for a hang as long
 * as the work runs parallel loops (base/parallel.h). The work calls nothing collective.
 * Collective; returns the same status on every rank: that of the work, or GFN_ECOMM. */
gfn_status gfn_comm_work_alone(gfn_comm *comm, gfn_status (*work)(void *self), void *self);

/* Copy an array of rank 0 to all ranks. `array` is the address of a pointer, on rank 0 to *n
 * elements of `size` bytes. The other ranks get *n, and an array that gfn_release() frees; `what`
 * names it in messages. Collective. Errors: GFN_ENOMEM, GFN_EINVAL (n * size overflows), GFN_ECOMM,
 * on every rank; then the other ranks have NULL. */
gfn_status gfn_comm_broadcast_array(gfn_comm *comm, const char *what, size_t size, size_t *n,
                                    void *array);

/* Most elements in one message: the counts and displacements of MPI are ints. */
#define GFN_COMM_MOST ((size_t)1 << 30)

/* Let this rank read only its own heartbeat; the initial state of a communicator. */
void gfn_comm_use_own_heartbeat(gfn_comm *comm);

/* Open a communicator with this process only, which a launcher may have started. Errors:
 * GFN_ENOMEM.
 */
gfn_status gfn_comm_open_alone(bool is_launched, gfn_comm **comm);

/* Join the ranks that `launcher` started. In comm_mpi.c, or comm_none.c in builds without MPI. */
gfn_status gfn_comm_join(const struct gfn_launcher *launcher, gfn_comm **comm);

#endif
