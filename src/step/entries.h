/* SPDX-License-Identifier: MIT
 *
 * step/entries.h - sums of derivatives per distinct state: an entry per state, with a column for
 * each output of the model there.
 */
#ifndef STEP_ENTRIES_H
#define STEP_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <gfn/status.h>

typedef struct gfn_entries {
    size_t n, capacity, n_columns;
    int64_t *sum; /* [capacity][n_columns] */
    bool owns_sum;

    /* Entries are numbered at the first visit of their row. NULL: the entry of a row is the row. */
    int32_t *row_entry; /* [rows] entry + 1; 0: none */
    int32_t *entry_row; /* [capacity] */
} gfn_entries;

/* Entries that are rows. sum is borrowed; NULL: the entries have their own. Errors: GFN_ENOMEM. */
gfn_status gfn_entries_init(gfn_entries *entries, size_t capacity, size_t n_columns, int64_t *sum);

/* From now on entries are numbered by first visit, for rows below `rows`. Errors: GFN_ENOMEM. */
gfn_status gfn_entries_number(gfn_entries *entries, size_t rows);
void gfn_entries_clear(gfn_entries *entries);

/* Forget all sums. Entries that are rows become 0, all of them. */
void gfn_entries_forget(gfn_entries *entries);

/* The entry of a row, which is numbered now if this is its first visit. */
size_t gfn_entries_add(gfn_entries *entries, int32_t row);

static inline size_t gfn_entry_of(gfn_entries *entries, int32_t row)
{
    return entries->row_entry ? gfn_entries_add(entries, row) : (size_t)row;
}

#endif
