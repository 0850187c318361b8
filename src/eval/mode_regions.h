/* SPDX-License-Identifier: MIT
 *
 * eval/mode_regions.h - mode regions: connected blocks of cells of maximal reward.
 */
#ifndef EVAL_MODE_REGIONS_H
#define EVAL_MODE_REGIONS_H

#include <gfn/env.h>

/* The most cells that are stored. */
enum { GFN_MODE_REGIONS_MOST = 1 << 16 };

/* The regions found so far. As soon as one cell of a region is added, all its cells are known. */
typedef struct gfn_mode_regions gfn_mode_regions;

/* Whether the environment has mode regions: it is a numbered grid. */
bool gfn_mode_regions_exist(const gfn_env *env);

/* Regions of objects whose log R is at least the largest one. Errors: GFN_ENOMEM. */
gfn_status gfn_mode_regions_create(const gfn_env *env, double max_log_reward,
                                   gfn_mode_regions **regions);
void gfn_mode_regions_destroy(gfn_mode_regions **regions);

/* Add the regions of n states. Invalid states and those of smaller reward are ignored. The caller
 * asks gfn_env_failure() afterwards; after a failure the number of regions stays unknown. */
void gfn_mode_regions_add(gfn_mode_regions *regions, size_t n, const int32_t *state);

/* The number of regions; -1 if it is not known: they have more cells than can be stored, or the
 * world failed. */
int64_t gfn_mode_regions_count(const gfn_mode_regions *regions);

#endif
