/* SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "reward/reward.h"

void gfn_reward_values_clear(gfn_reward_values *values)
{
    gfn_release(&values->value);
    gfn_release(&values->object);
    values->n = 0;
}
