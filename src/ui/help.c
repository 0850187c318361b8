/* SPDX-License-Identifier: MIT
 *
 * Help on all commands or on one, from their tables; and the command help, which prints documents
 * too.
 */
#include "ui/cli.h"

#include <string.h>

static void print_facts(FILE *to, const char *heading, const cli_fact *fact, int column)
{
    fprintf(to, "\n%s\n", heading);
    for (; fact->name; fact++)
        cli_print_fact(to, fact->name, fact->what, column);
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
        cli_print_option(to, rows[i].option);
    }
}

/* The name of the first command is optional. */
static void print_command(FILE *to, const cli_command *command)
{
    char usage[128];
    const bool is_default = command == cli_commands;
    snprintf(usage, sizeof usage, "gfn-dist %s%s%s %s", is_default ? "[" : "", command->name,
             is_default ? "]" : "", command->arguments);
    cli_print_fact(to, usage, command->summary, 36);
}

static void print_metrics(FILE *to)
{
    fputs("\nMetrics\n", to);
    for (size_t i = 0; i < gfn_metric_count(); i++)
        if (gfn_metric_of(i)->help)
            cli_print_fact(to, gfn_metric_of(i)->name, gfn_metric_of(i)->help, 16);
}

static void print_all(FILE *to, const gfn_env_ops *plugin)
{
    fputs("gfn-dist trains generative flow networks: samplers that build an object step by\n"
          "step and end with each object x with probability proportional to a reward R(x).\n\n"
          "Commands\n",
          to);
    for (const cli_command *command = cli_commands; command->name; command++)
        print_command(to, command);
    cli_print_fact(to, "gfn-dist COMMAND --help", "the options of one command", 36);
    print_facts(to, "Examples", cli_examples, 43);
    fputs("\nOptions, with the default in brackets:\n", to);
    print_options(to, NULL, plugin);
    print_facts(to, "Exit status", cli_exits, 12);
    print_metrics(to);
    fputs("\nDocuments (gfn-dist help TOPIC)\n", to);
    for (const cli_document *document = cli_documents; document->topic; document++)
        cli_print_fact(to, document->topic, cli_document_title(document), 19);
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

/* ---- the command help ---- */

/* "train|sample|...": all words that may follow `help`. */
static void write_words(char *words, size_t size)
{
    size_t used = 0;
    for (const cli_command *command = cli_commands; command->name && used < size; command++)
        used += (size_t)snprintf(words + used, size - used, "%s%s", used ? "|" : "", command->name);
    for (const cli_document *document = cli_documents; document->topic && used < size; document++)
        used += (size_t)snprintf(words + used, size - used, "|%s", document->topic);
}

static gfn_status refuse(const char *word)
{
    char words[600];
    write_words(words, sizeof words);
    return cli_refuse_word("help", words, word);
}

gfn_status cli_help(FILE *to, const cli_request *request)
{
    const char *word = request->n_words > 0 ? request->words[0] : NULL;
    const cli_document *document = word ? cli_document_find(word) : NULL;
    cli_request named = *request;
    named.command = word ? cli_command_find(word) : &cli_commands[0];
    named.is_named = word != NULL;
    named.n_words = 0;
    if (document)
        cli_print_document(to, document);
    else if (named.command)
        return cli_print_help(to, &named);
    else
        return refuse(word);
    return GFN_OK;
}
