#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A plug-in that changes how the processor rounds, flushes to zero or traps, when it is loaded
# (as a shared object does that was linked with -ffast-math) or in its functions, changes no bit of
# a run; one notice says so.
. "$top_srcdir/tests/cli/common.sh"
source=$top_srcdir/tests/external/knapsack.c

# variant NAME EXPRESSION: NAME/knapsack.so, the knapsack after a change; a constructor may call
# change_mode(), which does what CHANGE says.
variant() {
    local name=$1 change=$2 expression=$3
    mkdir "$name"
    {
        echo '#define _GNU_SOURCE'
        echo '#include <fenv.h>'
        echo '#ifdef __SSE__'
        echo '#include <xmmintrin.h>'
        echo '#endif'
        echo 'static void change_mode(void);'
        sed -E "$expression" "$source"
        echo "static void change_mode(void) { $change; }"
    } >"$name/knapsack.c"
    plugin "$name/knapsack" "$name/knapsack.c"
}
at_load='1i static void __attribute__((constructor)) begin(void) { change_mode(); }'
in_all='s/^    const int items = .*/&\n    change_mode();/; s/^    const knapsack \*k = .*/&\n    change_mode();/'
mkdir plain fast
plugin plain/knapsack "$source"
CFLAGS="$CFLAGS -ffast-math" plugin fast/knapsack "$source"
is_x86=$(echo __SSE__ | $CC -E -P -x c - | grep -c 1)

# A job in a small space, whose learning rate makes parameters that flushing would set to 0; and one
# in a larger space, where functions are called in each iteration.
# shellcheck disable=SC2054
small=(--items 8 --room 60 --lr 1e-40 --lr-logz 1e-40 --iterations 30)
# shellcheck disable=SC2054
large=(--items 13 --room 40 --batch-size 150 --iterations 20)

# facts RUN: what must be equal, whatever the file of the plug-in is.
facts() {
    grep '"params_crc"' "$1/summary.json"
    grep -aoE '"data_crc32":"[^"]*"' "$1/checkpoint.safetensors"
    cksum <"$1/histogram.npy"
    sed -E 's/"(time_s|trajectories_per_s)":[^,}]*,?//g' "$1/metrics.jsonl"
}

# trains NAME NOTICES: both jobs, to the bits of the plain plug-in, with so many notices (a pattern).
trains() {
    local job threads n
    for job in small large; do
        local -n options=$job
        for threads in 1 2; do
            rm -rf run
            passes --env "./$1/knapsack.so" "${options[@]}" --hidden 16 --samples 2000 \
                --eval-every 10 --log-every 1 --threads "$threads" --quiet --out run
            n=$(grep -c 'floating-point mode' err)
            [[ $n =~ ^($2)$ ]] || bad "$1, $job, $threads threads: $n notices, not $2: $(cat err)"
            [ -e "$job" ] || facts run >"$job"
            facts run | cmp - "$job" || bad "$1, $job, $threads threads: other bits"
        done
    done
}
trains plain 0
trains fast '0|1' # only some compilers change the mode
variant upward 'fesetround(FE_UPWARD)' "$at_load"
trains upward 1
passes eval run --samples 100
[ "$(grep -c 'upward/knapsack.so changed the floating-point mode when it was loaded' err)" -eq 1 ] ||
    bad "eval: $(cat err)"
passes sample run --samples 3
[ "$(grep -c 'floating-point mode' err)" -eq 1 ] || bad "sample: $(cat err)"
shows '^knapsack keeps every rule' check-env upward/knapsack.so
[ "$(grep -c 'floating-point mode' err)" -eq 1 ] || bad "check-env: $(cat err)"
variant down 'fesetround(FE_DOWNWARD)' "$in_all"
trains down 1
variant creates 'fesetround(FE_TOWARDZERO)' 's/^    \*world = malloc.*/&\n    change_mode();/'
trains creates 1
if [ "$is_x86" -eq 1 ]; then
    variant flush '_mm_setcsr(_mm_getcsr() | 0x8040)' "$at_load"
    trains flush 1
    variant flushes '_mm_setcsr(_mm_getcsr() | 0x8040)' "$in_all"
    trains flushes 1
    variant traps 'feclearexcept(FE_ALL_EXCEPT); feenableexcept(FE_ALL_EXCEPT)' "$at_load"
    trains traps 1
fi

refused 1 '^gfn-dist: knapsack breaks a rule: functions leave the floating-point mode as it was; in state .*found another \(hint: ' \
    check-env down/knapsack.so

# A sweep says it once, and several ranks say it once.
passes --env ./upward/knapsack.so "${small[@]}" --seeds 0-2 --samples 0 --quiet --out sweep
[ "$(grep -c 'floating-point mode' err)" -eq 1 ] || bad "a sweep: $(cat err)"
if [ "$MPI_NAME" != none ]; then
    rm -rf run
    "$NP_RUN" --ranks 3 -- "$GFN_DIST" --env ./down/knapsack.so "${large[@]}" --hidden 16 \
        --samples 2000 --eval-every 10 --log-every 1 --threads 2 --quiet --out run >err 2>&1 ||
        bad "3 ranks: $(cat err)"
    [ "$(grep -c 'floating-point mode' err)" -eq 1 ] || bad "3 ranks: $(cat err)"
    facts run | cmp - large || bad "3 ranks: other bits"
fi
exit $failed
