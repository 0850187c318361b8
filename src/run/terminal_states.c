/* SPDX-License-Identifier: MIT */
#include "run/terminal_states.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "io/npy.h"
#include "reward/object_lines.h"
#include "run/run.h"

static gfn_status check_shape(const struct gfn_array *array, const gfn_env *env)
{
    const int64_t width = env->spec.state_width;
    char text[200];
    if (array->ndim == 2 && array->shape[1] == width && array->shape[0] > 0 &&
        array->shape[0] < INT64_C(1) << 30)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "expected objects of %s as an array of whole numbers, [n, %lld], found %s "
                    "(hint: gfn-dist sample RUN --out FILE writes one)",
                    env->ops->name, (long long)width,
                    strchr(gfn_array_describe(array, text, sizeof text), '['));
}

static gfn_status copy_objects(const struct gfn_array *array, const gfn_env *env, int32_t **objects)
{
    GFN_TRY(check_shape(array, env));
    const size_t words = (size_t)array->shape[0] * (size_t)array->shape[1];
    GFN_TRY(gfn_allocate("terminal states", words, sizeof(int32_t), objects));
    memcpy(*objects, array->data, words * sizeof(int32_t));
    return gfn_env_check_objects(env, (size_t)array->shape[0], *objects);
}

static gfn_status load_array(const char *path, const gfn_env *env, int32_t **objects, size_t *n)
{
    struct gfn_array array;
    GFN_TRY(gfn_npy_load(path, GFN_I32, &array));
    *n = (size_t)array.shape[0];
    const gfn_status status = copy_objects(&array, env, objects);
    gfn_release(&array.data);
    return status == GFN_EINVAL ? gfn_fail_in(status, "%s: ", path) : status;
}

gfn_status gfn_run_load_objects(const gfn_run *run, const char *option, const char *path,
                                int32_t **objects, size_t *n)
{
    *objects = NULL;
    *n = 0;
    const gfn_status status = gfn_object_lines_is_text(path)
                                  ? gfn_object_lines_read(path, run->env, objects, n)
                                  : load_array(path, run->env, objects, n);
    if (status == GFN_OK)
        return GFN_OK;
    gfn_release(objects);
    gfn_fail_in(status, "%s: ", option);
    return status == GFN_EDATA ? GFN_EINVAL : status; /* of a user's file: a bad option */
}

gfn_status gfn_run_load_terminal_states(const gfn_run *run, int32_t **objects, size_t *n)
{
    const char *option = "terminal-states", *path = gfn_options_text(run->options, option);
    *objects = NULL;
    *n = 0;
    if (path[0] == 0 || gfn_comm_rank(run->comm) != 0)
        return GFN_OK;
    return gfn_run_load_objects(run, option, path, objects, n);
}
