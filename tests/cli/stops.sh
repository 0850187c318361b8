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

has_received() { ! grep -qE '^(Shd|Sig)Pnd:.*[1-9a-f]' "/proc/$launcher/status"; }
begin set-up-twice
send INT 0
wait_for 20 has_received
is_running || bad "$what: ended by the first SIGINT"
send INT 0
ends 130 20
exec {configuration}>&-
exit $failed
