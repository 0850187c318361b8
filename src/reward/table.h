/* SPDX-License-Identifier: MIT
 *
 * reward/table.h - values of all objects from a file.
 *
 * Objects of some worlds have places in an array: the cells of a grid, numbered states, strings of
 * a fixed length. The others are found by their words.
 */
#ifndef REWARD_TABLE_H
#define REWARD_TABLE_H

#include "reward/reward.h"

/* table_file.c: the axes of an array of values, which are borrowed; false: objects have no places
 * in an array. */
bool gfn_reward_axes(const gfn_env *env, int *ndim, const int64_t **axis);

/* table_file.c: whether objects have places in an array that is not too large; *places: how many.
 */
bool gfn_reward_has_places(const gfn_env *env, size_t *places);

/* table_file.c: the places of n objects. */
void gfn_reward_find_place(const gfn_env *env, size_t n, const int32_t *state, int64_t *place);

/* table_file.c: a gfn_reward_kind's `read`. */
gfn_status gfn_reward_read_table(const char *path, const gfn_env *env, gfn_reward_values *values);

/* place_text.c: the object with a place, for messages. Returns `text`. */
const char *gfn_reward_place_text(const gfn_env *env, size_t place, char *text, size_t size);

#endif
