/* SPDX-License-Identifier: MIT
 *
 * The program as a function: from the arguments to the exit status.
 */
#include "ui/cli.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

static void print_error(const char *message)
{
    fprintf(stderr, "gfn-dist: %s\n", message);
}

/* A request that cannot be carried out differs from a failure during its execution. */
static int exit_status(gfn_status status)
{
    if (status == GFN_OK)
        return CLI_EXIT_DONE;
    return status == GFN_EINVAL || status == GFN_EEXIST ? CLI_EXIT_USAGE : CLI_EXIT_FAILED;
}

/* A rank that cannot start the thread that watches it works unwatched. */
static gfn_status watch(gfn_comm *comm, const cli_request *request, gfn_comm_alarm alarm)
{
    const double seconds = gfn_options_seconds(request->program, "watchdog");
    const gfn_status status = seconds > 0 ? gfn_comm_watch(comm, seconds, alarm, NULL) : GFN_OK;
    if (status != GFN_ENOMEM)
        return status;
    fprintf(stderr, "gfn-dist: no watchdog on rank %d: %s\n", gfn_comm_rank(comm),
            gfn_error_message());
    return GFN_OK;
}

static int status_of(gfn_status status, bool is_complete)
{
    return status == GFN_OK && !is_complete ? CLI_EXIT_STOPPED : exit_status(status);
}

/* A command that runs on all ranks. */
static int work(const cli_request *request, gfn_comm_alarm alarm)
{
    gfn_comm *comm = NULL;
    bool is_complete = true;
    if (request->command->is_stoppable)
        cli_handle_signals(request);
    const int rank = gfn_comm_launched_rank(); /* before MPI starts: it may set such variables */
    gfn_status status = gfn_comm_open(&comm);
    if (status != GFN_OK) {
        if (rank == 0)
            print_error(gfn_error_message());
        return CLI_EXIT_FAILED;
    }
    cli_set_crash_comm(comm);
    status = watch(comm, request, alarm);
    if (status == GFN_OK)
        status = gfn_comm_watch_launcher(comm, cli_stop_without_launcher, NULL);
    status = gfn_comm_agree(comm, status);
    if (status == GFN_OK)
        status = request->command->work(comm, request, &is_complete);
    if (status != GFN_OK && gfn_comm_rank(comm) == 0)
        print_error(gfn_error_message());
    cli_set_crash_comm(NULL);
    cli_end_without_launcher(status_of(status, is_complete));
    gfn_comm_close(&comm);
    return status_of(status, is_complete);
}

/* A command that needs no other ranks. */
static int print(const cli_request *request,
                 gfn_status (*what)(FILE *to, const cli_request *request))
{
    const gfn_status status = what(stdout, request);
    if (status != GFN_OK)
        print_error(gfn_error_message());
    return exit_status(status);
}

static void print_version(void)
{
    printf("gfn-dist %s\nkernels: %s\npictures: %s\n", gfn_version(), gfn_kernels_name(),
           gfn_plot_is_built() ? "yes" : "no (built without Cairo)");
}

static void generate(const char *what)
{
    if (strcmp(what, "man") == 0)
        cli_generate_man(stdout);
    else
        cli_generate_bash(stdout);
}

/* Whether the process that read standard output has closed it. */
static bool has_no_reader(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR);
}

/* A command has failed if its output could not be written, for instance to a full disk, unless its
 * results are in files. A reader that has seen enough needs no message. */
static int check_output(int status, bool is_in_files)
{
    if ((fflush(stdout) == 0 && !ferror(stdout)) || has_no_reader())
        return status;
    print_error("standard output: cannot write all of it");
    return status == CLI_EXIT_DONE && !is_in_files ? CLI_EXIT_FAILED : status;
}

int cli_main(int argc, char **argv, gfn_comm_alarm alarm)
{
    cli_request request;
    const bool is_good = cli_parse(argc, argv, &request);
    const bool prints = gfn_comm_launched_rank() == 0;
    int status = CLI_EXIT_DONE;
    bool is_in_files = false;
    if (!is_good) {
        /* Only the rank that prints the message fails: if another failed first, the launcher would
         * end this one before its message is out. */
        if (prints) {
            print_error(request.message);
            status = CLI_EXIT_USAGE;
        }
    } else if (gfn_options_flag(request.program, "help")) {
        if (prints)
            status = print(&request, cli_print_help);
    } else if (gfn_options_flag(request.program, "version")) {
        if (prints)
            print_version();
    } else if (gfn_options_is_set(request.program, "generate")) {
        if (prints)
            generate(gfn_options_text(request.program, "generate"));
    } else if (gfn_options_flag(request.program, "print-config")) {
        if (prints)
            status = print(&request, cli_print_config);
    } else if (request.command->is_help) {
        if (prints)
            status = print(&request, cli_help);
    } else if (request.command->work == NULL) {
        if (prints)
            status = print(&request, request.command->print);
    } else {
        status = work(&request, alarm);
        is_in_files = request.command->writes_files;
    }
    status = check_output(status, is_in_files);
    cli_clear(&request);
    return status;
}
