#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Training from replayed objects and from a file of them: every objective learns; the bits are the
# same on any number of ranks and threads, and after a stop, even if the file is gone by then.
# (tests/unit/ui/refusals.c, refused_files.c: options and files that do not fit)
. "$top_srcdir/tests/cli/common.sh"
runs=0

# npy FILE TYPE SHAPE VALUE...: write the values (0 ... 255) as an array of integers.
npy() {
    local file=$1 type=$2 shape=$3 word zeros='\0\0\0'
    shift 3
    [ "$type" = '<i4' ] || zeros='\0\0\0\0\0\0\0'
    {
        printf '\x93NUMPY\x01\0\x76\0%-117s\n' \
            "{'descr': '$type', 'fortran_order': False, 'shape': ($shape), }"
        # shellcheck disable=SC2059
        for word; do printf "\\x$(printf %x "$word")$zeros"; done
    } >"$file"
}

# Every cell of the 8x8 grid, row by row.
cells=()
for ((i = 0; i < 64; i++)); do
    cells+=($((i / 8)) $((i % 8)))
done
npy cells.npy '<i4' '64, 2' "${cells[@]}"
npy wide.npy '<i8' '64, 2' "${cells[@]}"

# ---- learning

# learns NAME OPTION...: a run on the 8x8 grid ends with a total variation of at most 0.01.
learns() {
    local name=$1 tv
    shift
    "$GFN_DIST" --size 8 --r0 0.1 --hidden 64 --batch-size 64 --iterations 1000 --threads 1 \
        --samples 0 --quiet "$@" --out "$name" || bad "$name: it fails"
    tv=$(summary "$name" tv)
    runs=$((runs + 1))
    awk -v tv="$tv" 'BEGIN { exit !(tv ~ /^[0-9]/ && tv + 0 <= 0.01) }' || bad "TV $tv: $*"
}

learns fifo --replay fifo
learns one --replay fifo --replay-capacity 1
learns learned --terminal-states cells.npy --backward learned
learns half --terminal-states wide.npy --backward tied --replay-share 0.5
for objective in $("$GFN_DIST" list | sed -nE '/^Objectives/,/^$/s/^  ([a-z]\S*) .*/\1/p'); do
    learns "replay-$objective" --replay reward --replay-capacity 20 --objective "$objective"
    learns "file-$objective" --terminal-states cells.npy --objective "$objective"
done
[ $runs -gt 18 ] || bad "only $runs runs"

# A run can be trained on the samples of another.
"$GFN_DIST" sample fifo --samples 5000 --out drawn.npy --quiet || bad "it does not sample"
learns drawn --terminal-states drawn.npy

# ---- bits

splits='1-2 3-1 3-2'
[ "$MPI_NAME" != none ] || splits='1-2'

# same NAME OPTION...: every split of ranks and threads gives the bits of one rank and thread.
same() {
    local name=$1 split
    shift
    "$GFN_DIST" "$@" --threads 1 --samples 100 --quiet --out "$name" || bad "$name: it fails"
    bits "$name" >whole.bits
    for split in $splits; do
        "$NP_RUN" --ranks "${split%-*}" -- "$GFN_DIST" "$@" --threads "${split#*-}" --samples 100 \
            --quiet --out "$name-$split" || bad "$name on $split: it fails"
        bits "$name-$split" | cmp -s - whole.bits || bad "$name on $split: other bits"
    done
}

# stops NAME OPTION...: a run that is stopped twice and resumed on other ranks has the bits of one
# that was not stopped.
stops() {
    local name=$1 ranks=3
    shift
    [ "$MPI_NAME" != none ] || ranks=1
    cp cells.npy mine.npy
    "$GFN_DIST" "$@" --threads 1 --quiet --out "$name" || bad "$name: it fails"
    "$GFN_DIST" "$@" --threads 2 --time-limit 0.02 --quiet --out "$name-parts"
    [ $? -eq 3 ] || bad "$name: no run that was stopped"
    rm mine.npy
    "$NP_RUN" --ranks $ranks -- "$GFN_DIST" --resume "$name-parts" --threads 1 \
        --time-limit 0.02 --quiet 2>log
    [ $? -eq 3 ] || bad "$name: no run that was stopped twice"
    "$GFN_DIST" --resume "$name-parts" --quiet || bad "$name: it does not go on"
    bits "$name" >whole.bits
    bits "$name-parts" | cmp - whole.bits || bad "$name: other bits after a stop"
}

same bits-fifo --size 9 --iterations 60 --batch-size 37 --replay fifo --replay-capacity 50
same bits-reward --size 7 --ndim 4 --hidden 24 --iterations 12 --batch-size 37 --replay reward \
    --replay-share 0.7 --replay-capacity 30 --backward learned --epsilon 0.2
same bits-file --size 8 --iterations 60 --batch-size 37 --terminal-states cells.npy \
    --replay-share 0.3 --backward tied --objective subtb
same bits-few --size 8 --iterations 60 --batch-size 2 --replay fifo --replay-capacity 3
same bits-single --size 8 --iterations 60 --batch-size 1 --terminal-states wide.npy
stops stop-fifo --size 9 --iterations 20000 --batch-size 24 --replay fifo --temperature 2
stops stop-reward --size 9 --iterations 20000 --batch-size 24 --replay reward --backward learned
stops stop-file --size 8 --iterations 20000 --batch-size 24 --terminal-states mine.npy

# ---- refusals

refused 2 "^gfn-dist: replay-share: expected .* for --replay fifo, found 1 of --batch-size 256 .*hint" \
    --replay fifo --replay-share 1
refused 2 '^gfn-dist: terminal-states: /.*/wide.npy: row 7: expected an object .*found \(0, 7\) \(hint' \
    --size 7 --terminal-states wide.npy
refused 2 "^gfn-dist: [a-z-]+: $everything" --resume stop-fifo --replay-capacity 5

# Several ranks print one message.
if [ "$MPI_NAME" != none ]; then
    "$NP_RUN" --ranks 3 -- "$GFN_DIST" --size 7 --terminal-states cells.npy --out none 2>err
    [ $? -eq 2 ] && [ "$(grep -c '^gfn-dist: ' err)" -eq 1 ] && [ ! -e none ] ||
        bad "on 3 ranks: $(cat err)"
fi
exit $failed
