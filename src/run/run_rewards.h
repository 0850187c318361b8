/* SPDX-License-Identifier: MIT
 *
 * run/run_rewards.h - the reward of a run's environment, and the copies of its files in a run
 * directory.
 */
#ifndef RUN_RUN_REWARDS_H
#define RUN_RUN_REWARDS_H

#include <gfn/run.h>

#include "reward/reward.h"

/* Copies in a run directory: of the values that a source of rewards read, and of the objects that
 * they belong to, if these have no places in an array. */
#define GFN_REWARDS_FILE "reward.npy"
#define GFN_OBJECTS_FILE "reward-objects.npy"

typedef struct gfn_run_rewards {
    const gfn_reward_kind *kind; /* NULL: the reward is the environment's own */
    gfn_reward_values values;    /* on rank 0, until gfn_run_release_rewards() */
    uint32_t crc;                /* on rank 0 */
} gfn_run_rewards;

/* Give the environment the reward that the options name. Rank 0 reads files, or their copies in
 * `directory` if it is not NULL. The run needs nothing but its environment for this. Collective.
 * Errors: GFN_EIO, GFN_EINVAL (options, or a file), GFN_EDATA (a copy), GFN_ENOMEM, GFN_EENV. */
gfn_status gfn_run_give_rewards(gfn_run *run, const char *directory);

/* Check that the file that the options name has the values of the run. On rank 0, before
 * gfn_run_release_rewards(). Errors: GFN_EIO, GFN_EINVAL. */
gfn_status gfn_run_check_reward_file(const gfn_run *run);

/* The same of the file that options name and the copy in `directory`. Local. Errors: also GFN_EDATA
 * (of the copy). */
gfn_status gfn_rewards_compare(gfn_options *options, const char *directory);

/* Save copies in `directory` if values were read: files may be moved or changed. On rank 0.
 * Errors: those of gfn_npy_save(). */
gfn_status gfn_run_save_rewards(const gfn_run *run, const char *directory);

/* Free the memory of values that no one will save any more; their CRC stays. */
void gfn_run_release_rewards(gfn_run *run);

/* Whether values were read. On rank 0, *crc is their CRC. */
bool gfn_run_has_rewards(const gfn_run *run, uint32_t *crc);

#endif
