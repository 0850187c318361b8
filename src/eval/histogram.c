/* SPDX-License-Identifier: MIT
 *
 * Metrics of samples: how often each object was drawn, the distance from the target, and the number
 * of modes found.
 */
#include <gfn/eval.h>

#include <inttypes.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sum.h"
#include "data/state_set.h"
#include "env/env_internal.h"
#include "eval/exact.h"
#include "eval/metrics.h"

enum { CHUNK = 256 };

static size_t chunk_of(size_t n, size_t first)
{
    return n - first < CHUNK ? n - first : CHUNK;
}

static gfn_status refuse(const gfn_env *env, const int32_t *state, int64_t number)
{
    char text[200];
    return gfn_fail(GFN_EINVAL,
                    "histogram: %s is not a state of %s: its number is %" PRId64
                    ", expected 0 ... %" PRId64,
                    gfn_env_state_text(env, state, text, sizeof text), env->ops->name, number,
                    env->spec.n_states - 1);
}

/* Number all objects, and count them if `counts` is not NULL. */
static gfn_status number_all(const gfn_env *env, size_t n, const int32_t *terminal, int64_t *counts)
{
    const size_t width = (size_t)env->spec.state_width;
    int64_t number[CHUNK];
    for (size_t first = 0; first < n; first += CHUNK) {
        const int32_t *state = terminal + first * width;
        const size_t m = chunk_of(n, first);
        GFN_TRY(gfn_env_number(env, m, state, number));
        for (size_t i = 0; i < m; i++) {
            if (number[i] < 0 || number[i] >= env->spec.n_states)
                return refuse(env, state + i * width, number[i]);
            if (counts != NULL)
                counts[number[i]]++;
        }
    }
    return GFN_OK;
}

gfn_status gfn_histogram_add(const gfn_env *env, size_t n, const int32_t *terminal, int64_t *counts)
{
    if (env->spec.n_states == 0)
        return gfn_fail(GFN_ENOSUP,
                        "histogram: the states of %s cannot be numbered (hint: --samples 0)",
                        env->ops->name);
    /* Check all states first: a wrong one must not be used as an index, and nothing be added. */
    GFN_TRY(number_all(env, n, terminal, NULL));
    return number_all(env, n, terminal, counts);
}

/* Pass over the objects of maximal reward: count them, and add them to `set` if it is not NULL. */
static gfn_status collect_modes(const gfn_env *env, double max_log_reward, size_t n,
                                const int32_t *terminal, gfn_state_set *set, size_t *count)
{
    const size_t width = (size_t)env->spec.state_width;
    double log_reward[CHUNK];
    *count = 0;
    for (size_t first = 0; first < n; first += CHUNK) {
        const int32_t *state = terminal + first * width;
        const size_t m = chunk_of(n, first);
        GFN_TRY(gfn_env_log_reward(env, m, state, log_reward));
        for (size_t i = 0; i < m; i++) {
            if (!(log_reward[i] >= max_log_reward))
                continue;
            (*count)++;
            if (set != NULL)
                gfn_state_set_add(set, state + i * width);
        }
    }
    return GFN_OK;
}

/* Count the given modes of a reward near which objects lie. */
static gfn_status count_near(const gfn_env *env, size_t n, const int32_t *terminal, int64_t *modes)
{
    const size_t width = (size_t)env->spec.state_width;
    const gfn_env_modes *given = &env->reward.modes;
    gfn_state_set *set;
    GFN_TRY(gfn_state_set_create(given->n, width, &set));
    for (size_t i = 0; i < n && gfn_state_set_count(set) < given->n; i++)
        given->add_near(env->reward.self, terminal + i * width, set);
    *modes = (int64_t)gfn_state_set_count(set);
    gfn_state_set_destroy(&set);
    return gfn_env_failure(env);
}

gfn_status gfn_count_modes_of(const gfn_env *env, double max_log_reward, size_t n,
                              const int32_t *terminal, int64_t *modes)
{
    size_t found;
    gfn_state_set *set;
    if (env->reward.modes.n > 0)
        return count_near(env, n, terminal, modes);
    GFN_TRY(collect_modes(env, max_log_reward, n, terminal, NULL, &found));
    GFN_TRY(gfn_state_set_create(found ? found : 1, (size_t)env->spec.state_width, &set));
    const gfn_status status = collect_modes(env, max_log_reward, n, terminal, set, &found);
    if (status == GFN_OK)
        *modes = (int64_t)gfn_state_set_count(set);
    gfn_state_set_destroy(&set);
    return status;
}

gfn_status gfn_count_modes(const gfn_env *env, size_t n, const int32_t *terminal, int64_t *modes)
{
    if (isnan(env->spec.max_log_reward) && env->reward.modes.n == 0)
        return gfn_fail(GFN_ENOSUP, "modes: the largest reward of %s is not known", env->ops->name);
    return gfn_count_modes_of(env, env->spec.max_log_reward, n, terminal, modes);
}

/* ---- l1 without a table of all states ---- */

/* The distinct objects and how often each was drawn, counts [n]. */
static void count_objects(size_t n, size_t width, const int32_t *terminal, gfn_state_set *set,
                          int64_t *counts)
{
    for (size_t i = 0; i < n; i++)
        counts[gfn_state_set_add(set, terminal + i * width)]++;
}

/* Sum over distinct objects. Each object that was never drawn contributes its q to l1. */
static gfn_status compare(const gfn_env *env, size_t n, const gfn_state_set *set,
                          const int64_t *counts, double *l1, double *floor)
{
    const size_t width = (size_t)env->spec.state_width, distinct = gfn_state_set_count(set);
    const double samples = (double)n;
    gfn_sum difference = {0, 0}, seen = {0, 0}, deviation = {0, 0};
    double log_reward[CHUNK];
    for (size_t first = 0; first < distinct; first += CHUNK) {
        const size_t m = chunk_of(distinct, first);
        const int32_t *state = gfn_state_set_states(set) + first * width;
        GFN_TRY(gfn_env_log_reward(env, m, state, log_reward));
        for (size_t i = 0; i < m; i++) {
            const double q = exp(log_reward[i] - env->spec.log_z);
            const double share = (double)counts[first + i] / samples;
            gfn_sum_add(&difference, fabs(share - q));
            gfn_sum_add(&seen, q);
            gfn_sum_add(&deviation, share * (q > 0 ? gfn_mean_deviation(samples, q) / q : 2));
        }
    }
    *l1 = gfn_sum_value(&difference) + fmax(0, 1 - gfn_sum_value(&seen));
    *floor = gfn_sum_value(&deviation);
    return GFN_OK;
}

gfn_status gfn_l1_of_objects(const gfn_env *env, size_t n, const int32_t *terminal, double *l1,
                             double *floor)
{
    const size_t width = (size_t)env->spec.state_width;
    gfn_state_set *set = NULL;
    int64_t *counts = NULL;
    if (n == 0 || isnan(env->spec.log_z)) {
        *l1 = *floor = NAN;
        return GFN_OK;
    }
    gfn_status status = gfn_state_set_create(n, width, &set);
    if (status == GFN_OK)
        status = gfn_allocate("counts of objects", n, sizeof *counts, &counts);
    if (status == GFN_OK) {
        count_objects(n, width, terminal, set, counts);
        status = compare(env, n, set, counts, l1, floor);
    }
    gfn_state_set_destroy(&set);
    gfn_release(&counts);
    return status;
}
