/* SPDX-License-Identifier: MIT
 *
 * gfn/comm.h - the other processes of a run, behind the few verbs that training needs.
 *
 * A rank is one process. Every verb is collective: all ranks call it in the same order with
 * matching arguments, from the thread that opened the communicator. With one rank everything
 * works without MPI.
 */
#ifndef GFN_COMM_H
#define GFN_COMM_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

GFN_BEGIN_DECLS

typedef struct gfn_comm gfn_comm;

/* Join the other ranks: MPI where a launcher (mpirun, srun) started this process, else alone.
 * At most one is open in a process at a time, and MPI cannot start a second time.
 * Open MPI handles SIGABRT, SIGBUS, SIGFPE and SIGSEGV unless the program does already, and UCX,
 * which an MPI may use, most of them in any case. These handlers print a stack trace, for which
 * they allocate memory: after a crash within malloc() they may wait for ever, and all ranks with
 * them. A program that does not want them installs its own before, and once more after.
 * Errors: GFN_ECOMM, also where a launcher of another MPI started several processes that each see
 * one rank, and where a launcher started several but the library was built without MPI; then all
 * of them fail alike, and only the one whose gfn_comm_launched_rank() is 0 need say so. */
GFN_API gfn_status gfn_comm_open(gfn_comm **comm);

/* This process's number among those that a launcher started, as its environment tells; 0 without
 * a launcher. Needs no communicator: it says who speaks when none can be opened. */
GFN_API int gfn_comm_launched_rank(void);

/* Whether a launcher started this process (1) or a shell (0). */
GFN_API int gfn_comm_is_launched(void);

/* One rank, always. Errors: GFN_ENOMEM. */
GFN_API gfn_status gfn_comm_open_serial(gfn_comm **comm);

/* Leave; collective. Accepts NULL inside. */
GFN_API void gfn_comm_close(gfn_comm **comm);

/* End all ranks at once after a failure that they cannot agree on. Not collective. Under MPI it
 * does not return; without, there is nobody else to end: it returns, and the caller ends itself. */
GFN_API void gfn_comm_abort(gfn_comm *comm, int exit_status);

GFN_API int gfn_comm_rank(const gfn_comm *comm);
GFN_API int gfn_comm_size(const gfn_comm *comm);
GFN_API int gfn_comm_hosts(const gfn_comm *comm); /* hosts that hold the ranks */

/* Cores of this rank's host that all its ranks together may use, and this rank's share of them:
 * the sum over the cores in its affinity mask of 1 / (ranks whose mask holds the core). */
GFN_API int gfn_comm_host_cores(const gfn_comm *comm);
GFN_API double gfn_comm_core_share(const gfn_comm *comm);

/* Cores of this host that the launcher could have given but that its binding hides from all its
 * ranks. */
GFN_API int gfn_comm_hidden_cores(const gfn_comm *comm);

/* "Open MPI 4.1.4", "none": what carries the messages. Static storage. */
GFN_API const char *gfn_comm_library(const gfn_comm *comm);

/* This rank's share of n things that are numbered from 0: *mine of them from number *first on.
 * Shares follow each other in rank order and differ by at most one. Not collective. */
GFN_API void gfn_comm_share(const gfn_comm *comm, int64_t n, int64_t *first, int64_t *mine);

/* Called when a rank hangs, from a thread of its own, again and again until the process has ended.
 * It is to end it, for nothing else can be done: others may hold locks. `message`, valid for the
 * call, names the rank, what it is at and since when; in the other processes of its host, which are
 * told a little later, it is NULL. */
typedef void (*gfn_comm_alarm)(void *self, const char *message);

/* Watch this rank and those of its host: one that has not moved on for `seconds`, neither from one
 * phase of training to the next nor in messages, hangs, also where it is busy: a program of one's
 * own that works longer between them needs more seconds. Where it may be on another host, it takes
 * twice as long. Ends with the communicator, which borrows `self` until then. Not collective, but
 * all ranks shall be watched.
 * Errors: GFN_EINVAL (not a positive time, or the second watch), GFN_ENOMEM. */
GFN_API gfn_status gfn_comm_watch(gfn_comm *comm, double seconds, gfn_comm_alarm alarm, void *self);

/* While it is paused, this rank may stand still as long as it likes, for instance where it prints
 * what nobody reads. Not collective. */
GFN_API void gfn_comm_pause_watch(gfn_comm *comm, int is_paused);

/* What this rank is at, "in sampling of iteration 512", cut to `size` bytes; returns text. Takes no
 * lock and no memory: a handler of signals may ask. Not collective. */
GFN_API const char *gfn_comm_place(const gfn_comm *comm, char *text, size_t size);

/* Sum x[n] over all ranks, in place and exactly: the result does not depend on the number of ranks,
 * their order or the algorithm. The caller keeps the sums within int64.
 * Errors: GFN_ECOMM; then x is undefined on every rank. */
GFN_API gfn_status gfn_comm_sum_i64(gfn_comm *comm, int64_t *x, size_t n);

/* Copy `size` bytes from rank 0 to all. Errors: GFN_ECOMM. */
GFN_API gfn_status gfn_comm_broadcast(gfn_comm *comm, void *data, size_t size);

/* Everybody's records, in rank order: `mine` holds `n` records of `width` int64 words; `all` gets
 * the records of all ranks one after another and counts[size] how many each gave.
 * `capacity`: records that fit in `all`; it and `width` are the same on all ranks. The arrays do
 * not overlap. Errors: GFN_EINVAL on every rank (too many), GFN_ECOMM; then all[] is undefined. */
GFN_API gfn_status gfn_comm_gather_i64(gfn_comm *comm, const int64_t *mine, size_t n, size_t width,
                                       int64_t *all, size_t capacity, size_t *counts);

/* One status for all: GFN_OK if every rank gave it, else the status and the message of the lowest
 * rank that failed ("rank 3: ...", of rank 0 as it is; it becomes gfn_error_message() everywhere).
 */
GFN_API gfn_status gfn_comm_agree(gfn_comm *comm, gfn_status mine);

GFN_END_DECLS

#endif
