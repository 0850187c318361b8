#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A run may take as long as it likes: after 100,000 iterations with a thousand evaluations and
# checkpoints (30,000 under sanitizers, which are slow) it has no more memory and no more files open
# than after 2000 iterations.
. "$top_srcdir/tests/cli/jobs.sh"

# AddressSanitizer keeps what is freed; only a little of it here, in places that change.
allowed=400 lines=1000 # KB, lines
case ${CFLAGS-} in *sanitize*) allowed=4000 lines=300 ;; esac
export ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=1:thread_local_quarantine_size_kb=16

memory() { sed -nE 's/^VmRSS:\s*([0-9]+) kB/\1/p' "/proc/$1/status"; }
peak() { sed -nE 's/^VmHWM:\s*([0-9]+) kB/\1/p' "/proc/$1/status"; }
files() { find "/proc/$1/fd" -type l | wc -l; }

# stays_small RANKS RANK...: what each of these has after 20 lines and at the end.
stays_small() {
    local who pid early=() late=()
    start "$1" --out "long$1" --size 6 --batch-size 8 --hidden 8 --threads 1 --samples 100 \
        --iterations 1000000000 --log-every 100 --eval-every 100 --checkpoint-every 100
    shift
    until_trained "long$ranks" 20
    for who in "$@"; do
        pid=$(rank "$who")
        early+=("$(memory "$pid")" "$(files "$pid")")
    done
    until_trained "long$ranks" $lines 150
    for who in "$@"; do
        pid=$(rank "$who")
        late=("$(memory "$pid")" "$(files "$pid")")
        echo "rank $who of $ranks: ${early[0]} and ${late[0]} KB (at most $(peak "$pid") KB)," \
            "${early[1]} and ${late[1]} files"
        [ "${late[0]}" -le $((early[0] + allowed)) ] || bad "$what: rank $who grows"
        # A checkpoint that is being saved has a few.
        [ "${late[1]}" -le $((early[1] + 5)) ] || bad "$what: rank $who opens more and more files"
        early=("${early[@]:2}")
    done
    send TERM 0
    ends 3 60
    [ "$(saved "long$ranks")" -ge "${lines}00" ] || bad "$what: too few iterations"
}
stays_small 0 0
[ "$MPI_NAME" = none ] || stays_small 2 0 1
exit $failed
