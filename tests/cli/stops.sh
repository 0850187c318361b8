#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A run that is asked to stop, by a signal to any of its processes, by its launcher or by its time
# limit, stops in one iteration on all ranks, saved, with exit status 3, and goes on to the bits of
# a run that nobody stopped.
. "$top_srcdir/tests/cli/jobs.sh"

# It would go on for ever, and saves nothing by itself before the first half of a minute.
job=(--size 8 --batch-size 24 --hidden 16 --schedule constant --samples 500
    --log-every 10 --eval-every 70)
for_ever=("${job[@]}" --iterations 1000000000)
n=0

# stops STATUS RANKS SIGNAL WHOM...: sent to a run in training, which is saved and goes on.
stops() {
    local status=$1 ranks=$2 signal=$3 run=run$((++n))
    shift 3
    start "$ranks" --out $run "${for_ever[@]}"
    what="$what, SIG$signal to $*"
    until_trained $run
    [ -z "$(saved $run)" ] || bad "$what: saved before it was asked to stop"
    send "$signal" "$@"
    ends "$status" 60
    is_saved $run
    goes_on $run $((ranks > 0 ? ranks - 1 : 0)) "${job[@]}"
}

# The checkpoint is of the iteration that the run stopped in.
is_saved() {
    local iteration complete
    iteration=$(summary "$1" iteration) complete=$(summary "$1" complete)
    if [ "$complete" != false ] || [ "$iteration" != "$(saved "$1")" ]; then
        bad "$what: checkpoint of iteration '$(saved "$1")', summary of '$iteration'"
    fi
    ! grep '^gfn-dist' log || bad "$what: it complains"
}

stops 3 0 TERM 0
stops 3 0 INT 0
stops 3 0 USR1 0
stops 3 0 USR2 0
stops 3 0 HUP 0
for signal in XCPU VTALRM PROF PWR; do
    start 0 --out "by-$signal" "${for_ever[@]}"
    until_trained "by-$signal"
    send $signal 0
    ends 3 60
    is_saved "by-$signal"
done
if [ "$MPI_NAME" != none ]; then
    stops 3 3 TERM 2
    stops 3 3 INT 0
    stops 3 3 USR1 1
    stops 3 3 USR2 0
    stops 3 3 TERM 2 0 1
fi
# Launchers pass on different signals; that of MPICH forgets the ranks' status now and then.
case $MPI_NAME in
openmpi)
    stops 3 2 USR1 launcher
    stops 3 3 USR2 launcher
    ;;
mpich)
    stops '*' 2 USR1 launcher
    stops '*' 3 TERM launcher
    ;;
esac

# By a time limit.
start 0 --out limit "${for_ever[@]}" --time-limit 0.3
ends 3 60
is_saved limit
goes_on limit 0 "${job[@]}"

# A launcher that is told to end gives its ranks a second or two, and has an exit status of its own.
# They are short on a busy machine: three attempts.
ends_in_time() {
    local tries run
    for ((tries = 0; tries < 3; tries++)); do
        run=run$((++n))
        start 3 --out $run "${for_ever[@]}"
        what="$what, SIG$1 to the launcher"
        until_trained $run
        send "$1" launcher
        ends '*' 60
        [ "$status" -ne 0 ] || bad "$what: exit 0"
        [ -z "$(saved $run)" ] || break
    done
    [ -n "$(saved $run)" ] || bad "$what: never saved in time"
    goes_on $run 2 "${job[@]}"
}
if [ "$MPI_NAME" = openmpi ]; then
    ends_in_time TERM
    ends_in_time INT
fi

# Launchers and batch systems repeat themselves: that changes nothing, not even while the run ends.
start 0 --out again "${for_ever[@]}" --samples 3000000
until_trained again
for ((sent = 0; sent < 1000; sent++)); do
    kill -TERM "$launcher" 2>/dev/null && kill -USR1 "$launcher" 2>/dev/null || break
    nap 0.02
done
ends 3 60
[ $sent -gt 1 ] || bad "$what: ended before the signal was repeated"
is_saved again

# A second SIGINT ends it at once, however much it has still to do: what was learned is saved.
start 0 --out twice "${for_ever[@]}" --samples 100000000
until_trained twice
send INT 0
wait_for 60 has_saved twice || bad "$what: not saved"
is_running || bad "$what: 100,000,000 samples in no time"
send INT 0
ends 130 20
[ ! -e twice/summary.json ] || bad "$what: it went on to its end"

# During set-up, which waits here for the end of a configuration: a first signal is remembered.
# begin: opening the pipe waits for the program to have opened it too.
mkfifo conf
begin() {
    start 0 --config conf --out "$1"
    exec {configuration}>conf
}
end_configuration() {
    printf 'size = 8\niterations = 1000000000\n' >&"$configuration"
    exec {configuration}>&-
}
for signal in TERM INT; do
    begin "set-up-$signal"
    send $signal 0
    end_configuration
    ends 3 60
    is_saved "set-up-$signal"
    [ "$(saved "set-up-$signal")" = 1 ] || bad "$what: not stopped in its first iteration"
done

# A signal that was ignored at the start stays ignored, as under nohup.
(trap '' HUP INT USR1 && exec "$GFN_DIST" "${for_ever[@]}" --quiet --out deaf </dev/null) >log 2>&1 &
launcher=$! what='signals are ignored'
until_trained deaf
kill -HUP $launcher && kill -INT $launcher && kill -INT $launcher && kill -USR1 $launcher
until_trained deaf $(($(lines deaf) + 5))
send TERM 0
ends 3 60
is_saved deaf

# The first process of a container, for which the system has no default actions.
if unshare -rpf --kill-child true 2>/dev/null; then
    # first ARGUMENT...: as such a process, whose id here is $first.
    first() {
        env --default-signal=INT,HUP unshare -rpf --kill-child "$GFN_DIST" "$@" </dev/null >log 2>&1 &
        launcher=$! what="process 1, $*"
        wait_for 20 pgrep -P $launcher >/dev/null
        first=$(pgrep -P $launcher)
    }
    for signal in TERM INT HUP; do
        first "${for_ever[@]}" --quiet --out "first-$signal"
        until_trained "first-$signal"
        kill -$signal "$first"
        ends 3 60
        is_saved "first-$signal"
    done
    first "${for_ever[@]}" --quiet --samples 100000000 --out first
    until_trained first
    kill -INT "$first"
    wait_for 60 has_saved first || bad "$what: not saved"
    kill -INT "$first"
    ends 130 20
    for command in 'eval first' 'sample first'; do
        for signal in TERM INT; do
            # shellcheck disable=SC2086  # words
            first $command --samples 100000000
            nap 0.3
            kill -$signal "$first"
            ends $((128 + $(kill -l $signal))) 20
        done
    done
    cat >endless.c - "$top_srcdir/tests/external/knapsack.c" <<'END'
#include <unistd.h>
__attribute__((constructor)) static void wait_for_ever(void)
{
    for (;;)
        pause();
}
END
    plugin endless endless.c
    first check-env ./endless.so
    nap 0.3
    kill -INT "$first"
    ends 130 20
else
    echo "no namespace of processes: the first process of a container is not tested"
fi

has_received() { ! grep -qE '^(Shd|Sig)Pnd:.*[1-9a-f]' "/proc/$launcher/status"; }
begin set-up-twice
send INT 0
wait_for 20 has_received
is_running || bad "$what: ended by the first SIGINT"
send INT 0
ends 130 20
exec {configuration}>&-
exit $failed
