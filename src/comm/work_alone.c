/* SPDX-License-Identifier: MIT
 *
 * Work of rank 0 that may take longer than a watch waits. Rank 0's heartbeat grows with every
 * parallel loop of the work. The other ranks wait in a message, as in any collective function, if
 * they can see that heartbeat. If they cannot, because they run on other hosts or because no
 * memory is shared, rank 0 sends them a message once a second.
 */
#include "base/clock.h"
#include "base/error.h"
#include "base/parallel.h"
#include "comm/comm.h"

#define SECONDS_BETWEEN_MESSAGES 1.0

struct lone_work {
    gfn_comm *comm;
    double last_message; /* moment */
    gfn_status status;   /* of the messages */
};

/* The same on all ranks: either all ranks see all heartbeats, or every rank misses some. */
static bool sees_all(const gfn_comm *comm)
{
    return comm->n_heartbeats == (size_t)comm->size;
}

/* The message of rank 0 to the ranks that cannot see its heartbeat. */
static gfn_status share_is_done(gfn_comm *comm, bool *is_done)
{
    return gfn_comm_broadcast(comm, is_done, sizeof *is_done);
}

static void show_progress(void *self)
{
    struct lone_work *lone = self;
    bool is_done = false;
    gfn_comm_beat(lone->comm);
    if (sees_all(lone->comm) || lone->status != GFN_OK)
        return;
    const double now = gfn_clock_seconds();
    if (now - lone->last_message < SECONDS_BETWEEN_MESSAGES)
        return;
    lone->last_message = now;
    lone->status = share_is_done(lone->comm, &is_done);
}

gfn_status gfn_comm_work_alone(gfn_comm *comm, gfn_status (*work)(void *self), void *self)
{
    struct lone_work lone = {comm, gfn_clock_seconds(), GFN_OK};
    gfn_status status = GFN_OK;
    bool is_done = comm->rank == 0;
    if (comm->rank == 0) {
        gfn_parallel_set_hook(show_progress, &lone);
        status = work(self);
        gfn_parallel_set_hook(NULL, NULL);
        GFN_TRY(lone.status);
    }
    if (sees_all(comm))
        return gfn_comm_agree(comm, status);
    do
        GFN_TRY(share_is_done(comm, &is_done));
    while (!is_done);
    return gfn_comm_agree(comm, status);
}
