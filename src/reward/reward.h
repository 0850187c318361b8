/* SPDX-License-Identifier: MIT
 *
 * reward/reward.h - the sources of rewards, in steps: one process reads, all use.
 */
#ifndef REWARD_REWARD_H
#define REWARD_REWARD_H

#include <gfn/reward.h>

/* What a source reads: values of objects as they are in a file, or objects alone. */
typedef struct gfn_reward_values {
    size_t n;
    double *value; /* [n] of object i, or of the object with the place i in the table; NULL: none */
    int32_t *object; /* [n][state_width]; NULL: values are those of all places */
} gfn_reward_values;

/* values.c */
void gfn_reward_values_clear(gfn_reward_values *values);

/* One source. */
typedef struct gfn_reward_kind {
    gfn_reward_source about;

    /* Read what the option's text names. Errors: GFN_EDATA or GFN_EINVAL (what was read does not
     * fit), GFN_EIO, GFN_ENOMEM; then *values is clear. */
    gfn_status (*read)(const char *text, const gfn_env *env, gfn_reward_values *values);

    /* Give the environment a reward that is made of values, which are taken over even if this
     * fails. */
    gfn_status (*use)(const gfn_options *options, gfn_env *env, gfn_reward_values *values);
} gfn_reward_kind;

extern const gfn_reward_kind gfn_reward_table, gfn_reward_file, gfn_reward_modes;

/* sources.c: the source that the options name; NULL: the world's own formula. Errors: GFN_EINVAL
 * (no source, or several). */
gfn_status gfn_reward_find(const gfn_options *options, const gfn_env *env,
                           const gfn_reward_kind **kind);

/* sources.c: read what the options of a source name. Errors: those of `read`, GFN_EDATA as
 * GFN_EINVAL: a file that the user named is an option. */
gfn_status gfn_reward_read(const gfn_reward_kind *kind, const gfn_options *options,
                           const gfn_env *env, gfn_reward_values *values);

/* sources.c: use the values of a source, which are taken over, or (NULL) the world's own formula
 * with what the options make of it. */
gfn_status gfn_reward_use(const gfn_reward_kind *kind, const gfn_options *options, gfn_env *env,
                          gfn_reward_values *values);

/* sources.c: whether an option names a source. */
bool gfn_reward_is_source(const char *option);

#endif
