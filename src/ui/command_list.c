/* SPDX-License-Identifier: MIT
 *
 * list: environments, methods and presets.
 */
#include "ui/cli.h"

static void print_preset(FILE *to, const gfn_preset *preset)
{
    char source[256], differs[256], settings[512];
    snprintf(source, sizeof source, "from %s", preset->source);
    snprintf(differs, sizeof differs, "but: %s", preset->differs);
    cli_print_fact(to, preset->name, preset->summary, 17);
    snprintf(settings, sizeof settings, "env=%s %s", preset->env, preset->settings);
    cli_print_fact(to, "", settings, 17);
    cli_print_fact(to, "", source, 17);
    cli_print_fact(to, "", differs, 17);
    if (preset->data) {
        snprintf(differs, sizeof differs, "with --%s", preset->data);
        cli_print_fact(to, "", differs, 17);
    }
}

static void list_env(FILE *to, const gfn_env_ops *env)
{
    cli_print_fact(to, env->name, env->summary, 15);
    if (gfn_env_source(env)[0])
        cli_print_fact(to, "", gfn_env_source(env), 15);
    for (const gfn_option *row = env->options; row && row->name; row++)
        cli_print_option(to, row);
}

gfn_status cli_list(FILE *to, const cli_request *request)
{
    const gfn_env_ops *plugin;
    const gfn_status status = cli_open_plugin(request, &plugin);
    if (status != GFN_OK)
        return status;
    fputs("Environments (--env)\n", to);
    for (size_t i = 0; i < gfn_env_kinds(); i++)
        list_env(to, gfn_env_kind(i));
    if (plugin)
        list_env(to, plugin);
    fputs("\nOther rewards (beside the formula of an environment)\n", to);
    for (size_t i = 0; i < gfn_reward_sources(); i++) {
        const gfn_reward_source *source = gfn_reward_source_of(i);
        cli_print_fact(to, source->option, source->summary, 15);
    }
    fputs("\nObjectives (--objective)\n", to);
    for (size_t i = 0; i < gfn_objective_kinds(); i++) {
        const gfn_objective *objective = gfn_objective_kind(i);
        cli_print_fact(to, objective->name, objective->summary, 15);
        cli_print_fact(to, "", objective->source, 15);
    }
    fputs("\nLosses of residuals delta (--loss)\n", to);
    for (size_t i = 0; i < gfn_loss_kinds(); i++) {
        cli_print_fact(to, gfn_loss_kind_of(i)->name, gfn_loss_kind_of(i)->summary, 15);
        cli_print_fact(to, "", gfn_loss_kind_of(i)->source, 15);
    }
    fputs("\nBackward policies (--backward)\n", to);
    for (size_t i = 0; i < gfn_backward_kinds(); i++) {
        const gfn_backward_kind *kind = gfn_backward_kind_of((gfn_backward)i);
        cli_print_fact(to, kind->name, kind->summary, 15);
    }
    fputs("\nOptimizers (--optimizer)\n", to);
    for (size_t i = 0; i < gfn_optimizer_kinds(); i++) {
        cli_print_fact(to, gfn_optimizer_kind(i)->name, gfn_optimizer_kind(i)->summary, 15);
        cli_print_fact(to, "", gfn_optimizer_kind(i)->source, 15);
    }
    fputs("\nPresets (--preset)\n", to);
    for (size_t i = 0; i < gfn_presets(); i++)
        print_preset(to, gfn_preset_of(i));
    return GFN_OK;
}
