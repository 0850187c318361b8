/* SPDX-License-Identifier: MIT
 *
 * The help, and the lists of what there is.
 */
#include "ui/cli.h"

#include <stdlib.h>
#include <string.h>

/* Print words after a margin, folded at 80 columns; the first line already has its margin. */
static void print_words(FILE *to, const char *words, int margin)
{
    int column = 0;
    for (size_t n; words[0]; words += n + strspn(words + n, " ")) {
        n = strcspn(words, " ");
        if (column > 0 && margin + column + 1 + (int)n > 79) {
            fprintf(to, "\n%*s", margin, "");
            column = 0;
        }
        column += fprintf(to, "%s%.*s", column ? " " : "", (int)n, words);
    }
    fputc('\n', to);
}

/* Print a word and its meaning, from a column on, or below if the word is too wide. */
static void print_fact(FILE *to, const char *word, const char *what, int column)
{
    if ((int)strlen(word) > column - 3)
        fprintf(to, "  %s\n%*s", word, column, "");
    else
        fprintf(to, "  %-*s", column - 2, word);
    print_words(to, what, column);
}

static void print_facts(FILE *to, const char *heading, const cli_fact *fact, int column)
{
    fprintf(to, "\n%s\n", heading);
    for (; fact->name; fact++)
        print_fact(to, fact->name, fact->what, column);
}

/* Print "--size N" and its meaning, with the default. */
static void print_option(FILE *to, const gfn_option *option)
{
    char left[128], text[1024];
    const char *placeholder = cli_value_of(option).placeholder;
    snprintf(left, sizeof left, "--%s%s%s", option->name, placeholder ? " " : "",
             placeholder ? placeholder : "");
    bool shows_default = option->fallback[0] && option->type != GFN_OPTION_FLAG;
    snprintf(text, sizeof text, "%s%s%s%s", option->help, shows_default ? " [" : "",
             shows_default ? option->fallback : "", shows_default ? "]" : "");
    print_fact(to, left, text, 26);
}

static void print_options(FILE *to, const cli_command *command, const gfn_env_ops *plugin)
{
    cli_row rows[CLI_MAX_ROWS];
    const char *topic = "";
    const size_t n = cli_rows(command, plugin, rows);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(cli_topic(&rows[i]), topic) != 0) {
            topic = cli_topic(&rows[i]);
            fprintf(to, "\n%s%s\n", rows[i].env ? "Environment " : "", topic);
        }
        print_option(to, rows[i].option);
    }
}

/* The name of the first command is optional. */
static void print_command(FILE *to, const cli_command *command)
{
    char usage[128];
    const bool is_default = command == cli_commands;
    snprintf(usage, sizeof usage, "gfn-dist %s%s%s %s", is_default ? "[" : "", command->name,
             is_default ? "]" : "", command->arguments);
    print_fact(to, usage, command->summary, 36);
}

static void print_metrics(FILE *to)
{
    fputs("\nMetrics\n", to);
    for (size_t i = 0; i < gfn_metric_count(); i++)
        if (gfn_metric_of(i)->help)
            print_fact(to, gfn_metric_of(i)->name, gfn_metric_of(i)->help, 16);
}

static void print_all(FILE *to, const gfn_env_ops *plugin)
{
    fputs("gfn-dist trains generative flow networks: samplers that build an object step by\n"
          "step and end with each object x with probability proportional to a reward R(x).\n\n"
          "Commands\n",
          to);
    for (const cli_command *command = cli_commands; command->name; command++)
        print_command(to, command);
    print_fact(to, "gfn-dist COMMAND --help", "the options of one command", 36);
    print_facts(to, "Examples", cli_examples, 43);
    fputs("\nOptions, with the default in brackets:\n", to);
    print_options(to, NULL, plugin);
    print_facts(to, "Exit status", cli_exits, 12);
    print_metrics(to);
    fputs("\nDocuments (gfn-dist help TOPIC)\n", to);
    for (const cli_document *document = cli_documents; document->topic; document++)
        print_fact(to, document->topic, cli_document_title(document), 19);
}

static void print_one(FILE *to, const cli_command *command, const gfn_env_ops *plugin)
{
    fputs("Usage\n", to);
    print_command(to, command);
    fprintf(to, "\nExample\n  gfn-dist %s%s%s\n", command->name, command->example[0] ? " " : "",
            command->example);
    print_options(to, command, plugin);
}

gfn_status cli_print_help(FILE *to, const cli_request *request)
{
    const gfn_env_ops *plugin;
    const gfn_status status = cli_open_plugin(request, &plugin);
    if (status != GFN_OK)
        return status;
    if (request->is_named)
        print_one(to, request->command, plugin);
    else
        print_all(to, plugin);
    return GFN_OK;
}

static void print_preset(FILE *to, const gfn_preset *preset)
{
    char source[256], differs[256];
    snprintf(source, sizeof source, "from %s", preset->source);
    snprintf(differs, sizeof differs, "but: %s", preset->differs);
    print_fact(to, preset->name, preset->summary, 17);
    print_fact(to, "", preset->settings, 17);
    print_fact(to, "", source, 17);
    print_fact(to, "", differs, 17);
}

static void list_env(FILE *to, const gfn_env_ops *env)
{
    print_fact(to, env->name, env->summary, 15);
    for (const gfn_option *row = env->options; row && row->name; row++)
        print_option(to, row);
}

gfn_status cli_print_list(FILE *to, const cli_request *request)
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
    fputs("\nObjectives (--objective)\n", to);
    for (size_t i = 0; i < gfn_objective_kinds(); i++) {
        const gfn_objective *objective = gfn_objective_kind(i);
        print_fact(to, objective->name, objective->summary, 15);
        print_fact(to, "", objective->source, 15);
    }
    fputs("\nBackward policies (--backward)\n", to);
    for (size_t i = 0; i < gfn_backward_kinds(); i++) {
        const gfn_backward_kind *kind = gfn_backward_kind_of((gfn_backward)i);
        print_fact(to, kind->name, kind->summary, 15);
    }
    fputs("\nOptimizers (--optimizer)\n", to);
    for (size_t i = 0; i < gfn_optimizer_kinds(); i++) {
        print_fact(to, gfn_optimizer_kind(i)->name, gfn_optimizer_kind(i)->summary, 15);
        print_fact(to, "", gfn_optimizer_kind(i)->source, 15);
    }
    fputs("\nPresets (--preset)\n", to);
    for (size_t i = 0; i < gfn_presets(); i++)
        print_preset(to, gfn_preset_of(i));
    return GFN_OK;
}

gfn_status cli_print_config(FILE *to, const cli_request *request)
{
    gfn_options *options = NULL;
    char *text = NULL;
    gfn_status status = cli_train_options(request, &options);
    if (status == GFN_OK)
        status = gfn_run_options_ini(options, &text);
    if (status == GFN_OK)
        fputs(text, to);
    free(text);
    gfn_options_destroy(&options);
    return status;
}
