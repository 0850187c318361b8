#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Whatever ends a process, the job ends soon and with all its processes, the last checkpoint is
# good, and the run goes on to the bits of one that nothing befell.
. "$top_srcdir/tests/cli/jobs.sh"
let_crash

job=(--size 8 --batch-size 24 --hidden 16 --schedule constant --samples 500
    --log-every 10 --eval-every 70 --checkpoint-every 40)
for_ever=("${job[@]}" --iterations 1000000000)
n=0

# ends_by STATUS RANKS SIGNAL WHOM: what is sent ends the job. The launcher speaks, if anybody; of a
# crash the rank says where it was.
ends_by() {
    local run=run$((++n))
    start "$2" --out $run "${for_ever[@]}"
    what="$what, SIG$3 to $4"
    until_saved $run
    send "$3" "$4"
    ends "$1" 60
    case $3 in
    ABRT | SEGV) says "rank $4: .* iteration [0-9]+ \(hint: " ;;
    *) ! grep -E '^gfn-dist: ' log || bad "$what: it complains" ;;
    esac
    goes_on $run 2 "${job[@]}"
}

# Launchers report in their own ways that a rank is not there any more.
shopt -s extglob
died='!(0)'
ends_by 137 0 KILL 0
if [ "$MPI_NAME" != none ]; then
    ends_by "$died" 3 KILL 2
    ends_by "$died" 3 ABRT 0
    ends_by "$died" 3 SEGV 1
    ends_by 137 3 KILL launcher
fi

# Numbers that are too large: nine layers and steps of 1000. The message says when.
blows_up() {
    local at expected
    [ "$1" -eq 0 ] && expected=1 || expected=$died
    start "$1" --out "loud$1" --size 8 --hidden 32,32,32,32,32,32,32,32,32 --lr 1000 \
        --checkpoint-every 1
    ends "$expected" 60
    says 'iteration [0-9]+: .* not finite .*\(hint: a smaller --lr\)'
    at=$(sed -nE 's/^gfn-dist: iteration ([0-9]+): .*/\1/p' log)
    [ "$(saved "loud$1")" = "$at" ] || bad "$what: failed in $at, saved was $(saved "loud$1")"
    [ -e "loud$1/checkpoint.prev.safetensors" ] || bad "$what: the checkpoint before is gone"
}
blows_up 0
[ "$MPI_NAME" = none ] || blows_up 3

# with_memory KB RANK: that rank, or a process without one, may have no more than that.
with_memory() {
    # shellcheck disable=SC2016,SC2034
    before=(bash -c 'rank=${OMPI_COMM_WORLD_RANK-${PMI_RANK-0}}
        [ "$rank" != "$1" ] || ulimit -v "$0"; shift; exec "$@"' "$1" "$2")
}

# lacks_memory RANKS RANK: at the beginning, and when it goes on: what was there stays.
lacks_memory() {
    local used run=large$1
    local size=(--size 8 --hidden '2048,2048' --threads 1 --iterations 2 --checkpoint-every 1)
    start "$1" --out "small$1" --threads 1 "${for_ever[@]}"
    until_saved "small$1"
    used=$(sed -nE 's/^VmPeak:\s*([0-9]+) kB/\1/p' "/proc/$(rank "$2")/status")
    send TERM "$2"
    ends 3 60
    with_memory $((used + 50000)) "$2"
    start "$1" --out "$run" "${size[@]}"
    ends 1 60
    says 'no memory for .*\(hint: '
    [ ! -e "$run" ] || bad "$what: it left something behind"
    start "$1" --out "$run" "${size[@]}"
    ends 0 100
    bits "$run" >whole.bits
    with_memory $((used + 50000)) "$2"
    start "$1" --resume "$run" --threads 1
    ends 1 60
    says 'no memory for .*\(hint: '
    bits "$run" | cmp - whole.bits || bad "$what: the run was touched"
}
case ${CFLAGS-} in
*sanitize*) echo "memory cannot be limited under sanitizers: left out" ;;
*)
    lacks_memory 0 0
    [ "$MPI_NAME" = none ] || lacks_memory 3 1
    ;;
esac
exit $failed
