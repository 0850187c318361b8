#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A run is a function of its configuration and seed: parameters, histogram, checkpoint and metrics are
# the same bits for every number of ranks and threads.
set -eu
. "$top_srcdir/tests/cli/bits.sh"
ranks='1'
[ "$MPI_NAME" = none ] || ranks='1 2 3 4 8'
failed=0 runs=0

# same NAME OPTION...: train on every split and compare with one rank and thread.
same() {
    local name=$1 n t out threads
    shift
    for n in $ranks; do
        for t in 1 2 3 free; do
            out=$TMPDIR/$name-$n-$t
            threads=()
            [ "$t" = free ] || threads=(--threads "$t")
            if ! "$NP_RUN" --ranks "$n" -- "$GFN_DIST" "$@" "${threads[@]}" --quiet --out "$out" \
                >"$out.log" 2>&1; then
                echo "failed: $name on $n ranks x $t threads: $(cat "$out.log")"
                failed=1
                continue
            fi
            runs=$((runs + 1))
            bits "$out" >"$out.bits"
            if ! cmp -s "$TMPDIR/$name-1-1.bits" "$out.bits"; then
                echo "other bits: $name on $n ranks x $t threads"
                failed=1
            fi
        done
    done
    [ "$(wc -l <"$TMPDIR/$name-1-1.bits")" -gt 5 ] || failed=1
}

same 2d --size 16 --iterations 40 --batch-size 37 --eval-every 10
same 4d --size 6 --ndim 4 --hidden 40,24 --iterations 15 --batch-size 150 --eval-every 5 --r0 0.1
same many --size 16 --iterations 8 --batch-size 1100 --samples 100
same large --size 12 --ndim 4 --hidden 24 --iterations 4 --batch-size 1100 --samples 100
same few --size 40 --iterations 15 --batch-size 3 --hidden 16 --samples 100

# Another seed must give other bits, or nothing was compared.
"$GFN_DIST" --size 16 --iterations 40 --batch-size 37 --seed 1 --quiet --out "$TMPDIR/seed"
bits "$TMPDIR/seed" >"$TMPDIR/seed.bits"
if cmp -s "$TMPDIR/seed.bits" "$TMPDIR/2d-1-1.bits"; then
    echo "seed 1 gives the bits of seed 0"
    failed=1
fi
echo "$runs runs compared"
exit $failed
