/* SPDX-License-Identifier: MIT
 *
 * Stopping early: signals, and the time limit, which acts like a signal.
 *
 * A signal that says that the machine wants the process to end saves the run: a closed terminal
 * (SIGHUP), limits on processor time (SIGXCPU, SIGVTALRM, SIGPROF), a power failure (SIGPWR), and
 * what batch systems send. A signal that was ignored at the start stays ignored, as under nohup.
 */
#include "ui/cli.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <unistd.h>

/* The trainer that a signal stops, and whether a signal has arrived, possibly before there was a
 * trainer. Launchers and batch systems repeat signals, so only a second SIGINT ends the process at
 * once. */
static gfn_trainer *volatile stoppable;
static volatile sig_atomic_t has_signal, has_interrupt;

/* If a user may be waiting at the terminal, a message explains what Ctrl-C does. */
static volatile sig_atomic_t explains_interrupt;

static void explain_interrupt(void)
{
    static const char text[] = "\nstopping, and saving; a second Ctrl-C ends it at once\n";
    const int old = errno;
    const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written; /* it stops even if the message is lost */
    errno = old;
}

/* Let a signal call `handler`, unless it was ignored when the process began. */
static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = cli_was_ignored(number) ? SIG_IGN : handler,
                               .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void cli_end_by_signal(int number)
{
    signal(number, SIG_DFL);
    raise(number); /* in a handler of this signal: pending until the handler returns */
    if (getpid() == 1)
        _exit(128 + number);
}

static void ignore(int number)
{
    (void)number;
}

/* The first process of a container has no default actions: signals without a handler are lost. A
 * handler of SIGPIPE, unlike SIG_IGN, is not inherited by programs that a plug-in starts. */
void cli_handle_common_signals(void)
{
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2};
    for (size_t i = 0; getpid() == 1 && i < sizeof numbers / sizeof numbers[0]; i++)
        handle(numbers[i], cli_end_by_signal);
    handle(SIGPIPE, ignore);
}

static void stop(int number)
{
    if (number == SIGINT && has_interrupt)
        cli_end_by_signal(SIGINT);
    has_signal = 1;
    if (number == SIGINT) {
        has_interrupt = 1;
        if (explains_interrupt)
            explain_interrupt();
    }
    if (stoppable)
        gfn_trainer_request_stop(stoppable);
}

void cli_handle_signals(const cli_request *request)
{
    static const int numbers[] = {SIGTERM, SIGINT,    SIGHUP,  SIGUSR1, SIGUSR2,
                                  SIGXCPU, SIGVTALRM, SIGPROF, SIGPWR,  SIGALRM};
    explains_interrupt = gfn_comm_launched_rank() == 0 && isatty(STDERR_FILENO) &&
                         !gfn_options_flag(request->program, "quiet");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        handle(numbers[i], stop);
}

void cli_make_stoppable(gfn_trainer *trainer)
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
    static const struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART};
    struct itimerval timer = {.it_value = {.tv_sec = (time_t)seconds}};
    if (isnan(seconds))
        return;
    timer.it_value.tv_usec = (suseconds_t)(1e6 * (seconds - floor(seconds)));
    if (seconds < 1e-6) /* 0 would disable the timer */
        timer.it_value.tv_usec = 1;
    sigaction(SIGALRM, &action, NULL); /* it may have been ignored at the start */
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* ---- a launcher that was killed ---- */

/* Commands that can be stopped save within this time; others end at once by the signal. */
enum { SECONDS_TO_SAVE = 30 };

/* Set by a separate thread. */
static atomic_bool launcher_is_lost;

/* The message may have no reader any more. */
void cli_stop_without_launcher(void *self, double seconds)
{
    static const char text[] =
        "gfn-dist: the launcher of this rank is gone: the run is saved if possible, and ends\n";
    (void)self;
    if (!launcher_is_lost) {
        launcher_is_lost = true;
        const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
        (void)written;
        kill(getpid(), SIGTERM);
    }
    if (seconds > SECONDS_TO_SAVE)
        _exit(CLI_EXIT_FAILED);
}

void cli_end_without_launcher(int status)
{
    if (!launcher_is_lost)
        return;
    fflush(NULL);
    _exit(status);
}
