#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Several seeds in one launch: each gives the files of its run alone, on any number of ranks and
# however often the sweep was stopped or killed; and what they came to is told together.
. "$top_srcdir/tests/cli/jobs.sh"

job=(--size 9 --batch-size 30 --hidden 12 --iterations 90 --samples 300 --eval-every 20)
few=0 many=0
[ "$MPI_NAME" = none ] || few=2 many=3

# same_as_alone SWEEP SEED...: bits of the runs that were trained alone with the same options.
same_as_alone() {
    local sweep=$1 seed
    shift
    for seed in "$@"; do
        bits "alone-$seed" >alone.bits
        bits "$sweep/seed-$seed" >sweep.bits
        cmp alone.bits sweep.bits || bad "$sweep: seed $seed is not the run alone"
        [ "$(wc -l <alone.bits)" -gt 5 ] || bad "nothing was compared"
    done
}

# complete SWEEP true|false DONE
complete() {
    grep -q "^  \"complete\": $2,\$" "$1/sweep.json" && grep -q "^  \"done\": $3,\$" "$1/sweep.json" ||
        bad "$1: expected complete $2, $3 done: $(head -n 5 "$1/sweep.json")"
}

for seed in 0 1 2 7; do
    "$GFN_DIST" "${job[@]}" --seed $seed --threads 1 --quiet --out alone-$seed || bad "alone $seed"
done
for ranks in $(printf '%s\n' 0 $few $many | sort -u); do
    start "$ranks" "${job[@]}" --seeds 0-2,7 --out "on-$ranks"
    ends 0 60
    same_as_alone "on-$ranks" 0 1 2 7
    complete "on-$ranks" true 4
done

# Notices that all seeds have are printed once; a finished sweep says that it is.
passes "${job[@]}" --seeds 0-2 --quiet --out longer
passes --resume longer --iterations 95 --quiet
grep -qE '^iterations: 95 instead of 90: .*the result differs from that of a run of 95 ' err &&
    [ "$(wc -l <err)" -eq 1 ] || bad "longer: $(cat err)"
passes --resume longer --quiet
[ "$(cut -d ' ' -f 1-5 err)" = 'all 3 seeds are done' ] || bad "finished: $(cat err)"

# The table, and statistics once more from the summaries.
"$GFN_DIST" "${job[@]}" --seeds 7,2,0 >table 2>/dev/null || bad "a table"
[ "$(readlink -f runs/latest)" = "$(readlink -f runs/hypergrid-*)" ] || bad "runs/latest"
[ "$(awk '/^  [0-9]/ { print $1 }' table | xargs)" = '7 2 0' ] || bad "rows: $(cat table)"
for name in l1 jsd time_s; do
    for seed in 0 2 7; do summary runs/latest/seed-$seed $name; done | sort -g |
        awk '{ x[NR] = $1 } END { printf "%.9g %.9g", x[2], x[3] }' >wanted
    awk -v name="\"$name\":" '$1 == name && $2 == "{" { on = 1 }
        on && $1 == "\"median\":" { median = $2 }
        on && $1 == "\"worst\":" { printf "%.9g %.9g", median, $2; exit }' \
        runs/latest/sweep.json >found
    cmp -s wanted found || bad "$name: $(cat found), expected $(cat wanted)"
    short=$(awk '{ printf "%.3g", $1 }' wanted)
    [ $name = time_s ] || grep -qE "^  median .* $short( |\$)" table || bad "$name $short: $(cat table)"
done

# A column between any two numbers, also if a mean of modes is no integer.
"$GFN_DIST" --size 8 --iterations 6 --seeds 0,1,5 --picture no >columns 2>/dev/null || bad "columns"
grep -qE '^  mean .*[0-9]\.[0-9]{5} ' columns || bad "expected a mean of modes like 2.66667: $(cat columns)"
[ "$(awk '/^  (median|worst|mean|[+]-) / { print NF }' columns | xargs)" = '7 7 7 7' ] ||
    bad "columns touch: $(cat columns)"

# A stop, a kill and a time limit in the middle of a seed.
slow=("${job[@]}" --iterations 40000 --schedule constant --log-every 700
    --eval-every 5000)
for seed in 0 1 2; do
    "$GFN_DIST" "${slow[@]}" --seed $seed --threads 1 --quiet --out "alone-$seed-slow" || bad "slow"
    rm -r "alone-$seed" && mv "alone-$seed-slow" "alone-$seed"
done
has_begun() { [ -s "$1/metrics.jsonl" ] || has_ended; }
n=0
for how in "TERM 3 $few" "KILL 137 0" "INT 3 $many"; do
    read -r signal status ranks <<<"$how"
    run=stopped-$((++n))
    start "$ranks" "${slow[@]}" --seeds 0-2 --out $run
    wait_for 60 has_begun $run/seed-1 && is_running || bad "$what: no second seed"
    send "$signal" 0
    ends "$status" 60
    [ ! -e $run/seed-2 ] || bad "$what: a third seed after SIG$signal"
    complete $run false 1
    start $((ranks > 0 ? ranks - 1 : few)) --resume $run
    ends 0 100
    complete $run true 3
    same_as_alone $run 0 1 2
done
start "$few" "${slow[@]}" --iterations 1000000000 --seeds 0-2 --out limited --time-limit 0.7
ends 3 60
complete limited false 0
[ -s limited/seed-0/checkpoint.safetensors ] && [ ! -e limited/seed-1 ] || bad "limited: $(ls limited)"

# A seed that fails is named, and what was done stays.
start 0 "${slow[@]}" --seeds 0-2 --out failing
wait_for 60 has_begun failing/seed-1 || bad "failing: no second seed"
rm -r failing/seed-1
ends 1 60
says 'seed 1: .*failing/seed-1.*hint'
complete failing false 1
same_as_alone failing 0
start 0 --resume failing
ends 0 60
same_as_alone failing 0 1 2
exit $failed
