/* SPDX-License-Identifier: MIT
 *
 * comm/mpi_name.h - the name of an MPI library, short enough for one line.
 */
#ifndef COMM_MPI_NAME_H
#define COMM_MPI_NAME_H

#include <stddef.h>

/* name = what MPI_Get_library_version() says in `full`, without the details: "Open MPI 4.1.4",
 * "MPICH 4.0.2"; at most size - 1 characters. Returns name. */
const char *gfn_mpi_name_shorten(const char *full, char *name, size_t size);

#endif
