/* SPDX-License-Identifier: MIT
 *
 * Reading the command line into a request: long options made from the option tables, a command and
 * its arguments.
 */
#include "ui/cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* The values of long options from getopt_long() start above all characters. */
enum { MAX_OPTIONS = 256, FIRST_VALUE = 1000 };

/* All options that any run can have: those of training, then those of every kind of environment. */
static size_t collect_rows(const gfn_option **rows, size_t n, const gfn_option *table)
{
    for (; table && table->name && n < MAX_OPTIONS; table++)
        rows[n++] = table;
    return n;
}

static size_t collect_all(const cli_request *request, const gfn_option **rows)
{
    size_t n = collect_rows(rows, 0, cli_option_rows());
    n = collect_rows(rows, n, gfn_run_option_rows());
    for (size_t i = 0; i < gfn_env_kinds(); i++)
        n = collect_rows(rows, n, gfn_env_kind(i)->options);
    return request->plugin ? collect_rows(rows, n, request->plugin->options) : n;
}

/* The same options for getopt_long(): one entry per name. */
static void make_long_options(const cli_request *request, struct option *entries)
{
    const gfn_option *rows[MAX_OPTIONS];
    size_t n_rows = collect_all(request, rows), n = 0;
    for (size_t i = 0; i < n_rows; i++) {
        bool is_known = false;
        for (size_t k = 0; k < n; k++)
            is_known |= strcmp(entries[k].name, rows[i]->name) == 0;
        int argument = rows[i]->type == GFN_OPTION_FLAG ? optional_argument : required_argument;
        if (!is_known)
            entries[n] = (struct option){rows[i]->name, argument, NULL, FIRST_VALUE + (int)n};
        n += !is_known;
    }
    entries[n] = (struct option){0};
}

static int find_entry(const struct option *entries, const char *name)
{
    while (strcmp(entries->name, name) != 0)
        entries++;
    return entries->val;
}

static bool refuse(cli_request *request, const char *text)
{
    snprintf(request->message, sizeof request->message, "%s", text);
    return false;
}

/* "--NAME VALUE" or "--NAME=VALUE": returns VALUE, "" if it is missing, NULL for other words. */
static const char *value_of(int argc, char **argv, int i, const char *name)
{
    const size_t n = strlen(name);
    if (strncmp(argv[i], "--", 2) != 0 || strncmp(argv[i] + 2, name, n) != 0)
        return NULL;
    if (argv[i][2 + n] == '=')
        return argv[i] + 2 + n + 1;
    return argv[i][2 + n] != '\0' ? NULL : i + 1 < argc ? argv[i + 1] : "";
}

/* Find the plug-in before options are read, because it adds options. It is no error yet if the
 * plug-in cannot be loaded: all ranks of a job must take the same path, even if only some of them
 * see the file, and later all of them refuse it together. Until then, unknown names may be options
 * of that plug-in. The same holds if another file names the environment. */
static void look_for_plugin(int argc, char **argv, cli_request *request)
{
    const char *env = "";
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *value = value_of(argc, argv, i, "env");
        const cli_command *command = cli_command_find(argv[i]);
        const bool is_check = command && command->has_env_options;
        if (is_check)
            value = i + 1 < argc ? argv[i + 1] : "";
        env = value ? value : env;
        request->accepts_unknown |= is_check || (command && command->takes_files) ||
                                    value_of(argc, argv, i, "config") != NULL ||
                                    value_of(argc, argv, i, "resume") != NULL;
    }
    if (!gfn_env_is_path(env)) {
        request->names_env = env[0] ? env : NULL;
        return;
    }
    request->accepts_unknown = true;
    if (gfn_env_open(env, &request->plugin) != GFN_OK)
        request->plugin = NULL;
}

/* "-size": a long name after a single dash, which getopt_long() reads as short options. */
static bool has_one_dash(const char *word)
{
    return word[0] == '-' && word[1] != '-' && word[1] != '\0' && strcmp(word, "-h") != 0;
}

/* Refuse an unknown name with the library's message, which suggests the nearest option. */
static bool refuse_unknown(cli_request *request, const char *argument)
{
    char name[128];
    const char *word = argument + strspn(argument, "-");
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    if (strlen(name) < 3 || has_one_dash(argument)) {
        snprintf(request->message, sizeof request->message,
                 "expected an option such as --size 16, found \"%.100s\" (hint: gfn-dist --help)",
                 argument);
        return false;
    }
    /* If the environment is unknown, its options are unknown too, and none is suggested. */
    const gfn_env_ops *env = request->plugin ? request->plugin : gfn_env_kind(0);
    if (!request->names_env || gfn_env_open(request->names_env, &env) == GFN_OK)
        cli_refuse_name(env, name);
    return refuse(request, gfn_error_message());
}

static bool keep_setting(cli_request *request, const char *name, const char *value)
{
    const char *text = value ? value : "yes";
    if (!gfn_options_has(request->program, name)) {
        request->settings[request->n_settings++] = (gfn_setting){name, text};
        return true;
    }
    return gfn_options_set(request->program, name, text, "command line") == GFN_OK ||
           refuse(request, gfn_error_message());
}

/* Keep a name that may be an option of an environment. The next word is its value, unless that word
 * is an option; a negative number is a value. */
static void keep_open(int argc, char **argv, const char *argument, cli_request *request)
{
    char *name = request->names + request->names_used;
    const size_t n = strcspn(argument + 2, "=");
    const char *value = argument[2 + n] == '=' ? argument + 2 + n + 1 : "yes";
    const char *next = optind < argc ? argv[optind] : "--";
    if (argument[2 + n] == '\0' && (next[0] != '-' || strchr(".0123456789", next[1]))) {
        value = next;
        optind++;
    }
    memcpy(name, argument + 2, n);
    name[n] = '\0';
    request->names_used += n + 1;
    request->settings[request->n_settings++] = (gfn_setting){name, value};
}

/* Refuse a word for which getopt_long() returned `found`: ':' or '?'. */
static bool refuse_found(cli_request *request, int found, const char *word)
{
    if (found == '?')
        return refuse_unknown(request, word);
    snprintf(request->message, sizeof request->message,
             "%s: expected a value, found none (hint: %s=VALUE)", word, word);
    return false;
}

static bool read_options(int argc, char **argv, cli_request *request)
{
    struct option entries[MAX_OPTIONS + 1];
    make_long_options(request, entries);
    opterr = 0;
    optind = 1;
    for (;;) {
        int index = optind;
        while (index < argc && argv[index][0] != '-')
            index++;
        if (index < argc && has_one_dash(argv[index]))
            return refuse_unknown(request, argv[index]);
        int found = getopt_long(argc, argv, ":h", entries, NULL);
        if (found == -1)
            return true;
        if (found == 'h')
            found = find_entry(entries, "help");
        if (found == '?' && request->accepts_unknown && strlen(argv[index]) > 4) {
            keep_open(argc, argv, argv[index], request);
            continue;
        }
        if (found == ':' || found == '?')
            return refuse_found(request, found, argv[index]);
        const char *name = entries[found - FIRST_VALUE].name;
        if (optarg && optarg[0] == '\0') {
            snprintf(request->message, sizeof request->message,
                     "%s: expected a value, found \"\" (hint: without --%s it has its default)",
                     name, name);
            return false;
        }
        if (!keep_setting(request, name, optarg))
            return false;
    }
}

static bool refuse_command(cli_request *request, const char *word)
{
    char names[200] = "";
    size_t used = 0;
    for (const cli_command *command = cli_commands; command->name && used < sizeof names; command++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? "|" : "",
                                 command->name);
    cli_refuse_word("command", names, word);
    return refuse(request, gfn_error_message());
}

/* Read the words that are not options: a command and its arguments. */
static bool read_command(int argc, char **argv, cli_request *request)
{
    request->is_named = optind < argc;
    const char *word = request->is_named ? argv[optind++] : cli_commands[0].name;
    const cli_command *command = cli_command_find(word);
    if (command == NULL)
        return refuse_command(request, word);
    request->command = command;
    request->words = argv + optind;
    request->n_words = argc - optind;
    if (gfn_options_flag(request->program, "help"))
        return true;
    if (request->n_words < command->least) {
        snprintf(request->message, sizeof request->message,
                 "%s: expected %s, found none (hint: gfn-dist %s %s)", word, command->word, word,
                 command->example);
        return false;
    }
    if (request->n_words <= command->most)
        return true;
    snprintf(request->message, sizeof request->message,
             "%s: expected options, found \"%.100s\" (hint: gfn-dist %s --help)", word,
             request->words[command->most], word);
    return false;
}

bool cli_parse(int argc, char **argv, cli_request *request)
{
    const gfn_option *tables[] = {cli_option_rows()};
    *request = (cli_request){.command = &cli_commands[0]};
    size_t bytes = 1;
    for (int i = 0; i < argc; i++)
        bytes += strlen(argv[i]) + 1;
    request->settings = calloc((size_t)argc + 1, sizeof *request->settings);
    request->changes = calloc((size_t)argc + 1, sizeof *request->changes);
    request->names = calloc(bytes, 1);
    if (request->settings == NULL || request->changes == NULL || request->names == NULL)
        return refuse(request, "no memory for the command line");
    if (gfn_options_create(tables, 1, &request->program) != GFN_OK)
        return refuse(request, gfn_error_message());
    look_for_plugin(argc, argv, request);
    return read_options(argc, argv, request) && read_command(argc, argv, request) &&
           cli_check_settings(request);
}

void cli_clear(cli_request *request)
{
    gfn_options_destroy(&request->program);
    free(request->settings);
    free(request->changes);
    free(request->names);
    request->settings = request->changes = NULL;
    request->names = NULL;
}
