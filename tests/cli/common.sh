# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: MIT
#
# What tests have in common, which source it: they run in TMPDIR and end with `exit $failed`.
# Those that disturb runs source tests/cli/jobs.sh, which begins with this.
set -u
cd "$TMPDIR" || exit 1
failed=0 # what a test exits with
cases=0  # of `refused`

# bad MESSAGE...: the test fails, and goes on.
bad() {
    echo "$*"
    failed=1
}

# nap SECONDS: without a process.
mkfifo never && exec {never}<>never && rm never || exit 1
nap() { read -rt "$1" -u "$never" || return 0; }

# wait_for SECONDS COMMAND...: until the command says yes; 1 if it never does.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        nap 0.02
    done
}

# ---- the program, whose output is in `out` and `err`

# passes ARGUMENT...: it succeeds.
passes() {
    timeout 60 "$GFN_DIST" "$@" >out 2>err </dev/null || bad "gfn-dist $*: exit $?: $(cat err)"
}

# shows PATTERN ARGUMENT...: it succeeds, with such a line on standard output.
shows() {
    local pattern=$1
    shift
    passes "$@"
    grep -qE -- "$pattern" out || bad "gfn-dist $*: expected $pattern: $(cat out)"
}

# refused STATUS PATTERN ARGUMENT...: it ends with this exit status and one line on standard error,
# which matches, and has made, changed and removed no file.
refused() {
    local status=$1 pattern=$2 found files now
    shift 2
    cases=$((cases + 1))
    files=$(snapshot)
    timeout 60 "$GFN_DIST" "$@" >out 2>err </dev/null
    found=$?
    now=$(snapshot)
    [ $found -eq "$status" ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE -- "$pattern" err &&
        [ ! -s out ] && [ "$now" = "$files" ] ||
        bad "gfn-dist $*: exit $found, expected $status and one line of $pattern: $(cat err out)" \
            "$(diff <(echo "$files") <(echo "$now") | grep '^[<>]')"
}
# All folders here, and files with their size and time.
snapshot() {
    find . -mindepth 1 ! -path ./out ! -path ./err -printf '%p' \
        \( -type d -printf '\n' -o -printf ' %s %T@\n' \) | sort
}
# What a message has that says all: refused 2 "^gfn-dist: size: $everything" --size 1
everything='expected .*found .* \(hint: '

# plugin NAME SOURCE: an environment of one's own, NAME.so.
plugin() {
    # shellcheck disable=SC2086  # flags are lists
    $CC $CPPFLAGS $CFLAGS -O0 -shared -fPIC -I"$top_srcdir/include" -I"$top_builddir/include" \
        -o "$1.so" "$2" $LDFLAGS || bad "$2 cannot be compiled"
}

# Crashes are wanted from here on: without a core, and told by the program, not a sanitizer.
let_crash() {
    ulimit -c 0
    export ASAN_OPTIONS=${ASAN_OPTIONS-}:handle_segv=0:handle_sigill=0
}

# ---- what runs leave behind

# summary DIRECTORY NAME: a value.
summary() { sed -nE "s/^ *\"$2\": ([^,]*),?/\1/p" "$1/summary.json" | head -n 1; }

# What must be equal of a run: its parameters, its samples, its checkpoint to the byte, its metrics
# but for the clock's.
bits() {
    grep '"params_crc"' "$1/summary.json"
    cksum <"$1/histogram.npy"
    cksum <"$1/checkpoint.safetensors"
    sed -E 's/"(time_s|trajectories_per_s)":[^,}]*,?//g' "$1/metrics.jsonl"
}
