/* SPDX-License-Identifier: MIT
 *
 * Checks whether given states are objects of an environment. The words may be anything, for which a
 * world's functions promise almost nothing. So the check builds the state: it follows the first
 * backward actions to the start, without trusting them, and then takes the actions that they undo,
 * forward from the start, each only if it is allowed. The state reached this way exists; if it is
 * the given one, that exists too.
 */
#include "env/env_internal.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* Memory for the check of one state. */
typedef struct builder {
    const gfn_env *env;
    size_t bytes;    /* of a state */
    int32_t *state;  /* [width] */
    int32_t *start;  /* [width] */
    int32_t *action; /* [max_steps] forward actions, the last one first */
    uint8_t *mask;   /* [n_actions] */
    uint8_t *back;   /* [n_back_actions] */
} builder;

static gfn_status allocate(builder *w)
{
    const gfn_env_spec *spec = &w->env->spec;
    const size_t width = (size_t)spec->state_width;
    w->bytes = width * sizeof *w->state;
    GFN_TRY(gfn_allocate("a state", width, sizeof(int32_t), &w->state));
    GFN_TRY(gfn_allocate("the start", width, sizeof(int32_t), &w->start));
    GFN_TRY(gfn_allocate("a path", (size_t)spec->max_steps, sizeof(int32_t), &w->action));
    GFN_TRY(gfn_allocate("a mask", (size_t)spec->shape.n_actions, 1, &w->mask));
    GFN_TRY(gfn_allocate("a backward mask", (size_t)spec->shape.n_back_actions, 1, &w->back));
    return gfn_env_start(w->env, 1, w->start);
}

/* Take the first backward action; false if there is none, or the world failed. *action is the
 * action that it undoes. */
static bool step_back(builder *w, int32_t *action)
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
    return gfn_env_end_calls(w->env);
}

/* Take an action; false if it is not allowed, or the world failed. */
static bool step(builder *w, int32_t action)
{
    const gfn_shape *shape = &w->env->spec.shape;
    if (action < 0 || action >= shape->n_actions || action == shape->stop_action)
        return false;
    gfn_env_ask_allowed(w->env, 1, w->state, w->mask);
    if (w->mask[action])
        w->env->ops->step(w->env->world, 1, w->state, &action);
    return gfn_env_end_calls(w->env) && w->mask[action] != 0;
}

static bool is_object(builder *w, const int32_t *object)
{
    int64_t n = 0;
    memcpy(w->state, object, w->bytes);
    for (; memcmp(w->state, w->start, w->bytes) != 0; n++)
        if (n == w->env->spec.max_steps || !step_back(w, &w->action[n]))
            return false;
    while (n > 0)
        if (!step(w, w->action[--n]))
            return false;
    if (memcmp(w->state, object, w->bytes) != 0)
        return false;
    gfn_env_ask_allowed(w->env, 1, w->state, w->mask);
    return gfn_env_is_object(w->env, w->mask);
}

gfn_status gfn_env_check_objects(const gfn_env *env, size_t n, const int32_t *state)
{
    builder w = {.env = env};
    char text[200];
    gfn_status status = allocate(&w);
    for (size_t i = 0; i < n && status == GFN_OK; i++) {
        const int32_t *object = state + i * (size_t)env->spec.state_width;
        const bool is_good = is_object(&w, object);
        status = gfn_env_failure(env);
        if (status == GFN_OK && !is_good)
            status =
                gfn_fail(GFN_EINVAL,
                         "row %zu: expected an object of this %s, found %s (hint: all objects must "
                         "be of the environment of the run, with its options)",
                         i, env->ops->name, gfn_env_state_text(env, object, text, sizeof text));
    }
    gfn_release(&w.state);
    gfn_release(&w.start);
    gfn_release(&w.action);
    gfn_release(&w.mask);
    gfn_release(&w.back);
    return status;
}
