/* SPDX-License-Identifier: MIT
 *
 * comm/shared_memory.h - memory that processes of one host share.
 *
 * MPI has windows for this, but the creation of one in a full /dev/shm hangs in Open MPI 4.1, and
 * with MPICH costs as much again as all else when ranks outnumber cores.
 */
#ifndef COMM_SHARED_MEMORY_H
#define COMM_SHARED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

enum { GFN_SHARED_MEMORY_NAME = 64 };

/* Zeroed memory of `bytes`, which others find by `name`[GFN_SHARED_MEMORY_NAME] until it is hidden.
 * All of it is there: no later access can fail. NULL where the system cannot give it; name is ""
 * then. */
void *gfn_shared_memory_create(size_t bytes, char *name);

/* The memory that another process of this host created; NULL where it cannot be found. */
void *gfn_shared_memory_find(size_t bytes, const char *name);

/* Nobody finds it any more. To be called once, by its creator.
 * The memory vanishes with the last process that has it, however that ends, hidden or not. */
void gfn_shared_memory_hide(const char *name);

/* Accepts NULL. */
void gfn_shared_memory_release(void *memory, size_t bytes);

#endif
