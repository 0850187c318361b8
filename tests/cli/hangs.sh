#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A job in which a process hangs ends by itself, with one message that says which rank, at what and
# since when, and goes on to the bits of one that never hung.
. "$top_srcdir/tests/cli/jobs.sh"
shopt -s extglob

job=(--size 8 --batch-size 24 --hidden 16 --schedule constant --samples 500
    --log-every 10 --eval-every 70 --checkpoint-every 40)
for_ever=("${job[@]}" --iterations 1000000000)
n=0

# hangs STATUS RANK WHERE: the watch ends the job with one message.
hangs() {
    ends "$1" 60
    says "rank $2 \(process [0-9]+ on .*\) has not moved for [0-9]+ s: it is in $3; .*\(hint: "
}

# A disk that does not answer: here a pipe that nobody reads stands where a checkpoint is written.
does_not_answer() {
    local run=run$((++n))
    mkdir $run && mkfifo $run/checkpoint.safetensors.tmp
    start "$1" --out $run "${for_ever[@]}" --watchdog 2s
    hangs "$2" 0 'files of iteration 40'
    rm $run/checkpoint.safetensors.tmp
    goes_on $run "$1" "${job[@]}"
}
does_not_answer 0 1

# The same before the run begins, which waits here for its configuration.
mkfifo conf
is_never_configured() {
    start "$1" --out never-$1 --config conf --watchdog 1s
    hangs "$2" 0 'set-up, evaluation, samples or ending'
    [ ! -e "never-$1" ] || bad "$what: it left something behind"
}
is_never_configured 0 1

# A rank that is stopped.
is_stopped() {
    local run=run$((++n))
    start 3 --out $run "${for_ever[@]}" --watchdog 2s
    what="$what, SIGSTOP to $1"
    until_saved $run
    send STOP "$1"
    hangs '!(0)' "$1" '.* of iteration [0-9]+'
    goes_on $run 2 "${job[@]}"
}
if [ "$MPI_NAME" != none ]; then
    does_not_answer 3 '!(0)'
    is_never_configured 3 '!(0)'
    is_stopped 1
    is_stopped 0
fi

# A process that is stopped for a while and goes on did not hang.
start 0 --out nap "${for_ever[@]}" --watchdog 1s
until_saved nap
send STOP 0
nap 2.5
send CONT 0
nap 0.5
send TERM 0
ends 3 60
goes_on nap 0 "${job[@]}"
exit $failed
