/* SPDX-License-Identifier: MIT
 *
 * Two cells of maximal reward belong to one region if they differ by 1 in one dimension, or are the
 * ends of a chain of such cells. A region is filled from its first cell, without a list of all
 * cells.
 *
 * To check by: the hypergrid of 4 dimensions of 20 cells has 256 cells of maximal reward, in 16
 * regions of 16 cells.
 */
#include "eval/mode_regions.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"

struct gfn_mode_regions {
    const gfn_env *env;
    double max_log_reward;
    gfn_state_set *known; /* all cells of the regions found */
    int64_t count;
    bool is_full;

    /* The neighbours of a cell. */
    int64_t number[2 * GFN_ENV_MAX_NDIM];
    int32_t *state; /* [2 ndim][width] */
    uint8_t *mask;  /* [2 ndim][n_actions] */
};

bool gfn_mode_regions_exist(const gfn_env *env)
{
    return env->spec.ndim > 0 && env->spec.n_states > 0;
}

gfn_status gfn_mode_regions_create(const gfn_env *env, double max_log_reward,
                                   gfn_mode_regions **regions)
{
    const gfn_env_spec *spec = &env->spec;
    const size_t lanes = 2 * (size_t)spec->ndim, width = (size_t)spec->state_width;
    gfn_mode_regions *r;
    GFN_TRY(gfn_allocate("regions", 1, sizeof *r, &r));
    r->env = env;
    r->max_log_reward = max_log_reward;
    gfn_status status = gfn_state_set_create(GFN_MODE_REGIONS_MOST, width, &r->known);
    if (status == GFN_OK)
        status = gfn_allocate("neighbours", lanes * width, sizeof *r->state, &r->state);
    if (status == GFN_OK)
        status = gfn_allocate("neighbours", lanes * (size_t)spec->shape.n_actions, 1, &r->mask);
    if (status != GFN_OK)
        gfn_mode_regions_destroy(&r);
    else
        *regions = r;
    return status;
}

void gfn_mode_regions_destroy(gfn_mode_regions **regions)
{
    if (*regions == NULL)
        return;
    gfn_state_set_destroy(&(*regions)->known);
    gfn_release(&(*regions)->state);
    gfn_release(&(*regions)->mask);
    gfn_release(regions);
}

/* After calls of the world's functions. If it failed, the number of regions is not known any more.
 */
static bool end_calls(gfn_mode_regions *r)
{
    const bool is_good = gfn_env_end_calls(r->env);
    r->is_full |= !is_good;
    return is_good;
}

/* Whether a state has the largest reward. */
static bool is_mode(gfn_mode_regions *r, const int32_t *state)
{
    const gfn_env *env = r->env;
    double log_reward;
    gfn_env_ask_allowed(env, 1, state, r->mask);
    if (!end_calls(r) || !gfn_env_is_object(env, r->mask))
        return false;
    gfn_env_ask_log_reward(env, 1, state, &log_reward);
    return end_calls(r) && log_reward >= r->max_log_reward;
}

static void add_cell(gfn_mode_regions *r, const int32_t *state)
{
    r->is_full |= gfn_state_set_add(r->known, state) < 0;
}

/* Add the neighbours of a cell that also have the largest reward. */
static void add_neighbours(gfn_mode_regions *r, const int32_t *cell)
{
    const gfn_env *env = r->env;
    const size_t width = (size_t)env->spec.state_width;
    int64_t number, stride = 1;
    size_t n = 0;
    gfn_env_ask_number(env, 1, cell, &number);
    if (!end_calls(r))
        return;
    for (int d = env->spec.ndim; d-- > 0; stride *= env->spec.axis[d]) {
        const int64_t at = number / stride % env->spec.axis[d];
        if (at > 0)
            r->number[n++] = number - stride;
        if (at + 1 < env->spec.axis[d])
            r->number[n++] = number + stride;
    }
    gfn_env_ask_state_at(env, n, r->number, r->state);
    for (size_t i = 0; i < n && end_calls(r); i++)
        if (is_mode(r, r->state + i * width))
            add_cell(r, r->state + i * width);
}

/* The set of known cells serves as the queue of cells whose neighbours are still to be checked. */
static void fill(gfn_mode_regions *r, const int32_t *cell)
{
    const size_t width = (size_t)r->env->spec.state_width;
    size_t next = gfn_state_set_count(r->known);
    add_cell(r, cell);
    for (; next < gfn_state_set_count(r->known) && !r->is_full; next++)
        add_neighbours(r, gfn_state_set_states(r->known) + next * width);
}

/* Whether a state, which may come from a file, is valid and has the largest reward. */
static bool is_good(gfn_mode_regions *r, const int32_t *state)
{
    const gfn_env *env = r->env;
    const size_t width = (size_t)env->spec.state_width;
    int64_t number;
    gfn_env_ask_number(env, 1, state, &number);
    if (!end_calls(r) || number < 0 || number >= env->spec.n_states)
        return false;
    gfn_env_ask_state_at(env, 1, &number, r->state);
    return end_calls(r) && memcmp(r->state, state, width * sizeof *state) == 0 && is_mode(r, state);
}

void gfn_mode_regions_add(gfn_mode_regions *regions, size_t n, const int32_t *state)
{
    gfn_mode_regions *r = regions;
    const size_t width = (size_t)r->env->spec.state_width;
    for (size_t i = 0; i < n && !r->is_full; i++, state += width) {
        const size_t before = gfn_state_set_count(r->known);
        if (!is_good(r, state))
            continue;
        fill(r, state);
        r->count += gfn_state_set_count(r->known) > before;
    }
}

int64_t gfn_mode_regions_count(const gfn_mode_regions *regions)
{
    return regions->is_full ? -1 : regions->count;
}
