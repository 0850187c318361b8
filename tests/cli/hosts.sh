#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Over several hosts: the same bits as on one; a link that is cut is noticed, and the run goes on
# without that host; a short outage is survived; a rank that hangs ends the job.
set -u
keepalive=(--mca oob_tcp_keepalive_time 1 --mca oob_tcp_keepalive_intvl 1
    --mca oob_tcp_keepalive_probes 6)
job=(--size 16 --batch-size 37 --iterations 2000 --checkpoint-every 100 --eval-every 500 --threads 1)

cluster=$top_srcdir/scripts/netns-cluster
if [ "${1-}" != inside ]; then
    if [ "$MPI_NAME" != openmpi ]; then
        echo "built with $MPI_NAME: only Open MPI's launcher is tried"
        exit 77
    fi
    exec "$cluster" 3 -- bash "${BASH_SOURCE[0]}" inside
fi
. "$top_srcdir/tests/cli/common.sh"

same() {
    bits "$1" >"$1.bits" 2>&1
    cmp -s one.bits "$1.bits" || bad "$1: other bits than on one process"
}

# train NAME HOSTS OPTION...: begins a run over hosts; `launcher` is its mpirun.
train() {
    "$cluster" mpirun "$2" "${keepalive[@]}" "$GFN_DIST" "${@:3}" --out "$1" >"$1.out" 2>"$1.err" \
        </dev/null &
    launcher=$!
}
# The same, until its first checkpoint stands.
train_a_while() {
    train "$@"
    wait_for 30 test -e "$1/checkpoint.safetensors" && kill -0 $launcher ||
        bad "$1: no checkpoint in the middle: $(cat "$1.err")"
}
# goes_on NAME HOSTS: ends the run over these hosts.
goes_on() {
    "$cluster" mpirun "$2" "$GFN_DIST" --resume "$1" >"$1.out" 2>"$1.err" </dev/null ||
        bad "$1: exit $? from --resume over $2: $(cat "$1.err")"
    same "$1"
}

ranks() {
    local pid
    for pid in $("$cluster" pids "$1"); do
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != gfn-dist ] || echo "$pid"
    done
}
is_quiet() { [ -z "$("$cluster" pids node1)$("$cluster" pids node2)$("$cluster" pids node3)" ]; }

# ends NAME SECONDS: the job fails, within so many seconds, and leaves nothing running on any host.
ends() {
    local begin=$SECONDS status
    wait_for "$2" gone $launcher || bad "$1: still runs after $2 s"
    wait $launcher
    status=$?
    wait_for 10 is_quiet || bad "$1: left running: $(ps ax)"
    echo "$1: exit $status after $((SECONDS - begin)) s"
    [ $status -ne 0 ] || bad "$1: exit 0: $(cat "$1.err")"
    [ ! -e "$1/summary.json" ] || bad "$1: had ended before"
}
gone() { ! kill -0 "$1" 2>/dev/null; }

"$GFN_DIST" "${job[@]}" --quiet --out one || exit 1
bits one >one.bits

train three node1,node2,node3:2 "${job[@]}"
wait $launcher || bad "three: exit $?: $(cat three.err)"
grep -q '^4 ranks x 1 thread on 3 hosts, ' three.err || bad "three: layout: $(cat three.err)"
same three

# A host that only the launcher can lose, and the host of launcher and rank 0.
train_a_while cut node1,node2:2,node3 "${job[@]}"
"$cluster" cut node3
ends cut 20
"$cluster" heal node3
goes_on cut node1,node2

train_a_while first node1:2,node2,node3 "${job[@]}"
"$cluster" cut node1
ends first 20
goes_on first node2,node3:2
"$cluster" heal node1

train_a_while outage node1,node2,node3:2 "${job[@]}"
"$cluster" cut node2
sleep 0.5
lines=$(wc -l <outage/metrics.jsonl)
sleep 3
[ "$(wc -l <outage/metrics.jsonl)" -eq "$lines" ] || bad "outage: nothing was cut"
"$cluster" heal node2
wait $launcher || bad "outage: exit $?: $(cat outage.err)"
same outage

# Stopped ranks: one beside another of its host, one that is alone there. Nobody else is blamed.
for host in node2 node3; do
    name=stopped-$host
    train_a_while $name node1,node2:2,node3 "${job[@]}" --watchdog 3s
    kill -STOP "$(ranks $host | head -n 1)" || bad "$name: no rank to stop"
    ends $name 20
    grep -qE '^gfn-dist: rank [0-3] .*(has not moved|has been waiting) for' $name.err &&
        ! grep 'has not moved for' $name.err | grep -qv " on $host)" ||
        bad "$name: message: $(cat $name.err)"
    goes_on $name node1,node2:2
done

exit $failed
