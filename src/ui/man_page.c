/* SPDX-License-Identifier: MIT
 *
 * The man page, from the tables that make the help. It is the same in every build of a version.
 */
#include "config.h"

#include "ui/cli.h"

#include <string.h>

/* Escapes for characters that are special in roff. */
static const char *escape(char c)
{
    switch (c) {
    case '-':
        return "\\-";
    case '\\':
        return "\\e";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    case '"':
        return "\\(dq";
    default:
        return NULL;
    }
}

/* Print text that cannot begin a roff request: quotes are escaped, and a dot follows \&. */
static void put(FILE *to, const char *text)
{
    if (text[0] == '.')
        fputs("\\&", to);
    for (; *text; text++) {
        const char *escaped = escape(*text);
        if (escaped)
            fputs(escaped, to);
        else
            fputc(*text, to);
    }
}

static void put_line(FILE *to, const char *text)
{
    put(to, text);
    fputc('\n', to);
}

static void put_in(FILE *to, char font, const char *text)
{
    fprintf(to, "\\f%c", font);
    put(to, text);
    fputs("\\fR", to);
}

static void put_section(FILE *to, const char *heading)
{
    fputs(".SH ", to);
    put_line(to, heading);
}

static void put_fact(FILE *to, const char *name, const char *what)
{
    fputs(".TP\n", to);
    put_in(to, 'B', name);
    fputc('\n', to);
    put_line(to, what);
}

static void put_facts(FILE *to, const cli_fact *fact)
{
    for (; fact->name; fact++)
        put_fact(to, fact->name, fact->what);
}

/* ---- options ---- */

/* Print " N", or " a|b", in which each word is literal. */
static void put_placeholder(FILE *to, const cli_value *value)
{
    char word[64];
    const char *rest = value->placeholder;
    for (size_t n; rest; rest = rest[n] ? rest + n + 1 : NULL) {
        n = strcspn(rest, "|");
        snprintf(word, sizeof word, "%.*s", (int)n, rest);
        fputc(rest == value->placeholder ? ' ' : '|', to);
        put_in(to, value->kind == CLI_VALUE_CHOICE ? 'B' : 'I', word);
    }
}

static void put_option(FILE *to, const gfn_option *option)
{
    char name[128], range[900], limits[1100] = "";
    const cli_value value = cli_value_of(option);
    const bool has_default = option->fallback[0] && option->type != GFN_OPTION_FLAG;
    snprintf(name, sizeof name, "--%s", option->name);
    gfn_option_range(option, range, sizeof range);
    if (has_default || range[0])
        snprintf(limits, sizeof limits, " (%s%s%s%s)", has_default ? "default " : "",
                 has_default ? option->fallback : "", has_default && range[0] ? "; " : "", range);
    fputs(".TP\n", to);
    put_in(to, 'B', name);
    put_placeholder(to, &value);
    fputc('\n', to);
    put(to, option->help);
    put_line(to, limits);
}

static void put_options(FILE *to)
{
    cli_row rows[CLI_MAX_ROWS];
    const char *topic = "";
    const size_t n = cli_rows(NULL, NULL, rows);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(cli_topic(&rows[i]), topic) != 0) {
            topic = cli_topic(&rows[i]);
            fprintf(to, ".SS %s", rows[i].env ? "Environment " : "");
            put_line(to, topic);
        }
        put_option(to, rows[i].option);
    }
}

/* ---- commands ---- */

/* "RUN [OPTION...]": placeholders are in italics, brackets and dots are not. */
static void put_arguments(FILE *to, const char *arguments)
{
    bool is_inside = false;
    for (; *arguments; arguments++) {
        const bool is_name = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", *arguments) != NULL;
        if (is_name != is_inside)
            fputs(is_name ? "\\fI" : "\\fR", to);
        is_inside = is_name;
        fputc(*arguments, to);
    }
    fputs(is_inside ? "\\fR" : "", to);
}

static void put_usage(FILE *to, const cli_command *command)
{
    const bool is_default = command == cli_commands;
    fputs(is_default ? "[" : "", to);
    put_in(to, 'B', command->name);
    fputs(is_default ? "]" : "", to);
    fputs(command->arguments[0] ? " " : "", to);
    put_arguments(to, command->arguments);
    fputc('\n', to);
}

static void put_synopsis(FILE *to)
{
    put_section(to, "SYNOPSIS");
    for (const cli_command *command = cli_commands; command->name; command++) {
        fputs(command == cli_commands ? "" : ".br\n", to);
        put_in(to, 'B', "gfn-dist");
        fputc(' ', to);
        put_usage(to, command);
    }
    fputs(".br\n", to);
    put_in(to, 'B', "mpirun -np");
    fputs(" \\fIN\\fR ", to);
    put_in(to, 'B', "gfn-dist");
    fputs(" ...\n", to);
}

/* Print the options of a command that takes only some. */
static void put_list(FILE *to, const cli_command *command)
{
    cli_row rows[CLI_MAX_ROWS];
    const size_t n = cli_rows(command, NULL, rows);
    const char *separator = "";
    fputs("Options:\n", to);
    for (size_t i = 0; i < n; i++) {
        char name[128];
        if ((command->has_env_options || command->takes_files) && rows[i].env)
            continue;
        snprintf(name, sizeof name, "--%s", rows[i].option->name);
        fputs(separator, to);
        put_in(to, 'B', name);
        separator = ",\n";
    }
    if (command->has_env_options)
        fputs(",\nand the options of \\fIENV\\fR.\n", to);
    else if (command->takes_files)
        fputs(",\nand the options of its environment that name a \\fIFILE\\fR.\n", to);
    else
        fputs(".\n", to);
}

static void put_commands(FILE *to)
{
    put_section(to, "COMMANDS");
    for (const cli_command *command = cli_commands; command->name; command++) {
        fputs(".TP\n", to);
        put_usage(to, command);
        put(to, command->summary);
        fputs(".\n", to);
        if (command->options)
            put_list(to, command);
    }
}

/* ---- the page ---- */

static void put_names(FILE *to)
{
    put_section(to, "OBJECTIVES");
    fputs("Of\n.BR \\-\\-objective :\n", to);
    for (size_t i = 0; i < gfn_objective_kinds(); i++)
        put_fact(to, gfn_objective_kind(i)->name, gfn_objective_kind(i)->summary);
    put_section(to, "LOSSES");
    fputs("Of\n.BR \\-\\-loss :\n", to);
    for (size_t i = 0; i < gfn_loss_kinds(); i++)
        put_fact(to, gfn_loss_kind_of(i)->name, gfn_loss_kind_of(i)->summary);
    put_section(to, "BACKWARD POLICIES");
    fputs("Of\n.BR \\-\\-backward :\n", to);
    for (size_t i = 0; i < gfn_backward_kinds(); i++)
        put_fact(to, gfn_backward_kind_of((gfn_backward)i)->name,
                 gfn_backward_kind_of((gfn_backward)i)->summary);
    put_section(to, "OPTIMIZERS");
    fputs("Of\n.BR \\-\\-optimizer :\n", to);
    for (size_t i = 0; i < gfn_optimizer_kinds(); i++)
        put_fact(to, gfn_optimizer_kind(i)->name, gfn_optimizer_kind(i)->summary);
    put_section(to, "PRESETS");
    fputs("Of\n.BR \\-\\-preset ;\n.B gfn\\-dist list\n"
          "shows what each sets, and where it was published.\n",
          to);
    for (size_t i = 0; i < gfn_presets(); i++)
        put_fact(to, gfn_preset_of(i)->name, gfn_preset_of(i)->summary);
}

static void put_examples(FILE *to)
{
    put_section(to, "EXAMPLES");
    for (const cli_fact *example = cli_examples; example->name; example++) {
        fputs(example == cli_examples ? "" : ".PP\n", to);
        put(to, example->what);
        fputs(":\n.PP\n.RS 4\n.EX\n", to);
        put_line(to, example->name);
        fputs(".EE\n.RE\n", to);
    }
}

static void put_head(FILE *to)
{
    fprintf(to,
            ".\\\" Made by gfn-dist --generate man.\n"
            ".TH GFN\\-DIST 1 %s \"gfn\\-dist %s\" \"User Commands\"\n"
            ".nh\n"
            ".ad l\n",
            GFN_RELEASE_DATE, gfn_version());
    put_section(to, "NAME");
    fputs("gfn\\-dist \\- train generative flow networks over threads and processes\n", to);
    put_synopsis(to);
    put_section(to, "DESCRIPTION");
    put_line(to, "gfn-dist trains generative flow networks (GFlowNets): samplers that build an "
                 "object step by step and end with each object x with probability proportional "
                 "to a reward R(x).");
    fputs(".PP\n", to);
    put_line(to, "Alone it is one process with threads; under mpirun or srun it is one of many. "
                 "Parameters, samples and logged losses are a function of options and seed: they "
                 "do not depend on the number of ranks or threads. A run directory "
                 "keeps the options and the results of a run.");
}

static void put_metrics(FILE *to)
{
    put_section(to, "METRICS");
    for (size_t i = 0; i < gfn_metric_count(); i++)
        if (gfn_metric_of(i)->help)
            put_fact(to, gfn_metric_of(i)->name, gfn_metric_of(i)->help);
}

static void put_plugins(FILE *to)
{
    put_section(to, "PLUG-INS");
    put_line(to, "The argument of --env may be the path of a plug-in: a shared object that defines "
                 "an environment, in one C file. gfn-dist check-env tests it; --help beside --env "
                 "lists its options.");
    fputs(".PP\n.RS 4\n.EX\n", to);
    put_line(to, "cc -O2 -shared -fPIC my.c -o my.so $(pkg-config --cflags gfn)");
    put_line(to, "gfn-dist check-env ./my.so");
    put_line(to, "gfn-dist --env ./my.so --iterations 2000");
    fputs(".EE\n.RE\n.PP\n", to);
    put_line(to, "gfn-dist help environments describes the interface. A plug-in is code: the "
                 "program loads one that the command line names, and one that only a checkpoint or "
                 "a config.ini names if it belongs to the user or to root and nobody else may "
                 "write it.");
}

/* The page must not depend on the prefix of an installation, so it names no absolute folder. */
static void put_see_also(FILE *to)
{
    put_section(to, "SEE ALSO");
    fputs(".BR mpirun (1),\n.BR srun (1)\n.PP\n", to);
    put_line(to, "The documents, which are installed in share/doc/gfn-dist and printed by "
                 "gfn-dist help TOPIC:");
    for (const cli_document *document = cli_documents; document->topic; document++)
        put_fact(to, document->topic, cli_document_title(document));
}

void cli_generate_man(FILE *to)
{
    put_head(to);
    put_commands(to);
    put_section(to, "OPTIONS");
    put_line(to, "A value follows its option, as --name value or --name=value.");
    put_options(to);
    put_names(to);
    put_section(to, "FILES");
    put_line(to, "A run directory holds:");
    put_facts(to, cli_files);
    put_section(to, "ENVIRONMENT");
    put_facts(to, cli_variables);
    put_metrics(to);
    put_section(to, "EXIT STATUS");
    put_facts(to, cli_exits);
    put_plugins(to);
    put_examples(to);
    put_see_also(to);
}
