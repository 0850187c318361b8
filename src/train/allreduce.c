/* SPDX-License-Identifier: MIT
 *
 * The one message of a step: the gradient, and what every rank says of itself.
 *
 * A rank's slot is 0 in every other rank's message, so the sum brings all slots to all ranks. A
 * rank that failed is heard in the same message that would have carried its gradient.
 */
#include "train/gradient.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fingerprint.h"

/* A slot: fingerprint in the low 32 bits, status in the next 8, requests above. */
enum { STATUS_SHIFT = 32, REQUEST_SHIFT = 40 };

static void fill_tail(gfn_gradient *g, gfn_status mine)
{
    int64_t *tail = gfn_message_tail(g);
    memset(tail, 0, g->tail_size * sizeof *tail);
    if (mine != GFN_OK) /* what is left of another message may not be summed */
        memset(g->message, 0, g->payload * sizeof *g->message);
    tail[GFN_TAIL_LOG_Z] = g->log_z_sum;
    tail[GFN_TAIL_LOSS] = g->loss[0];
    tail[GFN_TAIL_LOSS + 1] = g->loss[1];
    tail[GFN_TAIL_COUNT] = g->n_added;
    uint32_t fingerprint = 0;
    if (g->size > 1)
        fingerprint =
            gfn_fingerprint(gfn_model_params(g->sampler->model), g->n_params * sizeof(gfn_real));
    tail[GFN_TAIL_SLOTS + g->rank] = (int64_t)fingerprint | (int64_t)mine << STATUS_SHIFT |
                                     (int64_t)g->requests << REQUEST_SHIFT;
    g->requests = 0;
    const double work = gfn_clock_seconds() - g->step_end - g->step_comm;
    if (g->step_end > 0)
        gfn_message_work(g)[g->rank] = (int64_t)(1e9 * work);
}

/* A rank waits in its messages as long as the slowest rank works longer than itself. Clocks of
 * hosts need not agree for that, and no message is added. */
static void note_waiting(gfn_gradient *g)
{
    const int64_t *work = gfn_message_work(g);
    int64_t most = 0;
    for (int rank = 0; rank < g->size; rank++)
        most = work[rank] > most ? work[rank] : most;
    const double wait = 1e-9 * (double)(most - work[g->rank]);
    g->wait_seconds += wait < g->step_comm ? wait : g->step_comm;
    g->step_comm = 0;
    g->step_end = gfn_clock_seconds();
}

/* The rank that disagrees: the first that differs from rank 0, or rank 0 itself where all others
 * agree with each other. -1: all are equal. */
static int find_drift(const int64_t *slot, int size)
{
    int different = 0, first = -1;
    for (int rank = 1; rank < size; rank++)
        if ((uint32_t)slot[rank] != (uint32_t)slot[0]) {
            different++;
            if (first < 0)
                first = rank;
        }
    return different == size - 1 && size > 2 ? 0 : first;
}

static gfn_status check(gfn_gradient *g, gfn_status mine)
{
    const int64_t *tail = gfn_message_tail(g), *slot = tail + GFN_TAIL_SLOTS;
    bool has_failed = false;
    g->agreed = 0;
    for (int rank = 0; rank < g->size; rank++) {
        has_failed |= (slot[rank] >> STATUS_SHIFT & 0xff) != GFN_OK;
        g->agreed |= (unsigned)(slot[rank] >> REQUEST_SHIFT);
    }
    if (has_failed)
        return gfn_comm_agree(g->comm, mine);
    const int drift = find_drift(slot, g->size);
    if (drift >= 0)
        return gfn_fail(GFN_ECOMM,
                        "rank %d holds other parameters than the rest (fingerprint %08x, rank %d "
                        "has %08x): bad memory, or different programs in one run",
                        drift, (unsigned)(uint32_t)slot[drift], drift == 0 ? 1 : 0,
                        (unsigned)(uint32_t)slot[drift == 0 ? 1 : 0]);
    if (tail[GFN_TAIL_COUNT] != g->batch_size)
        return gfn_fail(GFN_EINVAL,
                        "gradient: %lld trajectories were added over all ranks, "
                        "expected the batch size %lld",
                        (long long)tail[GFN_TAIL_COUNT], (long long)g->batch_size);
    return GFN_OK;
}

gfn_status gfn_message_exchange(gfn_gradient *g, gfn_status mine)
{
    fill_tail(g, mine);
    const double start = gfn_clock_seconds();
    GFN_TRY(gfn_comm_sum_i64(g->comm, g->message, g->payload + g->tail_size));
    gfn_message_took(g, gfn_clock_seconds() - start);
    note_waiting(g);
    return check(g, mine);
}
