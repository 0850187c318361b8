/* SPDX-License-Identifier: MIT
 *
 * Whether states that somebody gives are objects of a world. The world's functions promise little
 * for other states, so a state is believed only where it was built: its backward actions are
 * followed to the start, whatever they say, and the actions that they undo are taken again from
 * there, each where it is allowed. What that leads to is a state of the world.
 */
#include "env/env_internal.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

typedef struct way {
    const gfn_env *env;
    size_t bytes;    /* of a state */
    int32_t *state;  /* [width] */
    int32_t *start;  /* [width] */
    int32_t *action; /* [max_steps] forward actions, the last one first */
    uint8_t *mask;   /* [n_actions] */
    uint8_t *back;   /* [n_back_actions] */
} way;

static gfn_status allocate(way *w)
{
    const gfn_env_spec *spec = &w->env->spec;
    const size_t width = (size_t)spec->state_width;
    w->bytes = width * sizeof *w->state;
    GFN_TRY(gfn_allocate("a state", width, sizeof(int32_t), &w->state));
    GFN_TRY(gfn_allocate("the start", width, sizeof(int32_t), &w->start));
    GFN_TRY(gfn_allocate("a way", (size_t)spec->max_steps, sizeof(int32_t), &w->action));
    GFN_TRY(gfn_allocate("a mask", (size_t)spec->shape.n_actions, 1, &w->mask));
    GFN_TRY(gfn_allocate("a backward mask", (size_t)spec->shape.n_back_actions, 1, &w->back));
    w->env->ops->start(w->env->world, 1, w->start);
    return GFN_OK;
}

/* Take the first backward action; false where there is none. *action is what it undoes. */
static bool backward_walk(way *w, int32_t *action)
{
    const gfn_env_ops *ops = w->env->ops;
    int32_t back = 0;
    ops->allowed_back(w->env->world, 1, w->state, w->back);
    while (back < w->env->spec.shape.n_back_actions && !w->back[back])
        back++;
    if (back == w->env->spec.shape.n_back_actions)
        return false;
    ops->forward_action(w->env->world, 1, w->state, &back, action);
    ops->step_back(w->env->world, 1, w->state, &back);
    return true;
}

/* Take an action in a state of the world; false where it is not allowed. */
static bool advance(way *w, int32_t action)
{
    const gfn_shape *shape = &w->env->spec.shape;
    if (action < 0 || action >= shape->n_actions || action == shape->stop_action)
        return false;
    w->env->ops->allowed(w->env->world, 1, w->state, w->mask);
    if (w->mask[action])
        w->env->ops->step(w->env->world, 1, w->state, &action);
    return w->mask[action] != 0;
}

static bool is_object(way *w, const int32_t *object)
{
    int64_t n = 0;
    memcpy(w->state, object, w->bytes);
    for (; memcmp(w->state, w->start, w->bytes) != 0; n++)
        if (n == w->env->spec.max_steps || !backward_walk(w, &w->action[n]))
            return false;
    while (n > 0)
        if (!advance(w, w->action[--n]))
            return false;
    if (memcmp(w->state, object, w->bytes) != 0)
        return false;
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
            status =
                gfn_fail(GFN_EINVAL,
                         "row %zu: expected an object of this %s, found %s (hint: all are to "
                         "be of one space, with the options of the run)",
                         i, env->ops->name, gfn_env_state_text(env, object, text, sizeof text));
    }
    gfn_release(&w.state);
    gfn_release(&w.start);
    gfn_release(&w.action);
    gfn_release(&w.mask);
    gfn_release(&w.back);
    return status;
}
