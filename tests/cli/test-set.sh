#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Modes within a distance, and test sets: their metrics are the same on any number of ranks and
# threads, after a resume, and from `eval`; a run keeps the objects of a file.
# (tests/unit/reward/modes.c: distances; tests/unit/run/test_set.c: objects, exact values, refusals)
. "$top_srcdir/tests/cli/common.sh"

# 48 bits: too many states for exact evaluations. The modes are found within the first iterations,
# but not within the first one.
bits48=(--env sequence --letters bits:8 --length 6 --order any --modes bitseq:3 --mode-distance 17)
job=("${bits48[@]}" --test-set bitseq --hidden 16 --batch-size 8 --samples 60 --seed 4 --quiet
    --schedule constant --picture no --checkpoint-every 0)
splits='1-2'
[ "$MPI_NAME" = none ] || splits='1-2 2-1 3-2'

# metric RUN NAME: it must be there.
metric() {
    local found
    found=$(summary "$1" "$2")
    [ -n "$found" ] && echo "$found" || bad "$1: no $2"
}
# same NAME RUN RUN: both have the same value of a metric.
same() {
    [ "$(metric "$2" "$1")" = "$(metric "$3" "$1")" ] ||
        bad "$1: $(summary "$2" "$1") in $2, $(summary "$3" "$1") in $3"
}
all_bits() {
    grep '"params_crc"\|"modes\|"test_' "$1/summary.json"
    cksum <"$1/checkpoint.safetensors"
    sed -E 's/"(time_s|trajectories_per_s)":[^,}]*,?//g' "$1/metrics.jsonl"
}

# ---- any ranks and threads, and after a resume

passes "${job[@]}" --iterations 60 --threads 1 --out whole
[ "$(metric whole n_modes)" -eq 3 ] || bad "of 3 modes: $(summary whole n_modes)"
[ "$(metric whole modes)" -eq 3 ] || bad "modes found: $(summary whole modes)"
all_bits whole >whole.bits
for split in $splits; do
    "$NP_RUN" --ranks "${split%-*}" -- "$GFN_DIST" "${job[@]}" --iterations 60 \
        --threads "${split#*-}" --out "run-$split" >out 2>err || bad "$split: $(cat err)"
    all_bits "run-$split" | cmp -s - whole.bits ||
        bad "other bits on $split: $(all_bits "run-$split" | diff - whole.bits)"
done
ranks=1
[ "$MPI_NAME" = none ] || ranks=2
for first in 1 40; do # before and after all modes are found
    "$NP_RUN" --ranks $ranks -- "$GFN_DIST" "${job[@]}" --iterations $first --log-every 1 \
        --eval-every 1 --out "parts-$first" >out 2>err || bad "parts: $(cat err)"
    passes --resume "parts-$first" --iterations 60 --quiet
    for name in modes modes_all_at test_pearson test_spearman; do same $name whole "parts-$first"; done
done

# The number of trajectories is exact, whatever the lines are; they show it.
all_at=$(metric whole modes_all_at)
[ $((all_at % 8)) -eq 0 ] && [ "$all_at" -gt 8 ] && [ "$all_at" -le 320 ] || bad "all at $all_at"
passes "${job[@]}" --iterations 60 --eval-every 17 --out coarse
same modes_all_at whole coarse
sed -nE 's/.*"trajectories":([0-9]+).*"modes":([0-9]+).*/\1 \2/p' whole/metrics.jsonl >found
[ "$(wc -l <found)" -eq 60 ] || bad "lines with modes: $(cat found)"
awk -v all_at="$all_at" '{ if (($2 == 3) != ($1 >= all_at) || $2 < last) exit 1; last = $2 }' found ||
    bad "all modes after $all_at, but: $(cat found)"
grep -q '"modes_all_at":' <(head -n 1 whole/metrics.jsonl) && bad "all modes at first"
tail -n 1 whole/metrics.jsonl | grep -q '"modes_all_at":'"$all_at"',"test_pearson":.*"test_spearman":' ||
    bad "last line: $(tail -n 1 whole/metrics.jsonl)"
passes "${bits48[@]}" --iterations 60 --hidden 16 --batch-size 8 --seed 4 --samples 0 --out text
grep -qE "^  modes      3 of 3 found in training, all after $all_at trajectories" out ||
    bad "report: $(cat out)"
! grep -q test_ text/summary.json || bad "a test set that was not asked for"

# Nearer objects are fewer: within the distance 0 only the modes themselves count.
passes "${job[@]}" --iterations 60 --mode-distance 0 --out strict
[ "$(metric strict modes)" -lt 3 ] || bad "within 0: $(summary strict modes)"
[ -z "$(summary strict modes_all_at)" ] || bad "within 0: all modes"

# ---- eval

shows '^  test set   144 objects: log p and log R correlate by -?[0-9.]*, their ranks by' \
    eval whole --seed 4
passes eval whole --seed 4 --json
for name in test_pearson test_spearman; do
    grep -q "\"$name\":$(metric whole $name)[,}]" out || bad "eval: $(cat out), not $name of the run"
done
passes eval whole --seed 4 --json --test-trajectories 3
grep -q '"test_pearson":' out && ! grep -q "$(metric whole test_pearson)" out || bad "3: $(cat out)"
shows '^  test set   144 objects' eval text --test-set bitseq
passes plot whole --out whole.png --quiet || true

# ---- files: all kinds, and the copy

passes sample whole --samples 30 --out drawn.npy
passes sample whole --samples 30 --out drawn.csv
passes sample whole --samples 30 --out drawn.txt
files=("${job[@]}" --iterations 20)
for kind in npy csv txt; do
    passes "${files[@]}" --test-set drawn.$kind --out file-$kind
    [ -s file-$kind/test-set.npy ] || bad "no copy of drawn.$kind"
    same test_spearman file-$kind file-npy
done
mkdir away && mv drawn.* away
passes eval file-csv --seed 4 --json
grep -q "\"test_spearman\":$(metric file-csv test_spearman)[,}]" out || bad "the copy: $(cat out)"
passes --resume file-csv --iterations 25 --quiet
head -n 7 away/drawn.txt >few.txt
shows '^  test set   7 objects' eval file-csv --test-set few.txt
shows '^  test set   30 objects' eval file-csv
passes --resume file-csv --iterations 30 --test-set few.txt --quiet
rm few.txt
shows '^  test set   7 objects' eval file-csv
passes --resume whole --iterations 61 --test-set none --quiet
! grep -q test_ whole/summary.json || bad "without a test set"

# ---- seeds

passes "${bits48[@]}" --hidden 16 --batch-size 8 --iterations 40 --samples 60 --quiet --picture no \
    --seeds 0-1 --test-set bitseq --out sweep
for name in test_pearson test_spearman modes modes_all_at; do
    grep -q "\"$name\"" sweep/sweep.json || bad "sweep.json: no $name"
done

# All seeds have the objects of the file as it was at first; another file replaces it.
cp away/drawn.txt drawn.txt
cp away/drawn.txt few.txt
sed -i 8q few.txt
seeds=("${bits48[@]}" --hidden 16 --batch-size 8 --iterations 10 --samples 60 --quiet --picture no)
passes "${seeds[@]}" --seeds 0 --test-set drawn.txt --out sweep-file
rm drawn.txt
passes --resume sweep-file --seeds 0-1 --quiet
shows '^  test set   30 objects' eval sweep-file/seed-1
passes --resume sweep-file --seeds 0-2 --iterations 12 --test-set few.txt --quiet
for i in 0 2; do shows '^  test set   8 objects' eval sweep-file/seed-$i; done
passes --resume sweep-file --seeds 0-3 --quiet
shows '^  test set   8 objects' eval sweep-file/seed-3

# ---- what makes no sense

plain=(--env sequence --letters 01 --length 3 --table strings.csv)
for i in 000 001 010 011 100 101 110 111; do echo "$i,2"; done >strings.csv
refused 2 "^gfn-dist: test-set: bitseq: $everything" "${plain[@]}" --test-set bitseq --out no
refused 2 "^gfn-dist: mode-distance: $everything" "${plain[@]}" --mode-distance 3 --out no
refused 1 '^gfn-dist: .*nowhere.txt' "${files[@]}" --test-set nowhere.txt --out no
refused 2 '^gfn-dist: test-set: .*strings.csv: line 1: expected' "${files[@]}" --test-set strings.csv --out no
refused 2 '^gfn-dist: mode-distance: expected' eval text --mode-distance 3
refused 2 "^gfn-dist: mode-distance: $everything" --resume text --mode-distance 3
exit $failed
