/* SPDX-License-Identifier: MIT
 *
 * A communicator of one rank, without MPI: no messages.
 */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"

static gfn_status sum(gfn_comm *comm, int64_t *x, size_t n)
{
    (void)comm, (void)x, (void)n;
    return GFN_OK;
}

static gfn_status min(gfn_comm *comm, int64_t *x)
{
    (void)comm, (void)x;
    return GFN_OK;
}

static gfn_status broadcast(gfn_comm *comm, void *data, size_t size, int root)
{
    (void)comm, (void)data, (void)size, (void)root;
    return GFN_OK;
}

static gfn_status count(gfn_comm *comm, const int64_t *mine, size_t n, size_t width, size_t *counts)
{
    (void)comm, (void)mine, (void)width;
    counts[0] = n;
    return GFN_OK;
}

static gfn_status gather(gfn_comm *comm, const int64_t *mine, size_t width, int64_t *all,
                         const size_t *counts)
{
    (void)comm;
    if (counts[0] * width > 0)
        memcpy(all, mine, counts[0] * width * sizeof *all);
    return GFN_OK;
}

static void abort_serial(gfn_comm *comm, int exit_status)
{
    (void)comm, (void)exit_status;
}

static void close_serial(gfn_comm *comm)
{
    gfn_release(&comm);
}

static const struct gfn_comm_verbs verbs = {
    .sum = sum,
    .min = min,
    .broadcast = broadcast,
    .count = count,
    .gather = gather,
    .abort = abort_serial,
    .close = close_serial,
};

gfn_status gfn_comm_open_alone(bool is_launched, gfn_comm **comm)
{
    gfn_comm *self;
    struct gfn_cores *cores;
    GFN_TRY(gfn_allocate("cores", 1, sizeof *cores, &cores));
    gfn_status status = gfn_allocate("communicator", 1, sizeof *self, &self);
    if (status == GFN_OK) {
        struct gfn_quota quota;
        gfn_quota_read("", &quota);
        gfn_cores_read(cores, is_launched);
        *self = (gfn_comm){
            .verbs = &verbs,
            .library = "none",
            .size = 1,
            .hosts = 1,
            .cores = gfn_cores_count(cores, cores),
            .most = GFN_COMM_MOST,
        };
        gfn_cores_limit(&self->cores, &quota, 1, 0);
        gfn_comm_use_own_heartbeat(self);
        *comm = self;
    }
    gfn_release(&cores);
    return status;
}

gfn_status gfn_comm_open_serial(gfn_comm **comm)
{
    return gfn_comm_open_alone(false, comm);
}
