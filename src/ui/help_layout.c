/* SPDX-License-Identifier: MIT
 *
 * The layout of help and lists: words and their meanings in two columns, folded at 80 columns.
 */
#include "ui/cli.h"

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

void cli_print_fact(FILE *to, const char *word, const char *what, int column)
{
    if ((int)strlen(word) > column - 3)
        fprintf(to, "  %s\n%*s", word, column, "");
    else
        fprintf(to, "  %-*s", column - 2, word);
    print_words(to, what, column);
}

void cli_print_option(FILE *to, const gfn_option *option)
{
    char left[128], text[1024];
    const char *placeholder = cli_value_of(option).placeholder;
    snprintf(left, sizeof left, "--%s%s%s", option->name, placeholder ? " " : "",
             placeholder ? placeholder : "");
    bool shows_default = option->fallback[0] && option->type != GFN_OPTION_FLAG;
    snprintf(text, sizeof text, "%s%s%s%s", option->help, shows_default ? " [" : "",
             shows_default ? option->fallback : "", shows_default ? "]" : "");
    cli_print_fact(to, left, text, 26);
}
