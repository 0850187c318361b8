/* SPDX-License-Identifier: MIT
 *
 * A quota is the processor time that the processes of a group get per period, together. Version 2:
 * cpu.max, "50000 100000" or "max 100000". Version 1: cpu.cfs_quota_us, -1 without a quota, and
 * cpu.cfs_period_us. If a group has used it up, its threads stop until the next period begins.
 */
#include "comm/cpu_quota.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/control_groups.h"

/* The quota of a group in cores; 0: none. */
static double read_cores(const struct gfn_control_group *group)
{
    char quota[64], period[64];
    char *end = quota;
    if (group->version == 1 &&
        !gfn_control_group_read(group, "/cpu.cfs_period_us", period, sizeof period))
        return 0;
    gfn_control_group_read(group, group->version == 1 ? "/cpu.cfs_quota_us" : "/cpu.max", quota,
                           sizeof quota);
    const long long time = strtoll(quota, &end, 10);
    const long long of = strtoll(group->version == 1 ? period : end, NULL, 10);
    return time > 0 && of > 0 ? (double)time / (double)of : 0;
}

/* A group that is mounted twice counts once. */
static void add(void *self, const struct gfn_control_group *group)
{
    struct gfn_quota *quota = self;
    const double cores = read_cores(group);
    for (int64_t i = 0; i < quota->n; i++)
        if (quota->groups[i].device == group->device && quota->groups[i].inode == group->inode)
            return;
    if (cores > 0 && quota->n < GFN_QUOTA_GROUPS)
        quota->groups[quota->n++] = (struct gfn_quota_group){group->device, group->inode, cores};
}

void gfn_quota_read(const char *root, struct gfn_quota *quota)
{
    memset(quota, 0, sizeof *quota);
    gfn_control_groups_visit(root, "cpu", add, quota);
}

static int count_ranks(const struct gfn_quota *all, int ranks, const struct gfn_quota_group *group)
{
    int n = 0;
    for (int rank = 0; rank < ranks; rank++)
        for (int64_t i = 0; i < all[rank].n; i++)
            n += all[rank].groups[i].device == group->device &&
                 all[rank].groups[i].inode == group->inode;
    return n;
}

/* `is_whole`: of the quotas rounded up to whole cores. */
static double find_share(const struct gfn_quota *all, int ranks, int rank, bool is_whole)
{
    double share = INFINITY;
    for (int64_t i = 0; i < all[rank].n; i++) {
        const struct gfn_quota_group *group = &all[rank].groups[i];
        const double cores = is_whole ? ceil(group->cores) : group->cores;
        share = fmin(share, cores / count_ranks(all, ranks, group));
    }
    return share;
}

double gfn_quota_share(const struct gfn_quota *all, int ranks, int rank)
{
    return find_share(all, ranks, rank, false);
}

double gfn_quota_whole_share(const struct gfn_quota *all, int ranks, int rank)
{
    return find_share(all, ranks, rank, true);
}
