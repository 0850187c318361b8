/* SPDX-License-Identifier: MIT
 *
 * Rewards from a file: rank 0 reads it and broadcasts them. A run directory holds a copy, which
 * later runs from this directory read: the file itself may have been changed or removed.
 */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "io/crc.h"
#include "io/file.h"
#include "io/folder.h"
#include "io/npy.h"
#include "run/run.h"

/* A header takes at most 64 KiB. */
#define MOST_BYTES ((size_t)GFN_ENV_MAX_REWARDS * sizeof(double) + (1 << 17))

static gfn_status read_array(const char *path, struct gfn_array *rewards)
{
    void *bytes;
    size_t n;
    GFN_TRY(gfn_file_read(path, MOST_BYTES, &bytes, &n));
    return gfn_npy_parse(bytes, n, path, GFN_F64, rewards);
}

static uint32_t find_crc(const struct gfn_array *rewards)
{
    size_t bytes;
    gfn_array_bytes(rewards, &bytes);
    return gfn_crc32(0, rewards->data, bytes);
}

static gfn_status load(const char *path, gfn_env *env, struct gfn_array *rewards)
{
    GFN_TRY(read_array(path, rewards));
    gfn_status status = gfn_env_set_rewards(env, rewards->ndim, rewards->shape, rewards->data);
    return status == GFN_OK ? status : gfn_fail_in(status, "%s: ", path);
}

/* On rank 0. An error in the user's file is a bad option (GFN_EINVAL); in the run's copy it is
 * damage (GFN_EDATA). */
static gfn_status read_rewards(gfn_run *run, const char *directory)
{
    char *copy = NULL;
    if (directory)
        GFN_TRY(gfn_folder_path(directory, GFN_REWARDS_FILE, &copy));
    const char *path = copy ? copy : gfn_options_text(run->options, GFN_REWARD_FILE);
    gfn_status status = load(path, run->env, &run->rewards.array);
    gfn_release(&copy);
    if (status == GFN_EDATA || status == GFN_EINVAL)
        return directory ? GFN_EDATA : GFN_EINVAL;
    GFN_TRY(status);
    run->rewards.crc = find_crc(&run->rewards.array);
    return GFN_OK;
}

/* On the other ranks: each keeps only what its environment makes of the rewards. */
static gfn_status receive(gfn_run *run)
{
    const gfn_env_spec *spec = gfn_env_spec_of(run->env);
    const bool is_root = gfn_comm_rank(run->comm) == 0;
    size_t n = (size_t)spec->n_states;
    const double *reward = is_root ? run->rewards.array.data : NULL;
    GFN_TRY(gfn_comm_broadcast_array(run->comm, "rewards", sizeof *reward, &n, &reward));
    gfn_status status = GFN_OK;
    if (!is_root) {
        status = gfn_env_set_rewards(run->env, spec->ndim, spec->axis, reward);
        gfn_release(&reward);
    }
    return gfn_comm_agree(run->comm, status);
}

gfn_status gfn_run_read_rewards(const gfn_options *options, gfn_env *env)
{
    struct gfn_array rewards = {.data = NULL};
    gfn_status status = load(gfn_options_text(options, GFN_REWARD_FILE), env, &rewards);
    gfn_release(&rewards.data);
    return status == GFN_EDATA ? GFN_EINVAL : status;
}

gfn_status gfn_run_give_rewards(gfn_run *run, const char *directory)
{
    run->rewards.exist = gfn_env_spec_of(run->env)->needs_rewards;
    if (!run->rewards.exist)
        return GFN_OK;
    const gfn_status status = gfn_comm_rank(run->comm) == 0 ? read_rewards(run, directory) : GFN_OK;
    GFN_TRY(gfn_comm_agree(run->comm, status));
    return receive(run);
}

static gfn_status read_crc(const char *path, uint32_t *crc)
{
    struct gfn_array found = {.data = NULL};
    const gfn_status status = read_array(path, &found);
    if (status == GFN_OK)
        *crc = find_crc(&found);
    gfn_release(&found.data);
    return status;
}

static gfn_status expect_crc(const char *file, uint32_t expected)
{
    uint32_t found;
    const gfn_status status = read_crc(file, &found);
    if (status == GFN_OK && found != expected)
        return gfn_fail(GFN_EINVAL,
                        "reward-file: expected the rewards that the run began with, found others "
                        "in %.300s (hint: leave it out, the run has a copy)",
                        file);
    return status == GFN_EDATA ? GFN_EINVAL : status;
}

gfn_status gfn_run_check_reward_file(const gfn_run *run)
{
    return run->rewards.exist
               ? expect_crc(gfn_options_text(run->options, GFN_REWARD_FILE), run->rewards.crc)
               : GFN_OK;
}

gfn_status gfn_rewards_compare(const char *file, const char *directory)
{
    char *copy;
    uint32_t crc;
    GFN_TRY(gfn_folder_path(directory, GFN_REWARDS_FILE, &copy));
    const gfn_status status = read_crc(copy, &crc);
    gfn_release(&copy);
    return status == GFN_OK ? expect_crc(file, crc) : status;
}

gfn_status gfn_run_save_rewards(const gfn_run *run, const char *directory)
{
    char *path;
    if (!run->rewards.exist)
        return GFN_OK;
    GFN_TRY(gfn_folder_path(directory, GFN_REWARDS_FILE, &path));
    const gfn_status status = gfn_npy_save(path, &run->rewards.array);
    gfn_release(&path);
    return status;
}

void gfn_run_release_rewards(gfn_run *run)
{
    gfn_release(&run->rewards.array.data);
}

bool gfn_run_has_rewards(const gfn_run *run, uint32_t *crc)
{
    *crc = run->rewards.crc;
    return run->rewards.exist;
}
