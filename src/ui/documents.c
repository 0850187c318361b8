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

const cli_document *cli_document_find(const char *topic)
{
    for (const cli_document *document = cli_documents; document->topic; document++)
        if (strcmp(document->topic, topic) == 0)
            return document;
    return NULL;
}

void cli_print_document(FILE *to, const cli_document *document)
{
    for (const char *const *line = document->lines; *line; line++)
        fprintf(to, "%s\n", *line);
}
