/* SPDX-License-Identifier: MIT */
#include "data/exchange.h"

#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

static gfn_status allocate(gfn_exchange *x, const char *what, size_t n, int64_t **records)
{
    size_t words;
    if (!gfn_multiply(n, x->record_words, &words))
        words = SIZE_MAX; /* refused with a message */
    return gfn_allocate(what, words, sizeof **records, records);
}

gfn_status gfn_exchange_init(gfn_exchange *x)
{
    x->key_words = gfn_packed_words(x->width);
    x->record_words = x->key_words + x->n_values;
    GFN_TRY(allocate(x, "records of this rank", x->capacity, &x->mine));
    GFN_TRY(allocate(x, "records of all ranks", x->all_capacity, &x->all));
    return gfn_allocate("counts of ranks", (size_t)gfn_comm_size(x->comm), sizeof *x->counts,
                        &x->counts);
}

void gfn_exchange_clear(gfn_exchange *x)
{
    gfn_release(&x->mine);
    gfn_release(&x->all);
    gfn_release(&x->counts);
}

void gfn_exchange_put_states(gfn_exchange *x, size_t n, const int32_t *states)
{
    for (size_t i = 0; i < n; i++)
        gfn_exchange_put(x, i, states + i * x->width);
}

gfn_status gfn_exchange_gather(gfn_exchange *x, size_t n)
{
    x->n = 0;
    GFN_TRY(gfn_comm_gather_i64(x->comm, x->mine, n, x->record_words, x->all, x->all_capacity,
                                x->counts));
    for (int rank = 0; rank < gfn_comm_size(x->comm); rank++)
        x->n += x->counts[rank];
    return GFN_OK;
}

/* `states` may be the memory of the records: a state does not reach beyond its own record. */
void gfn_exchange_copy_states(const gfn_exchange *x, int32_t *states)
{
    for (size_t i = 0; i < x->n; i++)
        memmove(states + i * x->width, gfn_exchange_state(x, i), x->width * sizeof *states);
}

const int32_t *gfn_exchange_unpack_states(gfn_exchange *x)
{
    int32_t *states = (int32_t *)(void *)x->all;
    gfn_exchange_copy_states(x, states);
    return states;
}
