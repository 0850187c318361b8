/* SPDX-License-Identifier: MIT
 *
 * Rewards from values of all objects. R = 0 means that stopping is not allowed (env/env_reward.c);
 * objects of a world in which trajectories end by themselves cannot have it.
 */
#include "reward/table.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sum.h"
#include "data/state_set.h"
#include "env/env_internal.h"
#include "reward/scale.h"

enum { LANES = 256 };

/* log R of objects, by their place or by their words. */
typedef struct table {
    const gfn_env *env;
    double *log_r;
    double *score;          /* values as they were read */
    gfn_state_set *objects; /* NULL: they have places */
} table;

static void destroy(void *self)
{
    table *t = self;
    gfn_release(&t->log_r);
    gfn_release(&t->score);
    gfn_state_set_destroy(&t->objects);
    gfn_release(&t);
}

static void look_up_places(const table *t, const gfn_objects *objects, const double *values,
                           double *value)
{
    const size_t width = (size_t)t->env->spec.state_width;
    int64_t place[LANES];
    for (size_t first = 0, n; first < objects->n; first += n) {
        n = objects->n - first < LANES ? objects->n - first : LANES;
        gfn_reward_find_place(t->env, n, objects->state + first * width, place);
        for (size_t i = 0; i < n; i++)
            value[first + i] = values[place[i]];
    }
}

static void look_up_words(const table *t, const gfn_objects *objects, const double *values,
                          double *value)
{
    const size_t width = (size_t)t->env->spec.state_width;
    for (size_t i = 0; i < objects->n; i++) {
        const int32_t *state = objects->state + i * width;
        const int32_t index = gfn_state_set_find(t->objects, state);
        value[i] = index >= 0 ? values[index] : NAN;
        if (index < 0)
            gfn_env_fail(t->env->world, state,
                         "expected a value of this object in the table, found none");
    }
}

static void look_up(const table *t, const gfn_objects *objects, const double *values, double *value)
{
    if (t->objects)
        look_up_words(t, objects, values, value);
    else
        look_up_places(t, objects, values, value);
}

static void find_log_reward(const void *self, const gfn_objects *objects, double *log_reward)
{
    const table *t = self;
    look_up(t, objects, t->log_r, log_reward);
}

static void find_score(const void *self, const gfn_objects *objects, double *score)
{
    const table *t = self;
    look_up(t, objects, t->score, score);
}

/* ---- creation ---- */

static const char *object_text(const gfn_env *env, const gfn_reward_values *values, size_t index,
                               char *text, size_t size)
{
    if (values->object == NULL)
        return gfn_reward_place_text(env, index, text, size);
    return gfn_env_state_text(env, values->object + index * (size_t)env->spec.state_width, text,
                              size);
}

/* Find the largest log R, the sum and the zeros. Values of states that are no objects are NAN. */
static gfn_status sum_up(const gfn_env *env, const gfn_reward_values *values,
                         gfn_env_reward *reward)
{
    char text[400];
    double largest = -INFINITY;
    gfn_sum sum = {0, 0};
    for (size_t i = 0; i < values->n; i++) {
        largest = fmax(largest, values->value[i]);
        if (!isinf(values->value[i]))
            continue;
        if (env->spec.shape.stop_action < 0)
            return gfn_fail(GFN_EINVAL,
                            "%s: expected a reward above 0 of every object, found 0 for %s (hint: "
                            "--reward-floor 1e-3)",
                            env->ops->name, object_text(env, values, i, text, sizeof text));
        reward->has_holes = true;
    }
    if (isinf(largest))
        return gfn_fail(
            GFN_EINVAL,
            "%s: expected a reward above 0 in some state, found 0 in all (hint: another "
            "file)",
            env->ops->name);
    for (size_t i = 0; i < values->n; i++)
        if (!isnan(values->value[i]))
            gfn_sum_add(&sum, exp(values->value[i] - largest));
    reward->max_log_reward = largest;
    reward->log_z = largest + log(gfn_sum_value(&sum));
    return GFN_OK;
}

static gfn_status keep_objects(const gfn_env *env, gfn_reward_values *values, table *t)
{
    const size_t width = (size_t)env->spec.state_width;
    if (values->object == NULL)
        return GFN_OK;
    GFN_TRY(gfn_state_set_create(values->n, width, &t->objects));
    for (size_t i = 0; i < values->n; i++)
        gfn_state_set_add(t->objects, values->object + i * width);
    return GFN_OK;
}

/* values->value holds log R; the scores are taken over if this succeeds. */
static gfn_status use_values(gfn_env *env, gfn_reward_values *values, double **score)
{
    table *t;
    gfn_env_reward reward = {
        .destroy = destroy, .log_reward = find_log_reward, .score = find_score, .power = NAN};
    GFN_TRY(sum_up(env, values, &reward));
    GFN_TRY(gfn_allocate("rewards", 1, sizeof *t, &t));
    reward.self = t;
    t->env = env;
    gfn_status status = keep_objects(env, values, t);
    if (status == GFN_OK)
        status = gfn_env_use_reward(env, &reward);
    if (status == GFN_OK) {
        t->log_r = values->value;
        t->score = *score;
        values->value = *score = NULL;
    } else {
        destroy(t);
    }
    return status;
}

static gfn_status copy_values(const gfn_reward_values *values, double **copy)
{
    GFN_TRY(gfn_allocate("values of objects", values->n, sizeof **copy, copy));
    memcpy(*copy, values->value, values->n * sizeof **copy);
    return GFN_OK;
}

static gfn_status find_log_rewards(const gfn_options *options, const gfn_env *env,
                                   gfn_reward_values *values)
{
    gfn_reward_scale scale;
    char text[400];
    size_t index;
    GFN_TRY(gfn_reward_scale_init(options, true, &scale));
    const gfn_status status = gfn_reward_scale_values(&scale, values->n, values->value, &index);
    if (status != GFN_OK)
        gfn_fail_in(status, "%s: %s: ", env->ops->name,
                    object_text(env, values, index, text, sizeof text));
    return status;
}

/* Values by number of states that are no objects do not count. */
static gfn_status forget_others(const gfn_env *env, double *value)
{
    const size_t n_actions = (size_t)env->spec.shape.n_actions;
    int32_t *state = NULL;
    uint8_t *mask = NULL;
    gfn_status status =
        gfn_allocate("a state", (size_t)env->spec.state_width, sizeof *state, &state);
    if (status == GFN_OK)
        status = gfn_allocate("a mask", n_actions, 1, &mask);
    for (int64_t i = 0; i < env->spec.n_states && status == GFN_OK; i++) {
        env->ops->state_at(env->world, 1, &i, state);
        env->ops->allowed(env->world, 1, state, mask);
        if (!gfn_env_is_object(env, mask))
            value[i] = NAN;
        status = gfn_env_failure(env);
    }
    gfn_release(&state);
    gfn_release(&mask);
    return status;
}

static gfn_status use(const gfn_options *options, gfn_env *env, gfn_reward_values *values)
{
    double *score = NULL;
    const bool is_by_number = values->object == NULL && env->spec.table_ndim == 0;
    gfn_status status = GFN_OK;
    if (is_by_number && !env->spec.all_terminal)
        status = forget_others(env, values->value);
    if (status == GFN_OK)
        status = copy_values(values, &score);
    if (status == GFN_OK)
        status = find_log_rewards(options, env, values);
    if (status == GFN_OK)
        status = is_by_number ? gfn_env_set_log_rewards(env, &values->value, &score)
                              : use_values(env, values, &score);
    gfn_release(&score);
    gfn_reward_values_clear(values);
    return status;
}

#define READ gfn_reward_read_table
#define SUMMARY "values of all objects from a file, an array or lines of object and value"

const gfn_reward_kind gfn_reward_table = {{"table", SUMMARY, ""}, READ, use};
const gfn_reward_kind gfn_reward_file = {{GFN_REWARD_FILE, SUMMARY, ""}, READ, use};
