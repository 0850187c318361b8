/* SPDX-License-Identifier: MIT
 *
 * The rows of options as help, man page and completion show them: by topic, with what their values
 * are.
 */
#include "ui/cli.h"

#include <string.h>

bool cli_goes_with(const cli_command *command, const char *option)
{
    char word[128];
    snprintf(word, sizeof word, " %s ", option);
    if (command == NULL)
        return true;
    if (command->options == NULL)
        return command->lacks == NULL || strstr(command->lacks, word) == NULL;
    return strstr(command->options, word) != NULL;
}

const char *cli_topic(const cli_row *row)
{
    return row->env ? row->env : row->option->topic;
}

static size_t add_table(cli_row *rows, size_t n, const gfn_option *table, const char *env)
{
    for (; table && table->name && n < CLI_MAX_ROWS; table++)
        rows[n++] = (cli_row){table, env};
    return n;
}

static size_t add_all(const cli_command *command, const gfn_env_ops *plugin, cli_row *rows)
{
    size_t n = add_table(rows, 0, gfn_run_option_rows(), NULL);
    const bool is_alone = plugin && command && command->has_env_options;
    for (size_t i = 0; i < gfn_env_kinds() && !is_alone; i++)
        n = add_table(rows, n, gfn_env_kind(i)->options, gfn_env_kind(i)->name);
    if (plugin)
        n = add_table(rows, n, plugin->options, plugin->name);
    return add_table(rows, n, cli_option_rows(), NULL);
}

static bool is_same_topic(const cli_row *a, const cli_row *b)
{
    return (a->env == NULL) == (b->env == NULL) && strcmp(cli_topic(a), cli_topic(b)) == 0;
}

/* Some commands take only the options of environments and a few others. */
static bool is_row_of(const cli_command *command, const cli_row *row)
{
    return cli_goes_with(command, row->option->name) || (command->has_env_options && row->env);
}

size_t cli_rows(const cli_command *command, const gfn_env_ops *plugin, cli_row rows[CLI_MAX_ROWS])
{
    cli_row all[CLI_MAX_ROWS];
    const size_t n_all = add_all(command, plugin, all);
    size_t n = 0;
    for (size_t i = 0; i < n_all; i++) {
        bool is_done = false;
        for (size_t k = 0; k < i && !is_done; k++)
            is_done = is_same_topic(&all[k], &all[i]);
        for (size_t k = i; k < n_all && !is_done; k++)
            if (is_same_topic(&all[k], &all[i]) && is_row_of(command, &all[k]))
                rows[n++] = all[k];
    }
    return n;
}

/* ---- values ---- */

static const char *env_name(size_t index)
{
    const gfn_env_ops *ops = gfn_env_kind(index);
    return ops ? ops->name : NULL;
}

static const char *preset_name(size_t index)
{
    const gfn_preset *preset = gfn_preset_of(index);
    return preset ? preset->name : NULL;
}

/* Options whose values are more specific than their type. */
static const struct {
    const char *option;
    cli_value value;
} special[] = {
    {"config", {"FILE", CLI_VALUE_FILE, NULL}},
    {"env", {"NAME", CLI_VALUE_NAME, env_name}},
    {"objective", {"NAME", CLI_VALUE_NAME, gfn_objective_name}},
    {"out", {"PATH", CLI_VALUE_FILE, NULL}},
    {"preset", {"NAME", CLI_VALUE_NAME, preset_name}},
    {"resume", {"RUN", CLI_VALUE_RUN, NULL}},
    {"reward-file", {"FILE", CLI_VALUE_FILE, NULL}},
    {"seeds", {"LIST", CLI_VALUE_ANY, NULL}},
    {"terminal-states", {"FILE", CLI_VALUE_FILE, NULL}},
    {"trajectories", {"FILE", CLI_VALUE_FILE, NULL}},
};

cli_value cli_value_of(const gfn_option *option)
{
    static const char *const placeholders[] = {
        [GFN_OPTION_INT] = "N",       [GFN_OPTION_NUMBER] = "X",  [GFN_OPTION_WORD] = "NAME",
        [GFN_OPTION_WIDTHS] = "LIST", [GFN_OPTION_TIME] = "TIME", [GFN_OPTION_FLAG] = NULL};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (strcmp(special[i].option, option->name) == 0)
            return special[i].value;
    if (option->choices)
        return (cli_value){option->choices, CLI_VALUE_CHOICE, NULL};
    return (cli_value){placeholders[option->type], CLI_VALUE_ANY, NULL};
}
