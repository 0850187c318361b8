/* SPDX-License-Identifier: MIT
 *
 * Create, extend and destroy samplers; their settings, and views of their contents.
 */
#include "rollout/storage.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "rollout/observe.h"
#include "rollout/state_table.h"

/* A space gets a table if it is small, and if calls would visit much of it anyway. */
enum { TABLE_STATES = 4096, TABLE_STATES_PER_TRAJECTORY = 16 };

static bool fits_table(const gfn_env_spec *spec, size_t capacity)
{
    return spec->n_states > 0 && spec->n_states <= TABLE_STATES &&
           (size_t)spec->n_states <= TABLE_STATES_PER_TRAJECTORY * capacity;
}

static gfn_status set_up(gfn_sampler *s)
{
    const gfn_env_spec *spec = gfn_env_spec_of(s->env);
    s->policy = gfn_model_policy(s->model);
    s->max_steps = (size_t)spec->max_steps;
    s->width = (size_t)spec->state_width;
    s->n_actions = (size_t)spec->shape.n_actions;
    s->n_back = (size_t)spec->shape.n_back_actions;
    s->obs_dim = (size_t)spec->shape.obs_dim;
    s->obs_hot = (size_t)spec->shape.obs_hot;
    GFN_TRY(gfn_kernels_choose(&s->kernels));
    s->is_table = fits_table(spec, s->capacity);
    GFN_TRY(gfn_storage_init_rows(s, 0));
    GFN_TRY(gfn_storage_init_lanes(s));
    return s->is_table ? gfn_state_table_init(s) : GFN_OK;
}

gfn_status gfn_sampler_create(const gfn_env *env, gfn_model *model, size_t capacity, int threads,
                              gfn_sampler **sampler)
{
    GFN_TRY(gfn_observe_check("sampler", env, model));
    if (capacity == 0 || capacity > (size_t)1 << 30 || threads < 1)
        return gfn_fail(GFN_EINVAL,
                        "sampler: capacity is %zu and threads %d, both need to be at least 1",
                        capacity, threads);
    if (gfn_env_spec_of(env)->max_steps > INT64_C(1) << 30)
        return gfn_fail(GFN_EINVAL,
                        "sampler: trajectories of up to %lld steps, can do at most 2^30 (hint: a "
                        "smaller --size or --ndim)",
                        (long long)gfn_env_spec_of(env)->max_steps);
    gfn_sampler *s;
    GFN_TRY(gfn_allocate("sampler", 1, sizeof *s, &s));
    s->env = env;
    s->model = model;
    s->capacity = capacity;
    s->threads = threads;
    s->temperature = 1;
    gfn_status status = set_up(s);
    if (status != GFN_OK)
        gfn_sampler_destroy(&s);
    else
        *sampler = s;
    return status;
}

gfn_status gfn_sampler_extend(gfn_sampler *s, unsigned what, size_t extra)
{
    s->has_rewards = (what & GFN_ROWS_REWARDS) != 0;
    s->has_parents = (what & GFN_ROWS_PARENTS) != 0;
    if (!s->is_table) { /* a table has rows for all states, and their rewards */
        s->is_table = (what & GFN_ROWS_TABLE) != 0;
        s->call++;
        GFN_TRY(gfn_storage_init_rows(s, extra));
        if (s->is_table)
            GFN_TRY(gfn_state_table_init(s));
    }
    return gfn_storage_init_parents(s);
}

gfn_status gfn_sampler_explore(gfn_sampler *sampler, double epsilon, double temperature)
{
    if (!(epsilon >= 0 && epsilon <= 1) || !(temperature > 0 && isfinite(temperature)))
        return gfn_fail(GFN_EINVAL,
                        "sampler: epsilon is %g and the temperature %g, expected epsilon within 0 "
                        "and 1 and a temperature above 0 (hint: --epsilon 0.1)",
                        epsilon, temperature);
    sampler->epsilon = epsilon;
    sampler->temperature = temperature;
    sampler->explores = epsilon != 0 || temperature != 1;
    return GFN_OK;
}

void gfn_sampler_destroy(gfn_sampler **sampler)
{
    gfn_sampler *s = *sampler;
    if (s == NULL)
        return;
    gfn_storage_clear(s);
    gfn_release(sampler);
}

gfn_status gfn_sampler_trajectories(const gfn_sampler *s, gfn_trajectories **log)
{
    gfn_trajectories *made;
    GFN_TRY(gfn_trajectories_create(s->capacity, s->max_steps, s->width, &made));
    const bool is_learned = s->policy.log_pb != GFN_NO_VAR;
    gfn_status status = is_learned ? gfn_trajectories_hold_back(made) : GFN_OK;
    if (status != GFN_OK)
        gfn_trajectories_destroy(&made);
    else
        *log = made;
    return status;
}

void gfn_sampler_set_threads(gfn_sampler *sampler, int threads)
{
    sampler->threads = threads;
}

size_t gfn_sampler_capacity(const gfn_sampler *sampler)
{
    return sampler->capacity;
}

gfn_rows gfn_sampler_rows(const gfn_sampler *s)
{
    return (gfn_rows){.call = s->call,
                      .are_numbers = s->is_table,
                      .env = s->env,
                      .model = s->model,
                      .policy = s->policy,
                      .frame = s->frame,
                      .most = s->max_rows,
                      .max_steps = s->max_steps,
                      .width = s->width,
                      .n_actions = s->n_actions,
                      .n_back = s->n_back,
                      .stop_action = s->env->spec.shape.stop_action,
                      .threads = s->threads,
                      .states = gfn_state_set_states(s->states),
                      .log_reward = s->log_reward,
                      .log_inflow = s->parents.log_inflow,
                      .parent = s->parents.edge};
}

const int32_t *gfn_sampler_states(const gfn_sampler *sampler, size_t *n)
{
    *n = gfn_state_set_count(sampler->states);
    return gfn_state_set_states(sampler->states);
}
