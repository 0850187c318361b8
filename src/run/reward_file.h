/* SPDX-License-Identifier: MIT
 *
 * run/reward_file.h - rewards from a file, and the copy of them in a run directory.
 */
#ifndef RUN_REWARD_FILE_H
#define RUN_REWARD_FILE_H

#include <gfn/run.h>

#include "io/array.h"

/* The copy of the reward file in a run directory. */
#define GFN_REWARDS_FILE "reward.npy"

typedef struct gfn_run_rewards {
    bool exist;             /* rewards come from a file */
    struct gfn_array array; /* on rank 0, until gfn_run_release_rewards() */
    uint32_t crc;           /* on rank 0 */
} gfn_run_rewards;

/* Give the environment the rewards that it needs, if any: those of the option reward-file, or of
 * the copy in `directory`. Both are read on rank 0. The run needs nothing but its environment for
 * this. Collective. Errors: GFN_EIO, GFN_EINVAL (of a file), GFN_EDATA (of a copy), GFN_ENOMEM. */
gfn_status gfn_run_give_rewards(gfn_run *run, const char *directory);

/* Check that the file of the option reward-file has the rewards of the run. On rank 0, before
 * gfn_run_release_rewards(). Errors: GFN_EIO, GFN_EINVAL. */
gfn_status gfn_run_check_reward_file(const gfn_run *run);

/* The same of any file and the copy in `directory`. Local. Errors: also GFN_EDATA (of the copy). */
gfn_status gfn_rewards_compare(const char *file, const char *directory);

/* Save a copy in `directory` if rewards come from a file: it may be moved or changed. On rank 0.
 * Errors: those of gfn_npy_save(). */
gfn_status gfn_run_save_rewards(const gfn_run *run, const char *directory);

/* Free the memory of rewards that no one will save any more; their CRC stays. */
void gfn_run_release_rewards(gfn_run *run);

/* Whether rewards come from a file. On rank 0, *crc is their CRC. */
bool gfn_run_has_rewards(const gfn_run *run, uint32_t *crc);

#endif
