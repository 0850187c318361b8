/* SPDX-License-Identifier: MIT
 *
 * Whether states that somebody gives are objects of a world. The world's functions promise nothing
 * for other states, so this relies on masks alone: what leads back to the start, by backward
 * actions whose forward actions are allowed, can be built.
 */
#include "env/world.h"

#include <string.h>

#include "base/fail.h"
#include "base/memory.h"

typedef struct way {
    const gfn_env *env;
    int32_t *state; /* [width] */
    int32_t *start; /* [width] */
    uint8_t *mask;  /* [n_actions] */
    uint8_t *back;  /* [n_back_actions] */
} way;

static gfn_status allocate(way *w)
{
    const gfn_env_spec *spec = &w->env->spec;
    const size_t width = (size_t)spec->state_width;
    GFN_TRY(gfn_allocate("a state", width, sizeof(int32_t), &w->state));
    GFN_TRY(gfn_allocate("the start", width, sizeof(int32_t), &w->start));
    GFN_TRY(gfn_allocate("a mask", (size_t)spec->shape.n_actions, 1, &w->mask));
    GFN_TRY(gfn_allocate("a backward mask", (size_t)spec->shape.n_back_actions, 1, &w->back));
    w->env->ops->start(w->env->world, 1, w->start);
    return GFN_OK;
}

/* Take one step back; false where there is none, or it could not have been made. */
static bool retreat(way *w)
{
    const gfn_env_ops *ops = w->env->ops;
    int32_t back = 0, action;
    ops->allowed_back(w->env->world, 1, w->state, w->back);
    while (back < w->env->spec.shape.n_back_actions && !w->back[back])
        back++;
    if (back == w->env->spec.shape.n_back_actions)
        return false;
    ops->forward_action(w->env->world, 1, w->state, &back, &action);
    ops->step_back(w->env->world, 1, w->state, &back);
    ops->allowed(w->env->world, 1, w->state, w->mask);
    return w->mask[action] != 0;
}

static bool is_object(way *w, const int32_t *object)
{
    const size_t bytes = (size_t)w->env->spec.state_width * sizeof *object;
    memcpy(w->state, object, bytes);
    for (int64_t t = 0; memcmp(w->state, w->start, bytes) != 0; t++)
        if (t == w->env->spec.max_steps || !retreat(w))
            return false;
    memcpy(w->state, object, bytes);
    w->env->ops->allowed(w->env->world, 1, w->state, w->mask);
    return gfn_env_is_object(w->env, w->mask);
}

gfn_status gfn_env_check_objects(const gfn_env *env, size_t n, const int32_t *state)
{
    way w = {.env = env};
    char text[200];
    gfn_status status = allocate(&w);
    for (size_t i = 0; i < n && status == GFN_OK; i++) {
        const int32_t *object = state + i * (size_t)env->spec.state_width;
        if (!is_object(&w, object))
            status = gfn_fail(GFN_EINVAL, "row %zu: expected an object of %s, found %s", i,
                              env->ops->name, gfn_env_state_text(env, object, text, sizeof text));
    }
    gfn_release(&w.state);
    gfn_release(&w.start);
    gfn_release(&w.mask);
    gfn_release(&w.back);
    return status;
}
