#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Bad input ends with one message that says what was expected, what was found and a hint, and leaves
# nothing behind.
. "$top_srcdir/tests/cli/common.sh"

# Every option of training with values that it cannot have.
for option in size ndim batch-size iterations seed threads samples eval-every log-every \
    checkpoint-every; do
    for value in '' abc -1 nan inf 1.5 99999999999999999999 ' 3' 0x10; do
        refused 2 "^gfn-dist: $option: $everything" "--$option=$value"
    done
done
for option in lr lr-logz weight-decay clip-norm r0 r1 r2 time-limit; do
    for value in abc -1 nan inf 1e999 '1 ' 1e-3x; do
        refused 2 "^gfn-dist: $option: $everything" "--$option=$value"
    done
done
for value in 0 -3 '32,' ',32' 32,0 a 70000 1e3 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17; do
    refused 2 "^gfn-dist: hidden: $everything" "--hidden=$value"
done
for option in env preset objective backward activation schedule reward encoding progress color; do
    refused 2 "^gfn-dist: $option: $everything" "--$option" nonsense
    refused 2 "^gfn-dist: $option: $everything" "--$option="
done
refused 2 "^gfn-dist: size: $everything" --size 1
refused 2 "^gfn-dist: size: $everything" --size 0
refused 2 "^gfn-dist: ndim: $everything" --ndim 0
refused 2 "^gfn-dist: batch-size: $everything" --batch-size 0
refused 2 '^gfn-dist: hypergrid: r0 is 0, needs .*hint' --r0 0
refused 2 "^gfn-dist: weight-decay: $everything" --lr 1 --weight-decay 1
refused 2 "^gfn-dist: threads: $everything" --threads 0

# Spaces that overflow.
refused 2 'hint.*khot' --size 2147483647 --ndim 2 --encoding onehot
refused 2 'hint' --size 2147483647 --ndim 32
refused 2 'hint' --size 1000000 --ndim 30 --batch-size 524288

# Names.
refused 2 'found "sise" \(hint: size\)' --sise 16
refused 2 'found "itarations" \(hint: iterations\)' --itarations=5
refused 2 "$everything" -x
refused 2 'expected an option such as --size 16, found "-size"' -size 16
refused 2 'expected an option such as --size 16, found "-n"' -n 8
refused 2 "$everything" frobnicate
refused 2 "$everything" train again
refused 2 'size: expected a value, found none' --size
refused 2 "$everything" sample
refused 2 "$everything" eval
refused 2 "$everything" eval a b
refused 2 "$everything" eval a --size 8
refused 2 "$everything" eval a --out x
refused 2 "$everything" sample a --progress never
refused 2 "$everything" list --config x
refused 2 "^gfn-dist: trajectories: expected an option of train, found .*hint" --trajectories x
refused 2 "^gfn-dist: trajectories: expected an option of train, found .*hint" \
    --print-config train --trajectories x
refused 2 '^gfn-dist: generate: expected no other option, found "size" .*hint' \
    --generate man --size 8
refused 2 '^gfn-dist: generate: expected no other option, found "print-config" .*hint' \
    --generate bash --print-config
refused 2 '^gfn-dist: generate: expected an option of eval, .*hint' eval a --generate man
refused 2 '^gfn-dist: print-config: expected an option of check-env, .*hint' \
    check-env hypergrid --print-config

# Presets.
refused 2 '^gfn-dist: preset: expected one of seed, torchgfn-2d8, .*found "sead".*hint' --preset sead
refused 2 '^gfn-dist: preset: expected none beside --config a.ini, found seed .*preset = seed' \
    --preset seed --config a.ini
printf 'preset = sead\n' >bad.ini
refused 2 '^gfn-dist: bad.ini: preset: expected one of seed, ' --config bad.ini
refused 2 "$everything" eval a --preset seed

# What is printed are the options of one new run.
refused 2 "^gfn-dist: seeds: expected nothing beside --print-config, found \"0-9\" .*hint" \
    --print-config --seeds 0-9
refused 2 "^gfn-dist: resume: expected nothing beside --print-config, found \"run\" .*hint" \
    --resume run --print-config
refused 2 "^gfn-dist: preset: $everything" --print-config --preset sead
refused 1 'missing.ini' --print-config --config missing.ini
refused 2 "$everything" eval a --print-config

# Seeds.
for value in '' abc -1 3- 5-4 1,1 0-5,3 1.5 0-1000 99999999999999999999; do
    refused 2 "^gfn-dist: seeds: $everything" "--seeds=$value"
done
refused 2 '^gfn-dist: seed: expected none beside --seeds 0-9, found 3 .*hint' --seeds 0-9 --seed 3
refused 2 "^gfn-dist: size: $everything" --seeds 0-9 --size 1
refused 2 "^gfn-dist: weight-decay: $everything" --seeds 0-9 --lr 1 --weight-decay 1
refused 2 "$everything" eval a --seeds 0-9
refused 1 'nowhere: expected the directory of a sweep' --resume nowhere --seeds 0-9

# Files.
refused 1 'nowhere' eval nowhere
refused 1 'nowhere' sample nowhere
refused 1 'missing.ini' --config missing.ini
printf 'size = 16\nsise = 3\n' >bad.ini
refused 2 'bad.ini:2: .*sise.*hint' --config bad.ini
printf 'size = 1\n' >bad.ini
refused 2 'bad.ini:1: size: expected' --config bad.ini
printf 'size 16\n' >bad.ini
refused 2 'bad.ini:1' --config bad.ini
touch file
refused 1 'file' --out file/run
refused 1 '/proc' --out /proc/run
refused 2 'file: expected a folder, found a file .*hint' --out file

# A run is never overwritten.
"$GFN_DIST" --size 4 --iterations 3 --quiet --out run || failed=1
before=$(cat run/* | cksum)
refused 2 'run.*hint' --size 4 --iterations 3 --out run
[ "$before" = "$(cat run/* | cksum)" ] || bad "the run directory was touched"

# A run directory that vanishes during the run.
"$GFN_DIST" --size 4 --iterations 100000000 --time-limit 1 --quiet --out gone >out 2>err &
sleep 0.4
rm -r gone
wait $!
if [ $? -ne 1 ] || [ "$(wc -l <err)" -ne 1 ] || ! grep -q 'gone.*hint' err; then
    bad "a vanished run directory: $(cat err)"
fi

# A damaged checkpoint.
head -c 3000 run/checkpoint.safetensors >cut
cp cut run/checkpoint.safetensors
refused 1 'checkpoint' eval run

# A full disk.
if [ -w /dev/full ]; then
    "$GFN_DIST" --size 4 --iterations 3 --out full >/dev/full 2>err
    [ $? -eq 1 ] && grep -q 'standard output' err || bad "a full disk: $(cat err)"
fi
echo "$cases cases"
exit $failed
