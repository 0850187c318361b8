/* SPDX-License-Identifier: MIT
 *
 * reward/formula.h - the world's own reward, with an exponent, a floor and a scale.
 */
#ifndef REWARD_FORMULA_H
#define REWARD_FORMULA_H

#include "reward/reward.h"

/* Do nothing if the options leave log R as the world states it. Errors: GFN_EINVAL, GFN_EENV. */
gfn_status gfn_reward_use_formula(const gfn_options *options, gfn_env *env);

#endif
