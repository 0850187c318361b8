/* SPDX-License-Identifier: MIT */
#include "rollout/faults.h"

#include "base/error.h"

gfn_status gfn_fail_policy(const gfn_env *env, const int32_t *state)
{
    char text[128];
    return gfn_fail(GFN_ENUMERIC,
                    "forward policy: log P_F is not finite in state %s, expected finite numbers "
                    "(hint: a smaller --lr)",
                    gfn_env_state_text(env, state, text, sizeof text));
}
