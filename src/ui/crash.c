/* SPDX-License-Identifier: MIT
 *
 * The message of a crash: the rank, its phase and iteration; or, of an environment under test, the
 * function and state. The heap may be damaged and its locks taken by then: nothing is allocated,
 * and the program ends by the signal.
 */
#include "ui/cli.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* The handlers of a sanitizer report more. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ ||                                 \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { HAS_SANITIZER = true };
#else
enum { HAS_SANITIZER = false };
#endif

static const struct {
    int number;
    const char *name;
    bool repeats; /* the faulty instruction runs again when the handler returns */
} signals[] = {
    {SIGSEGV, "segmentation fault", true},
    {SIGBUS, "bus error", false},
    {SIGFPE, "arithmetic error", true},
    {SIGILL, "illegal instruction", true},
    {SIGTRAP, "trap", false},
    {SIGSYS, "bad system call", false},
    {SIGABRT, "aborted", false},
    {SIGINT, "interrupted", false}, /* not a crash; only for an environment under test */
};
enum { CRASHES = sizeof signals / sizeof signals[0] - 1, STACK = 1 << 16 }; /* without SIGINT */

static struct {
    int rank;             /* -1: no launcher */
    const gfn_comm *comm; /* NULL: not open */
    bool is_reported[CRASHES];
} process;

static struct {
    const char *name;   /* NULL: none */
    const gfn_env *env; /* NULL: it does not exist */
    gfn_env_place place;
    struct sigaction before; /* action of SIGINT before the test */
} under_test;

/* The place in the environment under test, as far as it is known. */
static const char *describe_test(char *text, size_t size)
{
    const gfn_env_place *place = &under_test.place;
    char state[400];
    if (place->function == NULL)
        return "after the last call";
    if (place->threads > 1)
        snprintf(text, size, "%s() was called last, by %d threads at once", place->function,
                 place->threads);
    else if (under_test.env && place->state)
        snprintf(text, size, "%s() was called last, in state %s", place->function,
                 gfn_env_state_text(under_test.env, place->state, state, sizeof state));
    else if (place->number)
        snprintf(text, size, "%s() was called last, with number %" PRId64, place->function,
                 *place->number);
    else
        snprintf(text, size, "%s() was called last", place->function);
    return text;
}

static void print_test(char *text, size_t size, const char *what)
{
    char place[600];
    snprintf(text, size, "gfn-dist: %.200s: %s; %s (hint: gdb --args in front of the command)\n",
             under_test.name, what, describe_test(place, sizeof place));
}

static void print_process(char *text, size_t size, const char *what)
{
    char rank[32] = "", place[96] = "before or after its work";
    if (process.rank >= 0)
        snprintf(rank, sizeof rank, "rank %d: ", process.rank);
    if (process.comm)
        gfn_comm_place(process.comm, place, sizeof place);
    snprintf(text, size, "gfn-dist: %s%s %s (hint: %sulimit -c unlimited keeps a core for gdb)\n",
             rank, what, place,
             gfn_env_has_plugins() ? "gfn-dist check-env tests a user-defined environment; " : "");
}

/* If standard error is closed or full, the message is lost, and nothing else changes. */
static void report(const char *what)
{
    char text[1200];
    struct pollfd reader = {.fd = STDERR_FILENO, .events = POLLOUT};
    (under_test.name ? print_test : print_process)(text, sizeof text, what);
    signal(SIGPIPE, SIG_IGN);
    if (poll(&reader, 1, 1000) == 1) {
        const ssize_t written = write(STDERR_FILENO, text, strlen(text));
        (void)written;
    }
}

/* The first thread that crashes prints the message; other crashing threads wait for it, one second.
 * The process then ends by the signal, and if possible by its original cause, so that a core file
 * shows it. */
static void crash(int number, siginfo_t *info, void *context)
{
    static atomic_flag is_reporting = ATOMIC_FLAG_INIT;
    size_t i = 0;
    (void)context;
    while (i < CRASHES && signals[i].number != number)
        i++;
    if (atomic_flag_test_and_set(&is_reporting))
        poll(NULL, 0, 1000);
    else
        report(signals[i].name);
    if (signals[i].repeats && info->si_code > 0)
        signal(number, SIG_DFL);
    else
        cli_end_by_signal(number);
}

static const struct sigaction action = {.sa_sigaction = crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};

static void install_handlers(void)
{
    static char stack[STACK]; /* the stack of the main thread may be exhausted */
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    for (size_t i = 0; i < CRASHES; i++)
        if (process.is_reported[i])
            sigaction(signals[i].number, &action, NULL);
}

void cli_report_crashes(void)
{
    process.rank = gfn_comm_is_launched() ? gfn_comm_launched_rank() : -1;
    for (size_t i = 0; i < CRASHES; i++) {
        struct sigaction before;
        sigaction(signals[i].number, NULL, &before);
        /* Libraries that MPI brings along may have handlers before main() begins. */
        process.is_reported[i] =
            before.sa_handler == SIG_DFL || (before.sa_handler != SIG_IGN && !HAS_SANITIZER);
    }
    install_handlers();
}

void cli_set_crash_comm(const gfn_comm *comm)
{
    process.comm = comm;
    install_handlers();
}

gfn_env_place *cli_test_begin(const char *name)
{
    under_test.name = name;
    sigaction(SIGINT, NULL, &under_test.before);
    if (under_test.before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &action, NULL);
    return &under_test.place;
}

void cli_test_set_env(const gfn_env *env)
{
    under_test.env = env;
}

void cli_test_end(void)
{
    sigaction(SIGINT, &under_test.before, NULL);
    under_test.name = NULL;
}
