/* SPDX-License-Identifier: MIT
 *
 * The kinds of values of options, for help, man page and completion.
 */
#include "ui/cli.h"

#include <string.h>

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
    {"log-z-init", {"auto|X", CLI_VALUE_CHOICE, NULL}},
    {"objective", {"NAME", CLI_VALUE_NAME, gfn_objective_name}},
    {"out", {"PATH", CLI_VALUE_FILE, NULL}},
    {"picture-labels", {"LIST", CLI_VALUE_ANY, NULL}},
    {"picture-width", {"LENGTH", CLI_VALUE_ANY, NULL}},
    {"preset", {"NAME", CLI_VALUE_NAME, preset_name}},
    {"resume", {"RUN", CLI_VALUE_RUN, NULL}},
    {"seeds", {"LIST", CLI_VALUE_ANY, NULL}},
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
    if (gfn_option_is_path(option))
        return (cli_value){"FILE", CLI_VALUE_FILE, NULL};
    if (option->choices)
        return (cli_value){option->choices, CLI_VALUE_CHOICE, NULL};
    return (cli_value){placeholders[option->type], CLI_VALUE_ANY, NULL};
}
