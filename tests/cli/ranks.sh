#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# On several ranks: one voice, one exit status, no rank left hanging.
. "$top_srcdir/tests/cli/common.sh"
[ "$MPI_NAME" != none ] || exit 77

# says STATUS LINES PATTERN ARGUMENT...: exit status of the launcher; how many lines of gfn-dist
# stand on standard error, all of the pattern.
says() {
    local status=$1 lines=$2 pattern=$3 found
    shift 3
    "$NP_RUN" --timeout 60 --ranks 3 -- "$GFN_DIST" "$@" >out 2>err
    found=$?
    if [ $found -ne "$status" ] || [ "$(grep -cE "$pattern" err)" -ne "$lines" ] ||
        [ "$(grep -c '^gfn-dist: ' err)" -gt "$lines" ]; then
        bad "3 ranks, $*: exit $found (expected $status): $(cat err)"
    fi
}

says 2 1 '^gfn-dist: size: expected' --size 1
says 2 1 '^gfn-dist: .*sise.*hint: size' --sise 16
says 2 1 '^gfn-dist: .*nonsense' --objective nonsense
says 2 1 '^gfn-dist: size|^gfn-dist: .*encoding' --size 2147483647 --encoding onehot
says 1 1 '^gfn-dist: .*nowhere' eval nowhere
says 1 1 '^gfn-dist: .*/proc' --out /proc/run
says 0 1 '^3 ranks x [0-9]+ threads? on 1 host, [0-9]+ cores?( of |$)' --size 4 --iterations 3 --out a
says 2 1 '^gfn-dist: .*a.*hint' --size 4 --out a
says 3 1 '^3 ranks' --size 6 --iterations 100000000 --time-limit 0.3 --out b
says 0 0 '^gfn-dist' eval b --samples 100

# Samples from a checkpoint do not depend on ranks either.
"$NP_RUN" --ranks 3 -- "$GFN_DIST" sample a --samples 50 >three 2>err || failed=1
"$GFN_DIST" sample a --samples 50 >one 2>err || failed=1
cmp one three || failed=1
[ "$(wc -l <one)" -eq 50 ] || bad "expected 50 objects"

# A launcher of another MPI starts processes that each see one rank.
for other in mpirun.mpich mpirun.openmpi; do
    [ $other != mpirun.$MPI_NAME ] && command -v $other >/dev/null || continue
    MPI_NAME=${other#mpirun.} MPIEXEC=$other "$NP_RUN" --timeout 60 --ranks 2 -- \
        "$GFN_DIST" --size 4 --out wrong >out 2>err && bad "$other: exit 0"
    [ "$(grep -c '^gfn-dist: ' err)" -eq 1 ] && [ ! -e wrong ] &&
        grep -qE '^gfn-dist: expected 2 ranks .* which this launcher does not serve;' err ||
        bad "$other: $(cat err)"
done
exit $failed
