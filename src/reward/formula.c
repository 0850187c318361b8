/* SPDX-License-Identifier: MIT */
#include "reward/formula.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "reward/scale.h"

typedef struct formula {
    const gfn_env *env;
    gfn_reward_scale scale;
} formula;

static void destroy(void *self)
{
    formula *f = self;
    gfn_release(&f);
}

static void find_log_reward(const void *self, const gfn_objects *objects, double *log_reward)
{
    const formula *f = self;
    f->env->ops->log_reward(f->env->world, objects->n, objects->state, log_reward);
    for (size_t i = 0; i < objects->n; i++)
        log_reward[i] = gfn_reward_scale_log(&f->scale, log_reward[i]);
}

static void find_log_partial_reward(const void *self, const gfn_objects *states, double *log_reward)
{
    const formula *f = self;
    f->env->ops->log_partial_reward(f->env->world, states->n, states->state, log_reward);
    for (size_t i = 0; i < states->n; i++)
        log_reward[i] = gfn_reward_scale_log(&f->scale, log_reward[i]);
}

static void find_score(const void *self, const gfn_objects *objects, double *score)
{
    const formula *f = self;
    f->env->ops->log_reward(f->env->world, objects->n, objects->state, score);
}

/* With another exponent or a floor, the sum of the world says nothing. */
static double log_z_of(const gfn_reward_scale *s, double log_z)
{
    const bool is_scaled_only = !(s->beta < 1 || s->beta > 1) && isinf(s->log_floor);
    return is_scaled_only ? s->log_scale + log_z : NAN;
}

gfn_status gfn_reward_use_formula(const gfn_options *options, gfn_env *env)
{
    formula *f;
    gfn_reward_scale scale;
    GFN_TRY(gfn_reward_scale_init(options, false, &scale));
    if (gfn_reward_scale_is_identity(&scale))
        return GFN_OK;
    GFN_TRY(gfn_allocate("reward", 1, sizeof *f, &f));
    *f = (formula){env, scale};
    const gfn_env_reward reward = {
        .self = f,
        .destroy = destroy,
        .log_reward = find_log_reward,
        .log_partial_reward = env->ops->log_partial_reward ? find_log_partial_reward : NULL,
        .score = find_score,
        .max_log_reward = isnan(env->spec.max_log_reward)
                              ? NAN
                              : gfn_reward_scale_log(&scale, env->spec.max_log_reward),
        .log_z = log_z_of(&scale, env->spec.log_z),
        .power = isinf(scale.log_floor) ? scale.beta : NAN,
        .log_scale = scale.log_scale,
    };
    const gfn_status status = gfn_env_use_reward(env, &reward);
    if (status != GFN_OK)
        destroy(f);
    return status;
}
