#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A rank that crashes ends at once and of the signal, whatever it was at, also where the heap is
# locked or nobody reads what it says; one message says where it was, and the others end with it.
. "$top_srcdir/tests/cli/jobs.sh"
shopt -s extglob
let_crash

# world CODE: the knapsack, in broken.so, crashes by this code in rank 1, or the only one, after
# many calls.
world() {
    cat - "$top_srcdir/tests/external/knapsack.c" >broken.c <<END
#define _DEFAULT_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
static int is_rank(int number)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    rank = rank ? rank : getenv("PMI_RANK");
    return rank == NULL || atoi(rank) == number;
}
static int is_main_thread(void)
{
    return syscall(SYS_gettid) == getpid();
}
/* Two threads, if there are two, go on at the same moment. */
static void meet(void)
{
    static int here;
    __atomic_add_fetch(&here, 1, __ATOMIC_SEQ_CST);
    for (long i = 0; i < 100000000 && __atomic_load_n(&here, __ATOMIC_SEQ_CST) < 2; i++)
        ;
}
/* The heap is locked nearly always, and no thread has anything at hand. */
static int what;
static void give_up(int number)
{
    raise(what);
}
static void raise_in_malloc(int number)
{
    static void *volatile some[64];
    for (unsigned i = 0; i < 8 * 1040; i++)
        some[i % 64] = malloc(i / 8);
    what = number;
    signal(SIGALRM, give_up);
    alarm(1);
    for (unsigned i = 0;; i++) {
        free(some[i % 64]);
        some[i % 64] = malloc(2000 + i * 7919 % 100000);
    }
}
static void crash(void)
{
    static int calls;
    if (is_rank(1) && __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) > 400) {
        $1;
    }
}
END
    sed -i 's/^    const int items = .*/&\n    crash();/' broken.c
    plugin broken broken.c
}

# The watch is off: it would end a rank that hangs.
job=(--env ./broken.so --items 30 --iterations 1000000000 --watchdog 0)

# crashes RANKS THREADS STATUS MESSAGE CODE: a run of the world does; with ranks, the launcher's
# status is its own.
crashes() {
    local status=$3 said=$4
    [ "$1" -eq 0 ] || status='!(0)' said="rank 1: $4"
    world "$5"
    start "$1" "${job[@]}" --out "run$((++n))" --threads "$2"
    what="$what, $5"
    ends "$status" 30
    says "$said in (sampling|gradient) of iteration [0-9]+ \(hint: .*check-env"
}
n=0

fault='*(volatile int *)8 = 1'
all_ways() {
    crashes "$1" 2 134 aborted 'abort()' # of all threads at once
    crashes "$1" 1 134 aborted 'raise_in_malloc(SIGABRT)'
    crashes "$1" 1 139 'segmentation fault' "$fault"
    crashes "$1" 2 139 'segmentation fault' "if (!is_main_thread() || calls > 4000) $fault"
    crashes "$1" 2 139 'segmentation fault' "meet(); $fault"
    crashes "$1" 1 139 'segmentation fault' 'raise_in_malloc(SIGSEGV)'
}
all_ways 0
[ "$MPI_NAME" = none ] || all_ways 3

# What MPI brings along takes the signal for itself, and waits for ever: here a library before it.
cat >late.c <<'END'
#include <signal.h>
#include <unistd.h>
int PMPI_Init_thread(int *n, char ***words, int wanted, int *given);
int MPI_Init_thread(int *n, char ***words, int wanted, int *given);
static void wait_for_ever(int number)
{
    for (;;)
        pause();
}
int MPI_Init_thread(int *n, char ***words, int wanted, int *given)
{
    const int status = PMPI_Init_thread(n, words, wanted, given);
    signal(SIGSEGV, wait_for_ever);
    return status;
}
END
if [ "$MPI_NAME" != none ] && $CC -shared -fPIC -o late.so late.c 2>/dev/null &&
    "$NP_RUN" --ranks 1 -- env LD_PRELOAD="$PWD/late.so" "$GFN_DIST" --version >/dev/null 2>&1; then
    before=(env LD_PRELOAD="$PWD/late.so")
    crashes 3 1 139 'segmentation fault' "$fault"
else
    echo "nothing can be loaded before the program: what MPI may bring along was left out"
fi

# Where nobody reads, and there is no room; and where nobody reads any more.
world 'abort()'
mkfifo full && exec {full}<>full
dd if=/dev/zero of=full bs=4096 count=100 oflag=nonblock status=none 2>/dev/null
timeout -k 5 30 "$GFN_DIST" --quiet "${job[@]}" --out unread 2>&"$full"
status=$?
[ $status -eq 134 ] || bad "exit $status where nobody reads"
timeout -k 5 30 "$GFN_DIST" --quiet "${job[@]}" --out alone 2> >(exec true)
status=$?
[ $status -eq 134 ] || bad "exit $status where nobody reads any more"

# The hint names the user's environment only if there is one.
start 0 --size 8 --iterations 1000000000 --watchdog 0 --log-every 10 --out built-in
until_trained built-in
send SEGV 0
ends 139 30
says 'segmentation fault in [a-z]+ of iteration [0-9]+ \(hint: ulimit'

# Before anything was asked for.
(echo '__attribute__((constructor)) static void begin(void) { __builtin_trap(); }' &&
    cat "$top_srcdir/tests/external/knapsack.c") >begin.c
plugin begin begin.c
refused 132 '^gfn-dist: illegal instruction before or after its work \(hint: ' check-env ./begin.so
exit $failed
