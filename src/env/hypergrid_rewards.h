/* SPDX-License-Identifier: MIT
 *
 * env/hypergrid_rewards.h - the rewards of a hypergrid: a family of functions by name, or a table.
 */
#ifndef ENV_HYPERGRID_REWARDS_H
#define ENV_HYPERGRID_REWARDS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/env.h>

/* Where a coordinate lies, and where a cell lies: the least of its coordinates. */
enum { GFN_INNER, GFN_OUTER, GFN_BAND, GFN_LEVELS };

typedef struct gfn_grid_rewards {
    const struct gfn_reward_family *family;
    int64_t size;
    int ndim;
    int64_t n_cells; /* size^ndim; 0 where int64 cannot hold it */

    double log_r[GFN_LEVELS];     /* families of levels: log R by level */
    double r0, r1;                /* cosine */
    double *table;                /* cosine: the factor of each coordinate [size];
                                   * file: log R of each cell [n_cells], -INFINITY where R is 0 */
    bool has_holes;               /* cells of reward 0, where nobody may stop */
    double max_log_reward, log_z; /* NAN where the table of a file is yet to come */
} gfn_grid_rewards;

/* The landscape of the options reward, reward-file, r0, r1 and r2 on size^ndim = n_cells cells.
 * Clear it, zeroed before, in either case. Errors: GFN_EINVAL, GFN_ENOMEM. */
gfn_status gfn_grid_rewards_init(gfn_grid_rewards *landscape, const gfn_options *options,
                                 int64_t size, int ndim, int64_t n_cells);
void gfn_grid_rewards_clear(gfn_grid_rewards *landscape);

/* Whether it is that of a file and its table is yet to come; all log R are NAN until then. */
bool gfn_grid_rewards_is_waiting(const gfn_grid_rewards *landscape);

/* Take over the rewards of an array of that shape, whatever the landscape was. It stays as it was
 * where this fails. Errors: GFN_EINVAL (another shape; a reward that is negative, infinite or no
 * number; all 0), GFN_ENOMEM. */
gfn_status gfn_grid_rewards_fill(gfn_grid_rewards *landscape, int ndim, const int64_t *axis,
                                 const double *reward);

/* log R of n cells [n][ndim]. */
void gfn_grid_rewards_log_reward(const gfn_grid_rewards *landscape, size_t n, const int32_t *state,
                                 double *log_r);

/* The number of a cell, row-major; only where n_cells > 0. */
static inline int64_t gfn_grid_rewards_number(const gfn_grid_rewards *landscape,
                                              const int32_t *cell)
{
    int64_t number = 0;
    for (int d = 0; d < landscape->ndim; d++)
        number = number * landscape->size + cell[d];
    return number;
}

/* Whether a path may end in the cell. */
static inline bool gfn_grid_rewards_is_object(const gfn_grid_rewards *landscape,
                                              const int32_t *cell)
{
    return !landscape->has_holes ||
           landscape->table[gfn_grid_rewards_number(landscape, cell)] > -INFINITY;
}

#endif
