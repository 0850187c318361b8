/* SPDX-License-Identifier: MIT
 *
 * Rewards that are not the world's own, and the simplest of them: log R of all states by number.
 *
 * If R = 0, stopping is not allowed: the state is not an object, and its probability is 0 under any
 * policy. The exception is a state in which nothing but stopping is allowed, for instance the far
 * corner of a grid: there 0 counts as 1e-8 of the largest reward.
 */
#include "env/env_internal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/sum.h"

/* The value of Pan et al. 2022 (arXiv:2210.03308); flow matching does not learn to avoid a much
 * smaller reward. */
#define END_FRACTION 1e-8

enum { LANES = 256 };

void gfn_env_close_holes(const gfn_env *env, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_shape *shape = &env->spec.shape;
    for (size_t i = 0; i < n; i++) {
        uint8_t *stop = mask + i * (size_t)shape->n_actions + shape->stop_action;
        double log_r;
        if (!*stop)
            continue;
        gfn_env_ask_log_reward(env, 1, state + i * (size_t)env->spec.state_width, &log_r);
        *stop = log_r > -INFINITY;
    }
}

/* A world describes itself without the reward that is not its own. */
gfn_status gfn_env_use_reward(gfn_env *env, const gfn_env_reward *reward)
{
    gfn_env_spec spec = env->spec;
    env->ops->describe(env->world, &spec);
    GFN_TRY(gfn_env_failure(env));
    spec.needs_rewards = false;
    spec.all_terminal = spec.all_terminal && !reward->has_holes;
    spec.max_log_reward = reward->max_log_reward;
    spec.log_z = reward->log_z;
    GFN_TRY(gfn_env_check_spec(env->ops, &spec));
    if (env->reward.log_reward)
        env->reward.destroy(env->reward.self);
    env->reward = *reward;
    env->spec = spec;
    return GFN_OK;
}

/* ---- by number ---- */

typedef struct by_number {
    const gfn_env *env;
    double *log_r; /* [n_states] */
    double *score; /* [n_states]; NULL: R */
} by_number;

static void destroy(void *self)
{
    by_number *r = self;
    gfn_release(&r->log_r);
    gfn_release(&r->score);
    gfn_release(&r);
}

static void look_up(const by_number *r, const gfn_objects *objects, const double *table,
                    double *value)
{
    const size_t width = (size_t)r->env->spec.state_width;
    int64_t number[LANES];
    for (size_t first = 0, n; first < objects->n; first += n) {
        n = objects->n - first < LANES ? objects->n - first : LANES;
        r->env->ops->number(r->env->world, n, objects->state + first * width, number);
        for (size_t i = 0; i < n; i++)
            value[first + i] = table[number[i]];
    }
}

static void find_log_reward(const void *self, const gfn_objects *objects, double *log_reward)
{
    const by_number *r = self;
    look_up(r, objects, r->log_r, log_reward);
}

static void find_score(const void *self, const gfn_objects *objects, double *score)
{
    const by_number *r = self;
    look_up(r, objects, r->score ? r->score : r->log_r, score);
    for (size_t i = 0; i < objects->n && r->score == NULL; i++)
        score[i] = exp(score[i]);
}

/* Objects must have a value, and one above 0 if no stop action can be forbidden. */
static gfn_status check_object(const gfn_env *env, int64_t number, double log_r)
{
    char text[400];
    const bool is_missing = isnan(log_r);
    if (!is_missing && env->spec.shape.stop_action >= 0)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "%s: expected a %s of every object, found %s for %s (hint: %s)",
                    env->ops->name, is_missing ? "value" : "reward above 0",
                    is_missing ? "none" : "0", gfn_env_number_text(env, number, text, sizeof text),
                    is_missing ? "a line for each object" : "--reward-floor 1e-3");
}

/* A state without a positive reward: an object keeps a small one if nothing but stopping is allowed
 * there; otherwise stopping is forbidden. */
static gfn_status find_hole(const gfn_env *env, int64_t number, const uint8_t *mask, double *log_r,
                            gfn_env_reward *reward)
{
    const int32_t stop = env->spec.shape.stop_action;
    size_t others = 0;
    for (int32_t a = 0; a < env->spec.shape.n_actions; a++)
        others += mask[a] && a != stop;
    const bool may_stop = stop >= 0 && mask[stop];
    if (others > 0 && !may_stop) /* no object */
        return GFN_OK;
    GFN_TRY(check_object(env, number, *log_r));
    if (others == 0)
        *log_r = reward->max_log_reward + log(END_FRACTION);
    else
        reward->has_holes = true;
    return GFN_OK;
}

/* Find the states without a positive reward. */
static gfn_status find_holes(const gfn_env *env, double *log_r, gfn_env_reward *reward)
{
    int32_t *state = NULL;
    uint8_t *mask = NULL;
    gfn_status status =
        gfn_allocate("a state", (size_t)env->spec.state_width, sizeof *state, &state);
    if (status == GFN_OK)
        status = gfn_allocate("a mask", (size_t)env->spec.shape.n_actions, 1, &mask);
    for (int64_t i = 0; i < env->spec.n_states && status == GFN_OK; i++) {
        if (log_r[i] > -INFINITY)
            continue;
        env->ops->state_at(env->world, 1, &i, state);
        env->ops->allowed(env->world, 1, state, mask);
        status = gfn_env_failure(env);
        if (status == GFN_OK)
            status = find_hole(env, i, mask, &log_r[i], reward);
    }
    gfn_release(&state);
    gfn_release(&mask);
    return status;
}

/* Sum and largest are known if the world lets all states be objects; otherwise the table has
 * entries that do not count. */
static gfn_status sum_rewards(const gfn_env *env, const double *log_r, gfn_env_reward *reward)
{
    const double largest = reward->max_log_reward;
    gfn_env_spec spec = env->spec;
    gfn_sum sum = {0, 0};
    env->ops->describe(env->world, &spec);
    GFN_TRY(gfn_env_failure(env));
    for (int64_t i = 0; i < spec.n_states; i++)
        gfn_sum_add(&sum, exp(log_r[i] - largest));
    reward->log_z = spec.all_terminal ? largest + log(gfn_sum_value(&sum)) : NAN;
    reward->max_log_reward = spec.all_terminal ? largest : NAN;
    return GFN_OK;
}

static gfn_status use_table(gfn_env *env, double *log_r, double *score)
{
    gfn_env_reward reward = {.destroy = destroy,
                             .log_reward = find_log_reward,
                             .score = find_score,
                             .power = NAN,
                             .max_log_reward = -INFINITY};
    by_number *self;
    for (int64_t i = 0; i < env->spec.n_states; i++)
        reward.max_log_reward = fmax(reward.max_log_reward, log_r[i]);
    if (isinf(reward.max_log_reward))
        return gfn_fail(GFN_EINVAL,
                        "%s: expected a reward above 0 in some state, found 0 in all (hint: "
                        "another file)",
                        env->ops->name);
    GFN_TRY(find_holes(env, log_r, &reward));
    GFN_TRY(sum_rewards(env, log_r, &reward));
    GFN_TRY(gfn_allocate("rewards", 1, sizeof *self, &self));
    *self = (by_number){env, log_r, score};
    reward.self = self;
    const gfn_status status = gfn_env_use_reward(env, &reward);
    if (status != GFN_OK)
        gfn_release(&self);
    return status;
}

gfn_status gfn_env_set_log_rewards(gfn_env *env, double **log_reward, double **score)
{
    const gfn_status status = use_table(env, *log_reward, *score);
    if (status == GFN_OK) {
        *log_reward = *score = NULL;
    } else {
        gfn_release(log_reward);
        gfn_release(score);
    }
    return status;
}

static gfn_status check_shape(const gfn_env *env, int ndim, const int64_t *axis)
{
    const gfn_env_spec *spec = &env->spec;
    const int expected_ndim = spec->ndim > 0 ? spec->ndim : 1;
    const int64_t *expected_axis = spec->ndim > 0 ? spec->axis : &spec->n_states;
    char expected[300], found[300];
    if (ndim == expected_ndim && memcmp(axis, expected_axis, (size_t)ndim * sizeof *axis) == 0)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "%s: expected %s rewards, one per state, found %s (hint: reshape the array, or "
                    "choose options of the environment that fit it)",
                    env->ops->name,
                    gfn_env_shape_text(expected_ndim, expected_axis, expected, sizeof expected),
                    gfn_env_shape_text(ndim, axis, found, sizeof found));
}

static gfn_status check_rewards(const gfn_env *env, const double *reward)
{
    char text[400];
    for (int64_t i = 0; i < env->spec.n_states; i++) {
        if (reward[i] >= 0 && !isinf(reward[i]))
            continue;
        return gfn_fail(GFN_EINVAL,
                        "%s: expected rewards of 0 or more, found %g in %s (hint: "
                        "numpy.nan_to_num, numpy.maximum)",
                        env->ops->name, reward[i], gfn_env_number_text(env, i, text, sizeof text));
    }
    return GFN_OK;
}

gfn_status gfn_env_set_rewards(gfn_env *env, int ndim, const int64_t *axis, const double *reward)
{
    const int64_t n = env->spec.n_states;
    double *log_r, *score = NULL;
    if (n == 0 || n > GFN_ENV_MAX_REWARDS)
        return gfn_fail(GFN_EINVAL,
                        "%s: expected a space of at most %" PRId64 " states for rewards by "
                        "state, found %s%.0" PRId64 " (hint: a smaller one)",
                        env->ops->name, GFN_ENV_MAX_REWARDS, n ? "" : "more than can be numbered",
                        n);
    GFN_TRY(check_shape(env, ndim, axis));
    GFN_TRY(check_rewards(env, reward));
    GFN_TRY(gfn_allocate("rewards", (size_t)n, sizeof *log_r, &log_r));
    for (int64_t i = 0; i < n; i++)
        log_r[i] = log(reward[i]);
    return gfn_env_set_log_rewards(env, &log_r, &score);
}
