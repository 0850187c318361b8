/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "comm/comm.h"

/* A process that is alone needs no MPI: its start takes 100 ms and more, and in a slot that another
 * process has used before, it fails. */
gfn_status gfn_comm_open(gfn_comm **comm)
{
    const struct gfn_launcher launcher = gfn_launcher_find(getenv);
    if (launcher.name == NULL)
        return gfn_comm_open_serial(comm);
    const struct gfn_slot slot = gfn_launcher_slot(&launcher, getenv);
    const bool is_open = slot.state == GFN_SLOT_OPEN;
    if (launcher.size == 1 && (launcher.is_size_known || !is_open))
        return gfn_comm_open_alone(is_open, comm);
    if (slot.state == GFN_SLOT_CLOSED || slot.state == GFN_SLOT_TAKEN)
        return gfn_launcher_refuse_slot(&launcher, slot);
    return gfn_comm_join(&launcher, comm);
}
