/* SPDX-License-Identifier: MIT
 *
 * The documents of src/doc, which the program contains, so that `gfn-dist help TOPIC` needs no
 * installation. documents.inc is made from them: see ui/local.mk.
 */
#include "ui/cli.h"

#include <string.h>

#include "ui/documents.inc"

/* A document begins with "# Topic: title". */
const char *cli_document_title(const cli_document *document)
{
    const char *title = strstr(document->lines[0], ": ");
    return title ? title + 2 : document->topic;
}

static const cli_document *find(const char *topic)
{
    for (const cli_document *document = cli_documents; document->topic; document++)
        if (strcmp(document->topic, topic) == 0)
            return document;
    return NULL;
}

static void print_document(FILE *to, const cli_document *document)
{
    for (const char *const *line = document->lines; *line; line++)
        fprintf(to, "%s\n", *line);
}

/* "train|sample|...": all words that may follow `help`. */
static void write_words(char *words, size_t size)
{
    size_t used = 0;
    for (const cli_command *command = cli_commands; command->name && used < size; command++)
        used += (size_t)snprintf(words + used, size - used, "%s%s", used ? "|" : "", command->name);
    for (const cli_document *document = cli_documents; document->topic && used < size; document++)
        used += (size_t)snprintf(words + used, size - used, "|%s", document->topic);
}

/* Refuse an unknown word with the library's message on choices, which suggests the nearest one. */
static gfn_status refuse(const char *word)
{
    char words[600];
    write_words(words, sizeof words);
    const gfn_option rows[] = {{"help", GFN_OPTION_WORD, cli_commands[0].name, 0, 0, words, "", ""},
                               {0}};
    const gfn_option *tables[] = {rows};
    gfn_options *options = NULL;
    gfn_status status = gfn_options_create(tables, 1, &options);
    if (status == GFN_OK)
        status = gfn_options_set(options, "help", word, "command line");
    gfn_options_destroy(&options);
    return status;
}

gfn_status cli_help(FILE *to, const cli_request *request)
{
    const char *word = request->n_words > 0 ? request->words[0] : NULL;
    const cli_document *document = word ? find(word) : NULL;
    cli_request named = *request;
    named.command = word ? cli_command_find(word) : &cli_commands[0];
    named.is_named = word != NULL;
    named.n_words = 0;
    if (document)
        print_document(to, document);
    else if (named.command)
        return cli_print_help(to, &named);
    else
        return refuse(word);
    return GFN_OK;
}
