/* SPDX-License-Identifier: MIT
 *
 * The lock of a run directory. It is a file of its own, because readers of other files may lock
 * those, and it stays when a job ends: to remove it would let two jobs lock two files.
 */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "io/folder.h"
#include "store/store.h"

/* Seconds that a job waits for the job before it, whose processes may still be ending. */
#define PATIENCE 10.0

static gfn_status wait_for(gfn_comm *comm, gfn_appender *lock)
{
    const double start = gfn_clock_seconds();
    gfn_status status;
    while ((status = gfn_appender_lock(lock)) == GFN_EEXIST && comm &&
           gfn_clock_seconds() - start < PATIENCE) {
        gfn_comm_beat(comm);
        gfn_clock_sleep(0.05);
    }
    return status;
}

gfn_status gfn_store_lock(gfn_comm *comm, const char *directory, gfn_notices *notices,
                          gfn_appender **lock)
{
    char *path = NULL;
    GFN_TRY(gfn_folder_path(directory, GFN_LOCK_FILE, &path));
    gfn_status status = gfn_appender_open(path, lock);
    gfn_release(&path);
    GFN_TRY(status);
    status = wait_for(comm, *lock);
    if (status == GFN_ENOSUP)
        gfn_notices_add(notices, "%s; see that no other job writes into this directory",
                        gfn_error_message());
    if (status != GFN_EEXIST)
        return GFN_OK;
    gfn_appender_close(lock);
    return gfn_fail(GFN_EEXIST,
                    "%s: expected a run that no other process writes, found that another one is "
                    "writing it (hint: only one job at a time may continue a run; the lock of a "
                    "lost host ends with the lease of its file system)",
                    directory);
}
