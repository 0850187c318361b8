/* SPDX-License-Identifier: MIT
 *
 * gfn/mpi.h - for programs that use MPI themselves. The only public header with <mpi.h>.
 */
#ifndef GFN_MPI_H
#define GFN_MPI_H

#include <mpi.h>

#include <gfn/comm.h>

GFN_BEGIN_DECLS

/* Open a communicator over the ranks of `mpi`, which is duplicated. The caller must initialize MPI
 * before, and finalize it after gfn_comm_close(). Collective over `mpi`. Errors: GFN_ECOMM,
 * GFN_ENOMEM. */
GFN_API gfn_status gfn_comm_open_mpi(MPI_Comm mpi, gfn_comm **comm);

GFN_END_DECLS

#endif
