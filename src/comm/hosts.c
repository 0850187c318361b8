/* SPDX-License-Identifier: MIT */
#include "comm/hosts.h"

#include "base/error.h"
#include "base/memory.h"
#include "comm/shared_memory.h"

/* Limit this rank's cores to its part of the quotas of all ranks of this host. */
static gfn_status survey_quotas(struct gfn_mpi_comm *self, MPI_Comm host)
{
    struct gfn_quota own;
    MPI_Request request;
    int rank, size;
    GFN_TRY(gfn_mpi_check("MPI_Comm_rank", MPI_Comm_rank(host, &rank)));
    GFN_TRY(gfn_mpi_check("MPI_Comm_size", MPI_Comm_size(host, &size)));
    gfn_quota_read("", &own);
    GFN_TRY(gfn_mpi_finish(self, "MPI_Iallgather",
                           MPI_Iallgather(&own, (int)sizeof own, MPI_BYTE, self->quotas,
                                          (int)sizeof own, MPI_BYTE, host, &request),
                           &request));
    gfn_cores_limit(&self->base.cores, self->quotas, size, rank);
    gfn_release(&self->quotas);
    return GFN_OK;
}

/* Find the ranks of this host, and its cores. */
static gfn_status survey_host(struct gfn_mpi_comm *self, MPI_Comm host)
{
    struct gfn_cores *own = &self->cores[0], *all = &self->cores[1];
    MPI_Request request;
    gfn_cores_read(own, gfn_comm_is_launched());
    GFN_TRY(gfn_mpi_finish(self, "MPI_Iallreduce",
                           MPI_Iallreduce(own, all, (int)(sizeof *own / sizeof own->held[0]),
                                          MPI_INT32_T, MPI_SUM, host, &request),
                           &request));
    self->base.cores = gfn_cores_count(own, all);
    GFN_TRY(survey_quotas(self, host));
    int host_rank;
    GFN_TRY(gfn_mpi_check("MPI_Comm_rank", MPI_Comm_rank(host, &host_rank)));
    int64_t first_and_crowded[2] = {host_rank == 0, self->base.cores.is_crowded};
    GFN_TRY(gfn_mpi_reduce_all(self, GFN_HOST_SUM, first_and_crowded, 2));
    self->base.hosts = (int)first_and_crowded[0];
    self->is_crowded = first_and_crowded[1] > 0;
    gfn_release(&self->cores);
    return GFN_OK;
}

/* *all: whether `mine` is true on every rank. */
static gfn_status find_all(struct gfn_mpi_comm *self, bool mine, bool *all)
{
    int64_t refusals = !mine;
    GFN_TRY(gfn_mpi_reduce(self, self->mpi, MPI_SUM, &refusals, 1));
    *all = refusals == 0;
    return GFN_OK;
}

/* The first rank creates the memory, the others find it by its name, which is "" if there is none.
 */
static gfn_status join_host(struct gfn_mpi_comm *self, MPI_Comm host, char *name, bool *has_joined)
{
    int rank, size;
    void *memory = NULL;
    MPI_Request request;
    GFN_TRY(gfn_mpi_check("MPI_Comm_rank", MPI_Comm_rank(host, &rank)));
    GFN_TRY(gfn_mpi_check("MPI_Comm_size", MPI_Comm_size(host, &size)));
    if (rank == 0)
        memory = gfn_shared_memory_create(gfn_host_bytes(size), name);
    GFN_TRY(gfn_mpi_finish(self, "MPI_Ibcast",
                           MPI_Ibcast(name, GFN_SHARED_MEMORY_NAME, MPI_CHAR, 0, host, &request),
                           &request));
    if (rank > 0 && name[0] != '\0')
        memory = gfn_shared_memory_find(gfn_host_bytes(size), name);
    gfn_host_join(&self->host, memory, rank, size);
    *has_joined = memory != NULL;
    return GFN_OK;
}

/* From now on, the ranks of this host can read each other's heartbeats. */
static void use_heartbeats_of_host(struct gfn_mpi_comm *self)
{
    self->base.heartbeat = self->host.heartbeat;
    self->base.heartbeats = gfn_host_heartbeats(&self->host);
    self->base.n_heartbeats = (size_t)self->host.size;
    gfn_comm_enter(&self->base, 0, -1);
    self->base.has_alarm = gfn_host_alarm(&self->host);
}

/* If no memory can be shared, this is no error: MPI carries all messages. */
static gfn_status share_memory(struct gfn_mpi_comm *self, MPI_Comm host)
{
    char name[GFN_SHARED_MEMORY_NAME] = "";
    bool has_joined = false;
    if (self->base.hosts == self->base.size) /* one rank on each host */
        return GFN_OK;
    gfn_status status = join_host(self, host, name, &has_joined);
    if (status == GFN_OK)
        status = find_all(self, has_joined, &self->shares_memory);
    if (self->host.rank == 0 && name[0] != '\0') /* no rank is still looking for it */
        gfn_shared_memory_hide(name);
    GFN_TRY(status);
    if (self->is_crowded)
        self->host.polls = GFN_HOST_CROWDED_POLLS;
    if (self->shares_memory)
        use_heartbeats_of_host(self);
    if (!self->shares_memory || self->base.hosts == 1)
        return GFN_OK;
    return gfn_mpi_check("MPI_Comm_split",
                         MPI_Comm_split(self->mpi, self->host.rank == 0 ? 0 : MPI_UNDEFINED,
                                        self->base.rank, &self->first_ranks));
}

gfn_status gfn_hosts_survey(struct gfn_mpi_comm *self)
{
    MPI_Comm host;
    GFN_TRY(
        gfn_mpi_check("MPI_Comm_split_type", MPI_Comm_split_type(self->mpi, MPI_COMM_TYPE_SHARED, 0,
                                                                 MPI_INFO_NULL, &host)));
    gfn_status status = survey_host(self, host);
    if (status == GFN_OK)
        status = share_memory(self, host);
    MPI_Comm_free(&host);
    return status;
}
