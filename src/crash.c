/* SPDX-License-Identifier: MIT
 *
 * What a crash of an environment under test says: in which function, in which state. The heap may
 * be damaged and its locks taken by then: nothing is allocated, and the program ends of the signal.
 */
#include "cli.h"

#include <signal.h>
#include <unistd.h>

static const struct {
    int number;
    const char *name;
} signals[] = {
    {SIGSEGV, "crashes (segmentation fault)"},
    {SIGBUS, "crashes (bus error)"},
    {SIGFPE, "crashes (arithmetic error)"},
    {SIGILL, "crashes (illegal instruction)"},
    {SIGABRT, "aborts"},
    {SIGINT, "does not return"},
};
enum { SIGNALS = sizeof signals / sizeof signals[0], STACK = 1 << 16 };

static const cli_suspect *suspect;

static void tell(int number)
{
    char text[1500], state[400];
    const gfn_env_place *place = suspect->place;
    const char *what = "";
    for (size_t i = 0; i < SIGNALS; i++)
        what = signals[i].number == number ? signals[i].name : what;
    const bool has_state = suspect->env && place->state;
    if (has_state)
        gfn_env_state_text(suspect->env, place->state, state, sizeof state);
    const int n = snprintf(text, sizeof text,
                           "gfn-dist: %s: %s() %s%s%s (hint: gdb --args gfn-dist check-env "
                           "%.400s)\n",
                           suspect->name, place->function, what, has_state ? " in state " : "",
                           has_state ? state : "", suspect->word);
    const ssize_t written =
        write(STDERR_FILENO, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    (void)written; /* it ends all the same, */
    raise(number); /* of the signal, which is not caught again */
}

void cli_suspect_begin(const cli_suspect *s)
{
    static char stack[STACK]; /* its own may be used up */
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = tell, .sa_flags = SA_ONSTACK | (int)SA_RESETHAND};
    suspect = s;
    sigemptyset(&action.sa_mask);
    sigaltstack(&other, NULL);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i].number, &action, NULL);
}

void cli_suspect_end(void)
{
    for (size_t i = 0; i < SIGNALS; i++)
        signal(signals[i].number, SIG_DFL);
}
