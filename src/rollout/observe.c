/* SPDX-License-Identifier: MIT */
#include "rollout/observe.h"

#include <string.h>

#include "base/error.h"
#include "env/env_internal.h"

void gfn_observe(const gfn_env *env, size_t n, const int32_t *state, const gfn_observed *to)
{
    const gfn_env_ops *ops = env->ops;
    const size_t hot = (size_t)env->spec.shape.obs_hot, dim = (size_t)env->spec.shape.obs_dim;
    if (hot > 0) {
        int32_t *index = gfn_frame_indices(to->frame, to->input) + to->first * hot;
        ops->observe(env->world, n, state, index, NULL);
        return;
    }
    gfn_real *x = gfn_frame_reals(to->frame, to->input) + to->first * dim;
    ops->observe(env->world, n, state, NULL, to->dense);
    for (size_t i = 0; i < n * dim; i++)
        x[i] = (gfn_real)to->dense[i];
}

gfn_status gfn_observe_check(const char *who, const gfn_env *env, const gfn_model *model)
{
    if (memcmp(gfn_env_shape(env), gfn_model_shape(model), sizeof(gfn_shape)) == 0)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "%s: the model was made for another environment (hint: make it with "
                    "gfn_env_shape() of this one)",
                    who);
}
