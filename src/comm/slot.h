/* SPDX-License-Identifier: MIT
 *
 * comm/slot.h - whether the launcher that environment variables show still waits for this
 * process.
 *
 * Variables of a launcher outlive it: in a shell that it started, in what that shell started, in
 * containers and saved environments. And one slot, a place among the ranks, serves one process
 * once.
 */
#ifndef COMM_SLOT_H
#define COMM_SLOT_H

#include <sys/types.h>

enum gfn_slot_state {
    GFN_SLOT_OPEN,    /* nothing speaks against it */
    GFN_SLOT_UNKNOWN, /* no variable says how to reach the launcher */
    GFN_SLOT_CLOSED,  /* the launcher has ended, or its connection to this process */
    GFN_SLOT_TAKEN,   /* a process that started this one is this rank already */
};

struct gfn_slot {
    enum gfn_slot_state state;
    pid_t owner; /* GFN_SLOT_TAKEN: that process */
};

/* How processes reach their launcher. */
enum gfn_slot_kind {
    GFN_SLOT_BY_PMIX, /* PMIX_SERVER_URI...: a port of this host */
    GFN_SLOT_BY_PMI,  /* PMI_FD: an open socket; or PMI_PORT: a port, perhaps of another host */
    GFN_SLOT_BY_TASK, /* not at all; SLURM_TASK_PID is the process that the launcher started */
};

/* `lookup` is getenv() or a test's. Nothing is sent to the launcher. */
struct gfn_slot gfn_slot_find(enum gfn_slot_kind kind, char *(*lookup)(const char *name));

#endif
