/* SPDX-License-Identifier: MIT
 *
 * Checks of a command line that was read: that the command has the options, and that they do not
 * contradict each other.
 */
#include "ui/cli.h"

#include <string.h>

/* The option of the plug-in, or of any kind of environment; NULL: there is none. */
static const gfn_option *find_env_option(const cli_request *request, const char *name)
{
    const gfn_option *row =
        request->plugin ? gfn_option_find(request->plugin->options, name) : NULL;
    for (size_t i = 0; i < gfn_env_kinds() && row == NULL; i++)
        row = gfn_option_find(gfn_env_kind(i)->options, name);
    return row;
}

static bool is_known(const cli_request *request, const char *name)
{
    return gfn_option_find(cli_option_rows(), name) ||
           gfn_option_find(gfn_run_option_rows(), name) || find_env_option(request, name);
}

/* Whether the name may be that of an option that names a file of a run's environment. The run may
 * name a plug-in that is not loaded yet; then the library finds out. */
static bool is_of_file(const cli_request *request, const char *name)
{
    const gfn_option *row = find_env_option(request, name);
    if (cli_names_rewards(name))
        return true;
    if (row == NULL)
        return request->plugin == NULL && !is_known(request, name);
    return gfn_option_is_path(row);
}

/* Check that the command has the option. */
static bool check_option(cli_request *request, const char *name)
{
    if (cli_command_takes(request->command, name) ||
        (request->command->takes_files && is_of_file(request, name)))
        return true;
    if (is_known(request, name)) {
        snprintf(request->message, sizeof request->message,
                 "%s: expected an option of %s, found one of other commands (hint: gfn-dist %s "
                 "--help)",
                 name, request->command->name, request->command->name);
    } else {
        cli_refuse_name(request->plugin ? request->plugin : gfn_env_kind(0), name);
        snprintf(request->message, sizeof request->message, "%s", gfn_error_message());
    }
    return false;
}

/* A resumed run keeps its directory and its configuration. */
static bool check_resume(cli_request *request)
{
    static const char *const contradictions[] = {"out", "config"};
    for (size_t i = 0; i < sizeof contradictions / sizeof contradictions[0]; i++) {
        const char *name = contradictions[i], *value = gfn_options_text(request->program, name);
        if (value[0] == '\0' || !gfn_options_is_set(request->program, "resume"))
            continue;
        snprintf(request->message, sizeof request->message,
                 "%s: expected nothing beside --resume, found \"%.200s\" (hint: leave it out, the "
                 "run directory has both)",
                 name, value);
        return false;
    }
    return true;
}

/* The runs of a sweep differ only in their seeds, which override the seed in a file of options. */
static bool check_seeds(cli_request *request)
{
    const char *seeds = gfn_options_text(request->program, "seeds");
    const char *seed = cli_find(request, "seed");
    if (seeds[0] == '\0' || seed == NULL)
        return true;
    snprintf(request->message, sizeof request->message,
             "seed: expected none beside --seeds %.200s, found %.200s (hint: one of the two)",
             seeds, seed);
    return false;
}

/* A file of options names its own preset, so a second preset would be ambiguous. */
static bool check_preset(cli_request *request)
{
    const char *preset = cli_find(request, "preset");
    const char *file = gfn_options_text(request->program, "config");
    if (preset == NULL || file[0] == '\0')
        return true;
    snprintf(request->message, sizeof request->message,
             "preset: expected none beside --config %.200s, found %.200s (hint: a line preset = "
             "%.200s in the file, whose other lines override it)",
             file, preset, preset);
    return false;
}

/* The printed options are those of one new run. */
static bool check_print(cli_request *request)
{
    static const struct {
        const char *name, *hint;
    } rows[] = {{"seeds", "leave it out: the runs have this configuration and their seed"},
                {"resume", "its config.ini has the options of a run"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *value = gfn_options_text(request->program, rows[i].name);
        if (value[0] == '\0' || !gfn_options_flag(request->program, "print-config"))
            continue;
        snprintf(request->message, sizeof request->message,
                 "%s: expected nothing beside --print-config, found \"%.200s\" (hint: %s)",
                 rows[i].name, value, rows[i].hint);
        return false;
    }
    return true;
}

static bool is_given(const cli_request *request, const char *name)
{
    return strcmp(gfn_options_source(request->program, name), "default") != 0;
}

/* Generated files do not depend on a run, so options of a run are refused. */
static bool check_generate(cli_request *request)
{
    if (!gfn_options_is_set(request->program, "generate"))
        return true;
    const char *other = request->n_settings > 0 ? request->settings[0].name : NULL;
    for (const gfn_option *row = cli_option_rows(); row->name && !other; row++)
        if (strcmp(row->name, "generate") != 0 && is_given(request, row->name))
            other = row->name;
    if (other == NULL)
        return true;
    snprintf(request->message, sizeof request->message,
             "generate: expected no other option, found \"%.100s\" (hint: gfn-dist --generate %s)",
             other, gfn_options_text(request->program, "generate"));
    return false;
}

/* Part the settings that change the run that a command loads from those of the command; some are
 * both. */
static void part_changes(cli_request *request)
{
    size_t kept = 0;
    for (size_t i = 0; i < request->n_settings; i++) {
        const gfn_setting setting = request->settings[i];
        const bool is_own = cli_command_takes(request->command, setting.name);
        if (!is_own || cli_command_changes(request->command, setting.name))
            request->changes[request->n_changes++] = setting;
        if (is_own)
            request->settings[kept++] = setting;
    }
    request->n_settings = kept;
}

bool cli_check_settings(cli_request *request)
{
    if (gfn_options_flag(request->program, "help"))
        return true;
    const bool takes_all = request->command->options == NULL || request->command->has_env_options;
    for (size_t i = 0; i < request->n_settings && !takes_all; i++)
        if (!check_option(request, request->settings[i].name))
            return false;
    for (const gfn_option *row = cli_option_rows(); row->name; row++)
        if (is_given(request, row->name) && !check_option(request, row->name))
            return false;
    if (request->command->takes_files)
        part_changes(request);
    if (request->command->options)
        return true;
    return check_generate(request) && check_print(request) && check_resume(request) &&
           check_seeds(request) && check_preset(request);
}
