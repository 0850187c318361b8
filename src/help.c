/* SPDX-License-Identifier: MIT
 *
 * The help, and the lists of what there is.
 */
#include "cli.h"

#include <string.h>

/* Words behind a margin that the first line has already, folded at 80 columns. */
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

/* "--size N" and what it means, with the default, folded at 80 columns. */
static void print_row(FILE *to, const gfn_option *row)
{
    static const char *const placeholders[] = {
        [GFN_OPTION_INT] = "N",       [GFN_OPTION_NUMBER] = "X",  [GFN_OPTION_WORD] = "NAME",
        [GFN_OPTION_WIDTHS] = "LIST", [GFN_OPTION_TIME] = "TIME", [GFN_OPTION_FLAG] = NULL};
    char left[96], text[512];
    const char *placeholder = row->choices ? row->choices : placeholders[row->type];
    snprintf(left, sizeof left, "  --%s%s%s", row->name, placeholder ? " " : "",
             placeholder ? placeholder : "");
    bool shows_default = row->fallback[0] && row->type != GFN_OPTION_FLAG;
    snprintf(text, sizeof text, "%s%s%s%s", row->help, shows_default ? " [" : "",
             shows_default ? row->fallback : "", shows_default ? "]" : "");
    if (strlen(left) > 25)
        fprintf(to, "%s\n%26s", left, "");
    else
        fprintf(to, "%-26s", left);
    print_words(to, text, 26);
}

static void print_table(FILE *to, const gfn_option *row, const char *heading)
{
    const char *topic = heading;
    if (heading)
        fprintf(to, "\n%s\n", heading);
    for (; row && row->name; row++) {
        if (!heading && (topic == NULL || strcmp(topic, row->topic) != 0))
            fprintf(to, "\n%s\n", topic = row->topic);
        print_row(to, row);
    }
}

/* Of the first command the name may be left out. */
static void print_command(FILE *to, const cli_command *command)
{
    char left[80];
    const bool is_default = command == cli_commands;
    snprintf(left, sizeof left, "gfn-dist %s%s%s %s", is_default ? "[" : "", command->name,
             is_default ? "]" : "", command->arguments);
    fprintf(to, "  %-33s %s\n", left, command->summary);
}

void cli_print_help(FILE *to)
{
    char heading[128];
    fputs("gfn-dist trains generative flow networks: samplers that build an object step by step\n"
          "and end with each object x with probability proportional to a reward R(x).\n\n",
          to);
    for (const cli_command *command = cli_commands; command->name; command++)
        print_command(to, command);
    fputs("  gfn-dist --resume RUN [OPTION...] go on with a run that was stopped or killed\n\n"
          "  mpirun -np 8 gfn-dist --size 16   the same on 8 ranks, with the same result\n\n"
          "sample and eval take --samples, --seed, --threads, --watchdog and --quiet; sample\n"
          "also --out; plot --threads, --watchdog, --quiet and --out.\n"
          "Exit status: 0 done, 1 failed, 2 bad usage, 3 stopped early on request and saved.\n"
          "Metrics: tv = 1/2 sum|p-q|, l1 = sum|p-q| (not the mean), jsd and kl in nats.\n",
          to);
    print_table(to, gfn_run_option_rows(), NULL);
    for (size_t i = 0; i < gfn_env_kinds(); i++) {
        snprintf(heading, sizeof heading, "Environment %s", gfn_env_kind(i)->name);
        print_table(to, gfn_env_kind(i)->options, heading);
    }
    print_table(to, cli_option_rows(), NULL);
}

static void print_preset(FILE *to, const gfn_preset *preset)
{
    enum { MARGIN = 17 };
    char source[256], differs[256];
    snprintf(source, sizeof source, "from %s", preset->source);
    snprintf(differs, sizeof differs, "but: %s", preset->differs);
    const char *const lines[] = {preset->settings, source, differs};
    fprintf(to, "  %-14s %s\n", preset->name, preset->summary);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        fprintf(to, "%*s", MARGIN, "");
        print_words(to, lines[i], MARGIN);
    }
}

gfn_status cli_print_list(FILE *to, const cli_request *request)
{
    (void)request;
    fputs("Environments (--env)\n", to);
    for (size_t i = 0; i < gfn_env_kinds(); i++) {
        const gfn_env_ops *ops = gfn_env_kind(i);
        fprintf(to, "  %-12s %s\n", ops->name, ops->summary);
        for (const gfn_option *row = ops->options; row && row->name; row++)
            print_row(to, row);
    }
    fputs("\nObjectives (--objective)\n", to);
    for (size_t i = 0; i < gfn_objective_kinds(); i++) {
        const gfn_objective *objective = gfn_objective_kind(i);
        fprintf(to, "  %-12s %s\n               %s\n", objective->name, objective->summary,
                objective->source);
    }
    fputs("\nBackward policies (--backward)\n", to);
    for (size_t i = 0; i < gfn_backward_kinds(); i++) {
        const gfn_backward_kind *kind = gfn_backward_kind_of((gfn_backward)i);
        fprintf(to, "  %-12s %s\n", kind->name, kind->summary);
    }
    fputs("\nPresets (--preset)\n", to);
    for (size_t i = 0; i < gfn_presets(); i++)
        print_preset(to, gfn_preset_of(i));
    return GFN_OK;
}
