#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A run that is stopped again and again and goes on with other numbers of ranks and threads leaves
# the files of a run that never stopped; and what contradicts it is refused with one message.
. "$top_srcdir/tests/cli/common.sh"

splits=('1 1' '1 2' '1 3')
[ "$MPI_NAME" = none ] || splits=('1 2' '3 1' '2 2' '4 1' '1 1' '2 1')

# interrupted NAME OPTION...: jobs of a moment each, until one comes to the end.
interrupted() {
    local name=$1 jobs=0 split status
    shift
    "$GFN_DIST" "$@" --quiet --out "$name-whole" || failed=1
    for ((;;)); do
        read -ra split <<<"${splits[jobs % ${#splits[@]}]}"
        jobs=$((jobs + 1))
        if [ $jobs -eq 1 ]; then
            start=("$@" --out "$name")
        else
            start=(--resume "$name")
        fi
        # The longer the later, so that slow machines come to an end too.
        "$NP_RUN" --ranks "${split[0]}" -- "$GFN_DIST" "${start[@]}" --threads "${split[1]}" \
            --time-limit "$(awk "BEGIN { print 0.02 * 1.3 ^ $jobs }")" --quiet >log 2>&1
        status=$?
        [ $status -ne 0 ] || break
        if [ $status -ne 3 ] || [ $jobs -gt 40 ]; then
            bad "$name: job $jobs ended with $status: $(cat log)"
            return
        fi
    done
    bits "$name-whole" >whole.bits
    bits "$name" >parts.bits
    cmp -s whole.bits parts.bits ||
        bad "other bits: $name after $jobs jobs: $(diff whole.bits parts.bits | head -n 5)"
    [ $jobs -gt 2 ] || bad "$name: only $jobs jobs"
    echo "$name: $jobs jobs"
}

interrupted grid --size 12 --iterations 9000 --batch-size 64 --log-every 7 --eval-every 50
interrupted deep --size 5 --ndim 4 --hidden 24,16 --iterations 900 --batch-size 150 --r0 0.1
interrupted target --size 12 --iterations 3000 --batch-size 64 --objective mdb --loss huber \
    --target-every 170

refused 2 "^gfn-dist: size: $everything" --resume grid --size 13
refused 2 "^gfn-dist: lr: $everything" --resume grid --lr 0.006
refused 2 "^gfn-dist: iterations: $everything" --resume grid --iterations 8999
refused 2 "^gfn-dist: out: $everything" --resume grid --out other
refused 2 "^gfn-dist: config: $everything" --resume grid --config grid/config.ini
refused 2 "^gfn-dist: env: $everything" --resume grid --env nonsense
refused 1 "^gfn-dist: nowhere: $everything" --resume nowhere
refused 1 "^gfn-dist: .*$everything" --resume grid/config.ini
refused 2 "^gfn-dist: resume: $everything" eval grid --resume grid
refused 2 "^gfn-dist: watchdog: $everything" --watchdog soon

# A run that is complete says so, and its last files are made again.
rm grid/summary.json grid/histogram.npy
"$GFN_DIST" --resume grid --quiet 2>err || failed=1
grep -q '^all 9000 iterations are done (hint: --iterations' err || failed=1
bits grid >again.bits
bits grid-whole | cmp - again.bits || failed=1

# A damaged checkpoint gives way to the one before, which is said even where all else is quiet.
cp -r grid damaged
printf x | dd of=damaged/checkpoint.safetensors bs=1 seek=5000 conv=notrunc 2>/dev/null
"$GFN_DIST" eval damaged --samples 10 --quiet 2>err || failed=1
grep -q 'is damaged.*checkpoint.prev.safetensors of iteration' err || bad "$(cat err)"
"$GFN_DIST" --resume damaged --quiet 2>err || failed=1
grep -q 'is damaged.*checkpoint.prev.safetensors of iteration' err || bad "$(cat err)"
[ -e damaged/checkpoint.damaged.safetensors ] || failed=1
bits damaged | cmp - again.bits || failed=1
exit $failed
