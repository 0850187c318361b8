/* SPDX-License-Identifier: MIT
 *
 * comm/heartbeat.h - what a rank is at, for the other ranks of its host to see.
 *
 * A rank writes its own with plain stores, which cost nothing, in memory that they all share; no
 * clock is read. Who looks twice and finds the same knows that the rank has not moved.
 */
#ifndef COMM_HEARTBEAT_H
#define COMM_HEARTBEAT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

struct gfn_heartbeat {
    _Alignas(GFN_ALIGNMENT) _Atomic int64_t moves; /* grows whenever the rank goes on */
    /* Points of the sequence of messages, common to all ranks, that this rank has come to. Who is
     * behind is who the others wait for. */
    _Atomic int64_t milestones;
    _Atomic int64_t iteration; /* -1: outside of iterations */
    _Atomic int phase;         /* gfn_comm_phase_name() */
    atomic_bool is_waiting;    /* for others, in a message */
    atomic_bool is_watched;
    _Atomic int rank; /* among all */
    _Atomic int64_t process;
};

/* One writer: no lock is needed to add. */
static inline void gfn_heartbeat_add(_Atomic int64_t *counter)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

static inline void gfn_heartbeat_enter_message(struct gfn_heartbeat *pulse)
{
    atomic_store_explicit(&pulse->is_waiting, true, memory_order_relaxed);
    gfn_heartbeat_add(&pulse->milestones);
}

static inline void gfn_heartbeat_leave_message(struct gfn_heartbeat *pulse)
{
    atomic_store_explicit(&pulse->is_waiting, false, memory_order_relaxed);
    gfn_heartbeat_add(&pulse->moves);
}

#endif
