/* SPDX-License-Identifier: MIT */
#include "base/format.h"
#include "env/env_internal.h"

const char *gfn_env_state_text(const gfn_env *env, const int32_t *state, char *text, size_t size)
{
    size_t used = 0;
    for (int i = 0; i < env->spec.state_width && used < size; i++)
        used += (size_t)gfn_format(text + used, size - used, "%s%d", i ? ", " : "(", state[i]);
    if (used < size)
        used += (size_t)gfn_format(text + used, size - used, ")");
    if (used >= size && size > 4)
        gfn_format(text + size - 5, 5, "...)");
    return text;
}
