#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# --print-config prints the run that would be trained, and trains nothing.
# (tests/unit/ui/print_config.c: values and sources)
. "$top_srcdir/tests/cli/common.sh"

printf 'lr = 0.02\n\nbatch-size = 24\npreset = tb-8x4-r0.1\nsize = 5\nsamples = 50\n' >mine.ini
mine=(--config mine.ini --iterations 7 --batch-size 20 --log-every=1)
"$GFN_DIST" "${mine[@]}" --print-config >printed.ini 2>err || bad "exit $?: $(cat err)"
[ ! -s err ] || bad "it says $(cat err)"
[ "$(ls)" = "$(printf 'err\nmine.ini\nprinted.ini')" ] || bad "it left $(ls)"

# It has all options, as config.ini does, and repeats the run.
"$GFN_DIST" "${mine[@]}" --threads 1 --quiet --out run || bad "cannot train"
"$GFN_DIST" --config printed.ini --threads 1 --quiet --out again || bad "cannot read printed.ini"
[ "$(bits run)" = "$(bits again)" ] || bad "what was printed does not repeat the run"
values() { sed -nE 's/^([a-z0-9-]+) =( ([^;]*[^; ]))? *(;.*)?$/\1=\3/p' "$1" | grep -v ^threads=; }
[ "$(values run/config.ini)" = "$(values printed.ini)" ] ||
    bad "other options than config.ini: $(diff <(values run/config.ini) <(values printed.ini))"

# Several ranks print it once.
if [ "$MPI_NAME" != none ]; then
    "$NP_RUN" --ranks 3 -- "$GFN_DIST" --size 7 --print-config >printed.ini 2>err ||
        bad "3 ranks: $(cat err)"
    [ "$(grep -c '^size = 7' printed.ini)" -eq 1 ] || bad "3 ranks print $(cat printed.ini)"
fi
[ ! -e runs ] || bad "it made runs/"
exit $failed
