#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Rewards from a file: they are learned, on any number of ranks; a run keeps what it needs of them;
# and files that do not fit are refused with one message before anything is written.
. "$top_srcdir/tests/cli/common.sh"

# npy FILE SHAPE VALUE...: an array of doubles, of which these are the last two bytes.
declare -A bytes=([0]='\0\0' [.5]='\xe0\x3f' [1]='\xf0\x3f' [2]='\0\x40' [4]='\x10\x40'
    [-1]='\xf0\xbf' [nan]='\xf8\x7f' [inf]='\xf0\x7f')
npy() {
    local file=$1 shape=$2 value type=${type-<f8} order=${order-False}
    shift 2
    {
        printf '\x93NUMPY\x01\0\x76\0%-117s\n' \
            "{'descr': '$type', 'fortran_order': $order, 'shape': ($shape), }"
        # shellcheck disable=SC2059
        for value; do printf "\0\0\0\0\0\0${bytes[$value]}"; done
    } >"$file"
}

# An 8x8 landscape with holes, one of them in the far corner.
cells=(1 0 2 .5 0 4 1 1 2 0 0 .5 1)
landscape=()
for ((i = 0; i < 64; i++)); do
    landscape+=("${cells[(i * i + i / 9) % 13]}")
done
landscape[63]=0
npy reward.npy '8, 8' "${landscape[@]}"
log_z=$(printf '%s\n' "${landscape[@]}" | awk '{ z += $1 } END { printf "%.10f", log(z) }')

job=(--size 8 --reward file --reward-file reward.npy --iterations 2000 --batch-size 128)

# ---- training

"$GFN_DIST" "${job[@]}" --threads 1 --quiet --out run || bad "it does not train"
awk -v l1="$(summary run l1)" -v error="$(summary run log_z_error)" -v z="$(summary run log_z_true)" \
    -v sum="$log_z" 'BEGIN {
    print "L1 " l1 ", log Z error " error ", log Z " z " of " sum
    exit !(l1 != "" && l1 <= 0.01 && error <= 5e-3 && error >= -5e-3 &&
           z - sum < 2e-8 && sum - z < 1e-9)
}' || bad "the rewards are not learned"
cmp reward.npy run/reward.npy || bad "the run keeps no copy"

# Nobody ends where the reward is 0.
"$GFN_DIST" sample run --samples 5000 --quiet >objects || bad "it does not sample"
[ "$(wc -l <objects)" -eq 5000 ] || bad "$(wc -l <objects) samples"
tr -dc '0-9\n' <objects | sort -u | while read -r cell; do
    [ "${landscape[8 * ${cell:0:1} + ${cell:1:1}]}" != 0 ] || echo "$cell"
done >holes
[ ! -s holes ] || bad "samples in holes: $(tr '\n' ' ' <holes)"

# Any number of ranks, and again by its own configuration.
bits run >run.bits
for split in '1 2' '2 1' '3 2'; do
    read -r ranks threads <<<"$split"
    [ "$ranks" -eq 1 ] || [ "$MPI_NAME" != none ] || continue
    "$NP_RUN" --ranks "$ranks" -- "$GFN_DIST" "${job[@]}" --threads "$threads" --quiet \
        --out "run-$ranks-$threads" || bad "$split: it fails"
    bits "run-$ranks-$threads" | cmp - run.bits || bad "$split: other bits"
done
"$GFN_DIST" --config run/config.ini --quiet --out again || bad "config.ini does not repeat it"
bits again | cmp - run.bits || bad "config.ini gives other bits"

# ---- a run lives without the file

"$GFN_DIST" "${job[@]}" --iterations 2000 --time-limit 0.02 --quiet --out part
[ $? -eq 3 ] || bad "no run that was stopped"
"$GFN_DIST" "${job[@]}" --iterations 2000 --seeds 5,0 --time-limit 0.02 --quiet --out sweep
[ $? -eq 3 ] && [ ! -e sweep/seed-0 ] || bad "no sweep that was stopped"
cp -r part changed
npy reward.npy '8, 8' "${landscape[@]/4/.5}"
"$GFN_DIST" --resume changed --reward-file reward.npy --quiet || bad "resume: it fails"
bits changed | cmp - run.bits || bad "resume: a changed file is taken"
rm reward.npy
"$GFN_DIST" --resume part --quiet || bad "resume without the file: it fails"
bits part | cmp - run.bits || bad "resume without the file: other bits"
"$GFN_DIST" eval run --samples 10 --quiet >out || bad "eval without the file"

"$GFN_DIST" --resume sweep --quiet || bad "a sweep without the file: it fails"
bits sweep/seed-0 | cmp - run.bits || bad "a sweep without the file: other bits"

# Before the first checkpoint.
cp -r run early && rm early/checkpoint* early/metrics.jsonl
"$GFN_DIST" --resume early --quiet 2>err || bad "an early run: $(cat err)"
bits early | cmp - run.bits || bad "an early run: other bits"

# ---- what is refused

# refused_file PATTERN SHAPE VALUE...: on 8x8.
refused_file() {
    local pattern=$1
    shift
    npy bad.npy "$@"
    refused 2 "^gfn-dist: bad.npy: $pattern.* \(hint: " --size 8 --reward file --reward-file bad.npy
}
refused 2 'reward is file: .*found none \(hint: --reward-file' --reward file
refused 2 'reward-file is bad.npy, and the reward original .*hint' --reward-file bad.npy
refused 1 'missing.npy: cannot open' --reward file --reward-file missing.npy
refused 2 'histogram.npy: expected float64 .*found .<i8.* \(hint' --size 8 --reward file \
    --reward-file run/histogram.npy
refused_file 'hypergrid: expected 8 x 8 .*--size 8 --ndim 2, found 4 x 4' '4, 4' "${landscape[@]:0:16}"
refused_file 'hypergrid: expected 8 x 8 .*--size 8 --ndim 2, found 64' '64,' "${landscape[@]}"
refused_file 'hypergrid: expected rewards of 0 or more, found -1 in cell \(7, 7\)' '8, 8' \
    "${landscape[@]:0:63}" -1
refused_file 'hypergrid: .*found -?nan in cell \(0, 0\)' '8, 8' nan "${landscape[@]:1}"
refused_file 'hypergrid: .*found inf in cell \(0, 1\)' '8, 8' 0 inf "${landscape[@]:2}"
refused_file 'hypergrid: .*found 0 in all' '8, 8' "${landscape[@]//*/0}"
order=True refused_file 'expected an array in C order' '8, 8' "${landscape[@]}"
type='>f8' refused_file "expected numbers of a type .*found '>f8'" '8, 8' "${landscape[@]}"
head -c 300 run/reward.npy >cut.npy
refused 2 'cut.npy: expected 512 bytes of data, found 172' --size 8 --reward file --reward-file cut.npy
refused 2 'the reward cosine has no r2' --reward cosine --r2 1
refused 2 'size is 3, and the goals' --reward sparse --size 3

# A file of the user's that would be overwritten.
mkdir mine && cp run/reward.npy mine
"$GFN_DIST" --size 8 --reward file --reward-file mine/reward.npy --out mine 2>err
[ $? -eq 2 ] && grep -q 'mine: holds reward.npy already' err || bad "overwritten: $(cat err)"

# Rewards that are not those of the checkpoint, in a run that has some of its own.
npy run/reward.npy '8, 8' "${landscape[@]/4/.5}"
for command in eval sample --resume; do
    "$GFN_DIST" $command run >out 2>err
    [ $? -eq 1 ] && grep -qE '^gfn-dist: run/checkpoint.safetensors: expected rewards .*hint' err ||
        bad "$command with other rewards: $(cat err)"
done
npy run/reward.npy '4, 4' "${landscape[@]:0:16}"
"$GFN_DIST" eval run >out 2>err
[ $? -eq 1 ] && grep -q '^gfn-dist: run/reward.npy: .*found 4 x 4' err || bad "eval: $(cat err)"
rm run/reward.npy
"$GFN_DIST" eval run >out 2>err
[ $? -eq 1 ] && grep -q '^gfn-dist: run/reward.npy: cannot open' err || bad "eval: $(cat err)"

"$GFN_DIST" list | grep -q 'reward original|cosine|sparse|deceptive|file' || bad "list: no choices"
exit $failed
