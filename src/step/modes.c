/* SPDX-License-Identifier: MIT */
#include "step/modes.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"

/* Most modes that are stored; if more are found, their number is not known. */
enum { MOST = 1 << 16 };

static gfn_status init_regions(gfn_modes *modes)
{
    if (!gfn_mode_regions_exist(modes->env))
        return GFN_OK;
    return gfn_mode_regions_create(modes->env, modes->max_log_reward, &modes->regions);
}

gfn_status gfn_modes_init(gfn_modes *modes, const gfn_run *run)
{
    const gfn_env_spec *spec = gfn_env_spec_of(run->env);
    *modes = (gfn_modes){.env = run->env,
                         .max_log_reward = gfn_run_max_log_reward(run),
                         .width = (size_t)spec->state_width,
                         .n = -1,
                         .n_regions = -1};
    if (isnan(modes->max_log_reward) && !gfn_run_can_be_exact(run))
        return GFN_OK;
    modes->exchange = (gfn_exchange){.comm = run->comm,
                                     .width = modes->width,
                                     .n_values = 1,
                                     .capacity = MOST,
                                     .all_capacity = (size_t)gfn_comm_size(run->comm) * MOST};
    GFN_TRY(gfn_exchange_init(&modes->exchange));
    GFN_TRY(gfn_state_set_create(MOST, modes->width, &modes->found));
    GFN_TRY(gfn_state_set_create(MOST, modes->width, &modes->all));
    GFN_TRY(gfn_allocate("modes", MOST, sizeof *modes->found_at, &modes->found_at));
    GFN_TRY(gfn_allocate("modes", MOST, sizeof *modes->all_at, &modes->all_at));
    return isnan(modes->max_log_reward) ? GFN_OK : init_regions(modes);
}

gfn_status gfn_modes_begin(gfn_modes *modes, gfn_run *run)
{
    if (modes->found == NULL || !isnan(modes->max_log_reward))
        return GFN_OK;
    GFN_TRY(gfn_run_exact_prepare(run));
    modes->max_log_reward = gfn_run_max_log_reward(run);
    if (!isnan(modes->max_log_reward))
        return gfn_comm_agree(run->comm, init_regions(modes));
    gfn_modes_clear(modes); /* no exact evaluation: the largest reward stays unknown */
    return GFN_OK;
}

void gfn_modes_clear(gfn_modes *modes)
{
    gfn_state_set_destroy(&modes->found);
    gfn_state_set_destroy(&modes->all);
    gfn_release(&modes->found_at);
    gfn_release(&modes->all_at);
    gfn_mode_regions_destroy(&modes->regions);
    gfn_exchange_clear(&modes->exchange);
}

void gfn_modes_add(gfn_modes *modes, const gfn_trajectories *log, size_t n, int64_t iteration)
{
    const gfn_env_reward *reward = &modes->env->reward;
    const gfn_env_modes *given = &reward->modes;
    if (modes->found == NULL)
        return;
    const size_t before = gfn_state_set_count(modes->found);
    if (given->n > 0 && before == given->n)
        return;
    const double least = given->n > 0 ? given->least_log_reward : modes->max_log_reward;
    for (size_t i = 0; i < n; i++) {
        const int32_t *object = log->terminal + i * modes->width;
        if (!(log->log_reward[i] >= least))
            continue;
        if (given->n > 0)
            given->add_near(reward->self, object, modes->found);
        else
            gfn_state_set_add(modes->found, object);
    }
    for (size_t i = before; i < gfn_state_set_count(modes->found); i++)
        modes->found_at[i] = iteration;
}

void gfn_modes_put(gfn_modes *modes, const int32_t *object, int64_t newest_at)
{
    const int32_t i = gfn_state_set_add(modes->found, object);
    if (i >= 0)
        modes->found_at[i] = newest_at;
}

/* The union of the modes of all ranks, in modes->all. */
static gfn_status join(gfn_modes *modes)
{
    gfn_exchange *x = &modes->exchange;
    const size_t mine = gfn_state_set_count(modes->found);
    const int32_t *states = gfn_state_set_states(modes->found);
    for (size_t i = 0; i < mine; i++)
        *gfn_exchange_put(x, i, states + i * modes->width) = modes->found_at[i];
    GFN_TRY(gfn_exchange_gather(x, mine));
    gfn_state_set_clear(modes->all);
    for (size_t i = 0; i < x->n; i++) {
        const size_t before = gfn_state_set_count(modes->all);
        const int32_t number = gfn_state_set_add(modes->all, gfn_exchange_state(x, i));
        const int64_t found_at = *gfn_exchange_values(x, i);
        if (number >= 0 && ((size_t)number == before || found_at < modes->all_at[number]))
            modes->all_at[number] = found_at;
    }
    modes->newest_at = 0;
    for (size_t i = 0; i < gfn_state_set_count(modes->all); i++)
        modes->newest_at =
            modes->all_at[i] > modes->newest_at ? modes->all_at[i] : modes->newest_at;
    return GFN_OK;
}

gfn_status gfn_modes_count(gfn_modes *modes)
{
    modes->n = modes->n_regions = -1;
    if (modes->found == NULL)
        return GFN_OK;
    GFN_TRY(join(modes));
    const size_t n = gfn_state_set_count(modes->all);
    modes->is_full |= n >= MOST;
    if (modes->is_full)
        return GFN_OK;
    modes->n = (int64_t)n;
    if (modes->regions == NULL)
        return GFN_OK;
    gfn_mode_regions_add(modes->regions, n, gfn_state_set_states(modes->all));
    GFN_TRY(gfn_comm_agree(modes->exchange.comm, gfn_env_failure(modes->env)));
    modes->n_regions = gfn_mode_regions_count(modes->regions);
    return GFN_OK;
}
