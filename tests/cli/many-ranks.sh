#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# 16 and 33 ranks, more than cores and more than there are trajectories in a batch, have the bits of
# one rank: in training, with replay, after a resume, and in samples. (tests/ranks: up to 8 ranks)
. "$top_srcdir/tests/cli/common.sh"
[ "$MPI_NAME" != none ] || exit 77

# on RANKS ARGUMENT...: the program succeeds.
on() {
    "$NP_RUN" --timeout 60 --ranks "$1" -- "$GFN_DIST" "${@:2}" --threads 1 --quiet >out 2>err ||
        bad "$1 ranks, ${*:2}: exit $?: $(cat err)"
}

# same NAME: the runs NAME-one and NAME-many.
same() {
    bits "$1-one" >one.bits
    bits "$1-many" >many.bits
    [ "$(wc -l <one.bits)" -gt 4 ] && cmp -s one.bits many.bits ||
        bad "$1: other bits: $(diff one.bits many.bits | head -n 5)"
}

# trains NAME RANKS OPTION...: on one rank and on many.
trains() {
    local name=$1 ranks=$2 job
    shift 2
    job=("$@" --hidden 8 --iterations 40 --log-every 5 --eval-every 10 --samples 100 --picture no)
    on 1 "${job[@]}" --out "$name-one"
    on "$ranks" "${job[@]}" --out "$name-many"
    same "$name"
}

trains table 16 --size 6 --batch-size 37
trains waves 16 --size 5 --ndim 4 --batch-size 40 --objective subtb --backward tied
trains few 33 --size 6 --batch-size 5 --objective vargrad --replay reward --replay-capacity 15

# One run on 33, 16 and one rank in turn.
constant=(--size 6 --hidden 8 --batch-size 20 --schedule constant --log-every 5 --eval-every 10
    --replay fifo --samples 100 --picture no)
on 1 "${constant[@]}" --iterations 10 --out turns-one
on 33 "${constant[@]}" --iterations 10 --out turns-many
for ranks in 16 1; do
    iterations=$((ranks == 16 ? 20 : 30))
    on 1 --resume turns-one --iterations $iterations
    on "$ranks" --resume turns-many --iterations $iterations
done
same turns

on 1 sample table-one --samples 50 --out one.npy
on 33 sample table-one --samples 50 --out many.npy
cmp one.npy many.npy || bad "other samples"
exit $failed
