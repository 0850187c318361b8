/* SPDX-License-Identifier: MIT
 *
 * comm/shared_memory.h - memory that processes of one host share.
 *
 * MPI windows would provide this too, but creating one in a full /dev/shm hangs in Open MPI 4.1,
 * and with MPICH it doubles the time of the set-up if ranks outnumber cores.
 */
#ifndef COMM_SHARED_MEMORY_H
#define COMM_SHARED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

enum { GFN_SHARED_MEMORY_NAME = 64 };

/* Create zeroed memory of `bytes`, which other processes find by `name` [GFN_SHARED_MEMORY_NAME]
 * until it is hidden. All of it is reserved: no later access can fail. Returns NULL, and name is
 * "", if the system has no memory for it. */
void *gfn_shared_memory_create(size_t bytes, char *name);

/* The memory that another process of this host created; NULL if it cannot be found. */
void *gfn_shared_memory_find(size_t bytes, const char *name);

/* From now on the memory cannot be found. Called once, by the process that created it. Hidden or
 * not, the memory is freed when the last process that uses it ends, in whatever way. */
void gfn_shared_memory_hide(const char *name);

/* Accepts NULL. */
void gfn_shared_memory_release(void *memory, size_t bytes);

#endif
