/* SPDX-License-Identifier: MIT
 *
 * gfn/reward.h - rewards: where the values of objects come from, and how they become log R.
 *
 * A source gives a value y of every object: the world's own formula, a table in a file, the
 * distance to the nearest of given modes. Options turn y into the reward,
 *
 *     R = C max(y^beta, F),  or, with the floor first,  R = C max(y, F)^beta
 *
 * Options: table, modes, mode-reward, mode-distance, reward-normalize, reward-floor, floor-first,
 * beta, reward-scale; and GFN_REWARD_FILE, if the environment has it, which is a table too.
 */
#ifndef GFN_REWARD_H
#define GFN_REWARD_H

#include <gfn/env.h>
#include <gfn/options.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

/* A source of values that an option names. */
typedef struct gfn_reward_source {
    const char *option;  /* "table" */
    const char *summary; /* one sentence */
    const char *formula; /* of log R; "" for one that the values decide */
} gfn_reward_source;

/* The sources; gfn_reward_source_of() returns NULL past the end. */
GFN_API size_t gfn_reward_sources(void);
GFN_API const gfn_reward_source *gfn_reward_source_of(size_t index);

/* Give an environment that was made from these options the reward that they name, and update its
 * spec. The files that the options name are read by this process. Call it once, before the
 * environment is used; not thread-safe.
 * Errors: GFN_EINVAL (no reward, or two; options that contradict each other; a file that does not
 * fit the environment), GFN_EIO, GFN_ENOMEM, GFN_EENV. */
GFN_API gfn_status gfn_reward_set(const gfn_options *options, gfn_env *env);

GFN_END_DECLS

#endif
