/* SPDX-License-Identifier: MIT
 *
 * comm/heartbeat.h - the progress of a rank, readable by the other ranks of its host.
 *
 * A rank writes its own heartbeat with plain stores to memory that the ranks share, which costs
 * almost nothing; no clock is read. If two successive reads are equal, the rank has made no
 * progress.
 */
#ifndef COMM_HEARTBEAT_H
#define COMM_HEARTBEAT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

struct gfn_heartbeat {
    _Alignas(GFN_ALIGNMENT) _Atomic int64_t moves; /* grows with any progress */
    /* Points that this rank has reached in the sequence of messages, which is the same on all
     * ranks. The others wait for the rank with the smallest number. */
    _Atomic int64_t milestones;
    _Atomic int64_t iteration; /* -1: outside of iterations */
    _Atomic int phase;         /* named by gfn_comm_phase_name() */
    atomic_bool is_waiting;    /* for other ranks, in a message */
    atomic_bool is_watched;
    _Atomic int rank; /* among all */
    _Atomic int64_t process;
};

/* There is one writer, so adding needs no lock. */
static inline void gfn_heartbeat_add(_Atomic int64_t *counter)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

static inline void gfn_heartbeat_enter_message(struct gfn_heartbeat *heartbeat)
{
    atomic_store_explicit(&heartbeat->is_waiting, true, memory_order_relaxed);
    gfn_heartbeat_add(&heartbeat->milestones);
}

static inline void gfn_heartbeat_leave_message(struct gfn_heartbeat *heartbeat)
{
    atomic_store_explicit(&heartbeat->is_waiting, false, memory_order_relaxed);
    gfn_heartbeat_add(&heartbeat->moves);
}

#endif
