/* SPDX-License-Identifier: MIT
 *
 * cli.h - the parts of the program: commands, reading options, showing progress, reporting.
 */
#ifndef UI_CLI_H
#define UI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include <gfn/gfn.h>

typedef struct cli_request cli_request;

/* commands.c: what the program can be asked to do. */
typedef struct cli_command {
    const char *name;
    const char *arguments; /* as help shows them: "RUN [OPTION...]" */
    const char *summary;
    const char *options; /* " a b ": names of those that go with it; NULL: all but those it lacks */
    const char *lacks;   /* where `options` is NULL, in the same form; NULL: nothing */
    int least, most;     /* words behind its name */
    const char *word;    /* what they are: "a run directory" */
    const char *example;
    bool has_env_options; /* those of an environment go with it too */
    bool is_stoppable;    /* by signals, saved */

    /* Do it, on all ranks; NULL: it needs none of them. */
    gfn_status (*work)(gfn_comm *comm, const cli_request *request, bool *is_complete);

    /* Where work is NULL: print it, on one rank. */
    gfn_status (*print)(FILE *to, const cli_request *request);
} cli_command;

extern const cli_command cli_commands[]; /* ended by one without name; the first is the default */

/* NULL: there is none. */
const cli_command *cli_command_find(const char *name);

struct cli_request {
    const cli_command *command;
    bool is_named; /* the command line says which */
    char **words;  /* [n_words] behind the command, such as run directories; borrowed */
    int n_words;
    gfn_options *program;  /* out, config, progress, quiet ... */
    gfn_setting *settings; /* [n_settings] what was given for the run, in order */
    size_t n_settings;
    const gfn_env_ops *plugin; /* that was named and could be loaded; NULL: none */
    const char *names_env;     /* a kind that was named, known or not; borrowed; NULL: none */
    bool is_open;              /* names that are not known may be those of an environment */
    char *names;               /* of such settings, one after another */
    size_t names_used;
    char message[1200]; /* what is wrong */
};

/* program.c: do what the arguments ask for; returns the exit status. `alarm` is called if a rank
 * hangs. Tests call it too: it ends no process, and can be called again. */
enum { CLI_EXIT_DONE, CLI_EXIT_FAILED, CLI_EXIT_USAGE, CLI_EXIT_STOPPED };
int cli_main(int argc, char **argv, gfn_comm_alarm alarm);

/* command_line.c: read the command line; false where it is wrong, and then request->message tells
 * why. End the request with cli_clear() in either case. */
bool cli_parse(int argc, char **argv, cli_request *request);
void cli_clear(cli_request *request);

/* Rows of the options of the program, beside those of a run; ended by one without name. */
const gfn_option *cli_option_rows(void);

/* Options of a training run: command line over file over defaults. */
gfn_status cli_train_options(const cli_request *request, gfn_options **options);

/* Refuse a setting that is none of the command's: `env` is what else has options. GFN_EINVAL. */
gfn_status cli_refuse_name(const gfn_env_ops *env, const char *name);

/* Whether the program has no options of the names that an environment has. Errors: GFN_EINVAL. */
gfn_status cli_check_rows(const cli_request *request, const gfn_env_ops *env);

/* The plug-in that --env names, or of check-env the environment that the word behind it names; *env
 * is NULL where there is none. Errors: those of gfn_env_open(). */
gfn_status cli_open_plugin(const cli_request *request, const gfn_env_ops **env);

/* The setting `name` as the command line gave it; NULL where it did not. */
const char *cli_find(const cli_request *request, const char *name);

/* option_values.c: options as help, man page and completion show them. */
typedef struct cli_row {
    const gfn_option *option;
    const char *env; /* the kind of environment that has it; NULL: it is there with all */
} cli_row;

enum { CLI_MAX_ROWS = 512 };

/* What goes with a command (NULL: with any), one topic after another, the options of `plugin`
 * (NULL: none) among it, and of all other kinds unless the command works on this one alone;
 * returns how many. */
size_t cli_rows(const cli_command *command, const gfn_env_ops *plugin, cli_row rows[CLI_MAX_ROWS]);
bool cli_goes_with(const cli_command *command, const char *option);

/* The topic of a row: of an environment's, the environment's name. */
const char *cli_topic(const cli_row *row);

typedef struct cli_value {
    const char *placeholder; /* "N"; of CLI_VALUE_CHOICE "exact|fast"; NULL: of a flag */
    enum { CLI_VALUE_ANY, CLI_VALUE_CHOICE, CLI_VALUE_NAME, CLI_VALUE_FILE, CLI_VALUE_RUN } kind;
    const char *(*name)(size_t index); /* of CLI_VALUE_NAME: NULL past the last */
} cli_value;

/* What the value of an option is. */
cli_value cli_value_of(const gfn_option *option);

/* help_texts.c: what is told beside the options, ended by a row without name. */
typedef struct cli_fact {
    const char *name, *what;
} cli_fact;

extern const cli_fact cli_examples[], cli_exits[], cli_files[], cli_variables[];

/* documents.c: the documents, ended by one without topic. */
typedef struct cli_document {
    const char *topic;        /* "running": src/doc/running.md */
    const char *const *lines; /* ended by NULL; the first is its title */
} cli_document;

extern const cli_document cli_documents[];

const char *cli_document_title(const cli_document *document);

/* Print the help of the command or the document of the topic that is named, or the help of all
 * commands. Errors: GFN_EINVAL: no such word. */
gfn_status cli_help(FILE *to, const cli_request *request);

/* help.c: of the command that was named, or all; with the options of the plug-in that --env names,
 * if any. */
gfn_status cli_print_help(FILE *to, const cli_request *request);
gfn_status cli_print_list(FILE *to, const cli_request *request);
gfn_status cli_print_config(FILE *to, const cli_request *request); /* of training */

/* command_check.c: test an environment. */
gfn_status cli_check_env(FILE *to, const cli_request *request);

/* man_page.c,bash_completion.c: made from the same tables. */
void cli_generate_man(FILE *to);
void cli_generate_bash(FILE *to);

/* command_train.c: the commands that train. */
gfn_status cli_train(gfn_comm *comm, const cli_request *request, bool *is_complete);
void cli_listen_to_signals(const cli_request *request);

/* Train a run to its end or until a stop, kept in `directory` ("": a new one). `name` stands before
 * the live line. report->draw is ended by gfn_draw_clear(). */
gfn_status cli_train_run(gfn_run *run, const cli_request *request, const char *directory,
                         const char *name, gfn_report *report);

/* Whether a stop was asked for on any rank. Collective. */
gfn_status cli_is_stopped(gfn_comm *comm, bool *is_stopped);

/* Ask for one after so many seconds (NAN: never), as a signal would. */
void cli_stop_after(double seconds);

/* command_sweep.c: train with several seeds. */
gfn_status cli_sweep(gfn_comm *comm, const cli_request *request, bool *is_complete);

/* command_checkpoint.c: the commands that use a run's checkpoint. */
gfn_status cli_sample(gfn_comm *comm, const cli_request *request, bool *is_complete);
gfn_status cli_eval(gfn_comm *comm, const cli_request *request, bool *is_complete);

/* command_picture.c */
gfn_status cli_plot(gfn_comm *comm, const cli_request *request, bool *is_complete);

/* terminal.c: columns of the terminal on which people see what is written to the descriptor; 0:
 * none, or it is dumb. Whether colours may be used there. Background of the share, 0 ... 1, of a
 * scale, and the normal one, on standard output. */
int cli_columns(int descriptor);
bool cli_has_color(const cli_request *request, int descriptor);
void cli_print_background(double share);
void cli_print_no_background(void);

/* crash.c: from now on a crash ends the program with a message that says which rank it was and,
 * while it works with `comm` (borrowed; NULL: not yet, or no longer), at what. Only where the stack
 * of a thread other than the main one is used up it ends without. */
void cli_tell_crashes(void); /* before gfn_comm_open(), which says why */
void cli_work_is(const gfn_comm *comm);

/* From begin to end, a crash or an interrupt says where an environment under test was. */
gfn_env_place *
cli_suspect_begin(const char *name);     /* to be kept up to date; borrowed, as the name */
void cli_suspect_is(const gfn_env *env); /* NULL: it is not there */
void cli_suspect_end(void);

/* live_line.c: the live line, on standard error. */
typedef struct cli_live {
    bool is_on; /* rewrite one line */
    bool is_quiet;
    bool is_dirty;    /* the line is on the screen */
    double begin;     /* the first step, in seconds of the run; NAN: not yet */
    double last;      /* when it was written */
    double tv;        /* of the last evaluation; NAN: none yet */
    const char *name; /* what stands before it; borrowed */
} cli_live;

void cli_live_begin(cli_live *live, const cli_request *request, const char *name);
bool cli_live_is_due(cli_live *live, const gfn_progress *progress); /* to be asked at every step */
void cli_live_show(cli_live *live, const gfn_progress *progress);
/* What is done now that training is over; in lines that stay not after so short a run. */
void cli_live_say(cli_live *live, const gfn_progress *progress, const char *doing);
void cli_live_end(cli_live *live);

/* heat_map.c: the heat map of samples beside the target, both shares of a two-dimensional grid. */
void cli_print_map(const cli_request *request, const gfn_env_spec *spec, const double *samples,
                   const double *target);

/* report.c: what people see, on standard output. What loading found is said even where
 * everything else is quiet, on standard error. */
void cli_pass_on_notice(const gfn_run *run);

void cli_report_training(const cli_request *request, const gfn_run *run, const gfn_report *report);
void cli_report_evaluation(const cli_request *request, const gfn_run *run,
                           const gfn_evaluation *evaluation, const gfn_bounds *bounds,
                           const gfn_draw *draw);
void cli_print_objects(const gfn_run *run, const gfn_draw *draw);

#endif
