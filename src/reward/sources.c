/* SPDX-License-Identifier: MIT
 *
 * The table of sources, and how options choose one: the option that is set names it; if none is
 * set, the world's own formula is used.
 */
#include <string.h>

#include "base/error.h"
#include "env/env_internal.h"
#include "reward/formula.h"
#include "reward/reward.h"

static const gfn_reward_kind *const kinds[] = {
    &gfn_reward_table,
    &gfn_reward_file,
    &gfn_reward_modes,
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

size_t gfn_reward_sources(void)
{
    return KINDS;
}

const gfn_reward_source *gfn_reward_source_of(size_t index)
{
    return index < KINDS ? &kinds[index]->about : NULL;
}

bool gfn_reward_is_source(const char *option)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i]->about.option, option) == 0)
            return true;
    return false;
}

static bool is_set(const gfn_options *options, const char *name)
{
    return gfn_options_has(options, name) && gfn_options_is_set(options, name);
}

/* A world may have a formula for numbers that the user names. */
static gfn_status refuse_none(const gfn_env *env)
{
    const gfn_option *row = env->ops->options;
    while (row && row->name && row->type != GFN_OPTION_MATRIX)
        row++;
    const bool is_there = row && row->name;
    return gfn_fail(GFN_EINVAL,
                    "%s: expected a reward of its objects, found none (hint: %s%s%s--table FILE "
                    "or --modes FILE)",
                    env->ops->name, is_there ? "--" : "", is_there ? row->name : "",
                    is_there ? " FILE, " : "");
}

/* The formula that the user has chosen is not used beside a source. */
static gfn_status check_formula(const gfn_options *options, const gfn_reward_kind *kind,
                                const gfn_env *env)
{
    const gfn_option *row = gfn_option_find(env->ops->options, "reward");
    const char *option = kind->about.option;
    if (row == NULL || env->is_waiting ||
        strcmp(gfn_options_text(options, "reward"), row->fallback) == 0)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "%s: expected none beside the reward %s, found %.200s (hint: one of the two)",
                    option, gfn_options_text(options, "reward"), gfn_options_text(options, option));
}

/* Options that only one source reads. */
static gfn_status check_others(const gfn_options *options, const gfn_reward_kind *kind)
{
    if (kind == &gfn_reward_modes)
        return GFN_OK;
    if (gfn_options_has(options, "mode-distance") && gfn_options_int(options, "mode-distance") > 0)
        return gfn_fail(GFN_EINVAL,
                        "mode-distance: expected modes beside it, found none (hint: --modes FILE)");
    if (!gfn_options_has(options, "mode-reward") ||
        strcmp(gfn_options_source(options, "mode-reward"), "command line") != 0)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "mode-reward: expected modes beside it, found none (hint: --modes "
                                "FILE)");
}

gfn_status gfn_reward_find(const gfn_options *options, const gfn_env *env,
                           const gfn_reward_kind **kind)
{
    const gfn_reward_kind *found = NULL;
    for (size_t i = 0; i < KINDS; i++) {
        const char *option = kinds[i]->about.option;
        if (!is_set(options, option))
            continue;
        if (found)
            return gfn_fail(GFN_EINVAL,
                            "%s: expected one source of rewards, found also %s %.200s (hint: one "
                            "of the two)",
                            option, found->about.option,
                            gfn_options_text(options, found->about.option));
        found = kinds[i];
    }
    if (found == NULL && !gfn_env_has_formula(env))
        return refuse_none(env);
    if (found)
        GFN_TRY(check_formula(options, found, env));
    GFN_TRY(check_others(options, found));
    *kind = found;
    return GFN_OK;
}

gfn_status gfn_reward_read(const gfn_reward_kind *kind, const gfn_options *options,
                           const gfn_env *env, gfn_reward_values *values)
{
    const gfn_status status =
        kind->read(gfn_options_text(options, kind->about.option), env, values);
    return status == GFN_EDATA ? GFN_EINVAL : status;
}

gfn_status gfn_reward_use(const gfn_reward_kind *kind, const gfn_options *options, gfn_env *env,
                          gfn_reward_values *values)
{
    if (kind == NULL)
        return gfn_reward_use_formula(options, env);
    const gfn_status status = kind->use(options, env, values);
    if (status == GFN_EINVAL)
        gfn_fail_in(status, "%s: ", gfn_options_text(options, kind->about.option));
    return status;
}

gfn_status gfn_reward_set(const gfn_options *options, gfn_env *env)
{
    const gfn_reward_kind *kind;
    gfn_reward_values values = {.n = 0};
    GFN_TRY(gfn_reward_find(options, env, &kind));
    if (kind)
        GFN_TRY(gfn_reward_read(kind, options, env, &values));
    return gfn_reward_use(kind, options, env, &values);
}
