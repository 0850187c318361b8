#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Every objective, with every backward policy and state flow that goes with it, learns the exact
# distribution of the 8x8 grid. `make check` trains one seed for 1000 iterations, to a bound that
# ten iterations miss by far; `make check-long` (GFN_LONG=yes) three seeds for 5000, and the 8^4 grid.
. "$top_srcdir/tests/cli/common.sh"
. "$top_srcdir/tests/cli/objectives.sh"
runs=0

# learns BOUND OPTION...: the total variation between what was learned and the target.
learns() {
    local bound=$1 tv
    shift
    rm -rf run
    "$GFN_DIST" "$@" --r0 0.1 --batch-size 64 --threads 1 --samples 0 --quiet --out run || failed=1
    tv=$(summary run tv)
    runs=$((runs + 1))
    awk -v tv="$tv" -v bound="$bound" 'BEGIN { exit !(tv ~ /^[0-9]/ && tv + 0 <= bound) }' && return
    echo "TV $tv, expected at most $bound: $*"
    return 1
}

# all BOUND OPTION...: every combination.
all() {
    local objective backward flow
    while read -r objective backward flow; do
        learns "$@" --objective "$objective" --backward "$backward" --flow "$flow" || failed=1
    done < <(objectives)
}

plane=(--size 8 --hidden 64)
if [ "${GFN_LONG-}" = yes ]; then
    for seed in 0 1 2; do
        all 1e-4 "${plane[@]}" --iterations 5000 --seed $seed
    done
    all 0.05 --size 8 --ndim 4 --hidden 64,64 --lr 0.01 --iterations 4000
else
    all 0.01 "${plane[@]}" --iterations 1000
fi

# Every objective with every loss of its residuals; those that have next states with a target network.
names() { "$GFN_DIST" list | sed -nE "/^$1/,/^\$/s/^  ([a-z]\S*) .*/\1/p"; }
[ "$(names Losses | wc -l)" -ge 4 ] && [ "$(names Losses | head -n 1)" = square ] ||
    bad "list has the losses $(names Losses | xargs)"
for objective in $(names Objectives); do
    for loss in $(names Losses | tail -n +2); do
        learns 0.01 "${plane[@]}" --iterations 1000 --objective "$objective" --loss "$loss" || failed=1
    done
done
learns 0.01 "${plane[@]}" --iterations 1000 --loss linex --loss-scale -1 || failed=1
for objective in db fl-db subtb fl-subtb mdb; do
    learns 0.01 "${plane[@]}" --iterations 1000 --objective $objective --target-every 50 || failed=1
done
learns 0.01 "${plane[@]}" --iterations 1000 --objective mdb --target-every 50 --loss huber || failed=1

if learns 0.1 "${plane[@]}" --iterations 10 >/dev/null; then
    bad "a run of 10 iterations passes: nothing was tested"
fi
echo "$runs runs"
[ $runs -gt 33 ] || failed=1
exit $failed
