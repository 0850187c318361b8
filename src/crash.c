/* SPDX-License-Identifier: MIT
 *
 * What a crash of an environment under test says: in which function, in which state. The heap may
 * be damaged and its locks taken by then: nothing is allocated, and the program ends of the signal.
 */
#include "cli.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const struct {
    int number;
    const char *name;
} signals[] = {
    {SIGSEGV, "segmentation fault"},
    {SIGBUS, "bus error"},
    {SIGFPE, "arithmetic error"},
    {SIGILL, "illegal instruction"},
    {SIGTRAP, "trap"},
    {SIGSYS, "bad system call"},
    {SIGABRT, "aborted"},
    {SIGINT, "interrupted"},
};
enum { SIGNALS = sizeof signals / sizeof signals[0], STACK = 1 << 16 };

static struct {
    const char *name;
    const gfn_env *env; /* NULL: not there, or no longer */
    gfn_env_place place;
    struct sigaction before[SIGNALS];
    stack_t stack_before;
} suspect;

/* Where it was, as far as that is known. */
static const char *describe_place(char *text, size_t size)
{
    const gfn_env_place *place = &suspect.place;
    char state[400];
    if (place->function == NULL)
        return "after the last call";
    if (suspect.env && place->state)
        snprintf(text, size, "%s() was called last, in state %s", place->function,
                 gfn_env_state_text(suspect.env, place->state, state, sizeof state));
    else if (place->number)
        snprintf(text, size, "%s() was called last, with number %" PRId64, place->function,
                 *place->number);
    else
        snprintf(text, size, "%s() was called last", place->function);
    return text;
}

static void tell(int number)
{
    char text[1200], place[600];
    const char *what = "";
    for (size_t i = 0; i < SIGNALS; i++)
        what = signals[i].number == number ? signals[i].name : what;
    snprintf(text, sizeof text,
             "gfn-dist: %.200s: %s; %s (hint: gdb --args in front of the command)\n", suspect.name,
             what, describe_place(place, sizeof place));
    const ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written; /* it ends all the same, of the signal */
    signal(number, SIG_DFL);
    raise(number);
}

gfn_env_place *cli_suspect_begin(const char *name)
{
    static char stack[STACK]; /* its own may be used up */
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = tell, .sa_flags = SA_ONSTACK};
    suspect.name = name;
    sigemptyset(&action.sa_mask);
    sigaltstack(&other, &suspect.stack_before);
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i].number, NULL, &suspect.before[i]);
        if (suspect.before[i].sa_handler != SIG_IGN)
            sigaction(signals[i].number, &action, NULL);
    }
    return &suspect.place;
}

void cli_suspect_is(const gfn_env *env)
{
    suspect.env = env;
}

void cli_suspect_end(void)
{
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i].number, &suspect.before[i], NULL);
    sigaltstack(&suspect.stack_before, NULL);
}
