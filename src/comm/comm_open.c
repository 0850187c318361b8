/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "comm/comm.h"

gfn_status gfn_comm_open(gfn_comm **comm)
{
    struct gfn_launcher launcher = gfn_launcher_find(getenv);
    /* Starting MPI takes 100 ms and more, also for one process. */
    return launcher.name ? gfn_comm_join(&launcher, comm) : gfn_comm_open_serial(comm);
}
