/* SPDX-License-Identifier: MIT */
#include "comm/mpi_messages.h"

#include <sched.h>
#include <time.h>

#include "base/error.h"

gfn_status gfn_mpi_check(const char *call, int code)
{
    char text[MPI_MAX_ERROR_STRING] = "unknown error";
    int length;
    if (code == MPI_SUCCESS)
        return GFN_OK;
    MPI_Error_string(code, text, &length);
    return gfn_fail(GFN_ECOMM, "%s: %s", call, text);
}

/* Poll a few times, because most messages are short; then sleep, because a rank that only yields
 * still takes time slices from those that work. */
int gfn_mpi_wait_aside(MPI_Request *request)
{
    const struct timespec nap = {.tv_nsec = 20000};
    for (int poll = 0;; poll++) {
        int is_done = 0;
        int code = MPI_Test(request, &is_done, MPI_STATUS_IGNORE);
        if (code != MPI_SUCCESS || is_done)
            return code;
        if (poll < 20)
            sched_yield();
        else
            nanosleep(&nap, NULL);
    }
}

gfn_status gfn_mpi_finish(const struct gfn_mpi_comm *self, const char *call, int code,
                          MPI_Request *request)
{
    GFN_TRY(gfn_mpi_check(call, code));
    return gfn_mpi_check(call, self->is_crowded ? gfn_mpi_wait_aside(request)
                                                : MPI_Wait(request, MPI_STATUS_IGNORE));
}

gfn_status gfn_mpi_reduce(const struct gfn_mpi_comm *self, MPI_Comm mpi, MPI_Op op, int64_t *x,
                          size_t n)
{
    MPI_Request request;
    for (size_t done = 0, part; done < n; done += part) {
        part = n - done < self->base.most ? n - done : self->base.most;
        if (self->is_crowded)
            GFN_TRY(gfn_mpi_finish(
                self, "MPI_Iallreduce",
                MPI_Iallreduce(MPI_IN_PLACE, x + done, (int)part, MPI_INT64_T, op, mpi, &request),
                &request));
        else
            GFN_TRY(gfn_mpi_check("MPI_Allreduce", MPI_Allreduce(MPI_IN_PLACE, x + done, (int)part,
                                                                 MPI_INT64_T, op, mpi)));
    }
    return GFN_OK;
}

static MPI_Op find_op(enum gfn_host_operation operation)
{
    return operation == GFN_HOST_SUM ? MPI_SUM : MPI_MIN;
}

static gfn_status reduce_hosts(void *self, enum gfn_host_operation operation, int64_t *x, size_t n)
{
    struct gfn_mpi_comm *s = self;
    return gfn_mpi_reduce(s, s->first_ranks, find_op(operation), x, n);
}

gfn_status gfn_mpi_reduce_all(struct gfn_mpi_comm *self, enum gfn_host_operation operation,
                              int64_t *x, size_t n)
{
    const struct gfn_host_others others = {reduce_hosts, self};
    if (!self->shares_memory)
        return gfn_mpi_reduce(self, self->mpi, find_op(operation), x, n);
    return gfn_host_reduce(&self->host, operation, x, n, self->base.hosts > 1 ? &others : NULL);
}
