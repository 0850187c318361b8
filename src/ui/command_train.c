/* SPDX-License-Identifier: MIT
 *
 * Training: the loop, and what stops it.
 */
#include "ui/cli.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

/* The trainer that a signal stops, and whether a signal has arrived, possibly before there was a
 * trainer. Launchers and batch systems repeat signals, so only a second SIGINT ends the process at
 * once. */
static gfn_trainer *volatile stoppable;
static volatile sig_atomic_t has_signal, has_interrupt;

/* If a user may be waiting at the terminal, a message says what Ctrl-C does. */
static volatile sig_atomic_t tells_interrupt;

static void tell_interrupt(void)
{
    static const char text[] = "\nstopping, and saving; a second Ctrl-C ends it at once\n";
    const int old = errno;
    const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written; /* it stops even if the message is lost */
    errno = old;
}

static void stop(int number)
{
    if (number == SIGINT && has_interrupt) {
        signal(SIGINT, SIG_DFL);
        raise(SIGINT);
    }
    has_signal = 1;
    if (number == SIGINT) {
        has_interrupt = 1;
        if (tells_interrupt)
            tell_interrupt();
    }
    if (stoppable)
        gfn_trainer_request_stop(stoppable);
}

void cli_listen_to_signals(const cli_request *request)
{
    static const int numbers[] = {SIGTERM, SIGUSR1, SIGUSR2, SIGINT, SIGALRM};
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART};
    tells_interrupt = gfn_comm_launched_rank() == 0 && isatty(STDERR_FILENO) &&
                      !gfn_options_flag(request->program, "quiet");
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
    if (seconds < 1e-6) /* 0 would disable the timer */
        timer.it_value.tv_usec = 1;
    setitimer(ITIMER_REAL, &timer, NULL);
}

static gfn_status train_loop(gfn_comm *comm, gfn_trainer *trainer, cli_live *live)
{
    gfn_progress progress;
    gfn_status status = GFN_OK;
    while (status == GFN_OK && !gfn_trainer_is_done(trainer)) {
        status = gfn_trainer_advance(trainer, &progress);
        if (status == GFN_OK && cli_live_is_due(live, &progress)) {
            gfn_comm_pause_watch(comm, true);
            cli_live_show(live, &progress);
            gfn_comm_pause_watch(comm, false);
        }
    }
    return status;
}

/* Show the current work, because an exact evaluation of many states may take long. */
static gfn_status finish(gfn_comm *comm, gfn_trainer *trainer, cli_live *live, gfn_report *report)
{
    gfn_progress progress;
    gfn_trainer_progress(trainer, &progress);
    gfn_comm_pause_watch(comm, true);
    cli_live_say(live, &progress, "evaluating");
    gfn_comm_pause_watch(comm, false);
    return gfn_trainer_finish(trainer, report);
}

/* Printed once: the machine is the same for all runs. */
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

gfn_status cli_train_run(gfn_run *run, const cli_request *request, const char *directory,
                         const char *name, gfn_report *report)
{
    gfn_comm *comm = gfn_run_comm(run);
    gfn_trainer *trainer = NULL;
    cli_live live;
    cli_live_begin(&live, request, name);
    cli_pass_on_notice(run);
    gfn_status status = gfn_trainer_create(run, &trainer);
    if (status == GFN_OK)
        status = gfn_trainer_keep(trainer, directory[0] ? directory : NULL);
    if (status == GFN_OK) {
        announce(run, request);
        make_stoppable(trainer);
        status = train_loop(comm, trainer, &live);
    }
    if (status == GFN_OK)
        status = finish(comm, trainer, &live, report);
    cli_live_end(&live);
    if (status == GFN_OK && report->picture_error[0])
        fprintf(stderr, "gfn-dist: no picture: %s\n", report->picture_error);
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

static gfn_status train_one(gfn_comm *comm, const cli_request *request, bool *is_complete)
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
            cli_report_training(request, run, &report);
        gfn_draw_clear(&report.draw);
    }
    gfn_run_destroy(&run);
    return status;
}

/* Whether seeds were given, or the directory to resume is that of a sweep. Collective. */
static gfn_status is_sweep(gfn_comm *comm, const cli_request *request, bool *is_one)
{
    const char *resume = gfn_options_text(request->program, "resume");
    int64_t n = gfn_options_is_set(request->program, "seeds") ||
                (gfn_comm_rank(comm) == 0 && resume[0] && gfn_sweep_is_there(resume));
    const gfn_status status = gfn_comm_sum_i64(comm, &n, 1);
    *is_one = n > 0;
    return status;
}

gfn_status cli_train(gfn_comm *comm, const cli_request *request, bool *is_complete)
{
    bool is_one = false;
    const gfn_status status = is_sweep(comm, request, &is_one);
    if (status != GFN_OK)
        return status;
    return is_one ? cli_sweep(comm, request, is_complete) : train_one(comm, request, is_complete);
}
