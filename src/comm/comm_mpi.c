/* SPDX-License-Identifier: MIT
 *
 * A communicator of many ranks, by MPI. The only source file with <mpi.h>.
 *
 * Messages of a training step go through memory that the ranks of a host share (host_reduce.c). If
 * ranks outnumber cores, MPI's own messages, in which each rank waits for several others in turn,
 * take ten times as long. MPI carries the messages between the first ranks of the hosts, and all
 * messages if no memory can be shared.
 *
 * If ranks outnumber the cores they may use, an MPI library that waits by polling makes each
 * message cost a time slice per rank (50 ms instead of 0.05 with 8 ranks on 2 cores with MPICH,
 * and with Open MPI if its launcher was given more slots than there are cores). Then every message
 * starts without blocking, and the rank yields its core until the message has arrived, which is
 * also faster than Open MPI's own yielding. Otherwise blocking calls are up to twice as fast.
 */
#include <gfn/mpi.h>

#include <sched.h>
#include <stdio.h>
#include <time.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "comm/host_reduce.h"
#include "comm/mpi_name.h"
#include "comm/shared_memory.h"

struct mpi_comm {
    struct gfn_comm base;
    MPI_Comm mpi;
    bool ends_mpi;           /* this communicator started MPI */
    bool is_crowded;         /* ranks outnumber cores on some host; the same on all ranks */
    bool shares_memory;      /* the ranks of each host do; the same on all ranks */
    struct gfn_host host;    /* valid if shares_memory */
    MPI_Comm first_ranks;    /* the first rank of each host; on other ranks MPI_COMM_NULL */
    int *counts, *starts;    /* [size], for gather */
    struct gfn_cores *cores; /* [2], while opening */
};

/* Whether this library has started MPI, which cannot start twice, and not yet ended it. */
static bool is_started;

static char library_name[64];

static struct mpi_comm *of(gfn_comm *comm)
{
    return (struct mpi_comm *)comm;
}

static gfn_status check(const char *call, int code)
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
static int wait_aside(MPI_Request *request)
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

/* Wait for the message that `code = call(..., request)` started. */
static gfn_status finish(const struct mpi_comm *self, const char *call, int code,
                         MPI_Request *request)
{
    GFN_TRY(check(call, code));
    return check(call,
                 self->is_crowded ? wait_aside(request) : MPI_Wait(request, MPI_STATUS_IGNORE));
}

static gfn_status reduce_by_mpi(const struct mpi_comm *self, MPI_Comm mpi, MPI_Op op, int64_t *x,
                                size_t n)
{
    MPI_Request request;
    for (size_t done = 0, part; done < n; done += part) {
        part = n - done < self->base.most ? n - done : self->base.most;
        if (self->is_crowded)
            GFN_TRY(finish(
                self, "MPI_Iallreduce",
                MPI_Iallreduce(MPI_IN_PLACE, x + done, (int)part, MPI_INT64_T, op, mpi, &request),
                &request));
        else
            GFN_TRY(check("MPI_Allreduce",
                          MPI_Allreduce(MPI_IN_PLACE, x + done, (int)part, MPI_INT64_T, op, mpi)));
    }
    return GFN_OK;
}

static MPI_Op find_op(enum gfn_host_operation operation)
{
    return operation == GFN_HOST_SUM ? MPI_SUM : MPI_MIN;
}

static gfn_status reduce_hosts(void *self, enum gfn_host_operation operation, int64_t *x, size_t n)
{
    struct mpi_comm *s = self;
    return reduce_by_mpi(s, s->first_ranks, find_op(operation), x, n);
}

static gfn_status reduce(struct mpi_comm *self, enum gfn_host_operation operation, int64_t *x,
                         size_t n)
{
    const struct gfn_host_others others = {reduce_hosts, self};
    if (!self->shares_memory)
        return reduce_by_mpi(self, self->mpi, find_op(operation), x, n);
    return gfn_host_reduce(&self->host, operation, x, n, self->base.hosts > 1 ? &others : NULL);
}

static gfn_status sum(gfn_comm *comm, int64_t *x, size_t n)
{
    return reduce(of(comm), GFN_HOST_SUM, x, n);
}

static gfn_status lowest(gfn_comm *comm, int64_t *x)
{
    return reduce(of(comm), GFN_HOST_LEAST, x, 1);
}

static gfn_status broadcast(gfn_comm *comm, void *data, size_t size, int root)
{
    struct mpi_comm *self = of(comm);
    MPI_Request request;
    for (size_t done = 0, part; done < size; done += part) {
        part = size - done < comm->most ? size - done : comm->most;
        GFN_TRY(
            finish(self, "MPI_Ibcast",
                   MPI_Ibcast((char *)data + done, (int)part, MPI_BYTE, root, self->mpi, &request),
                   &request));
    }
    return GFN_OK;
}

/* With several hosts MPI gathers the records: every rank needs all of them. */
static bool gathers_on_host(const struct mpi_comm *self)
{
    return self->shares_memory && self->base.hosts == 1;
}

static gfn_status count(gfn_comm *comm, const int64_t *mine, size_t n, size_t width, size_t *counts)
{
    struct mpi_comm *self = of(comm);
    MPI_Request request;
    if (gathers_on_host(self)) {
        gfn_host_count(&self->host, mine, n, width, counts);
        return GFN_OK;
    }
    return finish(self, "MPI_Iallgather",
                  MPI_Iallgather(&n, (int)sizeof n, MPI_BYTE, counts, (int)sizeof n, MPI_BYTE,
                                 self->mpi, &request),
                  &request);
}

/* Counts and starts are in units of type `unit`. */
static gfn_status gather_units(struct mpi_comm *self, const int64_t *mine, int64_t *all,
                               MPI_Datatype unit)
{
    MPI_Request request;
    return finish(self, "MPI_Iallgatherv",
                  MPI_Iallgatherv(mine, self->counts[self->base.rank], unit, all, self->counts,
                                  self->starts, unit, self->mpi, &request),
                  &request);
}

static gfn_status gather_records(struct mpi_comm *self, const int64_t *mine, size_t width,
                                 int64_t *all)
{
    MPI_Datatype record;
    GFN_TRY(check("MPI_Type_contiguous", MPI_Type_contiguous((int)width, MPI_INT64_T, &record)));
    gfn_status status = check("MPI_Type_commit", MPI_Type_commit(&record));
    if (status == GFN_OK)
        status = gather_units(self, mine, all, record);
    MPI_Type_free(&record);
    return status;
}

/* Counts and starts are ints: if those of words do not fit, the unit is a whole record. */
static gfn_status gather_by_mpi(struct mpi_comm *self, const int64_t *mine, size_t width,
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
    struct mpi_comm *self = of(comm);
    if (!gathers_on_host(self))
        return gather_by_mpi(self, mine, width, all, counts);
    gfn_host_gather(&self->host, mine, width, all, counts);
    return GFN_OK;
}

static void end(gfn_comm *comm, int exit_status)
{
    MPI_Abort(of(comm)->mpi, exit_status);
}

static void end_mpi(void)
{
    MPI_Finalize();
    is_started = false;
}

/* Release everything that create() and attach() have allocated. */
static void destroy(struct mpi_comm *self)
{
    if (self == NULL)
        return;
    gfn_shared_memory_release(self->host.memory, gfn_host_bytes(self->host.size));
    gfn_release(&self->counts);
    gfn_release(&self->starts);
    gfn_release(&self->cores);
    gfn_release(&self);
}

static void close_mpi(gfn_comm *comm)
{
    struct mpi_comm *self = of(comm);
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
    .lowest = lowest,
    .broadcast = broadcast,
    .count = count,
    .gather = gather,
    .end = end,
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
static gfn_status create(MPI_Comm mpi, struct mpi_comm **out)
{
    struct mpi_comm *self;
    *out = NULL;
    GFN_TRY(gfn_allocate("communicator", 1, sizeof *self, &self));
    *out = self;
    self->mpi = mpi;
    self->first_ranks = MPI_COMM_NULL;
    self->is_crowded = true; /* until survey() finds out; true is never much slower */
    self->base.verbs = &verbs;
    self->base.library = find_library_name();
    self->base.most = GFN_COMM_MOST;
    gfn_comm_use_own_heartbeat(&self->base);
    GFN_TRY(check("MPI_Comm_rank", MPI_Comm_rank(mpi, &self->base.rank)));
    GFN_TRY(check("MPI_Comm_size", MPI_Comm_size(mpi, &self->base.size)));
    size_t size = (size_t)self->base.size;
    GFN_TRY(gfn_allocate("communicator", size, sizeof(int), &self->counts));
    GFN_TRY(gfn_allocate("communicator", size, sizeof(int), &self->starts));
    return gfn_allocate("cores", 2, sizeof *self->cores, &self->cores);
}

/* Find the ranks of this host, and its cores. */
static gfn_status survey_host(struct mpi_comm *self, MPI_Comm host)
{
    struct gfn_cores *own = &self->cores[0], *all = &self->cores[1];
    MPI_Request request;
    gfn_cores_read(own, gfn_comm_is_launched());
    GFN_TRY(finish(self, "MPI_Iallreduce",
                   MPI_Iallreduce(own, all, (int)(sizeof *own / sizeof own->held[0]), MPI_INT32_T,
                                  MPI_SUM, host, &request),
                   &request));
    self->base.cores = gfn_cores_count(own, all);
    int host_rank;
    GFN_TRY(check("MPI_Comm_rank", MPI_Comm_rank(host, &host_rank)));
    int64_t first_and_crowded[2] = {host_rank == 0, self->base.cores.share < 0.999};
    GFN_TRY(reduce(self, GFN_HOST_SUM, first_and_crowded, 2));
    self->base.hosts = (int)first_and_crowded[0];
    self->is_crowded = first_and_crowded[1] > 0;
    gfn_release(&self->cores);
    return GFN_OK;
}

static gfn_status ask_all(struct mpi_comm *self, bool mine, bool *all)
{
    int64_t refusals = !mine;
    GFN_TRY(reduce_by_mpi(self, self->mpi, MPI_SUM, &refusals, 1));
    *all = refusals == 0;
    return GFN_OK;
}

/* The first rank creates the memory, the others find it by its name, which is "" if there is none.
 */
static gfn_status join_host(struct mpi_comm *self, MPI_Comm host, char *name, bool *has_joined)
{
    int rank, size;
    void *memory = NULL;
    MPI_Request request;
    GFN_TRY(check("MPI_Comm_rank", MPI_Comm_rank(host, &rank)));
    GFN_TRY(check("MPI_Comm_size", MPI_Comm_size(host, &size)));
    if (rank == 0)
        memory = gfn_shared_memory_create(gfn_host_bytes(size), name);
    GFN_TRY(finish(self, "MPI_Ibcast",
                   MPI_Ibcast(name, GFN_SHARED_MEMORY_NAME, MPI_CHAR, 0, host, &request),
                   &request));
    if (rank > 0 && name[0] != '\0')
        memory = gfn_shared_memory_find(gfn_host_bytes(size), name);
    gfn_host_join(&self->host, memory, rank, size);
    *has_joined = memory != NULL;
    return GFN_OK;
}

/* From now on, the ranks of this host can read each other's heartbeats. */
static void use_heartbeats_of_host(struct mpi_comm *self)
{
    self->base.heartbeat = self->host.heartbeat;
    self->base.heartbeats = gfn_host_heartbeats(&self->host);
    self->base.n_heartbeats = (size_t)self->host.size;
    gfn_comm_enter(&self->base, 0, -1);
    self->base.has_alarm = gfn_host_alarm(&self->host);
}

/* If no memory can be shared, this is no error: MPI carries all messages. */
static gfn_status share_memory(struct mpi_comm *self, MPI_Comm host)
{
    char name[GFN_SHARED_MEMORY_NAME] = "";
    bool has_joined = false;
    if (self->base.hosts == self->base.size) /* one rank on each host */
        return GFN_OK;
    gfn_status status = join_host(self, host, name, &has_joined);
    if (status == GFN_OK)
        status = ask_all(self, has_joined, &self->shares_memory);
    if (self->host.rank == 0 && name[0] != '\0') /* no rank is still looking for it */
        gfn_shared_memory_hide(name);
    GFN_TRY(status);
    if (self->is_crowded)
        self->host.polls = GFN_HOST_CROWDED_POLLS;
    if (self->shares_memory)
        use_heartbeats_of_host(self);
    if (!self->shares_memory || self->base.hosts == 1)
        return GFN_OK;
    return check("MPI_Comm_split",
                 MPI_Comm_split(self->mpi, self->host.rank == 0 ? 0 : MPI_UNDEFINED,
                                self->base.rank, &self->first_ranks));
}

static gfn_status survey(struct mpi_comm *self)
{
    MPI_Comm host;
    GFN_TRY(check("MPI_Comm_split_type",
                  MPI_Comm_split_type(self->mpi, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host)));
    gfn_status status = survey_host(self, host);
    if (status == GFN_OK)
        status = share_memory(self, host);
    MPI_Comm_free(&host);
    return status;
}

static gfn_status duplicate(MPI_Comm parent, MPI_Comm *mpi)
{
    MPI_Request request;
    GFN_TRY(check("MPI_Comm_idup", MPI_Comm_idup(parent, mpi, &request)));
    GFN_TRY(check("MPI_Comm_idup", wait_aside(&request)));
    return check("MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(*mpi, MPI_ERRORS_RETURN));
}

/* The same status on all ranks, also if one of them had too little memory. */
static gfn_status agree_on_memory(MPI_Comm mpi, gfn_status mine)
{
    MPI_Request request;
    int is_good = mine == GFN_OK, all_good = 0;
    GFN_TRY(check("MPI_Iallreduce",
                  MPI_Iallreduce(&is_good, &all_good, 1, MPI_INT, MPI_MIN, mpi, &request)));
    GFN_TRY(check("MPI_Iallreduce", wait_aside(&request)));
    if (is_good && !all_good)
        return gfn_fail(GFN_ENOMEM, "communicator: too little memory on another rank");
    return mine;
}

static gfn_status attach(MPI_Comm parent, struct mpi_comm **out)
{
    MPI_Comm mpi;
    struct mpi_comm *self;
    GFN_TRY(duplicate(parent, &mpi));
    gfn_status status = agree_on_memory(mpi, create(mpi, &self));
    if (status == GFN_OK)
        status = survey(self);
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
    GFN_TRY(check("MPI_Initialized", MPI_Initialized(is_running)));
    GFN_TRY(check("MPI_Finalized", MPI_Finalized(&is_ended)));
    if (is_ended)
        return gfn_fail(GFN_ECOMM, "MPI has ended in this process and cannot start again "
                                   "(hint: open one communicator and keep it)");
    return GFN_OK;
}

gfn_status gfn_comm_open_mpi(MPI_Comm mpi, gfn_comm **comm)
{
    int is_running;
    struct mpi_comm *self;
    GFN_TRY(check_running(&is_running));
    if (!is_running || mpi == MPI_COMM_NULL)
        return gfn_fail(GFN_ECOMM,
                        "expected a communicator of MPI, found %s (hint: call MPI_Init first)",
                        is_running ? "MPI_COMM_NULL" : "that MPI has not started");
    GFN_TRY(attach(mpi, &self));
    *comm = &self->base;
    return GFN_OK;
}

/* MPI_THREAD_FUNNELED: only the thread that opened the communicator calls MPI. */
static gfn_status start_mpi(const struct gfn_launcher *launcher)
{
    if (launcher->is_mute) /* MPI itself would print a page of text and end the process */
        return gfn_launcher_refuse(launcher, find_library_name());
    int level, size;
    GFN_TRY(check("MPI_Init_thread", MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level)));
    is_started = true;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    if (level < MPI_THREAD_FUNNELED)
        return gfn_fail(
            GFN_ECOMM,
            "expected an MPI that allows threads, found %s (hint: an MPI built with threads)",
            find_library_name());
    GFN_TRY(check("MPI_Comm_size", MPI_Comm_size(MPI_COMM_WORLD, &size)));
    if (size == 1 && launcher->size > 1)
        return gfn_launcher_refuse(launcher, find_library_name());
    return GFN_OK;
}

gfn_status gfn_comm_join(const struct gfn_launcher *launcher, gfn_comm **comm)
{
    int is_running;
    struct mpi_comm *self;
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
