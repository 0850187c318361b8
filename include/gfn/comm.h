/* SPDX-License-Identifier: MIT
 *
 * gfn/comm.h - communication between the processes of a run: the few functions that training needs.
 *
 * A rank is one process. Functions that communicate are collective: all ranks call them in the same
 * order with matching arguments, from the thread that opened the communicator. With one rank
 * everything works without MPI.
 */
#ifndef GFN_COMM_H
#define GFN_COMM_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

GFN_BEGIN_DECLS

typedef struct gfn_comm gfn_comm;

/* Join the other ranks: by MPI if a launcher (mpirun, srun) started several processes, else alone.
 * At most one communicator is open per process at a time, and MPI cannot start a second time. Open
 * MPI handles SIGABRT, SIGBUS, SIGFPE and SIGSEGV unless the program already does; UCX, which an
 * MPI library may use, handles most of them in any case. These handlers allocate memory to print a
 * stack trace: after a crash within malloc() they may wait forever, and all ranks with them. To
 * avoid this, install your own handlers before this call, and again after it.
 * Errors: GFN_ECOMM, also if a launcher of another MPI started several processes that each see one
 * rank, or if a launcher started several processes but the library was built without MPI. Then all
 * of them fail in the same way, and only the one whose gfn_comm_launched_rank() was 0 before this
 * call needs to report it. Also GFN_ECOMM if environment variables show a launcher of several
 * processes that no longer waits for this one. */
GFN_API gfn_status gfn_comm_open(gfn_comm **comm);

/* This process's number among those that a launcher started, from environment variables; 0 without
 * a launcher, or if that launcher has ended or another process has this process's place. Needs no
 * communicator: it selects the process that reports an error if none can be opened. */
GFN_API int gfn_comm_launched_rank(void);

/* Whether a launcher that still runs started this process (1), or a shell (0). */
GFN_API int gfn_comm_is_launched(void);

/* Open a communicator with this process only. Errors: GFN_ENOMEM. */
GFN_API gfn_status gfn_comm_open_serial(gfn_comm **comm);

/* Leave; collective. *comm may be NULL. */
GFN_API void gfn_comm_close(gfn_comm **comm);

/* End all ranks at once after a failure that they cannot agree on. Not collective. Under MPI it
 * does not return. Without MPI there are no other ranks: it returns, and the caller must exit. */
GFN_API void gfn_comm_abort(gfn_comm *comm, int exit_status);

GFN_API int gfn_comm_rank(const gfn_comm *comm);
GFN_API int gfn_comm_size(const gfn_comm *comm);
GFN_API int gfn_comm_hosts(const gfn_comm *comm); /* hosts that hold the ranks */

/* Cores of this rank's host that all its ranks together may use, and this rank's share of them:
 * the sum over the cores in its affinity mask of 1 / (ranks whose mask holds the core). Both are
 * limited to the CPU quotas of the ranks' control groups, rounded up to whole cores; ranks of one
 * group have equal parts of its quota. */
GFN_API int gfn_comm_host_cores(const gfn_comm *comm);
GFN_API double gfn_comm_core_share(const gfn_comm *comm);

/* Cores of this host that the launcher could use but that its binding hides from all its ranks. */
GFN_API int gfn_comm_hidden_cores(const gfn_comm *comm);

/* Cores of this host in the affinity masks of its ranks for which they have no CPU quota. */
GFN_API int gfn_comm_withheld_cores(const gfn_comm *comm);

/* The MPI library, "Open MPI 4.1.4" or "none". Static storage. */
GFN_API const char *gfn_comm_library(const gfn_comm *comm);

/* This rank's share of n things that are numbered from 0: *mine of them, starting at number *first.
 * Shares follow each other in rank order, and their sizes differ by at most one. Not collective. */
GFN_API void gfn_comm_share(const gfn_comm *comm, int64_t n, int64_t *first, int64_t *mine);

/* Called if a rank hangs, from a separate thread, repeatedly until the process has ended. It must
 * end the process and do little else, because other threads may hold locks. `message`, valid for
 * the call, names the rank, its current work and since when; in the other processes of its host,
 * which call it a little later, it is NULL. */
typedef void (*gfn_comm_alarm)(void *self, const char *message);

/* Watch this rank and the other ranks of its host. A rank hangs if for `seconds` it has neither
 * entered a new phase of training nor made progress in messages, even if it is busy: a user-defined
 * program that works longer between these needs more seconds. If the rank may be on another host,
 * it takes twice as long. The watch ends with the communicator, which borrows `self` until then.
 * Not collective, but all ranks should be watched.
 * Errors: GFN_EINVAL (not a positive time, or the second watch), GFN_ENOMEM. */
GFN_API gfn_status gfn_comm_watch(gfn_comm *comm, double seconds, gfn_comm_alarm alarm, void *self);

/* Watch the process that launched this one, mpirun or its daemon on this host. If it is gone (it
 * was killed), other ranks may be gone too, and no launcher ends this one: `lost` is called once
 * per second from a separate thread, `seconds` after the first call. It should stop the work, and
 * end the process if that takes too long. Nothing is watched without a launcher, or if /proc does
 * not show it. The watch ends with the communicator, which borrows `self` until then; only the
 * first call of a communicator counts. Not collective. Errors: GFN_ENOMEM. */
GFN_API gfn_status gfn_comm_watch_launcher(gfn_comm *comm, void (*lost)(void *self, double seconds),
                                           void *self);

/* While the watch is paused, this rank may be idle for any time, for instance while it prints to a
 * pipe that is not read. Not collective. */
GFN_API void gfn_comm_pause_watch(gfn_comm *comm, int is_paused);

/* The current work of this rank, "in sampling of iteration 512", cut to `size` bytes; returns text.
 * Takes no lock and no memory: a signal handler may call it. Not collective. */
GFN_API const char *gfn_comm_place(const gfn_comm *comm, char *text, size_t size);

/* Sum x[n] over all ranks, in place and exactly: the result does not depend on the number of ranks,
 * their order or the algorithm. The caller must keep the sums within int64.
 * Errors: GFN_ECOMM; then x is undefined on every rank. */
GFN_API gfn_status gfn_comm_sum_i64(gfn_comm *comm, int64_t *x, size_t n);

/* Copy `size` bytes from rank 0 to all. Errors: GFN_ECOMM. */
GFN_API gfn_status gfn_comm_broadcast(gfn_comm *comm, void *data, size_t size);

/* Gather the records of all ranks on every rank, in rank order: `mine` holds `n` records of `width`
 * int64 words; `all` gets the records of all ranks one after another, and counts[size] the number
 * of records of each rank. `capacity` is the number of records that fit in `all`; it and `width`
 * must be the same on all ranks. The arrays must not overlap. Errors: GFN_EINVAL on every rank (too
 * many), GFN_ECOMM; then all[] is undefined. */
GFN_API gfn_status gfn_comm_gather_i64(gfn_comm *comm, const int64_t *mine, size_t n, size_t width,
                                       int64_t *all, size_t capacity, size_t *counts);

/* Agree on one status: GFN_OK if every rank passed it, else the status and the message of the
 * lowest rank that failed ("rank 3: ..."; rank 0's message has no prefix). The message becomes
 * gfn_error_message() on all ranks. */
GFN_API gfn_status gfn_comm_agree(gfn_comm *comm, gfn_status mine);

GFN_END_DECLS

#endif
