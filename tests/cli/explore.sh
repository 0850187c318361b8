#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Every objective learns the target from trajectories of another policy: with half of the actions
# drawn uniformly up to the end of the run, and with a temperature of 3. This works because the
# policy that learns scores them; with the scores of the policy that drew them, it would not.
# (tests/unit/ui/refusals.c: values that these options cannot have)
. "$top_srcdir/tests/cli/common.sh"
runs=0

# learns BOUND OPTION...: a run on the 8x8 grid ends with a total variation of at most BOUND.
learns() {
    local bound=$1 tv
    shift
    rm -rf run
    "$GFN_DIST" --size 8 --r0 0.1 --hidden 64 --batch-size 64 --threads 1 --samples 0 --quiet \
        "$@" --out run || failed=1
    tv=$(summary run tv)
    runs=$((runs + 1))
    awk -v tv="$tv" -v bound="$bound" 'BEGIN { exit !(tv ~ /^[0-9]/ && tv + 0 <= bound) }' && return
    echo "TV $tv, expected at most $bound: $*"
    return 1
}

ever=(--iterations 1000 --explore-schedule constant --explore-until 1)
for objective in $("$GFN_DIST" list | sed -nE '/^Objectives/,/^$/s/^  ([a-z]\S*) .*/\1/p'); do
    learns 0.01 --objective "$objective" --epsilon 0.5 "${ever[@]}" || failed=1
    learns 0.01 --objective "$objective" --temperature 3 "${ever[@]}" || failed=1
done
learns 0.01 --backward learned --epsilon 0.3 --temperature 0.5 "${ever[@]}" || failed=1
learns 0.01 --backward tied --epsilon 0.5 "${ever[@]}" || failed=1
[ $runs -gt 16 ] || failed=1

# Exploration changes the trajectories, and with them the run, until it is over.
for options in '' '--explore-until 0' '--epsilon 0.5' '--epsilon 0.5 --explore-schedule cosine' \
    '--epsilon 0.5 --explore-schedule constant' '--epsilon 0.5 --explore-until 0' \
    '--temperature 2' '--temperature 2 --explore-until 0.25'; do
    # shellcheck disable=SC2086
    learns 1 --iterations 20 $options || failed=1
    echo "$(grep params_crc run/summary.json) $options"
done >crcs
# The runs that explore differ from each other and from the three that do not.
[ "$(cut -d ' ' -f 4 crcs | sort -u | wc -l)" -eq 6 ] || bad "expected 6 runs: $(cat crcs)"
exit $failed
