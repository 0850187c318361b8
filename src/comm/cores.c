/* SPDX-License-Identifier: MIT
 *
 * The launcher could have given a core if its own process may use it and if this process gets it
 * when it requests all cores. The first condition excludes cores that the user withheld from the
 * launcher (taskset -c 0 mpirun ...). The second excludes cores that a container or a batch system
 * denies: the kernel limits every request to the cpuset of the process. The number of processors
 * that are online, or /proc of process 1, would count both as hidden by the launcher. If the parent
 * is invisible (in another container), its number is 0, which means this process itself, and no
 * core counts as hidden; nor does one if the parent is a bound script between launcher and process.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "comm/cores.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

/* A rank with a smaller share is crowded; sums of shares such as 1/3 are rounded. */
#define LEAST_SHARE 0.999
#define ROUNDING 1e-6

#ifdef __linux__

/* The kernel rejects masks that are shorter than its own, whose length cannot be queried. */
static cpu_set_t *read_mask(pid_t process, size_t *size)
{
    for (size_t cores = 1024; cores <= (size_t)1 << 20; cores *= 2) {
        cpu_set_t *mask = CPU_ALLOC(cores);
        if (mask == NULL)
            return NULL;
        *size = CPU_ALLOC_SIZE(cores);
        if (sched_getaffinity(process, *size, mask) == 0)
            return mask;
        CPU_FREE(mask);
        if (errno != EINVAL)
            return NULL;
    }
    return NULL;
}

static cpu_set_t *read_unbound_mask(const cpu_set_t *own, size_t size)
{
    size_t ignored;
    cpu_set_t *all = CPU_ALLOC(8 * size);
    if (all == NULL)
        return NULL;
    memset(all, 0xff, size);
    cpu_set_t *unbound = NULL;
    if (sched_setaffinity(0, size, all) == 0) {
        unbound = read_mask(0, &ignored);
        sched_setaffinity(0, size, own);
    }
    CPU_FREE(all);
    return unbound;
}

static void fill(int32_t *cores, const cpu_set_t *mask, size_t size)
{
    for (size_t i = 0; i < GFN_CORES_MAX && i < 8 * size; i++)
        cores[i] = CPU_ISSET_S(i, size, mask) ? 1 : 0;
}

/* All masks of one machine have the same size. */
static bool read_cores(struct gfn_cores *own, bool is_launched)
{
    size_t size, ignored;
    cpu_set_t *mask = read_mask(0, &size);
    if (mask == NULL)
        return false;
    fill(own->held, mask, size);
    fill(own->granted, mask, size);
    cpu_set_t *parent = is_launched ? read_mask(getppid(), &ignored) : NULL;
    cpu_set_t *unbound = parent ? read_unbound_mask(mask, size) : NULL;
    if (unbound != NULL) {
        CPU_AND_S(size, unbound, unbound, parent);
        CPU_OR_S(size, unbound, unbound, mask);
        fill(own->granted, unbound, size);
    }
    CPU_FREE(mask); /* all three accept NULL, as free() does */
    CPU_FREE(parent);
    CPU_FREE(unbound);
    return true;
}

#else

static bool read_cores(struct gfn_cores *own, bool is_launched)
{
    (void)own, (void)is_launched;
    return false;
}

#endif

void gfn_cores_read(struct gfn_cores *own, bool is_launched)
{
    memset(own, 0, sizeof *own);
    if (read_cores(own, is_launched))
        return;
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* masks are not available: all cores */
    own->held[0] = own->granted[0] = 1;
    for (long i = 1; i < online && i < GFN_CORES_MAX; i++)
        own->held[i] = own->granted[i] = 1;
}

struct gfn_core_count gfn_cores_count(const struct gfn_cores *own, const struct gfn_cores *host)
{
    struct gfn_core_count count = {0};
    for (int i = 0; i < GFN_CORES_MAX; i++) {
        count.usable += host->held[i] > 0;
        count.hidden += host->held[i] == 0 && host->granted[i] > 0;
        if (own->held[i] > 0)
            count.share += 1.0 / host->held[i];
    }
    count.is_crowded = count.share < LEAST_SHARE;
    return count;
}

void gfn_cores_limit(struct gfn_core_count *count, const struct gfn_quota *all, int ranks, int rank)
{
    double quota = 0;
    for (int i = 0; i < ranks; i++)
        quota += gfn_quota_share(all, ranks, i);
    const int held = count->usable;
    if (quota < held)
        count->usable = quota > 1 ? (int)ceil(quota - ROUNDING) : 1;
    count->withheld = held - count->usable;
    if (quota < held + count->hidden) /* more cores would be of no use */
        count->hidden = count->withheld > 0 ? 0 : (int)ceil(quota - ROUNDING) - held;
    count->is_crowded = fmin(count->share, gfn_quota_share(all, ranks, rank)) < LEAST_SHARE;
    count->share = fmin(count->share, gfn_quota_whole_share(all, ranks, rank));
}
