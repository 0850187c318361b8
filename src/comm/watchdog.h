/* SPDX-License-Identifier: MIT
 *
 * comm/watchdog.h - finding the rank that hangs.
 *
 * Every process has a watcher: a thread that looks at the pulses of all ranks of its host. A
 * process that is stopped has nobody awake in it, but its neighbours see it; one that is alone on
 * its host is missed by the other hosts.
 */
#ifndef COMM_WATCHDOG_H
#define COMM_WATCHDOG_H

#include <gfn/comm.h>

#include <stddef.h>

#include "comm/heartbeat.h"

/* What a watcher remembers of a rank. */
struct gfn_sight {
    int64_t moves, milestones;
    double age;   /* seconds without a change */
    double delay; /* of these, seconds in which it was not one of those that wait for others */
};

/* Take note of n pulses, `seconds` after the last time. */
void gfn_watchdog_look(const struct gfn_heartbeat *pulses, size_t n, double seconds,
                       struct gfn_sight *sights);

enum gfn_verdict {
    GFN_ALL_MOVE,
    GFN_RANK_HANGS, /* pulses[*culprit] */
    GFN_OTHERS_HANG /* all watched ranks here wait, and for none of these */
};

/* A rank hangs that has not moved for `patience` seconds in which it worked or was behind the
 * others in the sequence of messages. Where all are watched and wait at the same point, ranks that
 * cannot be seen from here may work in several phases of nearly that length: they get twice the
 * time. */
enum gfn_verdict gfn_watchdog_judge(const struct gfn_heartbeat *pulses, size_t n, double patience,
                                    const struct gfn_sight *sights, size_t *culprit);

/* The name of a phase as gfn_comm_name_phases() gave it; 0 and unknown numbers are none of them. */
const char *gfn_comm_phase_name(const gfn_comm *comm, int phase);

#endif
