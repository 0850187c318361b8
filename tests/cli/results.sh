#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What is said of results, for people and as JSON: `eval --json`; a run that collapsed:
# its trajectories are alike while L1 is large; infinite and unknown metrics.
. "$top_srcdir/tests/cli/common.sh"

job=(--size 4 --iterations 40 --samples 500 --eval-every 10 --threads 1)
collapse=(--objective vargrad --lr 1000) # every trajectory of the policy is the same one
few=('')
[ "$MPI_NAME" = none ] || few+=("$NP_RUN --ranks 3 --")

# has FILE TEXT...: each is in it. lacks FILE TEXT...
has() {
    local file=$1 text
    shift
    for text in "$@"; do grep -qF -- "$text" "$file" || bad "$file: expected $text: $(cat "$file")"; done
}
lacks() {
    local file=$1 text
    shift
    for text in "$@"; do ! grep -qF -- "$text" "$file" || bad "$file: unexpected $text: $(cat "$file")"; done
}

# ---- a run that collapsed, and one that did not

passes "${job[@]}" --out good
lacks out collapsed
has good/summary.json '"collapsed": 0'
passes "${job[@]}" "${collapse[@]}" --out narrow
has out '  loss       0' '  collapsed  the policy fits what it draws, but is far from the target:' \
    '(hint: more --iterations, a larger --epsilon,' 'or a larger --r0 or --batch-size)' 'KL inf'
has narrow/summary.json '"collapsed": 1' '"kl": "inf"' '"loss": 0.0'
passes "${job[@]}" "${collapse[@]}" --quiet --out silent
[ ! -s out ] || bad "--quiet: $(cat out)"

# Evaluations see it, too.
passes eval narrow --samples 500
has out '  collapsed  the policy fits what it draws'
passes eval narrow --samples 500 --json
has out '"collapsed":1'
passes eval good --samples 500
lacks out collapsed

# A small batch may have a small loss by chance.
passes --size 8 --batch-size 1 --iterations 100 --seeds 0-19 --quiet --picture no --out chance
lacks chance/sweep.json '"collapsed": 1'
! grep -l '"collapsed": 1' chance/*/summary.json || bad "collapsed by chance"

# Among many states, of which samples show next to nothing: by ELBO and log Z.
passes --size 32 --ndim 6 --iterations 20 --batch-size 16 --samples 200 "${collapse[@]}" --out vast
has out 'exact      not possible' '  collapsed  the policy fits'
has vast/summary.json '"collapsed": 1'
passes --size 32 --ndim 6 --iterations 20 --batch-size 16 --samples 200 --out new
lacks out collapsed
has new/summary.json '"collapsed": 0'

# A stopped run that has learned nothing yet has not collapsed.
"$GFN_DIST" "${job[@]}" --iterations 100000000 --time-limit 0.01 --lr 1e-9 --out early >out 2>err
[ $? -eq 3 ] || bad "it was not stopped: $(cat err)"
lacks out collapsed

# ---- of several seeds

passes "${job[@]}" "${collapse[@]}" --seeds 0-1 --out sweep
has out '  2 of 2 runs collapsed: the policy fits'
[ "$(grep -c '"kl": "inf"' sweep/sweep.json)" -eq 2 ] && [ "$(grep -c '"median": "inf"' sweep/sweep.json)" -eq 1 ] ||
    bad "sweep.json: infinite KL: $(cat sweep/sweep.json)"
passes --resume sweep --seeds 0-2 # it reads what it wrote
[ "$(grep -c '"kl": "inf"' sweep/sweep.json)" -eq 3 ] || bad "resumed: $(cat sweep/sweep.json)"
passes --resume narrow --iterations 45
has narrow/summary.json '"kl": "inf"'
"$GFN_DIST" plot narrow good --out both.png >out 2>err || grep -q 'draws no pictures' err ||
    bad "plot: $(cat err)"

# ---- eval --json: one object, with the names and the values of summary.json

# values FILE: the names and values of an object without nested ones, one a line.
values() { tr -d ' \n' <"$1" | tr '{},' '\n\n\n' | grep '^"[a-z_0-9]*":[^{]' | sort; }
for run in good narrow vast new; do
    for launch in "${few[@]}"; do
        $launch "$GFN_DIST" eval $run --samples "$(summary $run n)" --json >$run.json 2>err ||
            bad "eval $run --json: $(cat err)"
        [ "$(wc -l <$run.json)" -eq 1 ] || bad "$run, $launch: more than one line: $(cat $run.json)"
        [ ! -s err ] || bad "$run, $launch: $(cat err)"
        [[ $(cat $run.json) == '{"iteration":'*',"params_crc":"'*'"}}' || $(cat $run.json) == '{"iteration":'*'}' ]] ||
            bad "$run, $launch: $(cat $run.json)"
        values $run.json >found
        values $run/summary.json >all
        comm -23 found all >other
        [ ! -s other ] && [ "$(wc -l <found)" -gt 8 ] ||
            bad "eval $run --json, $launch: not in summary.json: $(cat other)"
    done
done
has narrow.json '"kl":"inf"'
has good.json '"metrics":{"exact":true,"l1":' '"samples":{"l1":'
has vast.json '"exact":false'
lacks vast.json '"tv"' '"kl"' '"eubo"'
# All that is drawn is drawn anew with another seed.
for metric in elbo eubo correlation; do
    for seed in 3 4 3; do
        passes eval good --samples 200 --seed $seed --json
        grep -o "\"$metric\":[^,]*" out
    done >drawn
    [ "$(sort -u drawn | wc -l)" -eq 2 ] && [ "$(sed -n 1p drawn)" = "$(sed -n 3p drawn)" ] ||
        bad "eval --seed, $metric: $(cat drawn)"
done
passes eval good --json --quiet
[ "$(wc -l <out)" -eq 1 ] || bad "--quiet: $(cat out)"
shows '^  exact      L1' eval good

# Nothing is null: what is not known is left out.
for file in {good,narrow,vast,new,early,sweep/seed-1}/{summary.json,metrics.jsonl} sweep/sweep.json \
    {good,narrow,vast,new}.json; do
    lacks "$file" null NaN
done

# Python reads all of it.
if command -v python3 >/dev/null; then
    python3 - <<'END' || bad "Python cannot read it"
import json
for name in ["narrow.json", "good.json", "vast.json", "narrow/summary.json", "sweep/sweep.json"]:
    json.load(open(name))
assert float(json.load(open("narrow.json"))["metrics"]["kl"]) == float("inf")
lines = [json.loads(line) for line in open("narrow/metrics.jsonl")]
assert any(float(line.get("kl", 0)) == float("inf") for line in lines)
END
fi

# ---- where it cannot be written, and where it makes no sense

if [ -e /dev/full ]; then
    "$GFN_DIST" eval good --json >/dev/full 2>err
    [ $? -eq 1 ] && grep -q '^gfn-dist: standard output: cannot write' err || bad "full: $(cat err)"
fi
refused 2 '^gfn-dist: json: expected an option of sample' sample good --json
refused 2 '^gfn-dist: json: expected an option of train' --json

# A longer list of the best objects: those that were dropped before are lost, and a notice says so.
lists=(--size 8 --iterations 40 --batch-size 64 --samples 0 --quiet)
notice='^top: 9 instead of 5: of the 40 iterations before, top.csv has only the best 5 objects \(hint: a larger --top'
passes "${lists[@]}" --top 5 --out best
cp -r best fewer
passes --resume best --iterations 50 --top 9
grep -qE "$notice" err || bad "a larger --top: $(cat err)"
passes --resume fewer --iterations 50 --top 3
grep -q '^top' err && bad "a smaller --top: $(cat err)"
passes --resume fewer --iterations 60 --top 3
grep -q '^top' err && bad "the same --top: $(cat err)"
passes "${lists[@]}" --top 1000 --out best-all
passes --resume best-all --iterations 50 --top 2000
grep -q '^top' err && bad "nothing was dropped: $(cat err)"
passes "${lists[@]}" --top 0 --out best-none
passes --resume best-none --iterations 50 --top 9
grep -qE '^top: 9 instead of 0: of the 40 iterations before, top.csv has 0 objects' err ||
    bad "--top after 0: $(cat err)"
exit $failed
