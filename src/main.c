/* SPDX-License-Identifier: MIT
 *
 * gfn-dist: the command line of the library. Bare it is one rank with threads; under mpirun or srun
 * it is one rank of many.
 */
#include "cli.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
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

/* The trainer that a signal stops, and whether one came, perhaps before there was a trainer.
 * Launchers and batch systems repeat signals, so only a second SIGINT ends the process at once. */
static gfn_trainer *volatile stoppable;
static volatile sig_atomic_t has_signal, has_interrupt;

static void stop(int number)
{
    if (number == SIGINT && has_interrupt) {
        signal(SIGINT, SIG_DFL);
        raise(SIGINT);
    }
    has_signal = 1;
    if (number == SIGINT)
        has_interrupt = 1;
    if (stoppable)
        gfn_trainer_request_stop(stoppable);
}

static void listen_to_signals(void)
{
    static const int numbers[] = {SIGTERM, SIGUSR1, SIGUSR2, SIGINT, SIGALRM};
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaction(numbers[i], &action, NULL);
}

static void make_stoppable(gfn_trainer *trainer)
{
    stoppable = trainer;
    if (trainer && has_signal)
        gfn_trainer_request_stop(trainer);
}

gfn_status cli_is_stopped(gfn_comm *comm, bool *is_stopped)
{
    int64_t n = has_signal;
    const gfn_status status = gfn_comm_sum_i64(comm, &n, 1);
    *is_stopped = n > 0;
    return status;
}

void cli_stop_after(double seconds)
{
    struct itimerval timer = {.it_value = {.tv_sec = (time_t)seconds}};
    if (isnan(seconds))
        return;
    timer.it_value.tv_usec = (suseconds_t)(1e6 * (seconds - floor(seconds)));
    if (seconds < 1e-6) /* 0 would be never */
        timer.it_value.tv_usec = 1;
    setitimer(ITIMER_REAL, &timer, NULL);
}

static gfn_status train_loop(gfn_comm *comm, gfn_trainer *trainer, const cli_request *request,
                             const char *name)
{
    gfn_progress progress;
    cli_live live;
    cli_live_begin(&live, request, name);
    gfn_status status = GFN_OK;
    while (status == GFN_OK && !gfn_trainer_is_done(trainer)) {
        status = gfn_trainer_advance(trainer, &progress);
        if (status == GFN_OK && cli_live_is_due(&live, &progress)) {
            gfn_comm_pause_watch(comm, true);
            cli_live_show(&live, &progress);
            gfn_comm_pause_watch(comm, false);
        }
    }
    cli_live_end(&live);
    return status;
}

/* Once: of several runs the machine is the same. */
static void announce(const gfn_run *run, const cli_request *request)
{
    static bool is_announced;
    if (gfn_comm_rank(gfn_run_comm(run)) != 0 || gfn_options_flag(request->program, "quiet") ||
        is_announced)
        return;
    is_announced = true;
    fprintf(stderr, "%s\n", gfn_run_layout(run));
    if (gfn_run_hint(run)[0])
        fprintf(stderr, "%s\n", gfn_run_hint(run));
}

/* What loading found is said even where everything else is quiet. */
static void pass_on_notice(const gfn_run *run)
{
    if (gfn_run_notice(run)[0])
        fprintf(stderr, "%s\n", gfn_run_notice(run));
}

gfn_status cli_train_run(gfn_run *run, const cli_request *request, const char *directory,
                         const char *name, gfn_report *report)
{
    gfn_trainer *trainer = NULL;
    pass_on_notice(run);
    gfn_status status = gfn_trainer_create(run, &trainer);
    if (status == GFN_OK)
        status = gfn_trainer_keep(trainer, directory[0] ? directory : NULL);
    if (status == GFN_OK) {
        announce(run, request);
        make_stoppable(trainer);
        status = train_loop(gfn_run_comm(run), trainer, request, name);
    }
    if (status == GFN_OK)
        status = gfn_trainer_finish(trainer, report);
    make_stoppable(NULL);
    gfn_trainer_destroy(&trainer);
    return status;
}

static gfn_status make_run(gfn_comm *comm, const cli_request *request, gfn_run **run)
{
    gfn_options *options = NULL;
    gfn_status status = GFN_OK;
    if (gfn_options_is_set(request->program, "resume"))
        return gfn_run_resume(comm, gfn_options_text(request->program, "resume"), request->settings,
                              request->n_settings, run);
    if (gfn_comm_rank(comm) == 0)
        status = cli_train_options(request, &options);
    status = gfn_comm_agree(comm, status);
    if (status == GFN_OK)
        status = gfn_run_create(comm, options, 0, run);
    gfn_options_destroy(&options);
    return status;
}

static gfn_status train(gfn_comm *comm, const cli_request *request, bool *is_complete)
{
    const char *out = gfn_options_text(request->program, "out");
    gfn_run *run = NULL;
    gfn_report report;
    gfn_status status = make_run(comm, request, &run);
    if (status == GFN_OK)
        status = cli_train_run(run, request, out, "", &report);
    if (status == GFN_OK) {
        *is_complete = report.is_complete;
        gfn_comm_pause_watch(comm, true);
        if (gfn_comm_rank(comm) == 0 && !gfn_options_flag(request->program, "quiet"))
            cli_report_training(run, &report);
        gfn_draw_clear(&report.draw);
    }
    gfn_run_destroy(&run);
    return status;
}

/* Seeds were given, or the directory to go on in is that of a sweep. Collective. */
static gfn_status is_sweep(gfn_comm *comm, const cli_request *request, bool *is_one)
{
    const char *resume = gfn_options_text(request->program, "resume");
    int64_t n = gfn_options_is_set(request->program, "seeds") ||
                (gfn_comm_rank(comm) == 0 && resume[0] && gfn_sweep_is_there(resume));
    const gfn_status status = gfn_comm_sum_i64(comm, &n, 1);
    *is_one = n > 0;
    return status;
}

static gfn_status train_any(gfn_comm *comm, const cli_request *request, bool *is_complete)
{
    bool is_one = false;
    const gfn_status status = is_sweep(comm, request, &is_one);
    if (status != GFN_OK)
        return status;
    return is_one ? cli_sweep(comm, request, is_complete) : train(comm, request, is_complete);
}

/* The settings that sample and eval take, checked by the rows of training. */
typedef struct drawing {
    int64_t samples;
    uint64_t seed;
    int threads;
} drawing;

static gfn_status read_drawing(const cli_request *request, drawing *d)
{
    gfn_options *options = NULL;
    gfn_status status = cli_train_options(request, &options);
    if (status == GFN_OK)
        *d = (drawing){.samples = gfn_options_int(options, "samples"),
                       .seed = (uint64_t)gfn_options_int(options, "seed"),
                       .threads = (int)gfn_options_int(options, "threads")};
    gfn_options_destroy(&options);
    return status;
}

static gfn_status sample_run(gfn_run *run, const cli_request *request, const drawing *d)
{
    const gfn_stream stream = {d->seed, GFN_PURPOSE_SAMPLE, 0};
    const char *out = gfn_options_text(request->program, "out");
    gfn_draw draw;
    gfn_status status = gfn_run_draw(run, &stream, d->samples, true, &draw);
    if (status != GFN_OK)
        return status;
    gfn_comm_pause_watch(gfn_run_comm(run), true);
    if (out[0])
        status = gfn_comm_agree(gfn_run_comm(run), gfn_run_write_objects(run, out, &draw));
    else if (draw.objects)
        cli_print_objects(run, &draw);
    gfn_draw_clear(&draw);
    return status;
}

static gfn_status eval_run(gfn_run *run, const cli_request *request, const drawing *d)
{
    const gfn_stream stream = {d->seed, GFN_PURPOSE_SAMPLE, 0};
    gfn_evaluation evaluation;
    gfn_bounds bounds;
    gfn_draw draw;
    gfn_status status = gfn_run_evaluate(run, &evaluation);
    if (status == GFN_OK)
        status = gfn_run_find_bounds(run, d->samples, &bounds);
    if (status == GFN_OK)
        status = gfn_run_draw(run, &stream, d->samples, false, &draw);
    if (status != GFN_OK)
        return status;
    gfn_comm_pause_watch(gfn_run_comm(run), true);
    if (gfn_comm_rank(gfn_run_comm(run)) == 0 && !gfn_options_flag(request->program, "quiet"))
        cli_report_evaluation(run, &evaluation, &bounds, &draw);
    gfn_draw_clear(&draw);
    return status;
}

static gfn_status use_run(gfn_comm *comm, const cli_request *request)
{
    drawing d = {0};
    gfn_run *run = NULL;
    gfn_status status = gfn_comm_agree(comm, read_drawing(request, &d));
    if (status == GFN_OK)
        status = gfn_run_load(comm, request->run, d.threads, &run);
    if (status == GFN_OK)
        pass_on_notice(run);
    if (status == GFN_OK)
        status = request->command == CLI_SAMPLE ? sample_run(run, request, &d)
                                                : eval_run(run, request, &d);
    gfn_run_destroy(&run);
    return status;
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
    if (request->command == CLI_TRAIN)
        listen_to_signals();
    gfn_status status = gfn_comm_open(&comm);
    if (status != GFN_OK) {
        if (gfn_comm_launched_rank() == 0)
            complain(gfn_error_message());
        return EXIT_FAILED;
    }
    status = gfn_comm_agree(comm, watch(comm, request));
    if (status == GFN_OK)
        status = request->command == CLI_TRAIN ? train_any(comm, request, &is_complete)
                                               : use_run(comm, request);
    if (status != GFN_OK && gfn_comm_rank(comm) == 0)
        complain(gfn_error_message());
    gfn_comm_close(&comm);
    if (status == GFN_OK && !is_complete)
        return EXIT_STOPPED;
    return exit_status(status);
}

static void print_version(void)
{
    printf("gfn-dist %s\nkernels: %s\n", gfn_version(), gfn_kernels_name());
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
            cli_print_help(stdout);
    } else if (gfn_options_flag(request.program, "version")) {
        if (speaks)
            print_version();
    } else if (request.command == CLI_LIST) {
        if (speaks)
            cli_print_list(stdout);
    } else {
        status = work(&request);
    }
    cli_clear(&request);
    return check_output(status);
}
