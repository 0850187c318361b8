/* SPDX-License-Identifier: MIT
 *
 * comm/cores.h - which cores of a host its ranks may use, and what share of them is one's own.
 */
#ifndef COMM_CORES_H
#define COMM_CORES_H

#include <stdbool.h>
#include <stdint.h>

/* The largest machine that Linux is built for; cores numbered beyond it are not counted. */
enum { GFN_CORES_MAX = 8192 };

/* For each core of a host the number of ranks whose affinity mask holds it, and of ranks to which
 * the launcher could have given it. Of one rank: 0 or 1. Of all: the sum of theirs. */
struct gfn_cores {
    int32_t held[GFN_CORES_MAX], granted[GFN_CORES_MAX];
};

struct gfn_core_count {
    int usable;   /* cores that some rank holds */
    int hidden;   /* cores that none holds though the launcher could have given them */
    double share; /* sum over the own cores of 1 / (ranks that hold it) */
};

/* This process's cores. Where it was launched: which the launcher could have given is found out by
 * lifting the calling thread's binding for a moment. */
void gfn_cores_read(struct gfn_cores *own, bool is_launched);

/* `host`: the sum of all ranks' own, this one's included. */
struct gfn_core_count gfn_cores_count(const struct gfn_cores *own, const struct gfn_cores *host);

#endif
