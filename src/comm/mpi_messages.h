/* SPDX-License-Identifier: MIT
 *
 * comm/mpi_messages.h - the state of a communicator by MPI, and its messages.
 *
 * If ranks outnumber the cores they may use, an MPI library that waits by polling makes each
 * message cost a time slice per rank (50 ms instead of 0.05 with 8 ranks on 2 cores with MPICH,
 * and with Open MPI if its launcher was given more slots than there are cores). Then every message
 * starts without blocking, and the rank yields its core until the message has arrived, which is
 * also faster than Open MPI's own yielding. Otherwise blocking calls are up to twice as fast.
 */
#ifndef COMM_MPI_MESSAGES_H
#define COMM_MPI_MESSAGES_H

#include <gfn/mpi.h>

#include "comm/comm.h"
#include "comm/host_reduce.h"

struct gfn_mpi_comm {
    struct gfn_comm base;
    MPI_Comm mpi;
    bool ends_mpi;            /* this communicator started MPI */
    bool is_crowded;          /* a rank has less than one core; the same on all ranks */
    bool shares_memory;       /* the ranks of each host do; the same on all ranks */
    struct gfn_host host;     /* valid if shares_memory */
    MPI_Comm first_ranks;     /* the first rank of each host; on other ranks MPI_COMM_NULL */
    int *counts, *starts;     /* [size], for gather */
    struct gfn_cores *cores;  /* [2], while opening */
    struct gfn_quota *quotas; /* [size], while opening */
};

/* The error of an MPI call that returned `code`. Errors: GFN_ECOMM. */
gfn_status gfn_mpi_check(const char *call, int code);

/* Wait for a message that has started, without polling all the time; returns a code of MPI. */
int gfn_mpi_wait_aside(MPI_Request *request);

/* Wait for the message that `code = call(..., request)` started. Errors: GFN_ECOMM. */
gfn_status gfn_mpi_finish(const struct gfn_mpi_comm *self, const char *call, int code,
                          MPI_Request *request);

/* Reduce x [n] in place over the ranks of `mpi`, by messages of MPI. Collective there. Errors:
 * GFN_ECOMM. */
gfn_status gfn_mpi_reduce(const struct gfn_mpi_comm *self, MPI_Comm mpi, MPI_Op op, int64_t *x,
                          size_t n);

/* Reduce x [n] in place over all ranks, through the memory of each host if it is shared.
 * Collective. Errors: GFN_ECOMM. */
gfn_status gfn_mpi_reduce_all(struct gfn_mpi_comm *self, enum gfn_host_operation operation,
                              int64_t *x, size_t n);

#endif
