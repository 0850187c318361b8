/* SPDX-License-Identifier: MIT
 *
 * What commands read from a request: its settings, its plug-in, and options made from them.
 */
#include "ui/cli.h"

#include <string.h>

const char *cli_find(const cli_request *request, const char *name)
{
    for (size_t i = request->n_settings; i-- > 0;)
        if (strcmp(request->settings[i].name, name) == 0)
            return request->settings[i].value;
    return NULL;
}

gfn_status cli_open_plugin(const cli_request *request, const gfn_env_ops **env)
{
    const char *named = cli_find(request, "env");
    *env = NULL;
    if (request->command->has_env_options) /* its argument, a kind or a plug-in */
        return request->n_words > 0 ? gfn_env_open(request->words[0], env) : GFN_OK;
    return named && gfn_env_is_path(named) ? gfn_env_open(named, env) : GFN_OK;
}

gfn_status cli_refuse_name(const gfn_env_ops *env, const char *name)
{
    gfn_options *all = NULL;
    const gfn_option *tables[] = {cli_option_rows(), gfn_run_option_rows(), env->options};
    gfn_status status = gfn_run_options_check_name(env->name, name);
    if (status == GFN_OK)
        status = gfn_options_create(tables, env->options ? 3 : 2, &all);
    if (status == GFN_OK)
        status = gfn_options_set(all, name, "", "command line");
    gfn_options_destroy(&all);
    return status;
}

gfn_status cli_refuse_word(const char *what, const char *words, const char *word)
{
    char first[64]; /* a default, which makes "" wrong too */
    snprintf(first, sizeof first, "%.*s", (int)strcspn(words, "|"), words);
    const gfn_option rows[] = {{what, GFN_OPTION_WORD, first, 0, 0, words, "", ""}, {0}};
    const gfn_option *tables[] = {rows};
    gfn_options *options = NULL;
    gfn_status status = gfn_options_create(tables, 1, &options);
    if (status == GFN_OK)
        status = gfn_options_set(options, what, word, "command line");
    gfn_options_destroy(&options);
    return status;
}

gfn_status cli_check_rows(const cli_request *request, const gfn_env_ops *env)
{
    for (const gfn_option *row = env->options; row && row->name; row++)
        if (gfn_options_has(request->program, row->name))
            return gfn_fail(
                GFN_EINVAL,
                "%s: expected an option name that gfn-dist does not use, found \"%s\" (hint: "
                "%s-%s)",
                env->name, row->name, env->name, row->name);
    return GFN_OK;
}

/* Replace the hint of the current message. */
static gfn_status hint(gfn_status status, const char *text)
{
    char message[1200];
    snprintf(message, sizeof message, "%s", gfn_error_message());
    char *old = strstr(message, " (hint: ");
    if (old)
        *old = '\0';
    return gfn_fail(status, "%s (hint: %s)", message, text);
}

/* Better hints than those of the options, which do not know each other. */
static gfn_status refuse_value(gfn_status status, const gfn_setting *s)
{
    char text[160];
    const char *value = s->value;
    snprintf(text, sizeof text, "--seeds %.100s", value);
    if (strcmp(s->name, "seed") == 0 && strlen(value) < 100 && strchr("0123456789", value[0]) &&
        value[0] != '\0' && strspn(value, "0123456789,-") == strlen(value) && strpbrk(value, ",-"))
        return hint(status, text);
    if (strcmp(s->name, "threads") == 0)
        return hint(status, "leave it out for all cores");
    return status;
}

/* The size of a buffer that there is not. A file of options has all of them, so only the command
 * line is checked. */
static gfn_status check_capacity(const cli_request *request, const gfn_options *options)
{
    if (!cli_find(request, "replay-capacity") ||
        strcmp(gfn_options_text(options, "replay"), "none") != 0)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "replay-capacity: expected a replay buffer, found none (hint: "
                                "--replay fifo)");
}

static gfn_status apply_settings(const cli_request *request, gfn_options *options)
{
    const gfn_env_ops *env;
    gfn_status status = gfn_env_open(gfn_options_text(options, "env"), &env);
    if (status == GFN_OK)
        status = cli_check_rows(request, env);
    for (size_t i = 0; i < request->n_settings && status == GFN_OK; i++) {
        const gfn_setting *s = &request->settings[i];
        if (!gfn_options_has(options, s->name))
            status = cli_refuse_name(env, s->name);
        else /* env is set already, perhaps as an absolute path: keep that value */
            status = gfn_options_set(options, s->name,
                                     strcmp(s->name, "env") == 0 ? gfn_options_text(options, "env")
                                                                 : s->value,
                                     "command line");
        if (status != GFN_OK && gfn_options_has(options, s->name))
            refuse_value(status, s);
    }
    return status == GFN_OK ? check_capacity(request, options) : status;
}

gfn_status cli_train_options(const cli_request *request, gfn_options **options)
{
    const char *file = gfn_options_text(request->program, "config");
    const char *env = cli_find(request, "env"), *preset = cli_find(request, "preset");
    if (env == NULL && preset && file[0] == '\0')
        env = gfn_preset_env(preset);
    gfn_status status =
        file[0] ? gfn_run_options_load(file, env, options) : gfn_run_options_create(env, options);
    if (status == GFN_OK && preset)
        status = gfn_run_options_preset(*options, preset);
    return status == GFN_OK ? apply_settings(request, *options) : status;
}
