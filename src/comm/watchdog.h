/* SPDX-License-Identifier: MIT
 *
 * comm/watchdog.h - finds the rank that hangs.
 *
 * Every process has a thread that reads the heartbeats of all ranks of its host. In a process that
 * is stopped this thread is stopped too, but the other processes of the host report it. If it is
 * the only one on its host, the processes on other hosts report that they wait in vain.
 */
#ifndef COMM_WATCHDOG_H
#define COMM_WATCHDOG_H

#include <gfn/comm.h>

#include <stddef.h>

#include "comm/heartbeat.h"

/* The last heartbeat that was read of a rank, and when it changed. */
struct gfn_observation {
    int64_t moves, milestones;
    double age;   /* seconds without a change */
    double delay; /* of these, seconds in which the rank did not wait for others */
};

/* Read n heartbeats, `seconds` after the last time. */
void gfn_watchdog_observe(const struct gfn_heartbeat *heartbeats, size_t n, double seconds,
                          struct gfn_observation *observations);

enum gfn_verdict {
    GFN_ALL_MOVE,
    GFN_RANK_HANGS, /* heartbeats[*culprit] */
    GFN_OTHERS_HANG /* all watched ranks wait, but not for each other */
};

/* A rank hangs if it made no progress for `patience` seconds in which it worked or was behind the
 * others in the sequence of messages. If all are watched and wait at the same point, they wait for
 * ranks whose heartbeats cannot be read from here. These may work in several phases of nearly that
 * length, so they get twice the time. */
enum gfn_verdict gfn_watchdog_judge(const struct gfn_heartbeat *heartbeats, size_t n,
                                    double patience, const struct gfn_observation *observations,
                                    size_t *culprit);

/* The name that gfn_comm_name_phases() gave to a phase; a common name for 0 and unknown numbers. */
const char *gfn_comm_phase_name(const gfn_comm *comm, int phase);

#endif
