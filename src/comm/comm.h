/* SPDX-License-Identifier: MIT
 *
 * comm/comm.h - what a kind of communicator is made of: facts that do not change, and few verbs.
 *
 * comm_serial.c and comm_mpi.c each fill one in; comm.c builds the public verbs on them.
 */
#ifndef COMM_COMM_H
#define COMM_COMM_H

#include <gfn/comm.h>

#include "comm/cores.h"
#include "comm/heartbeat.h"
#include "comm/launcher.h"

/* All but `end` and `close` are collective and return on every rank what they return on one,
 * unless messages are lost. */
struct gfn_comm_verbs {
    gfn_status (*sum)(gfn_comm *comm, int64_t *x, size_t n);
    gfn_status (*lowest)(gfn_comm *comm, int64_t *x); /* *x = the least of all ranks' *x */
    gfn_status (*broadcast)(gfn_comm *comm, void *data, size_t size, int root);
    /* counts[rank] = its n, of its records mine [n][width] */
    gfn_status (*count)(gfn_comm *comm, const int64_t *mine, size_t n, size_t width,
                        size_t *counts);
    /* The same records, next after `count`: all [sum of counts][width] */
    gfn_status (*gather)(gfn_comm *comm, const int64_t *mine, size_t width, int64_t *all,
                         const size_t *counts);
    void (*end)(gfn_comm *comm, int exit_status);
    void (*close)(gfn_comm *comm); /* frees comm */
};

struct gfn_comm {
    const struct gfn_comm_verbs *verbs;
    const char *library;
    const char *const *phase_names; /* [n_phase_names], borrowed; set before their number */
    _Atomic int n_phase_names;
    int rank, size, hosts;
    struct gfn_core_count cores;
    size_t most; /* elements in one message; tests make it small */

    /* Pulses that can be seen from here, and one of them is this rank's own. Where ranks of a host
     * share memory, all of theirs; else `own` alone. */
    struct gfn_heartbeat *pulse, *pulses;
    size_t n_pulses;
    atomic_bool *has_alarm;  /* one of them gave it */
    struct gfn_watch *watch; /* NULL: nobody looks */
    struct gfn_heartbeat own;
    atomic_bool own_alarm;
};

/* Names of phases 1 ... n-1 for messages about hangs and crashes, from now on; borrowed (static).
 */
void gfn_comm_name_phases(gfn_comm *comm, const char *const *names, int n);

/* watch.c: a phase of training begins, 1 ... as in gfn_phases; 0: none. iteration -1: none. */
void gfn_comm_enter(gfn_comm *comm, int phase, int64_t iteration);
void gfn_comm_end_watch(gfn_comm *comm);

/* A long phase goes on. */
static inline void gfn_comm_beat(gfn_comm *comm)
{
    gfn_heartbeat_add(&comm->pulse->moves);
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

/* A count of MPI is an int; this one also leaves room for sums of two. */
#define GFN_COMM_MOST ((size_t)1 << 30)

/* The pulses that can be seen are this rank's own, until others are. */
void gfn_comm_use_own_heartbeat(gfn_comm *comm);

/* Join the ranks that `launcher` started. In comm_mpi.c, or comm_none.c in builds without MPI. */
gfn_status gfn_comm_join(const struct gfn_launcher *launcher, gfn_comm **comm);

#endif
