/* SPDX-License-Identifier: MIT */
#include "step/modes.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "data/packed_state.h"

/* Modes that are remembered at most; for a world that has more their number is not known. */
enum { MOST = 1 << 16 };

gfn_status gfn_modes_init(gfn_modes *modes, const gfn_run *run)
{
    const gfn_env_spec *spec = gfn_env_spec_of(run->env);
    *modes = (gfn_modes){.max_log_reward = spec->max_log_reward,
                         .width = (size_t)spec->state_width,
                         .key_words = gfn_packed_words((size_t)spec->state_width),
                         .size = gfn_comm_size(run->comm),
                         .n = -1,
                         .n_regions = -1};
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

void gfn_modes_add(gfn_modes *modes, const gfn_trajectories *log, size_t n)
{
    if (modes->found == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        if (log->log_reward[i] >= modes->max_log_reward)
            gfn_state_set_add(modes->found, log->terminal + i * modes->width);
}

/* The union of the objects of all ranks, in modes->all. */
static gfn_status join(gfn_modes *modes, gfn_comm *comm)
{
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
    return GFN_OK;
}

gfn_status gfn_modes_count(gfn_modes *modes, gfn_comm *comm)
{
    modes->n = modes->n_regions = -1;
    if (modes->found == NULL)
        return GFN_OK;
    GFN_TRY(join(modes, comm));
    const size_t n = gfn_state_set_count(modes->all);
    modes->is_full |= n >= MOST;
    if (modes->is_full)
        return GFN_OK;
    modes->n = (int64_t)n;
    if (modes->regions == NULL)
        return GFN_OK;
    gfn_mode_regions_add(modes->regions, n, gfn_state_set_states(modes->all));
    modes->n_regions = gfn_mode_regions_count(modes->regions);
    return GFN_OK;
}
