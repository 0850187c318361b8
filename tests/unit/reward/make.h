/* SPDX-License-Identifier: MIT
 *
 * Environments with rewards by options, for tests.
 */
#ifndef TESTS_UNIT_REWARD_MAKE_H
#define TESTS_UNIT_REWARD_MAKE_H

#include <gfn/reward.h>

#include "reward/scale.h"
#include "tests/unit/io/scratch.h"

/* An environment with the rewards that settings name, or the failure. */
static inline gfn_status make_rewarded(const gfn_env_ops *ops, const char *settings, gfn_env **env)
{
    static const gfn_option rows[] = {GFN_REWARD_OPTIONS{0}};
    const gfn_option *const tables[] = {rows, ops->options};
    gfn_options *options;
    gfn_env *made = NULL;
    assert_ok(gfn_options_create(tables, 2, &options));
    assert_ok(gfn_options_parse(options, settings, "test"));
    assert_ok(gfn_env_create_with(ops, options, &made));
    const gfn_status status = gfn_reward_set(options, made);
    gfn_options_destroy(&options);
    if (status == GFN_OK)
        *env = made;
    else
        gfn_env_destroy(&made);
    return status;
}

#endif
