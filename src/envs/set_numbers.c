/* SPDX-License-Identifier: MIT
 *
 * Numbers of sets: by size, then in the combinatorial number system, in which the items c_1 < c_2 <
 * ... < c_j have the rank C(c_1, 1) + C(c_2, 2) + ... + C(c_j, j) among the sets of their size.
 *
 * To check by: 3 items of 5 have the states 1 + 5 + 10 + 10 = 26, of which the last one is {2, 3,
 * 4}.
 */
#include "envs/set.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* Pascal's triangle; false if a number does not fit. */
static bool fill_binomials(gfn_item_set *set)
{
    const size_t row = (size_t)set->k + 1;
    for (int32_t c = 0; c <= set->n; c++)
        for (int32_t j = 0; j <= set->k; j++) {
            int64_t *x = set->binomial + (size_t)c * row + j;
            *x = j == 0;
            if (c > 0 && j > 0 &&
                __builtin_add_overflow(x[-(ptrdiff_t)row - 1], x[-(ptrdiff_t)row], x))
                return false;
        }
    return true;
}

gfn_status gfn_set_count_states(gfn_item_set *set)
{
    const size_t row = (size_t)set->k + 1;
    int64_t total = 0;
    GFN_TRY(gfn_allocate("binomials", ((size_t)set->n + 1) * row, sizeof *set->binomial,
                         &set->binomial));
    GFN_TRY(gfn_allocate("binomials", row, sizeof *set->first, &set->first));
    bool fits = fill_binomials(set);
    for (int32_t j = 0; j <= set->k && fits; j++) {
        set->first[j] = total;
        fits =
            !__builtin_add_overflow(total, set->binomial[(size_t)set->n * row + (size_t)j], &total);
    }
    set->n_states = fits ? total : 0;
    if (!fits)
        gfn_release(&set->binomial);
    return GFN_OK;
}

void gfn_set_number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    const gfn_item_set *set = world;
    const size_t row = (size_t)set->k + 1;
    for (size_t i = 0; i < n; i++, state += set->width) {
        size_t count = 0;
        int64_t rank = 0;
        for (size_t w = 0; w < set->width; w++)
            for (uint32_t bits = (uint32_t)state[w]; bits != 0; bits &= bits - 1) {
                const size_t item = 32 * w + (size_t)__builtin_ctz(bits);
                rank += set->binomial[item * row + ++count];
            }
        number[i] = set->first[count] + rank;
    }
}

/* Returns the size of the set. */
static int32_t set_of(const gfn_item_set *set, int64_t number, int32_t *state)
{
    const size_t row = (size_t)set->k + 1;
    int32_t count = set->k, item = set->n;
    memset(state, 0, set->width * sizeof *state);
    while (set->first[count] > number)
        count--;
    int64_t rank = number - set->first[count];
    for (int32_t j = count; j > 0; j--) {
        do
            item--;
        while (set->binomial[(size_t)item * row + (size_t)j] > rank);
        rank -= set->binomial[(size_t)item * row + (size_t)j];
        gfn_set_toggle(state, item);
    }
    return count;
}

/* The next set in place, and its size: the first item of which the next one is not in the set is
 * replaced by that, and those before it move to the beginning. */
static int32_t next_set(const gfn_item_set *set, int32_t count, int32_t *state)
{
    int32_t from = 0, to, moved = 0;
    while (from < set->n && !gfn_set_has(state, from))
        from++;
    for (to = from; to < set->n && gfn_set_has(state, to); to++, moved++)
        gfn_set_toggle(state, to);
    if (to < set->n) {
        gfn_set_toggle(state, to);
        moved--;
    } else {
        moved = ++count; /* these were the last items */
    }
    for (int32_t item = 0; item < moved; item++)
        gfn_set_toggle(state, item);
    return count;
}

/* Numbers are often consecutive: then the next set is found faster. */
void gfn_set_state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    const gfn_item_set *set = world;
    int32_t count = 0;
    for (size_t i = 0; i < n; i++, state += set->width) {
        if (i > 0 && number[i] == number[i - 1] + 1) {
            memcpy(state, state - set->width, set->width * sizeof *state);
            count = next_set(set, count, state);
        } else {
            count = set_of(set, number[i], state);
        }
    }
}
