/* SPDX-License-Identifier: MIT
 *
 * data/state_set.h - distinct states, numbered in the order of their first visit.
 *
 * A hash table with open addressing over records of int32 words. Nothing is allocated after
 * creation, and clearing costs as much as what was added.
 */
#ifndef DATA_STATE_SET_H
#define DATA_STATE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

typedef struct gfn_state_set gfn_state_set;

/* Room for `capacity` distinct states of `width` words; capacity < 2^30.
 * Errors: GFN_EINVAL (too many), GFN_ENOMEM. */
gfn_status gfn_state_set_create(size_t capacity, size_t width, gfn_state_set **set);
void gfn_state_set_destroy(gfn_state_set **set);
void gfn_state_set_clear(gfn_state_set *set);

/* Number of the state, which is added if it is new; -1 where it is new and the set is full. */
int32_t gfn_state_set_add(gfn_state_set *set, const int32_t *state);

/* A number that depends on the words alone. */
size_t gfn_state_hash(const int32_t *state, size_t width);

size_t gfn_state_set_count(const gfn_state_set *set);

/* The states in order, [count][width]; borrowed. */
const int32_t *gfn_state_set_states(const gfn_state_set *set);

#endif
