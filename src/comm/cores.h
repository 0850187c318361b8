/* SPDX-License-Identifier: MIT
 *
 * comm/cores.h - the cores of a host that its ranks may use, and the share of each rank: by their
 * affinity masks, and by the quotas of their control groups.
 */
#ifndef COMM_CORES_H
#define COMM_CORES_H

#include <stdbool.h>
#include <stdint.h>

#include "comm/cpu_quota.h"

/* The largest number of cores that Linux is built for; further cores are not counted. */
enum { GFN_CORES_MAX = 8192 };

/* For each core of a host, the number of ranks whose affinity mask holds it, and of ranks to which
 * the launcher could have given it. For one rank 0 or 1; for a host the sum over its ranks. */
struct gfn_cores {
    int32_t held[GFN_CORES_MAX], granted[GFN_CORES_MAX];
};

struct gfn_core_count {
    int usable;      /* cores that at least one rank holds */
    int hidden;      /* cores that no rank holds although the launcher could have given them */
    int withheld;    /* cores that ranks hold but have no quota for */
    double share;    /* sum over the cores of this rank of 1 / (ranks that hold the core) */
    bool is_crowded; /* this rank has less than one core */
};

/* Read the cores of this process. If a launcher started it, the binding of the calling thread is
 * lifted for a moment to find the cores that the launcher could have given. */
void gfn_cores_read(struct gfn_cores *own, bool is_launched);

/* `host`: the sum of the cores of all ranks of the host, this one included. */
struct gfn_core_count gfn_cores_count(const struct gfn_cores *own, const struct gfn_cores *host);

/* Reduce a count to the quotas of all [ranks] of the host. For usable cores and for the share, a
 * quota is rounded up to whole cores. */
void gfn_cores_limit(struct gfn_core_count *count, const struct gfn_quota *all, int ranks,
                     int rank);

#endif
