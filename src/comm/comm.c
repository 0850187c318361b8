/* SPDX-License-Identifier: MIT */
#include "comm/comm.h"

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

void gfn_comm_close(gfn_comm **comm)
{
    if (*comm != NULL) {
        gfn_comm_end_launcher_watch(*comm);
        gfn_comm_end_watch(*comm);
        (*comm)->verbs->close(*comm);
    }
    *comm = NULL;
}

void gfn_comm_abort(gfn_comm *comm, int exit_status)
{
    comm->verbs->abort(comm, exit_status);
}

int gfn_comm_rank(const gfn_comm *comm)
{
    return comm->rank;
}

int gfn_comm_size(const gfn_comm *comm)
{
    return comm->size;
}

int gfn_comm_hosts(const gfn_comm *comm)
{
    return comm->hosts;
}

int gfn_comm_host_cores(const gfn_comm *comm)
{
    return comm->cores.usable;
}

double gfn_comm_core_share(const gfn_comm *comm)
{
    return comm->cores.share;
}

int gfn_comm_hidden_cores(const gfn_comm *comm)
{
    return comm->cores.hidden;
}

int gfn_comm_withheld_cores(const gfn_comm *comm)
{
    return comm->cores.withheld;
}

const char *gfn_comm_library(const gfn_comm *comm)
{
    return comm->library;
}

void gfn_comm_share(const gfn_comm *comm, int64_t n, int64_t *first, int64_t *mine)
{
    const int64_t rank = comm->rank, each = n / comm->size, rest = n % comm->size;
    *first = each * rank + (rest < rank ? rest : rank);
    *mine = each + (rank < rest);
}

gfn_status gfn_comm_sum_i64(gfn_comm *comm, int64_t *x, size_t n)
{
    gfn_heartbeat_enter_message(comm->heartbeat);
    gfn_status status = comm->verbs->sum(comm, x, n);
    gfn_heartbeat_leave_message(comm->heartbeat);
    return status;
}

static gfn_status broadcast(gfn_comm *comm, void *data, size_t size, int root)
{
    gfn_heartbeat_enter_message(comm->heartbeat);
    gfn_status status = comm->verbs->broadcast(comm, data, size, root);
    gfn_heartbeat_leave_message(comm->heartbeat);
    return status;
}

gfn_status gfn_comm_broadcast(gfn_comm *comm, void *data, size_t size)
{
    return broadcast(comm, data, size, 0);
}

gfn_status gfn_comm_broadcast_array(gfn_comm *comm, const char *what, size_t size, size_t *n,
                                    void *array)
{
    void **data = array;
    const bool is_root = comm->rank == 0;
    gfn_status status = GFN_OK;
    if (!is_root)
        *data = NULL;
    GFN_TRY(gfn_comm_broadcast(comm, n, sizeof *n));
    if (!is_root)
        status = gfn_allocate(what, *n, size, data);
    status = gfn_comm_agree(comm, status);
    if (status == GFN_OK)
        status = gfn_comm_broadcast(comm, *data, *n * size);
    if (status != GFN_OK && !is_root)
        gfn_release(data);
    return status;
}

/* Every rank knows all counts, so every rank gets the same result. */
static gfn_status check_room(const gfn_comm *comm, const size_t *counts, size_t width,
                             size_t capacity)
{
    size_t total = 0, bytes;
    for (int i = 0; i < comm->size; i++)
        if (__builtin_add_overflow(total, counts[i], &total))
            return gfn_fail(GFN_EINVAL, "gather: more records than can be counted");
    if (total > capacity)
        return gfn_fail(GFN_EINVAL, "gather: %zu record%s from %d rank%s, but room for %zu", total,
                        gfn_plural((int64_t)total), comm->size, gfn_plural(comm->size), capacity);
    if (!gfn_multiply(total, width, &bytes) || !gfn_multiply(bytes, sizeof(int64_t), &bytes))
        return gfn_fail(GFN_EINVAL, "gather: %zu record%s of %zu word%s overflow", total,
                        gfn_plural((int64_t)total), width, gfn_plural((int64_t)width));
    return GFN_OK;
}

gfn_status gfn_comm_gather_i64(gfn_comm *comm, const int64_t *mine, size_t n, size_t width,
                               int64_t *all, size_t capacity, size_t *counts)
{
    gfn_heartbeat_enter_message(comm->heartbeat);
    gfn_status status = comm->verbs->count(comm, mine, n, width, counts);
    if (status == GFN_OK)
        status = check_room(comm, counts, width, capacity);
    if (status == GFN_OK)
        status = comm->verbs->gather(comm, mine, width, all, counts);
    gfn_heartbeat_leave_message(comm->heartbeat);
    return status;
}

static gfn_status min(gfn_comm *comm, int64_t *x)
{
    gfn_heartbeat_enter_message(comm->heartbeat);
    gfn_status status = comm->verbs->min(comm, x);
    gfn_heartbeat_leave_message(comm->heartbeat);
    return status;
}

gfn_status gfn_comm_agree(gfn_comm *comm, gfn_status mine)
{
    if (comm->size == 1)
        return mine;
    int64_t first = mine == GFN_OK ? comm->size : comm->rank;
    GFN_TRY(min(comm, &first));
    if (first == comm->size)
        return GFN_OK;

    struct {
        int32_t status;
        char message[1024];
    } verdict = {0};
    if (first == comm->rank) {
        verdict.status = mine;
        gfn_format(verdict.message, sizeof verdict.message, "%s", gfn_error_message());
    }
    GFN_TRY(broadcast(comm, &verdict, sizeof verdict, (int)first));
    if (first == 0)
        return gfn_fail((gfn_status)verdict.status, "%s", verdict.message);
    return gfn_fail((gfn_status)verdict.status, "rank %d: %s", (int)first, verdict.message);
}
