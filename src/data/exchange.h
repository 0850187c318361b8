/* SPDX-License-Identifier: MIT
 *
 * data/exchange.h - states, and int64 values of each, from every rank to every rank.
 *
 *     gfn_exchange_put(x, i, state) for the n records of this rank, and set their values
 *     gfn_exchange_gather(x, n);
 *     gfn_exchange_state(x, i) and gfn_exchange_values(x, i) for the x->n records of all ranks
 */
#ifndef DATA_EXCHANGE_H
#define DATA_EXCHANGE_H

#include <gfn/comm.h>

#include "data/packed_state.h"

typedef struct gfn_exchange {
    /* Set by the caller of gfn_exchange_init(). */
    gfn_comm *comm;      /* borrowed */
    size_t width;        /* int32 words of a state */
    size_t n_values;     /* of each record, beside the state */
    size_t capacity;     /* records of this rank */
    size_t all_capacity; /* records of all ranks together; the same on every rank */

    size_t key_words, record_words; /* a record: the packed state, then the values */
    int64_t *mine;                  /* [capacity][record_words] */
    int64_t *all;                   /* [all_capacity][record_words], in the order of the ranks */
    size_t *counts;                 /* [size] records of each rank, after a gather */
    size_t n;                       /* records of all ranks, after a gather */
} gfn_exchange;

/* Allocate the records; gfn_exchange_clear() releases them, also after an error. Errors:
 * GFN_ENOMEM, GFN_EINVAL (too many). */
gfn_status gfn_exchange_init(gfn_exchange *x);
void gfn_exchange_clear(gfn_exchange *x);

/* Set the state of record i of this rank; returns its values [n_values], for the caller to set. */
static inline int64_t *gfn_exchange_put(gfn_exchange *x, size_t i, const int32_t *state)
{
    int64_t *record = x->mine + i * x->record_words;
    gfn_packed_write(record, state, x->width);
    return record + x->key_words;
}

/* Set the states [n][width] of records 0 ... n-1. */
void gfn_exchange_put_states(gfn_exchange *x, size_t n, const int32_t *states);

/* Gather records 0 ... n-1 of every rank; n may differ between ranks. Collective. Errors:
 * GFN_EINVAL (more than all_capacity), GFN_ECOMM. */
gfn_status gfn_exchange_gather(gfn_exchange *x, size_t n);

/* State and values of record i < x->n. */
static inline const int32_t *gfn_exchange_state(const gfn_exchange *x, size_t i)
{
    return gfn_packed_state(x->all + i * x->record_words);
}

static inline const int64_t *gfn_exchange_values(const gfn_exchange *x, size_t i)
{
    return x->all + i * x->record_words + x->key_words;
}

/* Copy the states of all records to states [x->n][width]. */
void gfn_exchange_copy_states(const gfn_exchange *x, int32_t *states);

/* The states of all records as an array [x->n][width] in the memory of the records, which are lost.
 */
const int32_t *gfn_exchange_unpack_states(gfn_exchange *x);

#endif
