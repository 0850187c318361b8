/* SPDX-License-Identifier: MIT
 *
 * The command line: long options made from the option tables, and the help that they give.
 */
#include "cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* Options of the program, beside those of a run. */
static const gfn_option program_rows[] = {
    {"config", GFN_OPTION_WORD, "", 0, 0, NULL, "Files",
     "read options from a file, such as the config.ini of a run; the command line overrides it"},
    {"out", GFN_OPTION_WORD, "", 0, 0, NULL, "Files",
     "train: run directory (unset: a new runs/NAME-DATE-TIME); sample: .npy file"},
    {"resume", GFN_OPTION_WORD, "", 0, 0, NULL, "Files",
     "go on with the run in this directory, on any ranks and threads; iterations, samples and "
     "cadences may change"},
    {"seeds", GFN_OPTION_WORD, "", 0, 0, NULL, "Running",
     "train with several seeds one after another, such as 0-9 or 0,3,7, each in a folder of the "
     "run directory; time-limit is that of them all"},
    {"watchdog", GFN_OPTION_TIME, "10m", 0, 1e9, NULL, "Running",
     "end the job, with a message, when a rank has not moved for so long; 0: never"},
    {"progress", GFN_OPTION_WORD, "auto", 0, 0, "auto|always|never", "Terminal", "the live line"},
    {"quiet", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Terminal", "errors only"},
    {"help", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Terminal", "this text"},
    {"version", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Terminal", "version and build"},
    {NULL, GFN_OPTION_INT, NULL, 0, 0, NULL, NULL, NULL},
};

/* Options that other commands than train know; help and version go with all. */
static const struct {
    const char *name;
    bool in_sample, in_eval, in_list;
} of_commands[] = {
    {"samples", true, true, false}, {"seed", true, true, false},     {"threads", true, true, false},
    {"quiet", true, true, false},   {"out", true, false, false},     {"help", true, true, true},
    {"version", true, true, true},  {"watchdog", true, true, false},
};

static const struct {
    const char *name;
    cli_command command;
    bool takes_run;
} commands[] = {
    {"train", CLI_TRAIN, false},
    {"sample", CLI_SAMPLE, true},
    {"eval", CLI_EVAL, true},
    {"list", CLI_LIST, false},
};

/* Values that getopt_long() gives for long options start where no character is. */
enum { MAX_OPTIONS = 256, FIRST_VALUE = 1000, N_COMMANDS = sizeof commands / sizeof commands[0] };

/* All rows that any run can have: training's, then those of every kind of environment. */
static size_t collect_rows(const gfn_option **rows, size_t n, const gfn_option *table)
{
    for (; table && table->name && n < MAX_OPTIONS; table++)
        rows[n++] = table;
    return n;
}

static size_t collect_all(const gfn_option **rows)
{
    size_t n = collect_rows(rows, 0, program_rows);
    n = collect_rows(rows, n, gfn_run_option_rows());
    for (size_t i = 0; i < gfn_env_kinds(); i++)
        n = collect_rows(rows, n, gfn_env_kind(i)->options);
    return n;
}

/* The same rows for getopt_long(): one entry a name. */
static void make_long_options(struct option *entries)
{
    const gfn_option *rows[MAX_OPTIONS];
    size_t n_rows = collect_all(rows), n = 0;
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

/* "-size": a long name behind one dash, which getopt_long() would read as five short ones. */
static bool has_one_dash(const char *word)
{
    return word[0] == '-' && word[1] != '-' && word[1] != '\0' && strcmp(word, "-h") != 0;
}

/* The library's message about a name that no option has: it names the nearest one. */
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
    gfn_options *all = NULL;
    const gfn_option *tables[] = {program_rows, gfn_run_option_rows(), gfn_env_kind(0)->options};
    if (gfn_options_create(tables, 3, &all) == GFN_OK)
        gfn_options_set(all, name, "", "command line");
    gfn_options_destroy(&all);
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

static bool read_options(int argc, char **argv, cli_request *request)
{
    struct option entries[MAX_OPTIONS + 1];
    make_long_options(entries);
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
        if (found == ':') {
            snprintf(request->message, sizeof request->message,
                     "%s: expected a value, found none (hint: %s=VALUE)", argv[index], argv[index]);
            return false;
        }
        if (found == '?')
            return refuse_unknown(request, argv[index]);
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

/* What stands beside the options: a command, and the run that it works on. */
static bool read_command(int argc, char **argv, cli_request *request)
{
    const char *word = optind < argc ? argv[optind++] : "train";
    size_t i = 0;
    while (i < N_COMMANDS && strcmp(commands[i].name, word) != 0)
        i++;
    if (i == N_COMMANDS) {
        snprintf(request->message, sizeof request->message,
                 "command: expected one of train, sample, eval, list, found \"%.100s\" (hint: "
                 "gfn-dist --help)",
                 word);
        return false;
    }
    request->command = commands[i].command;
    if (commands[i].takes_run && optind == argc) {
        snprintf(request->message, sizeof request->message,
                 "%s: expected a run directory, found none (hint: gfn-dist %s runs/latest)", word,
                 word);
        return false;
    }
    if (commands[i].takes_run)
        request->run = argv[optind++];
    if (optind == argc)
        return true;
    snprintf(request->message, sizeof request->message,
             "%s: expected options, found \"%.100s\" (hint: gfn-dist --help)", word, argv[optind]);
    return false;
}

static bool goes_with(cli_command command, const char *name)
{
    for (size_t i = 0; i < sizeof of_commands / sizeof of_commands[0]; i++)
        if (strcmp(of_commands[i].name, name) == 0)
            return (command == CLI_SAMPLE && of_commands[i].in_sample) ||
                   (command == CLI_EVAL && of_commands[i].in_eval) ||
                   (command == CLI_LIST && of_commands[i].in_list);
    return false;
}

static bool check_option(cli_request *request, const char *name)
{
    if (goes_with(request->command, name))
        return true;
    snprintf(request->message, sizeof request->message,
             "%s: expected an option of this command, found one of train (hint: --samples, --seed, "
             "--threads and --quiet go with sample and eval)",
             name);
    return false;
}

/* A run that goes on does so in its own directory, with its own configuration. */
static bool check_resume(cli_request *request)
{
    static const char *const contradictions[] = {"out", "config"};
    for (size_t i = 0; i < sizeof contradictions / sizeof contradictions[0]; i++) {
        const char *name = contradictions[i], *value = gfn_options_text(request->program, name);
        if (value[0] == '\0' || !gfn_options_is_set(request->program, "resume"))
            continue;
        snprintf(request->message, sizeof request->message,
                 "%s: expected nothing beside --resume, found \"%.200s\" (hint: leave it out, the "
                 "run directory says it all)",
                 name, value);
        return false;
    }
    return true;
}

/* Seeds are all that a sweep's runs differ in. (The one in a file of options gives way.) */
static bool check_seeds(cli_request *request)
{
    const char *seeds = gfn_options_text(request->program, "seeds");
    const char *seed = cli_find(request, "seed");
    if (seeds[0] == '\0' || seed == NULL)
        return true;
    snprintf(request->message, sizeof request->message,
             "seed: expected none beside --seeds %.200s, found %.200s (hint: one of the two)",
             seeds, seed);
    return false;
}

/* A file of options names the preset that lies below it: two of them could mean anything. */
static bool check_preset(cli_request *request)
{
    const char *preset = cli_find(request, "preset");
    const char *file = gfn_options_text(request->program, "config");
    if (preset == NULL || file[0] == '\0')
        return true;
    snprintf(request->message, sizeof request->message,
             "preset: expected none beside --config %.200s, found %.200s (hint: a line preset = "
             "%.200s in the file, whose other lines override it)",
             file, preset, preset);
    return false;
}

/* What was given must mean something to the command. */
static bool check_settings(cli_request *request)
{
    if (request->command == CLI_TRAIN)
        return check_resume(request) && check_seeds(request) && check_preset(request);
    for (size_t i = 0; i < request->n_settings; i++)
        if (!check_option(request, request->settings[i].name))
            return false;
    for (const gfn_option *row = program_rows; row->name; row++)
        if (strcmp(gfn_options_source(request->program, row->name), "default") != 0 &&
            !check_option(request, row->name))
            return false;
    return true;
}

bool cli_parse(int argc, char **argv, cli_request *request)
{
    const gfn_option *tables[] = {program_rows};
    *request = (cli_request){.command = CLI_TRAIN};
    request->settings = calloc((size_t)argc + 1, sizeof *request->settings);
    if (request->settings == NULL)
        return refuse(request, "no memory for the command line");
    if (gfn_options_create(tables, 1, &request->program) != GFN_OK)
        return refuse(request, gfn_error_message());
    return read_options(argc, argv, request) && read_command(argc, argv, request) &&
           check_settings(request);
}

void cli_clear(cli_request *request)
{
    gfn_options_destroy(&request->program);
    free(request->settings);
    request->settings = NULL;
}

const char *cli_find(const cli_request *request, const char *name)
{
    for (size_t i = request->n_settings; i-- > 0;)
        if (strcmp(request->settings[i].name, name) == 0)
            return request->settings[i].value;
    return NULL;
}

gfn_status cli_train_options(const cli_request *request, gfn_options **options)
{
    const char *file = gfn_options_text(request->program, "config");
    const char *env = cli_find(request, "env"), *preset = cli_find(request, "preset");
    gfn_status status =
        file[0] ? gfn_run_options_load(file, env, options) : gfn_run_options_create(env, options);
    if (status == GFN_OK && preset)
        status = gfn_run_options_preset(*options, preset);
    for (size_t i = 0; i < request->n_settings && status == GFN_OK; i++)
        status = gfn_options_set(*options, request->settings[i].name, request->settings[i].value,
                                 "command line");
    return status;
}

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

void cli_print_help(FILE *to)
{
    char heading[128];
    fputs("gfn-dist trains generative flow networks: samplers that build an object step by step\n"
          "and end with each object x with probability proportional to a reward R(x).\n\n"
          "  gfn-dist [train] [OPTION...]      train; train may be left out\n"
          "  gfn-dist --resume RUN [OPTION...] go on with a run that was stopped or killed\n"
          "  gfn-dist sample RUN [OPTION...]   draw objects from a run's checkpoint\n"
          "  gfn-dist eval RUN [OPTION...]     measure a run's checkpoint\n"
          "  gfn-dist list                     environments, objectives, presets\n\n"
          "  mpirun -np 8 gfn-dist --size 16   the same on 8 ranks, with the same result\n\n"
          "sample and eval take --samples, --seed, --threads, --watchdog and --quiet; sample\n"
          "also --out.\n"
          "Exit status: 0 done, 1 failed, 2 bad usage, 3 stopped early on request and saved.\n"
          "Metrics: tv = 1/2 sum|p-q|, l1 = sum|p-q| (not the mean), jsd and kl in nats.\n",
          to);
    print_table(to, gfn_run_option_rows(), NULL);
    for (size_t i = 0; i < gfn_env_kinds(); i++) {
        snprintf(heading, sizeof heading, "Environment %s", gfn_env_kind(i)->name);
        print_table(to, gfn_env_kind(i)->options, heading);
    }
    print_table(to, program_rows, NULL);
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

void cli_print_list(FILE *to)
{
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
}
