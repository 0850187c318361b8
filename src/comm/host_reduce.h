/* SPDX-License-Identifier: MIT
 *
 * comm/host_reduce.h - messages between the ranks of one host, through shared memory.
 *
 * Independent of MPI: comm_mpi.c provides the memory, tests provide their own.
 */
#ifndef COMM_HOST_REDUCE_H
#define COMM_HOST_REDUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

#include "comm/heartbeat.h"

/* Words of one exchange, 1 MB, which fits in the caches of two cores; more words go in parts. */
#define GFN_HOST_WORDS ((size_t)1 << 17)

/* How often a rank polls, yielding its core in between, before it sleeps. A poll takes 0.4 us,
 * waking from sleep 10 to 40. If ranks outnumber cores they poll less often, because a rank that
 * polls takes time slices from those that work. */
enum { GFN_HOST_POLLS = 1000, GFN_HOST_CROWDED_POLLS = 100 };

struct gfn_host {
    struct gfn_host_memory *memory;
    struct gfn_heartbeat *heartbeat; /* this rank's, in the memory */
    int rank, size;                  /* of this host's ranks */
    int polls;                       /* before sleeping */
    int sleeps;                      /* the next waits that sleep without polling */
    size_t words;                    /* in one part; tests make it small */
    unsigned exchange;               /* its number; even and odd ones use different buffers */
};

/* The heartbeats [size] of the ranks of the host, and whether one of the ranks has given an alarm.
 */
struct gfn_heartbeat *gfn_host_heartbeats(const struct gfn_host *host);
atomic_bool *gfn_host_alarm(const struct gfn_host *host);

enum gfn_host_operation { GFN_HOST_SUM, GFN_HOST_MIN };

/* The other hosts: rank 0 of every host calls `reduce` with the result of its host. */
struct gfn_host_others {
    gfn_status (*reduce)(void *self, enum gfn_host_operation operation, int64_t *x, size_t n);
    void *self;
};

/* Bytes of the memory that `size` ranks share. */
size_t gfn_host_bytes(int size);

/* Join the ranks of a host. `memory` was zeroed at creation, and is aligned to 64 bytes. */
void gfn_host_join(struct gfn_host *host, void *memory, int rank, int size);

/* The functions below are collective over the ranks of the host, from one thread of each: the same
 * calls in the same order with the same n (in gfn_host_count() n may differ), operation and width.
 *
 * x[n] = the sum (which wraps) or the minimum of x[n] over all ranks, in place. `others` is NULL if
 * there is one host, on all ranks or on none. Errors: those of others->reduce, on every rank of
 * this host; then x is undefined. */
gfn_status gfn_host_reduce(struct gfn_host *host, enum gfn_host_operation operation, int64_t *x,
                           size_t n, const struct gfn_host_others *others);

/* counts[rank] = n of that rank, which has the records mine [n][width]. Small records are sent
 * along. Cannot fail. */
void gfn_host_count(struct gfn_host *host, const int64_t *mine, size_t n, size_t width,
                    size_t *counts);

/* all [sum of counts][width] = the records of all ranks, in rank order. To be called directly after
 * gfn_host_count() with the same records. */
void gfn_host_gather(struct gfn_host *host, const int64_t *mine, size_t width, int64_t *all,
                     const size_t *counts);

#endif
