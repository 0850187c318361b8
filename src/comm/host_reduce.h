/* SPDX-License-Identifier: MIT
 *
 * comm/host_reduce.h - messages among the ranks of one host, through memory that they share.
 *
 * Knows nothing of MPI: comm_mpi.c hands it the memory, tests hand it some of their own.
 */
#ifndef COMM_HOST_REDUCE_H
#define COMM_HOST_REDUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

#include "comm/heartbeat.h"

/* Words that one exchange carries, 1 MB: what two cores' caches hold; more goes in parts. */
#define GFN_HOST_WORDS ((size_t)1 << 17)

/* How often a rank looks for what it waits for, giving its core away in between, before it sleeps.
 * A look takes 0.4 us, waking from sleep 10 to 40. Where ranks outnumber cores they look less long,
 * since who looks takes turns from those that work. */
enum { GFN_HOST_LOOKS = 1000, GFN_HOST_CROWDED_LOOKS = 100 };

struct gfn_host {
    struct gfn_host_memory *memory;
    struct gfn_heartbeat *pulse; /* this rank's, in the memory */
    int rank, size;              /* of this host's ranks */
    int looks;                   /* at what is awaited, before sleeping */
    int sleeps;                  /* to come without looking first */
    size_t words;                /* in one part; tests make it small */
    unsigned exchange;           /* even and odd ones lie in different places */
};

/* The pulses [size] of the host's ranks, and whether one of them gave an alarm. */
struct gfn_heartbeat *gfn_host_heartbeats(const struct gfn_host *host);
atomic_bool *gfn_host_alarm(const struct gfn_host *host);

enum gfn_host_operation { GFN_HOST_SUM, GFN_HOST_LEAST };

/* The other hosts: rank 0 of every host calls `reduce` with what its host's ranks came to. */
struct gfn_host_others {
    gfn_status (*reduce)(void *self, enum gfn_host_operation operation, int64_t *x, size_t n);
    void *self;
};

/* Bytes that the ranks of a host share, all together. */
size_t gfn_host_bytes(int size);

/* Become one of them. `memory` was zeroed when it was created, and is aligned to 64 bytes. */
void gfn_host_join(struct gfn_host *host, void *memory, int rank, int size);

/* All below are collective over the host's ranks, from one thread of each: the same calls in the
 * same order with the same n (gfn_host_count(): n may differ), operation and width.
 *
 * x[n] = the sum (which wraps) or the least of all ranks' x[n], in place. `others` is NULL where
 * this host is alone, on all ranks or on none. Errors: those of others->reduce, on every rank of
 * this host; then x is undefined. */
gfn_status gfn_host_reduce(struct gfn_host *host, enum gfn_host_operation operation, int64_t *x,
                           size_t n, const struct gfn_host_others *others);

/* Cannot fail. counts[rank] = its n, of its records mine[n][width]; they travel along if they are
 * few ... */
void gfn_host_count(struct gfn_host *host, const int64_t *mine, size_t n, size_t width,
                    size_t *counts);

/* ... and come out here: all [sum of counts][width], in rank order. After gfn_host_count() with
 * the same records, and nothing in between. */
void gfn_host_gather(struct gfn_host *host, const int64_t *mine, size_t width, int64_t *all,
                     const size_t *counts);

#endif
