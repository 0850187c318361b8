/* SPDX-License-Identifier: MIT
 *
 * The ladder with the actions jump and red exchanged, for forward steps: a search that takes the
 * actions in their order finds rung 2 before rung 1, which is a parent of it.
 */
#ifndef TESTS_UNIT_ENV_JUMP_FIRST_H
#define TESTS_UNIT_ENV_JUMP_FIRST_H

#include "tests/unit/env/worlds.h"

static void swap_masks(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    ladder_world.allowed(world, n, state, mask);
    for (size_t i = 0; i < n; i++, mask += LADDER_ACTIONS) {
        const uint8_t red = mask[LADDER_RED];
        mask[LADDER_RED] = mask[LADDER_JUMP];
        mask[LADDER_JUMP] = red;
    }
}

static void swap_steps(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    for (size_t i = 0; i < n; i++) {
        const int32_t other = action[i] == LADDER_RED    ? LADDER_JUMP
                              : action[i] == LADDER_JUMP ? LADDER_RED
                                                         : action[i];
        ladder_world.step(world, 1, state + i, &other);
    }
}

static gfn_env_ops jump_first(void)
{
    gfn_env_ops ops = ladder_world;
    ops.allowed = swap_masks;
    ops.step = swap_steps;
    return ops;
}

#endif
