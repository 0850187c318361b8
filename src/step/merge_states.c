/* SPDX-License-Identifier: MIT */
#include "step/merge_states.h"

#include <string.h>

#include "base/error.h"

gfn_status gfn_merge_init(gfn_merge *m, gfn_comm *comm, const gfn_entries *mine, size_t state_width,
                          size_t most, size_t most_records)
{
    m->exchange = (gfn_exchange){.comm = comm,
                                 .width = state_width,
                                 .n_values = mine->n_columns,
                                 .capacity = mine->capacity,
                                 .all_capacity = most_records};
    GFN_TRY(gfn_entries_init(&m->all, most, mine->n_columns, NULL));
    GFN_TRY(gfn_state_set_create(most, state_width, &m->states));
    return gfn_exchange_init(&m->exchange);
}

void gfn_merge_clear(gfn_merge *m)
{
    gfn_entries_clear(&m->all);
    gfn_state_set_destroy(&m->states);
    gfn_exchange_clear(&m->exchange);
}

static void put_records(gfn_exchange *x, const gfn_entries *mine, const gfn_rows *rows)
{
    const size_t k = mine->n_columns;
    for (size_t i = 0; i < mine->n; i++) {
        const int32_t *state = rows->states + (size_t)mine->entry_row[i] * x->width;
        memcpy(gfn_exchange_put(x, i, state), mine->sum + i * k, k * sizeof *mine->sum);
    }
}

gfn_status gfn_merge_gather(gfn_merge *m, gfn_status status, const gfn_entries *mine,
                            const gfn_rows *rows)
{
    const size_t n = status == GFN_OK ? mine->n : 0;
    if (status == GFN_OK)
        put_records(&m->exchange, mine, rows);
    return gfn_exchange_gather(&m->exchange, n);
}

gfn_status gfn_merge_read(gfn_merge *m)
{
    const size_t k = m->all.n_columns;
    const gfn_exchange *x = &m->exchange;
    gfn_state_set_clear(m->states);
    for (size_t i = 0; i < x->n; i++) {
        const int64_t *mine = gfn_exchange_values(x, i);
        const size_t known = gfn_state_set_count(m->states);
        const int32_t entry = gfn_state_set_add(m->states, gfn_exchange_state(x, i));
        if (entry < 0)
            return gfn_fail(GFN_ECOMM,
                            "gradient: ranks visited more than %zu distinct states, the "
                            "most that the environment allows",
                            m->all.capacity);
        int64_t *sum = m->all.sum + (size_t)entry * k;
        if ((size_t)entry == known)
            memset(sum, 0, k * sizeof *sum);
        for (size_t c = 0; c < k; c++)
            sum[c] += mine[c];
    }
    m->all.n = gfn_state_set_count(m->states);
    return GFN_OK;
}
