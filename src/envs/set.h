/* SPDX-License-Identifier: MIT
 *
 * envs/set.h - sets of k of n items: their world, and what its files share.
 */
#ifndef ENV_SET_H
#define ENV_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/env.h>

#define GFN_SET_MAX_ITEMS 1024

typedef struct gfn_item_set {
    int32_t n, k;
    size_t width; /* words of a state: bit i % 32 of word i / 32 is item i */

    /* Of single items: [n] energies, the lowest first, and their items [n]. Of pairs: a symmetric
     * matrix [n][n], and item is NULL. */
    double *energy;
    int32_t *item;
    bool is_waiting;              /* there are no energies: rewards come from outside */
    double max_log_reward, log_z; /* NAN: unknown */

    int64_t n_states;  /* 0 if int64 cannot hold it; then there are no binomials */
    int64_t *binomial; /* [n + 1][k + 1] binomial[c][j]: sets of j of c items */
    int64_t *first;    /* [k + 1] the number of the first set of a size */
} gfn_item_set;

static inline bool gfn_set_has(const int32_t *state, int32_t item)
{
    const uint32_t i = (uint32_t)item;
    return (uint32_t)state[i / 32] >> i % 32 & 1;
}

static inline void gfn_set_toggle(int32_t *state, int32_t item)
{
    const uint32_t i = (uint32_t)item;
    state[i / 32] = (int32_t)((uint32_t)state[i / 32] ^ UINT32_C(1) << i % 32);
}

static inline int32_t gfn_set_count(const gfn_item_set *set, const int32_t *state)
{
    int count = 0;
    for (size_t w = 0; w < set->width; w++)
        count += __builtin_popcount((uint32_t)state[w]);
    return count;
}

/* set_numbers.c: count the states and, if they have numbers, set binomial and first, which the
 * caller releases. Errors: GFN_ENOMEM. */
gfn_status gfn_set_count_states(gfn_item_set *set);

/* set_numbers.c: members of gfn_env_ops. */
void gfn_set_number(const void *world, size_t n, const int32_t *state, int64_t *number);
void gfn_set_state_at(const void *world, size_t n, const int64_t *number, int32_t *state);

/* set_solver.c: for energies of single items. */
extern const gfn_env_solver gfn_set_solver;

#endif
