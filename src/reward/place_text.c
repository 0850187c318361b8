/* SPDX-License-Identifier: MIT */
#include "base/format.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "reward/table.h"

/* Find the object with a place among the numbered states; false: it is not there. */
static bool find_object(const gfn_env *env, size_t place, int32_t *state, uint8_t *mask)
{
    for (int64_t i = env->spec.n_states; i-- > 0;) { /* objects are often the last ones */
        int64_t found;
        env->ops->state_at(env->world, 1, &i, state);
        env->ops->allowed(env->world, 1, state, mask);
        if (!gfn_env_is_object(env, mask))
            continue;
        env->ops->table_place(env->world, 1, state, &found);
        if (found == (int64_t)place)
            return true;
    }
    return false;
}

const char *gfn_reward_place_text(const gfn_env *env, size_t place, char *text, size_t size)
{
    int32_t *state = NULL;
    uint8_t *mask = NULL;
    gfn_format(text, size, "place %zu", place);
    if (env->spec.table_ndim == 0 && env->spec.n_states > 0)
        return gfn_env_number_text(env, (int64_t)place, text, size);
    if (gfn_allocate("a state", (size_t)env->spec.state_width, sizeof *state, &state) == GFN_OK &&
        gfn_allocate("a mask", (size_t)env->spec.shape.n_actions, 1, &mask) == GFN_OK &&
        find_object(env, place, state, mask))
        gfn_env_state_text(env, state, text, size);
    gfn_release(&state);
    gfn_release(&mask);
    return text;
}
