/* SPDX-License-Identifier: MIT
 *
 * envs/permutation.h - orders of items and their costs, for the solver.
 *
 * R = exp(-cost). A state is the items in their order; then -1 for the places that are free.
 */
#ifndef ENV_PERMUTATION_H
#define ENV_PERMUTATION_H

#include <gfn/env.h>

enum { GFN_PERMUTATION_MAX = 32, GFN_PERMUTATION_FREE = -1 };

/* What an order costs: the way to each next item and back to the first; the same, but not back; or
 * the weighted sum of the times at which items are completed, one after the other. */
typedef enum gfn_order_cost { GFN_ORDER_TOUR, GFN_ORDER_PATH, GFN_ORDER_COMPLETION } gfn_order_cost;

typedef struct gfn_permutation {
    int32_t n; /* items */
    gfn_order_cost kind;
    double *cost;      /* [n][n] from, to; completion: [n][2] time, weight; NULL: rewards come from
                        * outside */
    bool is_symmetric; /* the way back costs the same */
} gfn_permutation;

/* Columns of the marginals, whose rows are pairs (first, second) of different items: whether the
 * second follows the first at once (in a tour, the first item also follows the last), or at any
 * later place. */
enum { GFN_ORDER_AT_ONCE, GFN_ORDER_LATER, GFN_ORDER_COLUMNS };

/* The row of a pair. */
static inline size_t gfn_permutation_pair(int32_t n, int32_t first, int32_t second)
{
    return (size_t)(first * (n - 1) + second - (second > first));
}

extern const gfn_env_solver gfn_permutation_solver;

#endif
