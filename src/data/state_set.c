/* SPDX-License-Identifier: MIT */
#include "data/state_set.h"

#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

struct gfn_state_set {
    size_t capacity, width, count;
    size_t slot_mask;
    int32_t *state;  /* [capacity][width] */
    int32_t *slot;   /* [slot_mask + 1]: number of a state, plus 1; 0 = free */
    uint32_t *place; /* [capacity]: the slot of each state, for clearing */
};

gfn_status gfn_state_set_create(size_t capacity, size_t width, gfn_state_set **set)
{
    size_t words;
    if (capacity == 0 || capacity >= (size_t)1 << 30 || !gfn_multiply(capacity, width, &words))
        return gfn_fail(GFN_EINVAL,
                        "set of states: %zu state%s of %zu word%s, can hold at most 2^30 "
                        "(hint: a smaller --batch-size)",
                        capacity, gfn_plural((int64_t)capacity), width, gfn_plural((int64_t)width));
    size_t slots = 16;
    while (slots < 2 * capacity)
        slots *= 2;
    gfn_state_set *s;
    GFN_TRY(gfn_allocate("set of states", 1, sizeof *s, &s));
    s->capacity = capacity;
    s->width = width;
    s->slot_mask = slots - 1;
    gfn_status status = gfn_allocate("distinct states", words, sizeof(int32_t), &s->state);
    if (status == GFN_OK)
        status = gfn_allocate("slots of states", slots, sizeof(int32_t), &s->slot);
    if (status == GFN_OK)
        status = gfn_allocate("places of states", capacity, sizeof(uint32_t), &s->place);
    if (status != GFN_OK)
        gfn_state_set_destroy(&s);
    else
        *set = s;
    return status;
}

void gfn_state_set_destroy(gfn_state_set **set)
{
    if (*set == NULL)
        return;
    gfn_release(&(*set)->state);
    gfn_release(&(*set)->slot);
    gfn_release(&(*set)->place);
    gfn_release(set);
}

void gfn_state_set_clear(gfn_state_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        set->slot[set->place[i]] = 0;
    set->count = 0;
}

size_t gfn_state_hash(const int32_t *state, size_t width)
{
    uint64_t h = 0;
    for (size_t i = 0; i < width; i++) {
        h = (h ^ (uint32_t)state[i]) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 32;
    }
    return (size_t)h;
}

/* The slot that holds the state, or the empty one where it belongs. */
static inline size_t find_slot(const gfn_state_set *set, const int32_t *state)
{
    const size_t bytes = set->width * sizeof *state;
    size_t place = gfn_state_hash(state, set->width) & set->slot_mask;
    for (; set->slot[place] != 0; place = (place + 1) & set->slot_mask) {
        int32_t number = set->slot[place] - 1;
        if (memcmp(set->state + (size_t)number * set->width, state, bytes) == 0)
            return place;
    }
    return place;
}

int32_t gfn_state_set_find(const gfn_state_set *set, const int32_t *state)
{
    return set->slot[find_slot(set, state)] - 1;
}

int32_t gfn_state_set_add(gfn_state_set *set, const int32_t *state)
{
    const size_t bytes = set->width * sizeof *state;
    const size_t place = find_slot(set, state);
    if (set->slot[place] != 0)
        return set->slot[place] - 1;
    if (set->count == set->capacity)
        return -1;
    size_t number = set->count++;
    memcpy(set->state + number * set->width, state, bytes);
    set->slot[place] = (int32_t)number + 1;
    set->place[number] = (uint32_t)place;
    return (int32_t)number;
}

size_t gfn_state_set_count(const gfn_state_set *set)
{
    return set->count;
}

const int32_t *gfn_state_set_states(const gfn_state_set *set)
{
    return set->state;
}
