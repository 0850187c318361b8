/* SPDX-License-Identifier: MIT */
#include "step/merge_states.h"

#include "base/error.h"
#include "base/memory.h"
#include "data/packed_state.h"

gfn_status gfn_merge_init(gfn_merge *m, gfn_comm *comm, const gfn_entries *mine, size_t state_width,
                          size_t most, size_t most_records)
{
    m->comm = comm;
    m->state_width = state_width;
    m->key_words = gfn_packed_words(state_width);
    m->record_words = m->key_words + mine->n_columns;
    m->gathered_capacity = most_records;
    GFN_TRY(gfn_entries_init(&m->all, most, mine->n_columns, NULL));
    GFN_TRY(gfn_state_set_create(most, state_width, &m->states));
    GFN_TRY(
        gfn_allocate("records", mine->capacity * m->record_words, sizeof(int64_t), &m->records));
    GFN_TRY(gfn_allocate("records of all ranks", most_records * m->record_words, sizeof(int64_t),
                         &m->gathered));
    return gfn_allocate("counts of ranks", (size_t)gfn_comm_size(comm), sizeof(size_t), &m->counts);
}

void gfn_merge_clear(gfn_merge *m)
{
    gfn_entries_clear(&m->all);
    gfn_state_set_destroy(&m->states);
    gfn_release(&m->records);
    gfn_release(&m->gathered);
    gfn_release(&m->counts);
}

static void write_records(gfn_merge *m, const gfn_entries *mine, const gfn_rows *rows)
{
    const size_t width = m->state_width, k = mine->n_columns;
    for (size_t i = 0; i < mine->n; i++) {
        int64_t *record = m->records + i * m->record_words;
        gfn_packed_write(record, rows->states + (size_t)mine->entry_row[i] * width, width);
        memcpy(record + m->key_words, mine->sum + i * k, k * sizeof *record);
    }
}

gfn_status gfn_merge_gather(gfn_merge *m, gfn_status status, const gfn_entries *mine,
                            const gfn_rows *rows)
{
    const size_t n = status == GFN_OK ? mine->n : 0;
    if (status == GFN_OK)
        write_records(m, mine, rows);
    return gfn_comm_gather_i64(m->comm, m->records, n, m->record_words, m->gathered,
                               m->gathered_capacity, m->counts);
}

gfn_status gfn_merge_read(gfn_merge *m)
{
    const size_t k = m->all.n_columns;
    size_t n = 0;
    for (int rank = 0; rank < gfn_comm_size(m->comm); rank++)
        n += m->counts[rank];
    gfn_state_set_clear(m->states);
    for (size_t i = 0; i < n; i++) {
        const int64_t *record = m->gathered + i * m->record_words;
        const size_t known = gfn_state_set_count(m->states);
        const int32_t entry = gfn_state_set_add(m->states, gfn_packed_state(record));
        if (entry < 0)
            return gfn_fail(GFN_ECOMM,
                            "gradient: ranks visited more than %zu distinct states, the "
                            "most that the environment allows",
                            m->all.capacity);
        int64_t *sum = m->all.sum + (size_t)entry * k;
        if ((size_t)entry == known)
            memset(sum, 0, k * sizeof *sum);
        for (size_t c = 0; c < k; c++)
            sum[c] += record[m->key_words + c];
    }
    m->all.n = gfn_state_set_count(m->states);
    return GFN_OK;
}
