/* SPDX-License-Identifier: MIT
 *
 * Replaces comm_mpi.c in builds without MPI.
 */
#include "comm/comm.h"

gfn_status gfn_comm_join(const struct gfn_launcher *launcher, gfn_comm **comm)
{
    if (launcher->size > 1)
        return gfn_launcher_refuse(launcher, NULL);
    return gfn_comm_open_serial(comm);
}
