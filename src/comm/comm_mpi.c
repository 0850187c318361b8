/* SPDX-License-Identifier: MIT
 *
 * A communicator of many ranks, by MPI.
 *
 * Messages of a training step go through memory that the ranks of a host share (host_reduce.c). If
 * ranks outnumber cores, MPI's own messages, in which each rank waits for several others in turn,
 * take ten times as long. MPI carries the messages between the first ranks of the hosts, and all
 * messages if no memory can be shared.
 */
#include <gfn/mpi.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/hosts.h"
#include "comm/launcher.h"
#include "comm/mpi_messages.h"
#include "comm/mpi_name.h"
#include "comm/shared_memory.h"

/* Whether this library has started MPI, which cannot start twice, and not yet ended it. */
static bool is_started;

static char library_name[64];

static struct gfn_mpi_comm *of(gfn_comm *comm)
{
    return (struct gfn_mpi_comm *)comm;
}

static gfn_status sum(gfn_comm *comm, int64_t *x, size_t n)
{
    return gfn_mpi_reduce_all(of(comm), GFN_HOST_SUM, x, n);
}

static gfn_status min(gfn_comm *comm, int64_t *x)
{
    return gfn_mpi_reduce_all(of(comm), GFN_HOST_MIN, x, 1);
}

static gfn_status broadcast(gfn_comm *comm, void *data, size_t size, int root)
{
    struct gfn_mpi_comm *self = of(comm);
    MPI_Request request;
    for (size_t done = 0, part; done < size; done += part) {
        part = size - done < comm->most ? size - done : comm->most;
        GFN_TRY(gfn_mpi_finish(
            self, "MPI_Ibcast",
            MPI_Ibcast((char *)data + done, (int)part, MPI_BYTE, root, self->mpi, &request),
            &request));
    }
    return GFN_OK;
}

/* With several hosts MPI gathers the records: every rank needs all of them. */
static bool gathers_on_host(const struct gfn_mpi_comm *self)
{
    return self->shares_memory && self->base.hosts == 1;
}

static gfn_status count(gfn_comm *comm, const int64_t *mine, size_t n, size_t width, size_t *counts)
{
    struct gfn_mpi_comm *self = of(comm);
    MPI_Request request;
    if (gathers_on_host(self)) {
        gfn_host_count(&self->host, mine, n, width, counts);
        return GFN_OK;
    }
    return gfn_mpi_finish(self, "MPI_Iallgather",
                          MPI_Iallgather(&n, (int)sizeof n, MPI_BYTE, counts, (int)sizeof n,
                                         MPI_BYTE, self->mpi, &request),
                          &request);
}

/* Counts and starts are in units of type `unit`. */
static gfn_status gather_units(struct gfn_mpi_comm *self, const int64_t *mine, int64_t *all,
                               MPI_Datatype unit)
{
    MPI_Request request;
    return gfn_mpi_finish(self, "MPI_Iallgatherv",
                          MPI_Iallgatherv(mine, self->counts[self->base.rank], unit, all,
                                          self->counts, self->starts, unit, self->mpi, &request),
                          &request);
}

static gfn_status gather_records(struct gfn_mpi_comm *self, const int64_t *mine, size_t width,
                                 int64_t *all)
{
    MPI_Datatype record;
    GFN_TRY(gfn_mpi_check("MPI_Type_contiguous",
                          MPI_Type_contiguous((int)width, MPI_INT64_T, &record)));
    gfn_status status = gfn_mpi_check("MPI_Type_commit", MPI_Type_commit(&record));
    if (status == GFN_OK)
        status = gather_units(self, mine, all, record);
    MPI_Type_free(&record);
    return status;
}

/* Counts and starts are ints: if those of words do not fit, the unit is a whole record. */
static gfn_status gather_by_mpi(struct gfn_mpi_comm *self, const int64_t *mine, size_t width,
                                int64_t *all, const size_t *counts)
{
    const gfn_comm *comm = &self->base;
    size_t total = 0;
    for (int i = 0; i < comm->size; i++)
        total += counts[i];
    bool by_record = total * width > comm->most;
    if (by_record && (total > comm->most || width > comm->most))
        return gfn_fail(GFN_ECOMM,
                        "gather: expected at most %zu records of at most %zu words, found %zu "
                        "records of %zu words",
                        comm->most, comm->most, total, width);
    size_t start = 0, units = by_record ? 1 : width;
    for (int i = 0; i < comm->size; i++) {
        self->counts[i] = (int)(counts[i] * units);
        self->starts[i] = (int)start;
        start += counts[i] * units;
    }
    return by_record ? gather_records(self, mine, width, all)
                     : gather_units(self, mine, all, MPI_INT64_T);
}

static gfn_status gather(gfn_comm *comm, const int64_t *mine, size_t width, int64_t *all,
                         const size_t *counts)
{
    struct gfn_mpi_comm *self = of(comm);
    if (!gathers_on_host(self))
        return gather_by_mpi(self, mine, width, all, counts);
    gfn_host_gather(&self->host, mine, width, all, counts);
    return GFN_OK;
}

static void abort_mpi(gfn_comm *comm, int exit_status)
{
    MPI_Abort(of(comm)->mpi, exit_status);
}

static void end_mpi(void)
{
    MPI_Finalize();
    is_started = false;
}

/* Release everything that create() and attach() have allocated. */
static void destroy(struct gfn_mpi_comm *self)
{
    if (self == NULL)
        return;
    gfn_shared_memory_release(self->host.memory, gfn_host_bytes(self->host.size));
    gfn_release(&self->counts);
    gfn_release(&self->starts);
    gfn_release(&self->cores);
    gfn_release(&self->quotas);
    gfn_release(&self);
}

static void close_mpi(gfn_comm *comm)
{
    struct gfn_mpi_comm *self = of(comm);
    bool ends_mpi = self->ends_mpi;
    if (self->first_ranks != MPI_COMM_NULL)
        MPI_Comm_free(&self->first_ranks);
    MPI_Comm_free(&self->mpi);
    destroy(self);
    if (ends_mpi)
        end_mpi();
}

static const struct gfn_comm_verbs verbs = {
    .sum = sum,
    .min = min,
    .broadcast = broadcast,
    .count = count,
    .gather = gather,
    .abort = abort_mpi,
    .close = close_mpi,
};

static const char *find_library_name(void)
{
    char full[MPI_MAX_LIBRARY_VERSION_STRING] = "";
    int length;
    MPI_Get_library_version(full, &length);
    return gfn_mpi_name_shorten(full, library_name, sizeof library_name);
}

/* Allocate a communicator over `mpi`, without messages to other ranks. */
static gfn_status create(MPI_Comm mpi, struct gfn_mpi_comm **out)
{
    struct gfn_mpi_comm *self;
    *out = NULL;
    GFN_TRY(gfn_allocate("communicator", 1, sizeof *self, &self));
    *out = self;
    self->mpi = mpi;
    self->first_ranks = MPI_COMM_NULL;
    self->is_crowded = true; /* until gfn_hosts_survey() finds out; true is never much slower */
    self->base.verbs = &verbs;
    self->base.library = find_library_name();
    self->base.most = GFN_COMM_MOST;
    gfn_comm_use_own_heartbeat(&self->base);
    GFN_TRY(gfn_mpi_check("MPI_Comm_rank", MPI_Comm_rank(mpi, &self->base.rank)));
    GFN_TRY(gfn_mpi_check("MPI_Comm_size", MPI_Comm_size(mpi, &self->base.size)));
    size_t size = (size_t)self->base.size;
    GFN_TRY(gfn_allocate("communicator", size, sizeof(int), &self->counts));
    GFN_TRY(gfn_allocate("communicator", size, sizeof(int), &self->starts));
    GFN_TRY(gfn_allocate("cores", size, sizeof *self->quotas, &self->quotas));
    return gfn_allocate("cores", 2, sizeof *self->cores, &self->cores);
}

static gfn_status duplicate(MPI_Comm parent, MPI_Comm *mpi)
{
    MPI_Request request;
    GFN_TRY(gfn_mpi_check("MPI_Comm_idup", MPI_Comm_idup(parent, mpi, &request)));
    GFN_TRY(gfn_mpi_check("MPI_Comm_idup", gfn_mpi_wait_aside(&request)));
    return gfn_mpi_check("MPI_Comm_set_errhandler",
                         MPI_Comm_set_errhandler(*mpi, MPI_ERRORS_RETURN));
}

/* The same status on all ranks, also if one of them had too little memory. */
static gfn_status agree_on_memory(MPI_Comm mpi, gfn_status mine)
{
    MPI_Request request;
    int is_good = mine == GFN_OK, all_good = 0;
    GFN_TRY(gfn_mpi_check("MPI_Iallreduce",
                          MPI_Iallreduce(&is_good, &all_good, 1, MPI_INT, MPI_MIN, mpi, &request)));
    GFN_TRY(gfn_mpi_check("MPI_Iallreduce", gfn_mpi_wait_aside(&request)));
    if (is_good && !all_good)
        return gfn_fail(GFN_ENOMEM, "communicator: too little memory on another rank");
    return mine;
}

static gfn_status attach(MPI_Comm parent, struct gfn_mpi_comm **out)
{
    MPI_Comm mpi;
    struct gfn_mpi_comm *self;
    GFN_TRY(duplicate(parent, &mpi));
    gfn_status status = agree_on_memory(mpi, create(mpi, &self));
    if (status == GFN_OK)
        status = gfn_hosts_survey(self);
    if (status != GFN_OK) {
        destroy(self);
        MPI_Comm_free(&mpi);
        return status;
    }
    *out = self;
    return GFN_OK;
}

static gfn_status check_running(int *is_running)
{
    int is_ended;
    GFN_TRY(gfn_mpi_check("MPI_Initialized", MPI_Initialized(is_running)));
    GFN_TRY(gfn_mpi_check("MPI_Finalized", MPI_Finalized(&is_ended)));
    if (is_ended)
        return gfn_fail(GFN_ECOMM, "MPI has ended in this process and cannot start again "
                                   "(hint: open one communicator and keep it)");
    return GFN_OK;
}

gfn_status gfn_comm_open_mpi(MPI_Comm mpi, gfn_comm **comm)
{
    int is_running;
    struct gfn_mpi_comm *self;
    GFN_TRY(check_running(&is_running));
    if (!is_running || mpi == MPI_COMM_NULL)
        return gfn_fail(GFN_ECOMM,
                        "expected a communicator of MPI, found %s (hint: call MPI_Init first)",
                        is_running ? "MPI_COMM_NULL" : "that MPI has not started");
    GFN_TRY(attach(mpi, &self));
    *comm = &self->base;
    return GFN_OK;
}

/* Only the thread that opened the communicator calls MPI.
 *
 * Servers of Open MPI 4 store in shared memory what ranks know of each other, and remove it when
 * the first process of a slot ends: a second one would fail in MPI_Init. The other module of these
 * servers ("hash", last in "ds21,ds12,hash") sends it to each process. */
static int init_funneled(int *level)
{
    static const char variable[] = "PMIX_MCA_gds";
    const char *modules = getenv("PMIX_GDS_MODULE");
    const bool has_choice =
        modules && strncmp(modules, "ds", 2) == 0 && strstr(modules, ",hash") && !getenv(variable);
    const bool chooses = has_choice && setenv(variable, "hash", 0) == 0;
    const int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, level);
    if (chooses)
        unsetenv(variable);
    return code;
}

static gfn_status start_mpi(const struct gfn_launcher *launcher)
{
    if (launcher->lacks_connection) /* MPI itself would print a page of text and end the process */
        return gfn_launcher_refuse(launcher, find_library_name());
    int level, size;
    GFN_TRY(gfn_mpi_check("MPI_Init_thread", init_funneled(&level)));
    is_started = true;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    if (level < MPI_THREAD_FUNNELED)
        return gfn_fail(
            GFN_ECOMM,
            "expected an MPI that allows threads, found %s (hint: an MPI built with threads)",
            find_library_name());
    GFN_TRY(gfn_mpi_check("MPI_Comm_size", MPI_Comm_size(MPI_COMM_WORLD, &size)));
    if (size == 1 && launcher->size > 1)
        return gfn_launcher_refuse(launcher, find_library_name());
    return GFN_OK;
}

gfn_status gfn_comm_join(const struct gfn_launcher *launcher, gfn_comm **comm)
{
    int is_running;
    struct gfn_mpi_comm *self;
    GFN_TRY(check_running(&is_running));
    if (is_started)
        return gfn_fail(GFN_ECOMM,
                        "expected no open communicator, found one (hint: pass that one on)");
    gfn_status status = is_running ? GFN_OK : start_mpi(launcher);
    if (status == GFN_OK)
        status = attach(MPI_COMM_WORLD, &self);
    if (status == GFN_OK) {
        self->ends_mpi = is_started;
        *comm = &self->base;
    } else if (is_started) {
        end_mpi();
    }
    return status;
}
