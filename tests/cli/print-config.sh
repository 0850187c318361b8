#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# --print-config: what would run and where each value comes from, as --config takes it; nothing is
# trained for it, and what it prints is the run.
. "$top_srcdir/tests/cli/common.sh"
prints() { "$GFN_DIST" "$@" --print-config >printed.ini 2>err || bad "$*: exit $?: $(cat err)"; }
has() { grep -qxE "$1 = $2 +; $3" printed.ini || bad "no line $1 = $2 ; $3: $(grep "^$1 " printed.ini)"; }

# The command line lies over the file, the file over its preset, the preset over the defaults.
printf 'lr = 0.02\n\nbatch-size = 24\npreset = tb-8x4-r0.1\nsize = 5\nsamples = 50\n' >mine.ini
mine=(--config mine.ini --iterations 7 --batch-size 20 --log-every=1)
prints "${mine[@]}"
has iterations 7 'command line'
has batch-size 20 'command line'
has lr 0.02 'mine.ini:1'
has size 5 'mine.ini:5'
has preset tb-8x4-r0.1 'mine.ini:4'
has hidden 256,256 'preset tb-8x4-r0.1'
has lr-logz 0.1 'preset tb-8x4-r0.1'
has seed 0 default
has clip-norm 0 default
[ ! -s err ] || bad "it says $(cat err)"
[ "$(ls)" = "$(printf 'err\nmine.ini\nprinted.ini')" ] || bad "it left $(ls)"

# It is all there is, as config.ini has it, and repeats the run.
"$GFN_DIST" "${mine[@]}" --threads 1 --quiet --out run || bad "cannot train"
cp printed.ini first.ini
"$GFN_DIST" --config first.ini --threads 1 --quiet --out again || bad "cannot take what was printed"
[ "$(bits run)" = "$(bits again)" ] || bad "what was printed does not repeat the run"
values() { sed -nE 's/^([a-z0-9-]+) =( ([^;]*[^; ]))? *(;.*)?$/\1=\3/p' "$1" | grep -v ^threads=; }
[ "$(values run/config.ini)" = "$(values first.ini)" ] ||
    bad "other options than config.ini has: $(diff <(values run/config.ini) <(values first.ini))"
[ "$(values first.ini | wc -l)" -gt 30 ] || bad "few options: $(values first.ini)"

# Printed again it is the same, with other sources.
prints --config first.ini
[ "$(values printed.ini)" = "$(values first.ini)" ] || bad "it changes when it is printed again"
has lr 0.02 'first.ini:[0-9]+'

# A preset, and values that need quotes.
prints --preset gfnx-20x4 --size 6 --terminal-states 'a; b"é.npy'
has preset gfnx-20x4 'command line'
has size 6 'command line'
has backward tied 'preset gfnx-20x4'
grep -qxF '; command line' printed.ini || bad "no source of a value with quotes: $(cat printed.ini)"
cp printed.ini first.ini
prints --config first.ini
[ "$(grep ^terminal-states first.ini)" = "$(grep ^terminal-states printed.ini)" ] ||
    bad "a value with quotes: $(grep ^terminal-states first.ini printed.ini)"

# The environment, whoever names it.
printf 'seed = 1\nenv = hypergrid\n' >env.ini
prints --env hypergrid
has env hypergrid 'command line'
prints --config env.ini
has env hypergrid 'env.ini:2'
prints --config env.ini --env hypergrid
has env hypergrid 'command line'
has seed 1 'env.ini:1'
prints --config mine.ini
has env hypergrid default

# Several ranks print it once.
if [ "$MPI_NAME" != none ]; then
    "$NP_RUN" --ranks 3 -- "$GFN_DIST" --size 7 --print-config >printed.ini 2>err ||
        bad "3 ranks: $(cat err)"
    [ "$(grep -c '^size = 7' printed.ini)" -eq 1 ] || bad "3 ranks print $(cat printed.ini)"
fi
[ ! -e runs ] || bad "it made runs/"
exit $failed
