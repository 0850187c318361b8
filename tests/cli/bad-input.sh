#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Bad input as a shell sees it: the exit status, one message, and no file. Each command here stands
# for a way through the program. (tests/unit/ui/refusals.c: what is refused, with which message)
. "$top_srcdir/tests/cli/common.sh"

refused 2 'found "sise" \(hint: size\)' --sise 16                       # the command line
refused 2 "^gfn-dist: size: $everything" --size 1                       # an option
refused 2 "^gfn-dist: size: $everything" --seeds 0-9 --size 1           # an option of a sweep
refused 2 '^gfn-dist: hypergrid: r0 is 0, needs .*hint' --r0 0          # the environment
refused 2 "^gfn-dist: preset: $everything" --print-config --preset sead # printing
refused 1 'nowhere' eval nowhere                                        # a run directory
refused 1 'missing.ini' --config missing.ini                            # a file

# A run is never overwritten.
"$GFN_DIST" --size 4 --iterations 3 --quiet --out run || failed=1
before=$(cat run/* | cksum)
refused 2 'run.*hint' --size 4 --iterations 3 --out run
[ "$before" = "$(cat run/* | cksum)" ] || bad "the run directory was touched"

# A run directory that vanishes during the run.
"$GFN_DIST" --size 4 --iterations 100000000 --time-limit 1 --quiet --out gone >out 2>err &
wait_for 10 [ -e gone/config.ini ] || bad "the run does not begin"
nap 0.2
rm -r gone
wait $!
if [ $? -ne 1 ] || [ "$(wc -l <err)" -ne 1 ] || ! grep -q 'gone.*hint' err; then
    bad "a vanished run directory: $(cat err)"
fi

# Output on a full disk. What is in files is complete; what is printed is lost.
if [ -w /dev/full ]; then
    full() {
        local status=$1
        shift
        "$GFN_DIST" "$@" >/dev/full 2>err
        [ $? -eq "$status" ] && [ "$(grep -c '^gfn-dist: standard output' err)" -eq 1 ] ||
            bad "gfn-dist $* on a full disk: $(cat err)"
    }
    full 0 --size 4 --iterations 3 --out full
    [ "$(summary full complete)" = true ] || bad "a full disk: the run is not complete"
    full 0 --size 4 --iterations 3 --seeds 0-1 --out full-sweep
    full 0 plot full --out full.png
    for arguments in 'eval full' 'sample full' list --help 'train --help' --version; do
        # shellcheck disable=SC2086  # words
        full 1 $arguments
    done
fi

# If a reader closes standard output or standard error, the program continues and prints no message.
gone() {
    local what=$1
    shift
    "$GFN_DIST" "$@" 2> >(head -c 1 >/dev/null) | head -c 1 >/dev/null
    [ "${PIPESTATUS[0]}" -eq 0 ] || bad "gfn-dist $*, whose reader goes away: ${PIPESTATUS[0]}"
    [ "$what" = none ] || [ "$(summary "$what" complete)" = true ] || bad "$what is not complete"
}
gone gone1 --size 8 --iterations 3000 --log-every 1 --out gone1
gone gone2/seed-2 --size 8 --iterations 2000 --seeds 0-2 --out gone2
gone none sample gone1 --samples 100000
gone none eval gone1
gone none list

# Closed standard descriptors: no file becomes one of them.
for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
    eval "\"\$GFN_DIST\" --size 8 --iterations 100000000 --log-every 50 --time-limit 0.3 \
        --out closed >out 2>err $closed"
    [ $? -eq 3 ] || bad "with $closed: it does not stop"
    ! grep -v '^{' closed/metrics.jsonl || bad "with $closed: messages in metrics.jsonl"
    passes --resume closed --iterations "$(($(summary closed iteration) + 10))"
    rm -r closed
done
echo "$cases cases"
exit $failed
