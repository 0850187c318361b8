/* SPDX-License-Identifier: MIT
 *
 * Which objects of maximal reward training has sampled: each rank remembers its own, and a count
 * takes the union.
 */
#include "train/trainer.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "data/packed_state.h"

/* Modes that are remembered at most; a world that has more reports none. */
enum { MOST = 1 << 16 };

gfn_status gfn_modes_create(const gfn_run *run, gfn_modes *modes)
{
    const gfn_env_spec *spec = gfn_env_spec_of(run->env);
    *modes = (gfn_modes){.max_log_reward = spec->max_log_reward,
                         .width = (size_t)spec->state_width,
                         .key_words = gfn_packed_words((size_t)spec->state_width),
                         .size = gfn_comm_size(run->comm)};
    if (isnan(spec->max_log_reward))
        return GFN_OK;
    if (gfn_mode_regions_exist(run->env))
        GFN_TRY(gfn_mode_regions_create(run->env, &modes->regions));
    const size_t all = (size_t)modes->size * MOST;
    GFN_TRY(gfn_state_set_create(MOST, modes->width, &modes->found));
    GFN_TRY(gfn_state_set_create(MOST, modes->width, &modes->all));
    GFN_TRY(gfn_allocate("modes", MOST * modes->key_words, sizeof(int64_t), &modes->records));
    GFN_TRY(gfn_allocate("modes of all ranks", all * modes->key_words, sizeof(int64_t),
                         &modes->gathered));
    return gfn_allocate("counts of ranks", (size_t)modes->size, sizeof(size_t), &modes->counts);
}

void gfn_modes_clear(gfn_modes *modes)
{
    gfn_state_set_destroy(&modes->found);
    gfn_state_set_destroy(&modes->all);
    gfn_mode_regions_destroy(&modes->regions);
    gfn_release(&modes->records);
    gfn_release(&modes->gathered);
    gfn_release(&modes->counts);
}

void gfn_modes_add(gfn_modes *modes, const gfn_trajectories *log)
{
    if (modes->found == NULL)
        return;
    for (size_t i = 0; i < log->n; i++)
        if (log->log_reward[i] >= modes->max_log_reward)
            gfn_state_set_add(modes->found, log->terminal + i * modes->width);
}

gfn_status gfn_modes_count(gfn_modes *modes, gfn_comm *comm, int64_t *n, int64_t *n_regions)
{
    *n = *n_regions = -1;
    if (modes->found == NULL)
        return GFN_OK;
    const size_t mine = gfn_state_set_count(modes->found), words = modes->width;
    const int32_t *state = gfn_state_set_states(modes->found);
    for (size_t i = 0; i < mine; i++)
        gfn_packed_write(modes->records + i * modes->key_words, state + i * words, words);
    GFN_TRY(gfn_comm_gather_i64(comm, modes->records, mine, modes->key_words, modes->gathered,
                                (size_t)modes->size * MOST, modes->counts));
    size_t together = 0;
    for (int rank = 0; rank < modes->size; rank++)
        together += modes->counts[rank];
    gfn_state_set_clear(modes->all);
    for (size_t i = 0; i < together; i++)
        gfn_state_set_add(modes->all, gfn_packed_state(modes->gathered + i * modes->key_words));
    modes->is_full |= gfn_state_set_count(modes->all) >= MOST;
    if (modes->is_full)
        return GFN_OK;
    *n = (int64_t)gfn_state_set_count(modes->all);
    if (modes->regions == NULL)
        return GFN_OK;
    gfn_mode_regions_add(modes->regions, (size_t)*n, gfn_state_set_states(modes->all));
    *n_regions = gfn_mode_regions_count(modes->regions);
    return GFN_OK;
}
