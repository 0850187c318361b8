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

# A full disk.
if [ -w /dev/full ]; then
    "$GFN_DIST" --size 4 --iterations 3 --out full >/dev/full 2>err
    [ $? -eq 1 ] && grep -q 'standard output' err || bad "a full disk: $(cat err)"
fi
echo "$cases cases"
exit $failed
