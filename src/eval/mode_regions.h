/* SPDX-License-Identifier: MIT
 *
 * eval/mode_regions.h - modes by region: connected blocks of cells of maximal reward.
 */
#ifndef EVAL_MODE_REGIONS_H
#define EVAL_MODE_REGIONS_H

#include <gfn/env.h>

/* Cells that are remembered at most. */
enum { GFN_MODE_REGIONS_MOST = 1 << 16 };

/* Regions that have been met: of a region, all cells are known as soon as one of them is met. */
typedef struct gfn_mode_regions gfn_mode_regions;

/* Whether a world has such: a numbered grid whose largest reward is known. */
bool gfn_mode_regions_exist(const gfn_env *env);

/* Errors: GFN_ENOMEM. */
gfn_status gfn_mode_regions_create(const gfn_env *env, gfn_mode_regions **regions);
void gfn_mode_regions_destroy(gfn_mode_regions **regions);

/* Meet n states; those that are not of maximal reward, or no states at all, do nothing. */
void gfn_mode_regions_add(gfn_mode_regions *regions, size_t n, const int32_t *state);

/* Regions met; -1 where they have more cells than are remembered. */
int64_t gfn_mode_regions_count(const gfn_mode_regions *regions);

#endif
