/* SPDX-License-Identifier: MIT
 *
 * gfn-dist: the command line of the library. Without a launcher it is one rank with threads; under
 * mpirun or srun it is one rank of many. This file handles what concerns the process as a whole.
 */
#include "ui/cli.h"

#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

/* No stdio here: the thread that hangs may hold one of its locks, or wait for a full pipe. */
static void give_alarm(void *self, const char *message)
{
    static const char begin[] = "gfn-dist: ", end[] = "\n";
    (void)self;
    const struct iovec parts[] = {{(void *)begin, strlen(begin)},
                                  {(void *)message, message ? strlen(message) : 0},
                                  {(void *)end, 1}};
    const ssize_t written = message ? writev(STDERR_FILENO, parts, 3) : 0;
    (void)written; /* there is no other way to report it */
    _exit(CLI_EXIT_FAILED);
}

/* Limits of the stack: one that suffices for sure, and the system's usual one. */
enum { LEAST_STACK = 256 << 10, MOST_STACK = 8 << 20 };

/* The main thread computes, too; its limit may be raised while it runs, up to the hard one. */
static bool has_stack(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= LEAST_STACK)
        return true;
    limit.rlim_cur = limit.rlim_max < MOST_STACK ? limit.rlim_max : MOST_STACK;
    if (limit.rlim_cur >= LEAST_STACK && setrlimit(RLIMIT_STACK, &limit) == 0)
        return true;
    if (gfn_comm_launched_rank() != 0)
        return false;
    fprintf(stderr,
            "gfn-dist: stack: expected a limit of at least %d KiB, found %d (hint: ulimit -s)\n",
            LEAST_STACK >> 10, (int)(limit.rlim_cur >> 10));
    return false;
}

int main(int argc, char **argv)
{
    cli_open_standard_descriptors();
    cli_report_crashes(); /* first, because reading the command line may load a plug-in */
    if (!has_stack())     /* only the rank that prints fails, as cli_main() says */
        return gfn_comm_launched_rank() == 0 ? CLI_EXIT_FAILED : CLI_EXIT_DONE;
    /* A plug-in may call setlocale(). This thread prints in the locale "C" nevertheless. */
    uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    /* A file that grows beyond a limit (ulimit -f) is an error like a full disk, not a signal. */
    signal(SIGXFSZ, SIG_IGN);
    cli_handle_common_signals();
    return cli_main(argc, argv, give_alarm);
}
