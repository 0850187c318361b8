/* SPDX-License-Identifier: MIT
 *
 * The options of commands, sorted by topic, as help, man page and completion show them.
 */
#include "ui/cli.h"

#include <string.h>

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

bool cli_names_rewards(const char *option)
{
    for (size_t i = 0; i < gfn_reward_sources(); i++)
        if (strcmp(gfn_reward_source_of(i)->option, option) == 0)
            return true;
    return false;
}

/* Some commands take only the options of environments, or those that name files, and a few others.
 */
static bool is_row_of(const cli_command *command, const cli_row *row)
{
    const bool is_file = gfn_option_is_path(row->option);
    return cli_command_takes(command, row->option->name) ||
           (command->takes_files && cli_names_rewards(row->option->name)) ||
           (row->env && (command->has_env_options || (command->takes_files && is_file)));
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
