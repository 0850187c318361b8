/* SPDX-License-Identifier: MIT
 *
 * step/allreduce.h - the one message of a step: the gradient, and the state of every rank.
 *
 * The message is summed over all ranks. It is a payload, then a tail. A rank's slot is 0 in every
 * other rank's message, so the sum brings all slots to all ranks. The status of a rank that failed
 * travels in the same message that would have carried its gradient.
 */
#ifndef STEP_ALLREDUCE_H
#define STEP_ALLREDUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/comm.h>
#include <gfn/model.h>

/* Requests travel with a message and reach all ranks; any rank may make them. */
enum { GFN_REQUEST_STOP = 1, GFN_REQUEST_CHECKPOINT = 2 };

typedef struct gfn_rank_slot {
    int64_t state; /* fingerprint of the parameters, status, requests: see allreduce.c */
    int64_t work;  /* nanoseconds that the rank worked since the last message */
} gfn_rank_slot;

typedef struct gfn_tail {
    int64_t log_z, loss[2]; /* as gfn_derivative_sums */
    int64_t n_trajectories;
    gfn_rank_slot slot[]; /* [size] */
} gfn_tail;

typedef struct gfn_allreduce {
    gfn_comm *comm;
    int rank, size;
    int64_t *message; /* [n_payload] payload, then the tail */
    size_t n_payload, n_message;
    unsigned requests, agreed; /* of this rank for the next message; of any rank in the last */

    /* Seconds. */
    double communication, waiting; /* in messages so far; of these waiting for slower ranks */
    double recent;                 /* in messages since the last exchange */
    double end;                    /* moment of the last exchange; 0: there was none */
} gfn_allreduce;

/* Errors: GFN_ENOMEM. */
gfn_status gfn_allreduce_init(gfn_allreduce *allreduce, gfn_comm *comm, size_t n_payload);
void gfn_allreduce_clear(gfn_allreduce *allreduce);

static inline gfn_tail *gfn_allreduce_tail(const gfn_allreduce *allreduce)
{
    return (gfn_tail *)(void *)(allreduce->message + allreduce->n_payload);
}

/* Add seconds spent in messages other than the exchange. */
void gfn_allreduce_took(gfn_allreduce *allreduce, double seconds);

/* Send the payload, `add` (the numbers of this rank for the tail) and `mine` (its status), and
 * receive the sums over all ranks in allreduce->message. Collective. Errors, the same on every
 * rank: that of the lowest rank that failed; GFN_ECOMM (also: ranks hold different parameters);
 * GFN_EINVAL (not batch_size trajectories). */
gfn_status gfn_allreduce_exchange(gfn_allreduce *allreduce, gfn_status mine, const gfn_tail *add,
                                  gfn_model *model, int64_t batch_size);

/* Two ranks that hold different parameters: if more than half of all ranks hold the same, `other`
 * is one of them and `rank` the first that differs; if not, `rank` is the first that differs from
 * rank 0. rank -1: all are equal. */
typedef struct gfn_drift {
    int rank, other;
    bool has_majority;
} gfn_drift;

gfn_drift gfn_allreduce_find_drift(const gfn_rank_slot *slot, int size);

#endif
