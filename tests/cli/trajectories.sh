#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Whole trajectories are the same bytes on any number of ranks and threads; what cannot be held is
# refused.
. "$top_srcdir/tests/cli/common.sh"

# same NAME OPTION...: the file of 700 trajectories, whoever draws them.
same() {
    local name=$1 threads ranks first
    shift
    "$GFN_DIST" "$@" --quiet --samples 0 --out "$name" || bad "$name: cannot train"
    draw=("$GFN_DIST" sample "$name" --samples 700 --seed 7)
    for threads in 1 2 3; do
        "${draw[@]}" --threads $threads --trajectories "$name-1-$threads" >out ||
            bad "$name: $threads threads fail"
        [ ! -s out ] || bad "$name: it prints $(head -n 1 out)"
    done
    if [ "$MPI_NAME" != none ]; then
        for ranks in 2 3 8; do
            "$NP_RUN" --ranks $ranks -- "${draw[@]}" --threads 1 --trajectories "$name-$ranks-1" ||
                bad "$name: $ranks ranks fail"
        done
    fi
    first=$(cksum <"$name-1-1")
    for file in "$name"-*; do
        [ "$(cksum <"$file")" = "$first" ] || bad "$name: other bytes in $file"
    done
    [ "$(stat -c %s "$name-1-1")" -gt 30000 ] || bad "$name: a file of $(stat -c %s "$name-1-1")"
}
same small --size 8 --iterations 100
same large --size 12 --ndim 4 --hidden 20,10 --batch-size 16 --iterations 20 --backward tied

# More ranks than trajectories, and objects beside them.
few=("$GFN_DIST" sample small --samples 3 --seed 7)
"${few[@]}" --trajectories few --out few.npy || bad "both files fail"
[ -s few ] && [ -s few.npy ] || bad "not both files are there"
if [ "$MPI_NAME" != none ]; then
    "$NP_RUN" --ranks 8 -- "${few[@]}" --trajectories few-8 || bad "3 trajectories of 8 ranks fail"
    cmp few few-8 || bad "3 trajectories are others on 8 ranks"
fi

refused 1 'nowhere/t.* cannot .*hint' "${few[@]:1}" --trajectories nowhere/t
# (Sanitizers need more than that.)
if (ulimit -v 3000000 && "$GFN_DIST" eval small --samples 0 --quiet 2>/dev/null); then
    ulimit -Sv 3000000
    refused 1 'trajectories of .* steps need .* GiB on rank 0, where .*hint: fewer --samples' \
        sample large --samples 30000000 --threads 1 --trajectories huge
    ulimit -Sv hard
fi
exit $failed
