/* SPDX-License-Identifier: MIT */
#include "step/entries.h"

#include "base/error.h"
#include "base/memory.h"

gfn_status gfn_entries_init(gfn_entries *entries, size_t capacity, size_t n_columns, int64_t *sum)
{
    *entries = (gfn_entries){.n = capacity,
                             .capacity = capacity,
                             .n_columns = n_columns,
                             .sum = sum,
                             .owns_sum = sum == NULL};
    if (sum)
        return GFN_OK;
    return gfn_allocate("sums of derivatives", capacity * n_columns, sizeof *sum, &entries->sum);
}

gfn_status gfn_entries_number(gfn_entries *entries, size_t rows)
{
    entries->n = 0;
    GFN_TRY(gfn_allocate("entries of rows", rows, sizeof(int32_t), &entries->row_entry));
    return gfn_allocate("rows of entries", entries->capacity, sizeof(int32_t), &entries->entry_row);
}

void gfn_entries_clear(gfn_entries *entries)
{
    if (entries->owns_sum)
        gfn_release(&entries->sum);
    gfn_release(&entries->row_entry);
    gfn_release(&entries->entry_row);
}

void gfn_entries_forget(gfn_entries *entries)
{
    if (entries->row_entry == NULL) {
        memset(entries->sum, 0, entries->n * entries->n_columns * sizeof *entries->sum);
        return;
    }
    for (size_t i = 0; i < entries->n; i++)
        entries->row_entry[entries->entry_row[i]] = 0;
    entries->n = 0;
}

size_t gfn_entries_add(gfn_entries *entries, int32_t row)
{
    if (entries->row_entry[row] != 0)
        return (size_t)(entries->row_entry[row] - 1);
    const size_t entry = entries->n++;
    entries->entry_row[entry] = row;
    entries->row_entry[row] = (int32_t)entry + 1;
    memset(entries->sum + entry * entries->n_columns, 0, entries->n_columns * sizeof *entries->sum);
    return entry;
}
