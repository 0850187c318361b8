/* SPDX-License-Identifier: MIT
 *
 * Given actions: the trajectories that a caller supplies, checked step by step.
 */
#include "rollout/walk.h"

#include "env/env_internal.h"

int32_t gfn_walk_given(const gfn_walk *walk, size_t i, size_t t, int32_t row)
{
    const gfn_sampler *s = walk->sampler;
    const size_t n_steps = (size_t)walk->log->n_steps[i];
    if (s->ends[row])
        return t == n_steps ? GFN_WALK_OVER : GFN_WALK_WRONG;
    if (t >= n_steps)
        return GFN_WALK_WRONG;
    const int32_t action = walk->log->action[i * s->max_steps + t];
    if (action < 0 || (size_t)action >= s->n_actions)
        return GFN_WALK_WRONG;
    const uint8_t *mask = gfn_frame_bytes(s->frame, s->policy.mask);
    bool is_early = action == s->env->spec.shape.stop_action && t + 1 != n_steps;
    bool is_allowed = mask[(size_t)row * s->n_actions + (size_t)action];
    return is_allowed && !is_early ? action : GFN_WALK_WRONG;
}
