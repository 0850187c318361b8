#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Presets: what they stand for lies below all other options, is written out, and repeats the run.
# `make check-long` (GFN_LONG=yes) trains them with three seeds to the thresholds of src/doc/running.md.
. "$top_srcdir/tests/cli/common.sh"
crc() { grep '"params_crc"' "$1/summary.json"; }
train() { "$GFN_DIST" "$@" --threads 1 --quiet || bad "it fails: $*"; }

# The seed's is the job without options, except for its rates and the start of log Z.
train --preset seed --out preset
train --schedule cosine --log-z-init 0 --out plain
[ "$(crc preset)" = "$(crc plain)" ] || bad "the preset seed is not its settings"
grep -qx 'preset = seed' preset/config.ini || bad "config.ini does not name the preset"

# Options override it, wherever they stand, and config.ini has what became of them.
train --iterations 6 --preset tb-8x4-r0.01 --lr 0.002 --samples 50 --out few
train --size 8 --ndim 4 --r0 0.01 --r1 0.5 --r2 2 --hidden 256,256 \
    --activation leaky-relu --batch-size 16 --iterations 6 --lr 0.002 --schedule cosine \
    --log-z-init 0 --samples 50 --out few-plain
[ "$(crc few)" = "$(crc few-plain)" ] || bad "tb-8x4-r0.01 is not its settings"
for line in 'preset = tb-8x4-r0.01' 'iterations = 6 ' 'lr = 0.002 ' 'size = 8 '; do
    grep -q "^$line" few/config.ini || bad "config.ini: no line $line"
done
train --config few/config.ini --out again
[ "$(bits few)" = "$(bits again)" ] || bad "config.ini does not repeat the run"
cmp few/config.ini again/config.ini || bad "config.ini is not written as it was read"
sed 's/^preset = .*/preset = gfnx-20x4/' few/config.ini >other.ini
train --config other.ini --out other
[ "$(crc few)" = "$(crc other)" ] || bad "a preset overrides the lines of its file"
printf 'iterations = 3\nsize = 6\npreset = tb-8x4-r0.1\nsamples = 50\n' >mine.ini
train --config mine.ini --lr 0.02 --out mine
for line in 'size = 6 ' 'lr = 0.02 ' 'r0 = 0.1' 'batch-size = 16 ' 'iterations = 3 '; do
    grep -q "^$line" mine/config.ini || bad "a file with a preset: no line $line"
done
train --resume few --preset tb-8x4-r0.01 --iterations 8 2>/dev/null

# All are listed.
"$GFN_DIST" list | sed -n '/^Presets/,$p' >list
names=$(sed -nE 's/^  ([a-z0-9.-]+) .*/\1/p' list)
worlds="tfbind8 qm9 bitseq-120-8 bitseq-small ising-10 dag-5 dag-20 set-30-20 set-80-60 tsp-10"
[ "$(xargs <<<"$names")" = \
    "seed torchgfn-2d8 gfnx-20x4 tb-8x4-r0.1 tb-8x4-r0.01 tb-8x4-r0.001 $worlds" ] ||
    bad "listed: $names"

# Those of other worlds bring their environment.
train --preset ising-10 --side 3 --iterations 5 --hidden 8 --samples 50 --out spins
grep -qx 'env = ising' spins/config.ini || bad "ising-10: another environment"
printf '%s\n' 0.3 -0.7 1.2 0.1 -0.4 0.9 >energies.csv
train --preset set-30-20 --items 6 --choose 3 --energies energies.csv --iterations 5 --hidden 8 --samples 50 --out items
train --config items/config.ini --out items-again
[ "$(crc items)" = "$(crc items-again)" ] || bad "config.ini does not repeat a set"
[ "$(awk 'length > 80' list)" = '' ] || bad "lines are too long: $(awk 'length > 80' list)"

# Without the file that a preset needs, the message says which; another source of rewards will do.
for preset in tfbind8:table qm9:table dag-5:data dag-20:data set-30-20:energies \
    set-80-60:energies tsp-10:cost; do
    refused 2 "^gfn-dist: preset ${preset%:*}: expected --${preset#*:} FILE: .{20}.*, found none \(hint: gfn-dist help env" \
        --preset "${preset%:*}" --iterations 1
done
refused 2 '--table FILE.*found none' --preset tfbind8 --seeds 0-1
refused 2 '^gfn-dist: set: expected a reward .*, found none \(hint: --energies FILE, --table FILE' --env set
train --preset qm9 --modes <(echo 00000) --iterations 2 --samples 0 --reward-normalize none \
    --floor-first no --out blocks

# reaches NAME L1 LOG_Z MODES OPTION...: at the end, of every seed.
reaches() {
    local name=$1 bounds=("$2" "$3" "$4") run
    shift 4
    "$GFN_DIST" --preset "$name" --seeds 0-2 --out "$name" "$@" >table 2>log ||
        bad "$name fails: $(cat log)"
    echo "$name" && cat table
    for run in "$name"/seed-*; do
        awk -v l1="${bounds[0]}" -v log_z="${bounds[1]}" -v modes="${bounds[2]}" '
            { gsub(/[":,]/, "") }
            !($1 in found) { found[$1] = $2 }
            END {
                error = found["log_z_error"] < 0 ? -found["log_z_error"] : found["log_z_error"]
                exit !(found["l1"] != "" && found["l1"] <= l1 && error <= log_z &&
                       found["modes"] >= modes)
            }' "$run/summary.json" || bad "$run: expected L1, log Z error, modes of ${bounds[*]}"
    done
}

if [ "${GFN_LONG-}" = yes ]; then
    reaches seed 1e-3 1e-4 4
    reaches torchgfn-2d8 1e-4 1e-4 4
    reaches gfnx-20x4 0.25 0.1 250 --eval-every 12000
    grep -h '"iteration":12000,' gfnx-20x4/seed-*/metrics.jsonl >early
    [ "$(grep -cE '"modes":25[0-6]' early)" -eq 3 ] || bad "gfnx-20x4 at 192,000: $(cat early)"
    for r0 in 0.1 0.01 0.001; do
        reaches tb-8x4-r$r0 0.045 0.02 16
    done
else
    reaches seed 1e-3 1e-4 4
fi
exit $failed
