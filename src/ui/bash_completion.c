/* SPDX-License-Identifier: MIT
 *
 * The completion of command lines in bash: tables made from those of the help, and a function that
 * reads them and needs no other programs.
 */
#include "ui/cli.h"

#include <string.h>

/* ---- tables: functions that set `words` or `kind` ---- */

static void put_choices(FILE *to, const char *choices)
{
    for (; *choices; choices++)
        fputc(*choices == '|' ? ' ' : *choices, to);
}

/* One line of a `case`: the option, and its values or their kind. */
static void put_value(FILE *to, const gfn_option *option)
{
    const cli_value value = cli_value_of(option);
    const char *name;
    if (option->type == GFN_OPTION_FLAG) {
        fprintf(to, "    --%s) kind='flag' words='yes no' ;;\n", option->name);
        return;
    }
    switch (value.kind) {
    case CLI_VALUE_ANY:
        break;
    case CLI_VALUE_CHOICE:
        fprintf(to, "    --%s) words='", option->name);
        put_choices(to, option->choices);
        fputs("' ;;\n", to);
        break;
    case CLI_VALUE_NAME:
        fprintf(to, "    --%s) words='", option->name);
        for (size_t i = 0; (name = value.name(i)) != NULL; i++)
            fprintf(to, "%s%s", i ? " " : "", name);
        fputs("' ;;\n", to);
        break;
    case CLI_VALUE_FILE:
        fprintf(to, "    --%s) kind='file' ;;\n", option->name);
        break;
    case CLI_VALUE_RUN:
        fprintf(to, "    --%s) kind='run' ;;\n", option->name);
        break;
    }
}

static bool is_of(const cli_row *row, const char *env)
{
    return env && row->env ? strcmp(env, row->env) == 0 : env == row->env;
}

static void put_values(FILE *to)
{
    cli_row rows[CLI_MAX_ROWS];
    const size_t n = cli_rows(NULL, NULL, rows);
    fputs("# _gfn_dist_values OPTION ENVIRONMENT: the values of an option.\n"
          "_gfn_dist_values()\n{\n    kind='' words=''\n    case $1 in\n",
          to);
    for (size_t i = 0; i < n; i++)
        if (rows[i].env == NULL)
            put_value(to, rows[i].option);
    fputs("    esac\n", to);
    for (size_t k = 0; k < gfn_env_kinds(); k++) {
        fprintf(to, "    [[ $2 == %s ]] && case $1 in\n", gfn_env_kind(k)->name);
        for (size_t i = 0; i < n; i++)
            if (is_of(&rows[i], gfn_env_kind(k)->name))
                put_value(to, rows[i].option);
        fputs("    esac\n", to);
    }
    fputs("    return 0\n}\n\n", to);
}

/* " --size --ndim": the options of an environment, or those common to all. */
static size_t put_options(FILE *to, const cli_row *rows, size_t n, const char *env)
{
    size_t n_put = 0;
    for (size_t i = 0; i < n; i++)
        if (is_of(&rows[i], env))
            fprintf(to, "%s--%s", n_put++ ? " " : "", rows[i].option->name);
    return n_put;
}

static void put_command(FILE *to, const cli_command *command)
{
    cli_row rows[CLI_MAX_ROWS];
    const size_t n = cli_rows(command, NULL, rows);
    fprintf(to, "    %s)\n        words='", command->name);
    put_options(to, rows, n, NULL);
    fputs("'\n", to);
    for (size_t k = 0; k < gfn_env_kinds(); k++) {
        const char *env = gfn_env_kind(k)->name;
        size_t i = 0;
        while (i < n && !is_of(&rows[i], env))
            i++;
        if (i == n)
            continue;
        fprintf(to, "        [[ $2 == %s ]] && words+=' ", env);
        put_options(to, rows, n, env);
        fputs("'\n", to);
    }
    fputs("        ;;\n", to);
}

/* The arguments of a command. */
static void put_argument(FILE *to, const cli_command *command)
{
    fprintf(to, "    %s) most=%d ", command->name, command->most);
    if (!command->is_help) {
        fprintf(to, "kind='%s' ;;\n", strstr(command->word, "run") ? "run" : "file");
        return;
    }
    fputs("words='", to);
    for (const cli_command *other = cli_commands; other->name; other++)
        fprintf(to, "%s ", other->name);
    for (const cli_document *document = cli_documents; document->topic; document++)
        fprintf(to, "%s%s", document == cli_documents ? "" : " ", document->topic);
    fputs("' ;;\n", to);
}

static void put_tables(FILE *to)
{
    fputs("# _gfn_dist_options COMMAND ENVIRONMENT: the options that go with them.\n"
          "_gfn_dist_options()\n{\n    words=''\n    case $1 in\n",
          to);
    for (const cli_command *command = cli_commands; command->name; command++)
        put_command(to, command);
    fputs("    esac\n    return 0\n}\n\n", to);
    put_values(to);
    fputs("# _gfn_dist_arguments COMMAND: the words that may follow it, and how many.\n"
          "_gfn_dist_arguments()\n{\n    kind='' words='' most=0\n    case $1 in\n",
          to);
    for (const cli_command *command = cli_commands; command->name; command++)
        if (command->most > 0)
            put_argument(to, command);
    fputs("    esac\n    return 0\n}\n\n", to);
}

/* ---- the function ---- */

/* Directories that hold runs, and their parents; if there are none, all directories. */
static const char runs[] =
    "# _gfn_dist_runs TEXT PREFIX: directories that hold a run, or others that do.\n"
    "_gfn_dist_runs()\n"
    "{\n"
    "    local text=${1//\\\\/} directory place\n"
    "    text=${text#[\\\"\\']}\n"
    "    while IFS= read -r directory; do\n"
    "        place=${directory/#\\~\\//$HOME/}\n"
    "        if [[ -e $place/config.ini ]] || compgen -G \"$place/*/config.ini\" >/dev/null; then\n"
    "            COMPREPLY+=(\"$2$directory\")\n"
    "        fi\n"
    "    done <<<\"$(compgen -d -- \"$text\")\"\n"
    "    if [[ ${#COMPREPLY[@]} -gt 0 ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "    else\n"
    "        compopt -o dirnames 2>/dev/null\n"
    "    fi\n"
    "}\n\n";

/* If '=' breaks words, as it does unless COMP_WORDBREAKS was changed, bash passes --name=value as
 * three words and expects only the value in return. */
static const char begin[] =
    "# The words up to the cursor, --name=value as one, in `line`.\n"
    "_gfn_dist_split()\n"
    "{\n"
    "    local i last='' word\n"
    "    line=()\n"
    "    for ((i = 1; i <= COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]-}\n"
    "        if [[ ${#line[@]} -gt 0 && ( $word == '=' || $last == '=' ) ]]; then\n"
    "            line[${#line[@]} - 1]+=$word\n"
    "        else\n"
    "            line+=(\"$word\")\n"
    "        fi\n"
    "        last=$word\n"
    "    done\n"
    "}\n\n"
    "# Read the words before the last one: command, how many follow it, environment,\n"
    "# options given, and the option whose value the last one is.\n"
    "_gfn_dist_read()\n"
    "{\n"
    "    local i word value kind words last=$((${#line[@]} - 1))\n"
    "    command='' behind=0 given=' ' option=''\n"
    "    for ((i = 0; i < last; i++)); do\n"
    "        word=${line[i]} value=''\n"
    "        case $word in\n"
    "        --*=*)\n"
    "            value=${word#*=}\n"
    "            word=${word%%=*}\n"
    "            ;;\n"
    "        --*)\n"
    "            _gfn_dist_values \"$word\" \"$env\"\n"
    "            if [[ $kind != flag ]]; then\n"
    "                i=$((i + 1))\n"
    "                value=${line[i]}\n"
    "                [[ $i -lt $last ]] || option=$word\n"
    "            fi\n"
    "            ;;\n"
    "        -*) ;;\n"
    "        *) if [[ $command ]]; then behind=$((behind + 1)); else command=$word; fi ;;\n"
    "        esac\n"
    "        [[ $word != --env || $option ]] || env=$value\n"
    "        [[ $word != -* ]] || given+=\"$word \"\n"
    "    done\n"
    "}\n\n";

static const char complete[] =
    "# The options of a command that were not given yet, or the commands that go with those that\n"
    "# were.\n"
    "_gfn_dist_left()\n"
    "{\n"
    "    local word left=''\n"
    "    _gfn_dist_options \"$command\" \"$env\"\n"
    "    for word in $words; do\n"
    "        [[ $given == *\" $word \"* ]] || left+=\" $word\"\n"
    "    done\n"
    "    words=$left\n"
    "}\n"
    "_gfn_dist_fitting()\n"
    "{\n"
    "    local name option fitting=''\n"
    "    for name in $_gfn_dist_commands; do\n"
    "        _gfn_dist_options \"$name\" \"$env\"\n"
    "        for option in $given; do\n"
    "            [[ \" $words \" == *\" $option \"* ]] || continue 2\n"
    "        done\n"
    "        fitting+=\" $name\"\n"
    "    done\n"
    "    words=$fitting\n"
    "}\n\n"
    "# _gfn_dist_reply ARGUMENT...: of compgen; each of its lines is a reply.\n"
    "_gfn_dist_reply()\n"
    "{\n"
    "    local reply\n"
    "    while IFS= read -r reply; do\n"
    "        [[ -z $reply ]] || COMPREPLY+=(\"$reply\")\n"
    "    done <<<\"$(compgen \"$@\")\"\n"
    "}\n\n"
    "_gfn_dist()\n"
    "{\n"
    "    local IFS=$' \\t\\n' line command behind given option env=$_gfn_dist_env kind='' words='' "
    "most=0\n"
    "    local text prefix=''\n"
    "    COMPREPLY=()\n"
    "    _gfn_dist_split\n"
    "    _gfn_dist_read\n"
    "    text=${line[${#line[@]} - 1]-}\n"
    "    if [[ -z $option && $text == --*=* ]]; then\n"
    "        option=${text%%=*}\n"
    "        text=${text#*=}\n"
    "        [[ $COMP_WORDBREAKS == *=* ]] || prefix=$option=\n"
    "    fi\n"
    "    if [[ $COMP_CWORD -gt 0 && ${COMP_WORDS[COMP_CWORD - 1]} == *[\\<\\>] ]]; then\n"
    "        kind='file'\n"
    "    elif [[ $option ]]; then\n"
    "        _gfn_dist_options \"${command:-train}\" \"$env\"\n"
    "        [[ \" $words \" == *\" $option \"* ]] || return 0\n"
    "        _gfn_dist_values \"$option\" \"$env\"\n"
    "        [[ $option != --env || $text != [./~]* ]] || kind='file'\n"
    "    elif [[ $text == -* ]]; then\n"
    "        command=${command:-train}\n"
    "        _gfn_dist_left\n"
    "    elif [[ -z $command ]]; then\n"
    "        _gfn_dist_fitting\n"
    "    else\n"
    "        _gfn_dist_arguments \"$command\"\n"
    "        [[ $behind -lt $most ]] || kind='' words=''\n"
    "    fi\n"
    "    case $kind in\n"
    "    run) _gfn_dist_runs \"$text\" \"$prefix\" ;;\n"
    "    file)\n"
    "        compopt -o default 2>/dev/null\n"
    "        [[ -z $prefix ]] || _gfn_dist_reply -P \"$prefix\" -f -- \"$text\"\n"
    "        ;;\n"
    "    *) _gfn_dist_reply -P \"$prefix\" -W \"$words\" -- \"$text\" ;;\n"
    "    esac\n"
    "    return 0\n"
    "}\n\n"
    "complete -F _gfn_dist gfn-dist\n";

static void put_names(FILE *to)
{
    const gfn_option *row = gfn_option_find(gfn_run_option_rows(), "env");
    fputs("_gfn_dist_commands='", to);
    for (const cli_command *command = cli_commands; command->name; command++)
        fprintf(to, "%s%s", command == cli_commands ? "" : " ", command->name);
    fprintf(to, "'\n_gfn_dist_env='%s'\n\n", row->fallback);
}

void cli_generate_bash(FILE *to)
{
    fprintf(
        to,
        "# Completes command lines of gfn-dist %s in bash. Made by gfn-dist --generate bash.\n"
        "# Functions set variables of the caller: words to choose from, or the kind of them.\n\n",
        gfn_version());
    put_names(to);
    put_tables(to);
    fputs(runs, to);
    fputs(begin, to);
    fputs(complete, to);
}
