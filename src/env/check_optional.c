/* SPDX-License-Identifier: MIT
 *
 * Rules about what a world may have besides: partial rewards, missing parts, places in tables, and
 * classes. That results depend on the state alone is tested by gfn_probe_call().
 */
#include "env/check_optional.h"

#include <string.h>

#include "base/error.h"

/* ---- rewards of states that are no objects ---- */

gfn_status gfn_check_partial_rewards(gfn_probe *probe, const gfn_check_sample *states,
                                     gfn_arena *arena)
{
    double *log_reward;
    if (probe->bytes[GFN_PROBE_LOG_PARTIAL_REWARD] == 0)
        return GFN_OK;
    GFN_TRY(gfn_check_sample_call(probe, GFN_PROBE_LOG_PARTIAL_REWARD, states, arena, &log_reward));
    for (size_t i = 0; i < states->n; i++)
        if (!isfinite(log_reward[i]))
            return gfn_probe_broken(probe->env, states->state + i * states->width,
                                    "log_partial_reward() of any state is finite",
                                    "expected a finite number, found %g", log_reward[i]);
    return GFN_OK;
}

/* Fill what is missing in each state by one of the objects. */
gfn_status gfn_check_missing(gfn_probe *probe, const gfn_check_sample *states,
                             const gfn_check_sample *objects, gfn_arena *arena)
{
    const gfn_env *env = probe->env;
    const size_t width = states->width;
    int32_t *filled;
    if (!env->spec.zero_is_missing || objects->n == 0 || env->reward.has_holes)
        return GFN_OK;
    GFN_TRY(gfn_arena_take(arena, width, sizeof *filled, &filled));
    for (size_t i = 0; i < states->n; i++) {
        const int32_t *state = states->state + i * width;
        const int32_t *object = objects->state + i % objects->n * width;
        char text[200];
        for (size_t w = 0; w < width; w++)
            filled[w] = state[w] != 0 ? state[w] : object[w];
        gfn_probe_begin_call(probe, "allowed_back", filled);
        const gfn_status status = gfn_env_check_objects(env, 1, filled);
        GFN_TRY(status == GFN_EINVAL ? GFN_OK : status);
        if (status != GFN_OK)
            return gfn_probe_broken(env, state, "words of objects fill what is missing",
                                    "expected an object after the words that are 0 were taken from "
                                    "%s, found none (hint: leave zero_is_missing false)",
                                    gfn_env_state_text(env, object, text, sizeof text));
    }
    return GFN_OK;
}

/* ---- places ---- */

gfn_status gfn_check_places(gfn_probe *probe, const gfn_check_sample *objects, gfn_arena *arena)
{
    const gfn_env *env = probe->env;
    const size_t width = objects->width, bytes = width * sizeof(int32_t);
    int64_t *place, places = 1;
    if (probe->bytes[GFN_PROBE_TABLE_PLACE] == 0)
        return GFN_OK;
    for (int d = 0; d < env->spec.table_ndim; d++)
        places *= env->spec.table_axis[d];
    GFN_TRY(gfn_check_sample_call(probe, GFN_PROBE_TABLE_PLACE, objects, arena, &place));
    for (size_t i = 0; i < objects->n; i++) {
        const int32_t *object = objects->state + i * width;
        char text[200];
        if (place[i] < 0 || place[i] >= places)
            return gfn_probe_broken(env, object, "places are within table_axis",
                                    "expected 0 ... %lld, found %lld", (long long)places - 1,
                                    (long long)place[i]);
        for (size_t k = 0; k < i; k++)
            if (place[i] == place[k] && memcmp(object, objects->state + k * width, bytes) != 0)
                return gfn_probe_broken(
                    env, object, "distinct objects have distinct places",
                    "expected a place of its own, found %lld, as that of %s", (long long)place[i],
                    gfn_env_state_text(env, objects->state + k * width, text, sizeof text));
    }
    return GFN_OK;
}

/* ---- classes ---- */

gfn_status gfn_check_classes(gfn_probe *probe, const gfn_check_sample *objects, gfn_arena *arena)
{
    int32_t *words;
    if (probe->bytes[GFN_PROBE_CLASS_OF] == 0)
        return GFN_OK;
    if (probe->env->ops->class_name[0] == '\0')
        return gfn_probe_broken(probe->env, NULL, "classes have a name",
                                "expected a plural as class_name, found \"\" (hint: \"Markov "
                                "equivalence classes\")");
    return gfn_check_sample_call(probe, GFN_PROBE_CLASS_OF, objects, arena, &words);
}
