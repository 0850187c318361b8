/* SPDX-License-Identifier: MIT
 *
 * envs/hypergrid_rewards.h - the rewards of a hypergrid: a family of functions by name.
 */
#ifndef ENV_HYPERGRID_REWARDS_H
#define ENV_HYPERGRID_REWARDS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/env.h>

/* The level of a coordinate; the level of a cell is the least level of its coordinates. */
enum { GFN_INNER, GFN_OUTER, GFN_BAND, GFN_LEVELS };

/* The families, ROW(name), which hypergrid_rewards.c defines. */
#define GFN_REWARD_FAMILIES(ROW)                                                                   \
    ROW(original)                                                                                  \
    ROW(cosine)                                                                                    \
    ROW(sparse)                                                                                    \
    ROW(deceptive)                                                                                 \
    ROW(file)

typedef struct gfn_grid_rewards {
    const struct gfn_reward_family *family;
    int64_t size;
    int ndim;
    int64_t n_cells; /* size^ndim; 0 if int64 cannot hold it */

    double log_r[GFN_LEVELS];     /* families with levels: log R by level */
    double r0, r1;                /* cosine */
    double *table;                /* cosine: the factor of each coordinate [size] */
    double max_log_reward, log_z; /* NAN: rewards come from outside */
} gfn_grid_rewards;

/* Set the rewards from the options reward, reward-file, r0, r1 and r2 for size^ndim = n_cells
 * cells. Clear them in the end, even if this fails. Errors: GFN_EINVAL, GFN_ENOMEM. */
gfn_status gfn_grid_rewards_init(gfn_grid_rewards *rewards, const gfn_options *options,
                                 int64_t size, int ndim, int64_t n_cells);
void gfn_grid_rewards_clear(gfn_grid_rewards *rewards);

/* Whether the rewards come from outside; all log R are NAN then. */
bool gfn_grid_rewards_is_waiting(const gfn_grid_rewards *rewards);

/* log R of n cells [n][ndim]. */
void gfn_grid_rewards_log_reward(const gfn_grid_rewards *rewards, size_t n, const int32_t *state,
                                 double *log_r);

/* The number of a cell, row-major; requires n_cells > 0. */
static inline int64_t gfn_grid_rewards_number(const gfn_grid_rewards *rewards, const int32_t *cell)
{
    int64_t number = 0;
    for (int d = 0; d < rewards->ndim; d++)
        number = number * rewards->size + cell[d];
    return number;
}

#endif
