/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/memory.h"
#include "data/state_set.h"
#include "env/env_internal.h"
#include "run/run.h"

/* Add the class of each object of a set to another set. */
static gfn_status add_classes(const gfn_env *env, const gfn_state_set *objects,
                              gfn_state_set *classes)
{
    const size_t width = (size_t)env->spec.state_width;
    int32_t *words;
    GFN_TRY(gfn_allocate("a class", width, sizeof *words, &words));
    for (size_t i = 0; i < gfn_state_set_count(objects); i++) {
        env->ops->class_of(env->world, gfn_state_set_states(objects) + i * width, words);
        gfn_state_set_add(classes, words);
    }
    gfn_release(&words);
    return gfn_env_failure(env);
}

static gfn_status count_classes(const gfn_env *env, const gfn_state_set *objects, int64_t *classes)
{
    gfn_state_set *set;
    if (env->ops->class_of == NULL)
        return GFN_OK;
    GFN_TRY(
        gfn_state_set_create(gfn_state_set_count(objects), (size_t)env->spec.state_width, &set));
    const gfn_status status = add_classes(env, objects, set);
    *classes = (int64_t)gfn_state_set_count(set);
    gfn_state_set_destroy(&set);
    return status;
}

gfn_status gfn_run_count_distinct(const gfn_run *run, int64_t n, const int32_t *objects,
                                  gfn_draw *draw)
{
    const size_t width = (size_t)run->env->spec.state_width;
    gfn_state_set *set;
    if (n == 0)
        return GFN_OK;
    GFN_TRY(gfn_state_set_create((size_t)n, width, &set));
    for (int64_t i = 0; i < n; i++)
        gfn_state_set_add(set, objects + (size_t)i * width);
    draw->distinct = (int64_t)gfn_state_set_count(set);
    const gfn_status status = count_classes(run->env, set, &draw->classes);
    gfn_state_set_destroy(&set);
    return status;
}
