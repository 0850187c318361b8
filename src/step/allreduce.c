/* SPDX-License-Identifier: MIT */
#include "step/allreduce.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fingerprint.h"
#include "base/memory.h"

/* gfn_rank_slot.state: fingerprint in the low 32 bits, status in the next 8, requests above. */
enum { STATUS_SHIFT = 32, REQUEST_SHIFT = 40 };

_Static_assert(sizeof(gfn_tail) == 4 * sizeof(int64_t) &&
                   sizeof(gfn_rank_slot) == 2 * sizeof(int64_t),
               "the tail is summed as integers of 64 bits");

static uint32_t fingerprint_in(const gfn_rank_slot *slot)
{
    return (uint32_t)slot->state;
}

gfn_status gfn_allreduce_init(gfn_allreduce *a, gfn_comm *comm, size_t n_payload)
{
    *a = (gfn_allreduce){.comm = comm,
                         .rank = gfn_comm_rank(comm),
                         .size = gfn_comm_size(comm),
                         .n_payload = n_payload};
    const size_t bytes = sizeof(gfn_tail) + (size_t)a->size * sizeof(gfn_rank_slot);
    a->n_message = n_payload + bytes / sizeof *a->message;
    return gfn_allocate("message", a->n_message, sizeof *a->message, &a->message);
}

void gfn_allreduce_clear(gfn_allreduce *a)
{
    gfn_release(&a->message);
}

void gfn_allreduce_took(gfn_allreduce *a, double seconds)
{
    a->recent += seconds;
    a->communication += seconds;
}

static void fill_tail(gfn_allreduce *a, gfn_status mine, const gfn_tail *add, gfn_model *model)
{
    gfn_tail *tail = gfn_allreduce_tail(a);
    gfn_rank_slot *slot = &tail->slot[a->rank];
    memset(tail, 0, (a->n_message - a->n_payload) * sizeof *a->message);
    if (mine != GFN_OK) /* the rest of an earlier message must not be summed */
        memset(a->message, 0, a->n_payload * sizeof *a->message);
    tail->log_z = add->log_z;
    tail->loss[0] = add->loss[0];
    tail->loss[1] = add->loss[1];
    tail->n_trajectories = add->n_trajectories;
    uint32_t fingerprint = 0;
    if (a->size > 1)
        fingerprint =
            gfn_fingerprint(gfn_model_params(model), gfn_model_n_params(model) * sizeof(gfn_real));
    slot->state = (int64_t)fingerprint | (int64_t)mine << STATUS_SHIFT |
                  (int64_t)a->requests << REQUEST_SHIFT;
    a->requests = 0;
    if (a->end > 0)
        slot->work = (int64_t)(1e9 * (gfn_clock_seconds() - a->end - a->recent));
}

/* A rank waits in its messages as long as the slowest rank works longer than itself. For this the
 * clocks of hosts need not agree, and no message is added. */
static void note_waiting(gfn_allreduce *a)
{
    const gfn_rank_slot *slot = gfn_allreduce_tail(a)->slot;
    int64_t most = 0;
    for (int rank = 0; rank < a->size; rank++)
        most = slot[rank].work > most ? slot[rank].work : most;
    const double wait = 1e-9 * (double)(most - slot[a->rank].work);
    a->waiting += wait < a->recent ? wait : a->recent;
    a->recent = 0;
    a->end = gfn_clock_seconds();
}

static int count_equal(const gfn_rank_slot *slot, int size, int like)
{
    int n = 0;
    for (int rank = 0; rank < size; rank++)
        n += fingerprint_in(&slot[rank]) == fingerprint_in(&slot[like]);
    return n;
}

static int find_different(const gfn_rank_slot *slot, int size, int like)
{
    for (int rank = 0; rank < size; rank++)
        if (fingerprint_in(&slot[rank]) != fingerprint_in(&slot[like]))
            return rank;
    return -1;
}

gfn_drift gfn_allreduce_find_drift(const gfn_rank_slot *slot, int size)
{
    const int different = find_different(slot, size, 0);
    for (int rank = 0; rank < size && different >= 0; rank++)
        if (2 * count_equal(slot, size, rank) > size)
            return (gfn_drift){find_different(slot, size, rank), rank, true};
    return (gfn_drift){.rank = different};
}

static gfn_status refuse_drift(const gfn_rank_slot *slot, const gfn_drift *drift)
{
    return gfn_fail(GFN_ECOMM,
                    "rank %d holds other parameters than %s (fingerprint %08x, rank %d has %08x): "
                    "bad memory, or different programs in one run",
                    drift->rank,
                    drift->has_majority ? "the rest" : "rank 0, and most ranks agree with neither",
                    (unsigned)fingerprint_in(&slot[drift->rank]), drift->other,
                    (unsigned)fingerprint_in(&slot[drift->other]));
}

static gfn_status check(gfn_allreduce *a, gfn_status mine, int64_t batch_size)
{
    const gfn_tail *tail = gfn_allreduce_tail(a);
    bool has_failed = false;
    a->agreed = 0;
    for (int rank = 0; rank < a->size; rank++) {
        has_failed |= (tail->slot[rank].state >> STATUS_SHIFT & 0xff) != GFN_OK;
        a->agreed |= (unsigned)(tail->slot[rank].state >> REQUEST_SHIFT);
    }
    if (has_failed)
        return gfn_comm_agree(a->comm, mine);
    const gfn_drift drift = gfn_allreduce_find_drift(tail->slot, a->size);
    if (drift.rank >= 0)
        return refuse_drift(tail->slot, &drift);
    if (tail->n_trajectories != batch_size)
        return gfn_fail(GFN_EINVAL,
                        "gradient: expected the batch size %lld as the number of trajectories over "
                        "all ranks, found %lld",
                        (long long)batch_size, (long long)tail->n_trajectories);
    return GFN_OK;
}

gfn_status gfn_allreduce_exchange(gfn_allreduce *a, gfn_status mine, const gfn_tail *add,
                                  gfn_model *model, int64_t batch_size)
{
    fill_tail(a, mine, add, model);
    const double start = gfn_clock_seconds();
    GFN_TRY(gfn_comm_sum_i64(a->comm, a->message, a->n_message));
    gfn_allreduce_took(a, gfn_clock_seconds() - start);
    note_waiting(a);
    return check(a, mine, batch_size);
}
