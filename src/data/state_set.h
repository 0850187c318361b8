/* SPDX-License-Identifier: MIT
 *
 * data/state_set.h - a set of states, numbered in the order in which they were first added.
 *
 * A hash table with open addressing. Nothing is allocated after creation, and the cost of clearing
 * is proportional to the number of states in the set, not to its capacity.
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

/* Add the state unless it is in the set. Returns its number; -1 if it is new and the set is
 * full. */
int32_t gfn_state_set_add(gfn_state_set *set, const int32_t *state);

/* The number of a state; -1: it is not in the set. */
int32_t gfn_state_set_find(const gfn_state_set *set, const int32_t *state);

/* A hash of the words. */
size_t gfn_state_hash(const int32_t *state, size_t width);

size_t gfn_state_set_count(const gfn_state_set *set);

/* The states in the order of their numbers, [count][width]; borrowed. */
const int32_t *gfn_state_set_states(const gfn_state_set *set);

#endif
