/* SPDX-License-Identifier: MIT
 *
 * comm/mpi_name.h - a short name for an MPI library.
 */
#ifndef COMM_MPI_NAME_H
#define COMM_MPI_NAME_H

#include <stddef.h>

/* Shorten the text of MPI_Get_library_version(), `full`, to name and version: "Open MPI 4.1.4",
 * "MPICH 4.0.2"; at most size - 1 characters. Returns name. */
const char *gfn_mpi_name_shorten(const char *full, char *name, size_t size);

#endif
