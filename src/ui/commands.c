/* SPDX-License-Identifier: MIT
 *
 * The commands: one row each.
 */
#include "ui/cli.h"

#include <limits.h>
#include <string.h>

const cli_command cli_commands[] = {
    {.name = "train",
     .arguments = "[OPTION...]",
     .summary = "train; train may be left out",
     .example = "--size 16 --iterations 2000",
     .lacks = " trajectories json picture-labels picture-width ",
     .is_stoppable = true,
     .writes_files = true,
     .work = cli_train},
    {.name = "sample",
     .arguments = "RUN [OPTION...]",
     .summary = "draw objects from a run's checkpoint",
     .options = " env samples seed threads watchdog quiet out trajectories help version ",
     .changes = " env ",
     .least = 1,
     .most = 1,
     .takes_files = true,
     .word = "a run directory",
     .example = "runs/latest --samples 5",
     .work = cli_sample},
    {.name = "eval",
     .arguments = "RUN [OPTION...]",
     .summary = "measure a run's checkpoint",
     .options = " env samples seed threads exact enumerate-limit test-set test-trajectories "
                "watchdog color json "
                "quiet help version ",
     .changes = " env exact enumerate-limit test-set test-trajectories ",
     .least = 1,
     .most = 1,
     .takes_files = true,
     .word = "a run directory",
     .example = "runs/latest",
     .work = cli_eval},
    {.name = "plot",
     .arguments = "RUN... [OPTION...]",
     .summary = "draw a run, or compare several",
     .options =
         " env threads exact enumerate-limit watchdog quiet out picture-labels picture-width json "
         "help version ",
     .changes = " env exact enumerate-limit ",
     .least = 1,
     .most = INT_MAX,
     .takes_files = true,
     .word = "a run directory",
     .example = "runs/latest",
     .writes_files = true,
     .work = cli_plot},
    {.name = "check-env",
     .arguments = "ENV [OPTION...]",
     .summary = "test a user-defined environment",
     .options = " seed enumerate-limit help version ",
     .least = 1,
     .most = 1,
     .word = "an environment",
     .example = "./my.so",
     .has_env_options = true,
     .print = cli_check_env},
    {.name = "list",
     .arguments = "",
     .summary = "environments, methods, presets",
     .example = "",
     .options = " env help version ",
     .print = cli_list},
    {.name = "help",
     .arguments = "[TOPIC]",
     .summary = "this help, that of a command, or a document",
     .options = " env help version ",
     .most = 1,
     .word = "a command or a topic",
     .example = "running",
     .is_help = true},
    {.name = NULL},
};

const cli_command *cli_command_find(const char *name)
{
    for (const cli_command *command = cli_commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static bool has_word(const char *words, const char *word)
{
    char blanks[128];
    snprintf(blanks, sizeof blanks, " %s ", word);
    return words && strstr(words, blanks);
}

bool cli_command_takes(const cli_command *command, const char *option)
{
    if (command == NULL)
        return true;
    return command->options ? has_word(command->options, option)
                            : !has_word(command->lacks, option);
}

bool cli_command_changes(const cli_command *command, const char *option)
{
    return has_word(command->changes, option);
}
