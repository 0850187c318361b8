/* SPDX-License-Identifier: MIT
 *
 * ui/cli.h - the parts of the program: commands, reading options, showing progress, reporting.
 */
#ifndef UI_CLI_H
#define UI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include <gfn/gfn.h>

typedef struct cli_request cli_request;

/* commands.c: the commands of the program. */
typedef struct cli_command {
    const char *name;
    const char *arguments; /* as help shows them: "RUN [OPTION...]" */
    const char *summary;
    const char *options; /* " a b ": names of its options; NULL: all except those in `lacks` */
    const char *changes; /* those of them that also change the run it loads; NULL: none */
    const char *lacks;   /* used if `options` is NULL, in the same form; NULL: nothing */
    int least, most;     /* limits of the number of words after its name */
    const char *word;    /* description of these words: "a run directory" */
    const char *example;
    bool has_env_options; /* it also takes the options of an environment */
    bool takes_files;     /* it also takes options that say where files of a run are now */
    bool is_stoppable;    /* signals stop it, and it saves the run */
    bool writes_files;    /* its results are in files, not in what it prints */
    bool is_help;         /* program.c runs it, because it prints this table: no functions */

    /* Run it on all ranks; NULL: it needs no ranks. */
    gfn_status (*work)(gfn_comm *comm, const cli_request *request, bool *is_complete);

    /* Used if work is NULL: print the output, on one rank. */
    gfn_status (*print)(FILE *to, const cli_request *request);
} cli_command;

/* What makes a noun plural: "%d row%s", n, cli_plural(n). */
static inline const char *cli_plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

extern const cli_command cli_commands[]; /* ended by a row without name; the first is the default */

/* Returns NULL if there is none. */
const cli_command *cli_command_find(const char *name);

/* Whether the command (NULL: any) has the option. Options of environments are not known here. */
bool cli_command_takes(const cli_command *command, const char *option);

/* Whether an option of the command also changes the run that the command loads. */
bool cli_command_changes(const cli_command *command, const char *option);

struct cli_request {
    const cli_command *command;
    bool is_named; /* the command line names the command */
    char **words;  /* [n_words] after the command, such as run directories; borrowed */
    int n_words;
    gfn_options *program;  /* out, config, progress, quiet ... */
    gfn_setting *settings; /* [n_settings] options of the run, as given, in order */
    size_t n_settings;
    gfn_setting *changes; /* [n_changes] of the run that the command loads */
    size_t n_changes;
    const gfn_env_ops *plugin; /* that was named and loaded; NULL: none */
    const char *names_env;     /* a kind that was named, even if unknown; borrowed; NULL: none */
    bool accepts_unknown;      /* unknown names may be options of an environment */
    char *names;               /* of such settings, concatenated */
    size_t names_used;
    char message[1200]; /* the error */
};

/* program.c: run the command of the arguments; returns the exit status. `alarm` is called if a rank
 * hangs. Tests call it too: it does not end the process, and can be called again. */
enum { CLI_EXIT_DONE, CLI_EXIT_FAILED, CLI_EXIT_USAGE, CLI_EXIT_STOPPED };
int cli_main(int argc, char **argv, gfn_comm_alarm alarm);

/* command_line.c: read the command line; returns false if it is wrong, with the reason in
 * request->message. Release the request with cli_clear() in both cases. */
bool cli_parse(int argc, char **argv, cli_request *request);
void cli_clear(cli_request *request);

/* check_settings.c: check that all settings are options of the command, and that they do not
 * contradict each other; move those that change the run that the command loads to
 * request->changes. Returns false if not, with the reason in request->message. */
bool cli_check_settings(cli_request *request);

/* program_options.c: options of the program, in addition to those of a run; ended by a row without
 * name. */
const gfn_option *cli_option_rows(void);

/* request.c: options of a training run: the command line overrides the file, which overrides the
 * defaults. */
gfn_status cli_train_options(const cli_request *request, gfn_options **options);

/* Refuse a name that is no option of the program, of training or of `env`. Returns GFN_EINVAL. */
gfn_status cli_refuse_name(const gfn_env_ops *env, const char *name);

/* Refuse a word that is none of `words`, "a|b|c", with the library's message on choices, which
 * suggests the nearest one. Returns GFN_EINVAL, or GFN_ENOMEM. */
gfn_status cli_refuse_word(const char *what, const char *words, const char *word);

/* Check that no option of an environment has the name of an option of the program. Errors:
 * GFN_EINVAL. */
gfn_status cli_check_rows(const cli_request *request, const gfn_env_ops *env);

/* Open the plug-in that --env names, or for check-env the environment that its argument names; *env
 * is NULL if there is none. Errors: those of gfn_env_open(). */
gfn_status cli_open_plugin(const cli_request *request, const gfn_env_ops **env);

/* The setting `name` from the command line; NULL if it was not given. */
const char *cli_find(const cli_request *request, const char *name);

/* option_rows.c: options as help, man page and completion show them. */
typedef struct cli_row {
    const gfn_option *option;
    const char *env; /* the kind of environment that has it; NULL: all have it */
} cli_row;

enum { CLI_MAX_ROWS = 512 };

/* option_rows.c: whether an option names a source of rewards, a file of a run that may have moved.
 */
bool cli_names_rewards(const char *option);

/* Collect the options of a command (NULL: of any), sorted by topic, with the options of `plugin`
 * (NULL: none), and of all other kinds unless the command works only on the plug-in; returns their
 * number. */
size_t cli_rows(const cli_command *command, const gfn_env_ops *plugin, cli_row rows[CLI_MAX_ROWS]);

/* The topic of a row; for an option of an environment, the environment's name. */
const char *cli_topic(const cli_row *row);

/* option_values.c: the value of an option. */
typedef struct cli_value {
    const char *placeholder; /* "N"; for CLI_VALUE_CHOICE "yes|no"; NULL for a flag */
    enum { CLI_VALUE_ANY, CLI_VALUE_CHOICE, CLI_VALUE_NAME, CLI_VALUE_FILE, CLI_VALUE_RUN } kind;
    const char *(*name)(size_t index); /* for CLI_VALUE_NAME; returns NULL past the last */
} cli_value;

cli_value cli_value_of(const gfn_option *option);

/* help_texts.c: facts in addition to the options, ended by a row without name. */
typedef struct cli_fact {
    const char *name, *what;
} cli_fact;

extern const cli_fact cli_examples[], cli_exits[], cli_files[], cli_variables[];

/* documents.c: the documents, ended by an entry without topic. */
typedef struct cli_document {
    const char *topic;        /* "running": src/doc/running.md */
    const char *const *lines; /* ended by NULL; the first is its title */
} cli_document;

extern const cli_document cli_documents[];

/* Returns NULL if there is none. */
const cli_document *cli_document_find(const char *topic);
const char *cli_document_title(const cli_document *document);
void cli_print_document(FILE *to, const cli_document *document);

/* help_layout.c: print a word and its meaning, which begins at a column, or below if the word is
 * too wide. Print "--size N" and its meaning, with the default. */
void cli_print_fact(FILE *to, const char *word, const char *what, int column);
void cli_print_option(FILE *to, const gfn_option *option);

/* help.c: print the help of the named command, or of all; with the options of the plug-in that
 * --env names, if any. */
gfn_status cli_print_help(FILE *to, const cli_request *request);

/* The command help: print the help of the named command, or the document of the named topic, or the
 * help of all commands. Errors: GFN_EINVAL (an unknown word). */
gfn_status cli_help(FILE *to, const cli_request *request);

/* command_list.c: print what can be chosen: environments, objectives, presets ... */
gfn_status cli_list(FILE *to, const cli_request *request);

/* command_check.c: test an environment. */
gfn_status cli_check_env(FILE *to, const cli_request *request);

/* man_page.c, bash_completion.c: generated from the same tables. */
void cli_generate_man(FILE *to);
void cli_generate_bash(FILE *to);

/* stop.c: signals, and a timer that acts like one, stop training. */
void cli_handle_signals(const cli_request *request);

/* For every command, before anything else: the first process of a container ends by signals, as
 * others do, and a reader that closes a pipe ends no work. */
void cli_handle_common_signals(void);

/* End by the signal, or in the first process of a container with the exit status that a shell
 * reports for it. Called in a handler, it may return, and the process ends after the handler. */
void cli_end_by_signal(int number);

/* Set the trainer that a signal stops (borrowed; NULL: none). A signal that arrived before stops it
 * too. */
void cli_make_stoppable(gfn_trainer *trainer);

/* Whether a stop was requested on any rank. Collective. */
gfn_status cli_is_stopped(gfn_comm *comm, bool *is_stopped);

/* Request a stop after so many seconds (NAN: never), as a signal would. */
void cli_stop_after(double seconds);

/* For gfn_comm_watch_launcher(): request a stop by SIGTERM, and end the process if saving takes too
 * long. */
void cli_stop_without_launcher(void *self, double seconds);

/* End the process with this status if its launcher is gone: the end of MPI could wait for ever. */
void cli_end_without_launcher(int status);

/* train_run.c: train a run to its end or until a stop, kept in `directory` ("": a new one). `name`
 * is the prefix of the live line. Release report->draw with gfn_draw_clear(). */
gfn_status cli_train_run(gfn_run *run, const cli_request *request, const char *directory,
                         const char *name, gfn_report *report);

/* command_train.c: train, with one seed or several; or print the configuration and train nothing.
 */
gfn_status cli_train(gfn_comm *comm, const cli_request *request, bool *is_complete);
gfn_status cli_print_config(FILE *to, const cli_request *request);

/* command_sweep.c: train with several seeds. */
gfn_status cli_sweep(gfn_comm *comm, const cli_request *request, bool *is_complete);

/* command_checkpoint.c: the commands that use a run's checkpoint. */
gfn_status cli_sample(gfn_comm *comm, const cli_request *request, bool *is_complete);
gfn_status cli_eval(gfn_comm *comm, const cli_request *request, bool *is_complete);

/* command_picture.c: draw pictures of runs. */
gfn_status cli_plot(gfn_comm *comm, const cli_request *request, bool *is_complete);

/* before_libraries.c: the name of a variable that would have bound OpenMP threads and was removed;
 * "": none. */
const char *cli_removed_binding(void);

/* Whether a signal was ignored when the process began. */
bool cli_was_ignored(int number);

/* terminal.c: open the standard descriptors that are closed, on /dev/null. */
void cli_open_standard_descriptors(void);

/* Columns of the terminal that shows the output of the descriptor; 0: none, or a dumb one. */
int cli_columns(int descriptor);

/* Whether colors may be used in the output of the descriptor. */
bool cli_has_color(const cli_request *request, int descriptor);

/* Print, on standard output, the background color for a fraction of a scale (0 ... 1). */
void cli_print_background(double fraction);

/* Print, on standard output, the end of the background color. */
void cli_print_no_background(void);

/* crash.c: install handlers: a crash ends the program with a message that names the rank and, while
 * `comm` (borrowed; NULL: not open) is set, its current work. The only exception is a stack
 * overflow in a thread other than the main one: then there is no message. */
void cli_report_crashes(void); /* call it before gfn_comm_open(), which explains why */
void cli_set_crash_comm(const gfn_comm *comm);

/* Between begin and end, the message of a crash or an interrupt names the place in an environment
 * under test. The caller updates the place; it and the name are borrowed. */
gfn_env_place *cli_test_begin(const char *name);
void cli_test_set_env(const gfn_env *env); /* NULL: it does not exist */
void cli_test_end(void);

/* live_line.c: the live line, on standard error. */
typedef struct cli_live {
    bool is_on; /* rewrite one line */
    bool is_quiet;
    bool is_dirty;    /* the line is on the screen */
    double begin;     /* time of the first step, in seconds of the run; NAN: not yet */
    double last;      /* time of the last write */
    double tv;        /* of the last evaluation; NAN: none yet */
    const char *name; /* prefix of the line; borrowed */
} cli_live;

void cli_live_begin(cli_live *live, const cli_request *request, const char *name);
bool cli_live_is_due(cli_live *live, const gfn_progress *progress); /* call it at every step */
void cli_live_show(cli_live *live, const gfn_progress *progress);
/* Show the work after training. If lines are not rewritten, nothing is shown after a short run. */
void cli_live_show_work(cli_live *live, const gfn_progress *progress, const char *doing);
void cli_live_end(cli_live *live);

/* heat_map.c: heat maps of samples and target, both as shares of a two-dimensional grid. */
void cli_print_map(const cli_request *request, const gfn_env_spec *spec, const double *samples,
                   const double *target);

/* report.c: the report, on standard output. Notices of a run and of its environment go to standard
 * error, even if all other output is off. A line that was printed before is left out: the runs of a
 * sweep often have the same one, and there are more of them later. On rank 0. */
void cli_print_notice(const gfn_run *run);

void cli_report_training(const cli_request *request, const gfn_run *run, const gfn_report *report);
void cli_report_evaluation(const cli_request *request, const gfn_run *run,
                           const gfn_report *report);

/* Print after `begin` what it means that a run collapsed, and what to do; `options` of the run may
 * be NULL. */
void cli_print_collapse(const char *begin, const gfn_options *options);
void cli_print_objects(const gfn_run *run, const gfn_draw *draw);

#endif
