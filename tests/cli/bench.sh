#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The benchmark measures a small job and says what scripts/bench reads; nothing here asks how fast
# anything is.
. "$top_srcdir/tests/cli/common.sh"
bench=$top_builddir/tests/bench/bench
fused=$top_builddir/tests/bench/fused

# value FILE FIELD: a number of the JSON object in a file; "null" where it is not known.
value() { sed -nE "s/.*\"$2\": \[?([-+.0-9e]+|null).*/\1/p" "$1"; }

# is FILE FIELD TEST: the number x of a field passes a test in awk's words.
is() {
    local x
    x=$(value "$1" "$2")
    case $x in
    '' | null) bad "$1: $2 is '$x', expected a number" ;;
    *) awk -v x="$x" "BEGIN { exit !($3) }" || bad "$1: $2 is $x, expected $3" ;;
    esac
}

# measure FILE ARGUMENT...
measure() {
    local file=$1
    shift
    "$bench" "job=size=8 batch-size=48 threads=1" repeats=2 seconds=0.01 "$@" >"$file" ||
        bad "exit $?: bench $*"
}

"$GFN_DIST" --size 8 --iterations 150 --quiet --out run || bad "training failed"
measure early
measure trained trained=run end=end
for file in early trained; do
    is $file ranks 'x == 1'
    is $file threads 'x == 1'
    is $file batch_size 'x == 48'
    is $file parameters 'x == 64 * 32 + 32 + 32 * 3 + 3 + 1'
    is $file steps 'x >= 1'
    is $file states 'x == 64'
    is $file flop 'x == 64 * (2 * 32 + 6 * 32 * 3)'
    is $file peak_gflops 'x > 0'
    is $file peak_memory 'x > 0'
    is $file seconds 'x > 0'
    for phase in sampling gradient communication optimizer; do
        is $file $phase 'x >= 0'
    done
done
# A trajectory that draws from the target has 8 steps on average.
is early steps_per_trajectory 'x > 1 && x < 5'
is trained steps_per_trajectory 'x > 6 && x < 10'
for what in first_evaluation evaluation objects draw files; do
    [ "$(value early $what)" = null ] || bad "$what was measured, and nobody asked"
    is trained $what 'x > 0'
done
crc=$(grep '"params_crc"' run/summary.json)
[ -n "$crc" ] && [ "$crc" = "$(grep '"params_crc"' end/summary.json)" ] ||
    bad "the policy did not stay what it was"

# Passes fused by hand agree with the autograd core's, or the program fails.
for kernels in plain ''; do
    for shape in 'one_hot 256' 'one_hot 48' 'k_hot 96'; do
        GFN_KERNELS=$kernels "$fused" $shape 0.001 >passes || bad "exit $?: fused $shape, $kernels"
        for pass in forward backward; do
            is passes tape_$pass 'x > 0'
            is passes hand_$pass 'x > 0'
        done
    done
done
"$fused" one_hot 17 0.001 >out 2>err && bad "accepted: 17 rows"
grep -q '^fused: expected' err || bad "fused one_hot 17: $(cat err)"

# refuses PATTERN ARGUMENT...
refuses() {
    local pattern=$1
    shift
    "$bench" "$@" >out 2>err && bad "accepted: bench $*"
    grep -qE "^bench: $pattern" err || bad "bench $*: $(cat err)"
}
refuses '.*NAME=VALUE' size
refuses '.*nonsense' nonsense=1
refuses '.*size' job=size=1
refuses '.*another shape' job=size=9 trained=run
refuses '.*nowhere' trained=nowhere

if [ "$MPI_NAME" != none ]; then
    "$NP_RUN" --ranks 2 -- "$bench" "job=size=8 batch-size=48 threads=1" repeats=2 seconds=0.01 \
        trained=run end=end-2 >ranks || bad "exit $? on 2 ranks"
    is ranks ranks 'x == 2'
    is ranks seconds 'x > 0'
    is ranks files 'x > 0'
    [ "$(value ranks flop)" = null ] || bad "what 2 ranks compute together is not known"
fi

if command -v python3 >/dev/null; then
    script=("$top_srcdir/scripts/bench" --build "$top_builddir" --seconds 0.005 --repeats 1)
    "${script[@]}" --layouts 1x1 --json json default-256 whole-default-1 >table 2>err ||
        bad "exit $?: ${script[*]}: $(cat err)"
    grep -q '^| default-256 .* trained .* 1x1 ' table || bad "$(cat table)"
    grep -q '^| autograd core.* default-256 .* <= ' table || bad "$(cat table)"
    grep -q '^| 10,000 samples.* default-256 .* <= ' table || bad "$(cat table)"
    python3 -c 'import json; print(len(json.load(open("json"))["cells"]))' >cells ||
        bad "what --json writes is not JSON"
    [ "$(cat cells)" = 2 ] || bad "expected 2 cells, found $(cat cells)"
    "${script[@]}" nonsense >out 2>err && bad "accepted the job 'nonsense'"
    grep -q "no job 'nonsense'" err || bad "$(cat err)"
fi
exit $failed
