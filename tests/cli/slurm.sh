#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The job script under a real Slurm: jobs that are preempted, with and without a time of grace, that
# reach their time limit or lose a host go on by themselves and end with the bits of an
# uninterrupted run.
set -u
script=$top_srcdir/scripts/gfn-dist.sbatch
hosts=$top_srcdir/scripts/netns-cluster
run=(--size 16 --batch-size 37 --iterations 8000 --checkpoint-every 50 --threads 1)

if [ "${1-}" != inside ]; then
    if [ "$MPI_NAME" != openmpi ]; then
        echo "built with $MPI_NAME: only Open MPI is tried"
        exit 77
    fi
    exec "$top_srcdir/scripts/slurm-cluster" 6 "$TMPDIR/slurm" -- bash "${BASH_SOURCE[0]}" inside
fi
. "$top_srcdir/tests/cli/common.sh"

# submit NAME LAUNCHER SBATCH-OPTION... -- GFN-DIST-OPTION...
declare -A job
submit() {
    local name=$1 options=()
    export LAUNCHER=$2 RUN=$TMPDIR/$1
    shift 2
    while [ "$1" != -- ]; do
        options+=("$1") && shift
    done
    job[$name]=$(sbatch --parsable --output "$name.out" "${options[@]}" "$script" "${@:2}") ||
        bad "$name: not submitted"
}

# freeze NAME HOST...: stops the ranks when the first checkpoint stands, so that the job cannot end
# before what it waits for comes. Slurm sends SIGCONT with its own signals.
freeze() {
    wait_for 120 test -e "$1/checkpoint.safetensors" || bad "$1: no checkpoint: $(cat "$1.out")"
    signal STOP "${@:2}"
    [ ! -e "$1/summary.json" ] || bad "$1: has ended too early"
}
signal() {
    local host pid
    for host in "${@:2}"; do
        for pid in $("$hosts" pids "$host"); do
            [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != gfn-dist ] || kill "-$1" "$pid"
        done
    done
}

# A job of partition high takes the place of one on these hosts.
preempt() { sbatch --partition high --nodelist "$1" --exclusive --output /dev/null --wrap 'sleep 1'; }

has_said() { grep -q "$2" "$1.out" 2>/dev/null; }
slurm_says() { scontrol --oneliner show job "${job[$1]}" | tr ' ' '\n' | sed -n "s/^$2=//p"; }
has_ended() { [[ $(slurm_says "$1" JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL)$ ]]; }

# ended NAME STATE STARTS
ended() {
    wait_for 180 has_ended "$1" || bad "$1: still $(slurm_says "$1" JobState)"
    local found
    found="$(slurm_says "$1" JobState) $(grep -c ' start [0-9]* on ' "$1.out")"
    [ "$found" = "$2 $3" ] || bad "$1: state and starts: $found, expected $2 $3"
    [ "$2" != COMPLETED ] || bits "$1" 2>&1 | cmp - one.bits || bad "$1: other bits"
    grep -E '^gfn-dist|^slurmstepd' "$1.out"
    [ $failed -eq 0 ] || cat "$1.out"
}

"$GFN_DIST" "${run[@]}" --quiet --out one || exit 1
bits one >one.bits

# Of several tasks one speaks, however they are connected; one task needs no MPI, and takes turns.
"$GFN_DIST" --help >help
for mpi in none pmi2 pmix; do
    srun --mpi=$mpi --ntasks 2 "$GFN_DIST" --help </dev/null 2>&1 | cmp - help ||
        bad "srun --mpi=$mpi: two tasks print other help"
    srun --mpi=$mpi --ntasks 1 bash -c '"$0" "$@" --iterations 9 && "$0" eval "${@: -1}"' \
        "$GFN_DIST" "${run[@]}" --quiet --out $mpi >$mpi.out 2>&1 </dev/null ||
        bad "srun --mpi=$mpi: one task: $(cat $mpi.out)"
done

# Frozen until Slurm's warning comes, which takes it half a minute to a minute.
submit limit mpirun --time 1 --signal B:USR1@5 --nodelist node3 --ntasks 2 -- "${run[@]}"
freeze limit node3
{
    wait_for 200 has_said limit 'SIGUSR1: stopping'
    signal CONT node3
} &

# Slurm needs some time until it knows that a host is lost.
submit lost mpirun --exclude 'node[1-3]' --nodes 2 --ntasks 4 -- "${run[@]}"
wait_for 120 test -e lost/checkpoint.safetensors || bad "lost: no checkpoint: $(cat lost.out)"
"$hosts" cut node5

submit wrong mpirun --nodelist node1 --ntasks 2 -- --size 1
ended wrong FAILED 1
has_said wrong 'wrong options: not requeued' || bad "wrong: $(cat wrong.out)"

submit preempted mpirun --nodelist 'node[1-2]' --ntasks 4 -- "${run[@]}"
freeze preempted node1 node2
preempt 'node[1-2]'
ended preempted COMPLETED 2

submit grace srun --partition grace --nodelist 'node[1-2]' --ntasks 4 -- "${run[@]}"
freeze grace node1 node2
preempt 'node[1-2]'
ended grace COMPLETED 2
has_said grace 'preempted: back into the queue' || bad "grace: requeued by Slurm"

ended lost COMPLETED 2
has_said lost 'start 1 on node\[4-5\]' && has_said lost 'start 2 on node\[4,6\]' ||
    bad "lost: other hosts than expected"

ended limit COMPLETED 2
has_said limit 'exit status 3, saved: back into the queue' || bad "limit: did not requeue itself"

exit $failed
