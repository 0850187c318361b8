/* SPDX-License-Identifier: MIT
 *
 * comm/cpu_quota.h - the processor time that control groups grant to the ranks of a host.
 */
#ifndef COMM_CPU_QUOTA_H
#define COMM_CPU_QUOTA_H

#include <stdint.h>

/* Groups of a process that have a quota; further ones are not counted. */
enum { GFN_QUOTA_GROUPS = 8 };

struct gfn_quota_group {
    uint64_t device, inode; /* which group it is */
    double cores;           /* cores' worth of processor time; > 0 */
};

/* The quotas that apply to one rank. It travels as bytes between the ranks of a host. */
struct gfn_quota {
    int64_t n;
    struct gfn_quota_group groups[GFN_QUOTA_GROUPS];
};

/* The quotas of this process; none if they cannot be read. `root` is put before the names of all
 * files; it is "" except in tests. */
void gfn_quota_read(const char *root, struct gfn_quota *quota);

/* The part of a rank if the ranks in a group share its quota equally: of all [ranks] on a host.
 * INFINITY: no quota. Exactly, or of the quotas rounded up to whole cores. */
double gfn_quota_share(const struct gfn_quota *all, int ranks, int rank);
double gfn_quota_whole_share(const struct gfn_quota *all, int ranks, int rank);

#endif
