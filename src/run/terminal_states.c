/* SPDX-License-Identifier: MIT */
#include "run/terminal_states.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "io/npy.h"
#include "run/run.h"

static gfn_status check_array(const struct gfn_array *array, const gfn_env *env)
{
    const int64_t width = env->spec.state_width;
    char text[200];
    if ((array->dtype == GFN_I32 || array->dtype == GFN_I64) && array->ndim == 2 &&
        array->shape[1] == width && array->shape[0] > 0 && array->shape[0] < INT64_C(1) << 30)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "expected objects of %s as an array of int32 or int64, [n, %lld], found %s "
                    "(hint: gfn-dist sample RUN --out FILE writes one)",
                    env->ops->name, (long long)width, gfn_array_describe(array, text, sizeof text));
}

/* Words of an array of int64 must fit into int32. */
static gfn_status copy_words(const struct gfn_array *array, size_t n, int32_t *words)
{
    const int64_t *wide = array->data;
    if (array->dtype == GFN_I32) {
        memcpy(words, array->data, n * sizeof *words);
        return GFN_OK;
    }
    for (size_t i = 0; i < n; i++) {
        words[i] = (int32_t)wide[i];
        if (words[i] != wide[i])
            return gfn_fail(GFN_EINVAL,
                            "row %zu: expected words of 32 bits, found %" PRId64
                            " (hint: gfn-dist sample RUN --out FILE writes objects)",
                            i / (size_t)array->shape[1], wide[i]);
    }
    return GFN_OK;
}

static gfn_status copy_objects(const struct gfn_array *array, const gfn_env *env, int32_t **objects)
{
    GFN_TRY(check_array(array, env));
    const size_t words = (size_t)array->shape[0] * (size_t)array->shape[1];
    GFN_TRY(gfn_allocate("terminal states", words, sizeof(int32_t), objects));
    GFN_TRY(copy_words(array, words, *objects));
    return gfn_env_check_objects(env, (size_t)array->shape[0], *objects);
}

static gfn_status load(const char *path, const gfn_env *env, int32_t **objects, size_t *n)
{
    struct gfn_array array;
    gfn_status status = gfn_npy_load(path, &array);
    if (status == GFN_EDATA) /* of a user's file: a bad option */
        status = GFN_EINVAL;
    if (status != GFN_OK)
        return gfn_fail_in(status, "terminal-states: ");
    *n = (size_t)array.shape[0];
    status = copy_objects(&array, env, objects);
    gfn_release(&array.data);
    return status == GFN_EINVAL ? gfn_fail_in(status, "terminal-states: %s: ", path) : status;
}

gfn_status gfn_run_load_terminal_states(const gfn_run *run, int32_t **objects, size_t *n)
{
    const char *path = gfn_options_text(run->options, "terminal-states");
    *objects = NULL;
    *n = 0;
    if (path[0] == 0 || gfn_comm_rank(run->comm) != 0)
        return GFN_OK;
    return load(path, run->env, objects, n);
}
