/* SPDX-License-Identifier: MIT
 *
 * What both kinds of gradient use.
 */
#include "step/gradient_parts.h"

#include "base/error.h"
#include "base/memory.h"

size_t gfn_gradient_most_states(const gfn_gradient *g, size_t trajectories)
{
    const int64_t n_states = gfn_env_spec_of(g->rows.env)->n_states;
    const size_t entries = g->objective->needs & GFN_NEEDS_INFLOW ? 1 + g->rows.n_back : 1;
    size_t visits;
    if (!gfn_multiply(trajectories, g->rows.max_steps + 1, &visits) ||
        !gfn_multiply(visits, entries, &visits))
        visits = SIZE_MAX;
    return n_states > 0 && (uint64_t)n_states < visits ? (size_t)n_states : visits;
}

gfn_status gfn_gradient_reserve(gfn_gradient *g, unsigned what, size_t extra)
{
    const unsigned needs = g->objective->needs;
    what |= needs & (GFN_NEEDS_REWARDS | GFN_LOOKS_FORWARD) ? GFN_ROWS_REWARDS : 0;
    what |= needs & GFN_NEEDS_INFLOW ? GFN_ROWS_PARENTS : 0;
    if (what || extra > 0)
        GFN_TRY(gfn_sampler_extend(g->sampler, what, extra));
    g->rows = gfn_sampler_rows(g->sampler);
    return GFN_OK;
}

gfn_status gfn_gradient_exchange(gfn_gradient *g, gfn_status mine)
{
    const gfn_tail add = {.log_z = g->sums.log_z,
                          .loss = {g->sums.loss[0], g->sums.loss[1]},
                          .n_trajectories = g->n_added};
    return gfn_allreduce_exchange(&g->allreduce, mine, &add, g->rows.model, g->batch_size);
}
