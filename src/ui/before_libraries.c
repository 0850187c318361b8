/* SPDX-License-Identifier: MIT
 *
 * What must be done or known before any library begins.
 *
 * Libraries that MPI brings along set handlers of signals (UCX: of SIGHUP), so whether a signal was
 * ignored is known only now.
 *
 * Variables that bind OpenMP threads to cores. libgomp reads them when it is loaded and binds the
 * main thread at once. Then the program would see one core, and under a launcher the threads of all
 * ranks would share the first ones. So the variables are removed before any library begins; threads
 * stay on the cores that the launcher and the system give to the process.
 */
#include "ui/cli.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const names[] = {"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY",
                                    "KMP_AFFINITY", NULL};

static const char *removed = "";

/* Sanitizers have not begun either: no code of theirs, and no library function, which they replace.
 */
#define BEFORE_LIBRARIES                                                                           \
    __attribute__((no_sanitize("address"), no_sanitize("undefined"), no_sanitize("thread")))

BEFORE_LIBRARIES static bool begins_with(const char *text, const char *begin)
{
    while (*begin != '\0' && *text == *begin)
        text++, begin++;
    return *begin == '\0';
}

BEFORE_LIBRARIES static const char *find_name(const char *setting)
{
    for (const char *const *name = names; *name; name++)
        if (begins_with(setting, *name))
            return *name;
    return NULL;
}

BEFORE_LIBRARIES static void remove_bindings(char **environment)
{
    char **to = environment;
    for (char **from = environment; *from; from++) {
        const char *name = find_name(*from);
        if (name)
            removed = name;
        else
            *to++ = *from;
    }
    *to = NULL;
}

/* Bit n: signal n is ignored. The kernel's structure begins with the handler; its set of signals
 * has 8 bytes. */
static unsigned long long ignored;

BEFORE_LIBRARIES static void find_ignored(void)
{
    for (int number = 1; number < 32; number++) {
        unsigned long before[16] = {0};
        if (syscall(SYS_rt_sigaction, number, NULL, before, 8) == 0 &&
            before[0] == (unsigned long)SIG_IGN)
            ignored |= 1ULL << number;
    }
}

bool cli_was_ignored(int number)
{
    return ignored >> number & 1;
}

BEFORE_LIBRARIES static void begin(int argc, char **argv, char **environment)
{
    (void)argc, (void)argv;
    remove_bindings(environment);
    find_ignored();
}

/* Functions in this section are called before the constructors of libraries. */
__attribute__((section(".preinit_array"),
               used)) static void (*const before_libraries)(int, char **, char **) = begin;

const char *cli_removed_binding(void)
{
    return removed;
}
