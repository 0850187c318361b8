/* SPDX-License-Identifier: MIT
 *
 * gfn-dist: the command line of the library. Bare it is one rank with threads; under mpirun or srun
 * it is one rank of many.
 */
#include "ui/cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_STOPPED = 3 };

static void complain(const char *message)
{
    fprintf(stderr, "gfn-dist: %s\n", message);
}

/* What was asked for cannot be, or it failed while running. */
static int exit_status(gfn_status status)
{
    if (status == GFN_OK)
        return EXIT_SUCCESS;
    return status == GFN_EINVAL || status == GFN_EEXIST ? EXIT_USAGE : EXIT_FAILED;
}

/* Output through stdio may wait for the thread that hangs: a lock of it, or a full pipe. */
static void give_alarm(void *self, const char *message)
{
    static const char begin[] = "gfn-dist: ", end[] = "\n";
    (void)self;
    const struct iovec parts[] = {{(void *)begin, strlen(begin)},
                                  {(void *)message, message ? strlen(message) : 0},
                                  {(void *)end, 1}};
    const ssize_t written = message ? writev(STDERR_FILENO, parts, 3) : 0;
    (void)written; /* nobody is left to be told */
    _exit(EXIT_FAILED);
}

static gfn_status watch(gfn_comm *comm, const cli_request *request)
{
    const double seconds = gfn_options_seconds(request->program, "watchdog");
    return seconds > 0 ? gfn_comm_watch(comm, seconds, give_alarm, NULL) : GFN_OK;
}

static int work(const cli_request *request)
{
    gfn_comm *comm = NULL;
    bool is_complete = true;
    if (request->command->is_stoppable)
        cli_listen_to_signals(request);
    gfn_status status = gfn_comm_open(&comm);
    if (status != GFN_OK) {
        if (gfn_comm_launched_rank() == 0)
            complain(gfn_error_message());
        return EXIT_FAILED;
    }
    cli_work_is(comm);
    status = gfn_comm_agree(comm, watch(comm, request));
    if (status == GFN_OK)
        status = request->command->work(comm, request, &is_complete);
    if (status != GFN_OK && gfn_comm_rank(comm) == 0)
        complain(gfn_error_message());
    cli_work_is(NULL);
    gfn_comm_close(&comm);
    if (status == GFN_OK && !is_complete)
        return EXIT_STOPPED;
    return exit_status(status);
}

/* What needs no other ranks. */
static int print(const cli_request *request,
                 gfn_status (*what)(FILE *to, const cli_request *request))
{
    const gfn_status status = what(stdout, request);
    if (status != GFN_OK)
        complain(gfn_error_message());
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

/* Standard output may be a full disk: what was printed there must not seem to have worked. */
static int check_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    complain("standard output: cannot write all of it");
    return status == EXIT_SUCCESS ? EXIT_FAILED : status;
}

int main(int argc, char **argv)
{
    cli_request request;
    cli_tell_crashes(); /* reading the command line may load a plug-in */
    const bool is_good = cli_parse(argc, argv, &request);
    const bool speaks = gfn_comm_launched_rank() == 0;
    int status = EXIT_SUCCESS;
    /* A file that grows beyond a limit (ulimit -f) is an error like a full disk, not a signal. */
    signal(SIGXFSZ, SIG_IGN);
    if (!is_good) {
        /* Of the processes that a launcher started, only the one that speaks fails: a launcher ends
         * the others as soon as one fails, and would cut its message off. */
        if (speaks) {
            complain(request.message);
            status = EXIT_USAGE;
        }
    } else if (gfn_options_flag(request.program, "help")) {
        if (speaks)
            status = print(&request, cli_print_help);
    } else if (gfn_options_flag(request.program, "version")) {
        if (speaks)
            print_version();
    } else if (gfn_options_is_set(request.program, "generate")) {
        if (speaks)
            generate(gfn_options_text(request.program, "generate"));
    } else if (gfn_options_flag(request.program, "print-config")) {
        if (speaks)
            status = print(&request, cli_print_config);
    } else if (request.command->work == NULL) {
        if (speaks)
            status = print(&request, request.command->print);
    } else {
        status = work(&request);
    }
    cli_clear(&request);
    return check_output(status);
}
