#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Variables of a launcher that has ended, or of another process's slot, neither silence a process
# nor make it wait: it prints what it is asked for, and refuses to work with one line that says
# which variables to unset. A job of one rank needs no MPI. Ranks other than 0 stay silent.
. "$top_srcdir/tests/cli/common.sh"
mapfile -t shown < <(compgen -e | grep -E '^(OMPI_COMM|PMIX?_|SLURM_|MPI_LOCAL)')
unset "${shown[@]}"

job=(--size 4 --hidden 4 --iterations 2 --samples 0 --picture no)
runs=0

# alone VARIABLE...: a process with them speaks, does not train, and does as soon as it does what
# the message says.
alone() {
    local names
    cases=$((cases + 1))
    for request in --help list --version --print-config; do
        timeout 60 env "$@" "$GFN_DIST" $request >out 2>err </dev/null && [ -s out ] &&
            [ ! -s err ] || bad "$1: $request: exit $?: $(head -n 3 out err)"
    done
    timeout 60 env "$@" "$GFN_DIST" --sise 4 >out 2>err </dev/null
    [ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] || bad "$1: a bad option: exit $?: $(cat err)"
    for request in "eval nowhere" "${job[*]} --out never"; do
        # shellcheck disable=SC2086  # a list of words
        timeout 60 env "$@" "$GFN_DIST" $request >out 2>err </dev/null
        [ $? -eq 1 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -e never ] &&
            grep -qE "^gfn-dist: $everything.*unset " err || bad "$1: $request: $(cat out err)"
    done
    names=$(sed -nE 's/.* unset ([A-Z_ ]+)\)$/\1/p' err)
    # shellcheck disable=SC2046,SC2086  # a list of words
    timeout 60 env "$@" env $(printf -- '-u %s ' $names) "$GFN_DIST" "${job[@]}" \
        --out "run$((++runs))" >out 2>err </dev/null && grep -q '^1 rank ' err ||
        bad "$1: without $names: exit $?: $(cat err)"
}

# works VARIABLE...: a process with them trains, on one rank and without MPI.
works() {
    timeout 60 env "$@" "$GFN_DIST" "${job[@]}" --out "run$((++runs))" >out 2>err </dev/null &&
        grep -q '^1 rank ' err && grep -q '"mpi": "none"' "run$runs/summary.json" ||
        bad "$1: exit $?: $(cat err)"
}

dead=tcp4://127.0.0.1:1 # nobody listens there
sleep 0 &
ended=$!
wait $ended
alone OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=1
alone OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=0 PMIX_RANK=0 "PMIX_SERVER_URI4=1.0;$dead"
alone PMI_SIZE=4 PMI_RANK=1
alone PMI_SIZE=4 PMI_RANK=1 PMI_FD=77
alone PMI_SIZE=4 PMI_RANK=1 PMI_FD=1
alone MPI_LOCALNRANKS=4 MPI_LOCALRANKID=1 "PMI_PORT=$(uname -n):1" PMI_ID=1
alone PMIX_RANK=3 "PMIX_SERVER_URI2=1.0;$dead" "PMIX_SERVER_URI3=1.0;$dead"
alone PMIX_RANK=3 SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=3 SLURM_TASK_PID=$ended
alone SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=1 SLURM_TASK_PID=$ended
works OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_RANK=0 PMIX_RANK=0 "PMIX_SERVER_URI4=1.0;$dead"
works PMI_SIZE=1 PMI_RANK=0 PMI_FD=77
works PMIX_RANK=0 "PMIX_SERVER_URI4=1.0;$dead"
works PMIX_RANK=0 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0 SLURM_TASK_PID=$ended

# A task of Slurm that has no way to the others: rank 0 alone speaks.
task='SLURM_TASK_PID=$$ exec env SLURM_STEP_NUM_TASKS=4 "$@"'
bash -c "$task" - SLURM_PROCID=1 "$GFN_DIST" --help >out 2>&1 && [ ! -s out ] ||
    bad "rank 1 of srun: $(head -n 3 out)"
bash -c "$task" - SLURM_PROCID=1 "$GFN_DIST" "${job[@]}" --out never >out 2>&1
[ $? -eq 1 ] && [ ! -s out ] && [ ! -e never ] || bad "rank 1 of srun trains: $(cat out)"
bash -c "$task" - SLURM_PROCID=0 bash -c '"$0" --help; exit $?' "$GFN_DIST" >out 2>&1 &&
    [ -s out ] || bad "rank 0 of srun is silent"

[ "$MPI_NAME" != none ] || exit $failed

# The variables of a real launcher, after it has ended.
"$NP_RUN" --ranks 2 -- bash -c \
    '[ "${OMPI_COMM_WORLD_RANK-${PMI_RANK-0}}" = 0 ] || env -0 >rank1' >out 2>&1
mapfile -td '' leaked < <(grep -zE '^(OMPI|PMI|MPI|HYD|PRTE)' rank1)
[ ${#leaked[@]} -gt 2 ] || bad "no variables of a launcher: $(cat out)"
alone "${leaked[@]}"

# One after another in one slot. MPICH's launcher closes its connection when the first has ended.
# (Open MPI 5 may tell that hosts have no network in common; its pages have rows of dashes.)
twice() {
    "$NP_RUN" --ranks "$1" -- bash -c '"$0" "$@" && "$0" eval "${@: -1}" --samples 10' \
        "$GFN_DIST" "${job[@]}" --out "twice-$1" >out 2>err
}
works=(1)
[ "$MPI_NAME" != openmpi ] || works+=(2)
for ranks in "${works[@]}"; do
    twice $ranks || bad "twice, $ranks ranks: exit $?"
    [ "$(grep -c "$ranks rank" err)" -eq 1 ] && ! grep -qE '^gfn-dist: |-----' err && [ -s out ] ||
        bad "twice, $ranks ranks: $(cat err)"
done
if [ "$MPI_NAME" = mpich ]; then
    twice 2 && bad "2 ranks twice: exit 0"
    [ "$(grep -c '^gfn-dist: expected 2 ranks .*(hint: to run alone, unset PMI_RANK' err)" -eq 2 ] ||
        bad "2 ranks twice: $(cat err)"
fi

# Ranks, also those of a script, speak with one voice. (tests/cli/ranks.sh: errors)
for script in 'exec "$0" --help' '"$0" --help; exit $?'; do
    "$NP_RUN" --ranks 3 -- bash -c "$script" "$GFN_DIST" >out 2>err || bad "3 ranks: exit $?"
    "$GFN_DIST" --help | cmp - out && [ ! -s err ] || bad "3 ranks, $script: $(cat err)"
done

# The child of a rank that has started MPI has no rank of its own.
cat >parent.c <<'END'
#include <mpi.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
    int rank, status = 0;
    MPI_Request all;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 1)
        status = system(argv[1]);
    MPI_Ibarrier(MPI_COMM_WORLD, &all);
    MPI_Wait(&all, MPI_STATUS_IGNORE);
    MPI_Finalize();
    return status != 0;
}
END
# shellcheck disable=SC2086  # flags are lists
$CC $CPPFLAGS $MPI_CFLAGS -o parent parent.c $MPI_LIBS || bad "parent.c cannot be compiled"
cat >child <<'END'
timeout -s KILL 60 "$GFN_DIST" --help >child.out 2>child.err || echo "--help: exit $?"
timeout -s KILL 60 "$GFN_DIST" --size 4 --out child.run 2>>child.err
[ $? -eq 1 ] || echo "training: exit $?"
END
"$NP_RUN" --timeout 100 --ranks 2 -- ./parent 'bash child' >out 2>err || bad "a parent: exit $?"
[ -s child.out ] && [ ! -s out ] && [ ! -e child.run ] && [ "$(wc -l <child.err)" -eq 1 ] &&
    grep -qE "^gfn-dist: $everything.*unset " child.err ||
    bad "the child of a rank: $(cat out err child.err)"

# A slot that has been used: MPICH closes its connection. (Open MPI does not, and prints a page.)
if [ "$MPI_NAME" = mpich ]; then
    "$NP_RUN" --timeout 60 --ranks 2 -- bash -c '"$0" "$@" --out both; "$0" eval both; :' \
        "$GFN_DIST" "${job[@]}" --quiet >out 2>err
    [ "$(grep -cE "^gfn-dist: $everything.*unset " err)" -eq 2 ] && [ "$(wc -l <err)" -eq 2 ] ||
        bad "a used slot: $(cat err)"
fi
exit $failed
