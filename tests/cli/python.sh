#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The blocks of src/doc/python.md and environments.md open the files of runs and write rewards, and
# the PyTorch module computes the log-probabilities of the program. PYTHON is the interpreter; a block whose
# modules it lacks is left out, and then the test is skipped (77) if nothing else fails.
. "$top_srcdir/tests/cli/common.sh"
python=${PYTHON:-python3}

command -v "$python" >/dev/null || {
    echo "no $python: everything was left out"
    exit 77
}

# ---- the blocks, by what they are about

awk '/^```python$/ { n++; writes = 1; next }
     /^```$/ { writes = 0 }
     writes { print >"block-" n ".py" }' "$top_srcdir"/src/doc/{python,environments}.md
# is_block NAME PATTERN: the block that matches.
is_block() {
    local found
    found=$(grep -lE "$2" block-*.py)
    [ "$(wc -w <<<"$found")" -eq 1 ] && mv "$found" "$1.py" || bad "documents: no block $1, or several"
}
is_block curve '^print\(\[\(point'
is_block table '^import pandas'
is_block results 'results.jsonl'
is_block board 'SummaryWriter'
is_block histogram 'numpy.indices'
is_block policy '^class Policy'
is_block compare '^from policy import'
is_block reward 'numpy.mgrid'
[ -z "$(ls block-*.py 2>/dev/null)" ] || bad "documents: untested blocks: $(ls block-*.py)"
[ $failed -eq 0 ] || exit 1

# has MODULE...: whether the interpreter has them all.
missing=()
has() {
    local module all=0
    for module in "$@"; do
        "$python" -c "import $module" 2>/dev/null && continue
        [[ " ${missing[*]} " == *" $module "* ]] || missing+=("$module")
        all=1
    done
    return $all
}

# ---- runs of every kind

# train DIRECTORY OPTION...: in runs/ there, with a file of trajectories.
train() {
    local directory=$1
    shift
    mkdir "$directory"
    (cd "$directory" && "$GFN_DIST" --batch-size 32 --iterations 40 --lr 0.02 --samples 500 \
        --eval-every 10 --log-every 5 --quiet "$@" &&
        "$GFN_DIST" sample runs/latest --samples 100 --trajectories trajectories.safetensors) ||
        bad "it fails: $*"
}
train plain --size 8
kinds=()
if has torch safetensors numpy; then
    for encoding in onehot khot; do
        for activation in relu leaky-relu tanh; do
            kinds+=("$encoding-$activation")
            train "$encoding-$activation" --size 7 --encoding $encoding --activation $activation \
                --hidden 24,17
        done
    done
    "$python" -c 'import numpy
r = 1.0 + numpy.arange(25.0).reshape(5, 5)
r[1:3, 1] = r[4, 4] = 0
numpy.save("holes.npy", r)'
    train holes --size 5 --reward file --reward-file ../holes.npy --hidden none
    train flow --size 4 --ndim 3 --backward tied --objective subtb --hidden 9,8,7
    kinds+=(holes flow)
fi

# ---- what the blocks come to; each runs where the runs are

# tries BLOCK MODULE...: with them, and then checks read from standard input see its variables.
tries() {
    local block=$1 checks
    shift
    checks=$(cat)
    has "$@" || return 0
    (cd plain && "$python" -c "
import json, runpy, sys
sys.path.insert(0, '..')
summary = json.load(open('runs/latest/summary.json'))
globals().update(runpy.run_path('../$block.py'))
$checks") >out 2>&1 || bad "$block.py: $(cat out)"
}

(cd plain && for run in runs/*-*; do "$GFN_DIST" eval "$run" --json; done >results.jsonl)
tries results pandas <<'E2'
assert len(results) == 1 and results['metrics.l1'][0] == summary['metrics']['l1'], results
E2
tries curve <<'E2'
assert [p['iteration'] for p in curve] == list(range(5, 41, 5)), curve
assert curve[-1]['tv'] == summary['metrics']['tv']
E2
tries table pandas <<'E2'
assert list(curve.index) == list(range(5, 41, 5))
assert curve.tv.count() == 4 and abs(curve.tv.iloc[-1] - summary['metrics']['tv']) < 1e-9, curve
E2
tries histogram numpy <<'E2'
assert share.shape == (8, 8) and counts.sum() == 500
assert abs(abs(share - target).sum() - summary['samples']['l1']) < 1e-12, summary
E2
tries reward numpy <<'E2'
assert numpy.load('reward.npy').shape == (16, 16) and reward.max() == 1 and reward.min() == 0
E2
tries board torch tensorboard <<'E2'
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator('board').Reload()
assert [e.step for e in events.Scalars('loss')] == list(range(5, 41, 5))
assert abs(events.Scalars('tv')[-1].value - summary['metrics']['tv']) < 1e-6
E2
[ ${#kinds[@]} -eq 0 ] || KINDS="${kinds[*]}" tries compare torch safetensors numpy <<'E2'
import os
import torch
for kind in os.environ['KINDS'].split():
    os.chdir('../' + kind)
    found = runpy.run_path('../compare.py')
    policy, t = found['Policy']('runs/latest'), found['t']
    print(kind, len(t['log_pf']), 'steps', found['difference'])
    assert len(t['log_pf']) > 200 and t['first'][-1] == len(t['log_pf'])
    assert found['difference'] < 1e-5, kind
    assert (policy(t['states'].long()).exp().sum(1) - 1).abs().max() < 1e-5
E2
[ ! -e out ] || cat out
if [ ${#missing[@]} -gt 0 ]; then
    echo "$python lacks ${missing[*]}: what needs them was left out"
    [ $failed -ne 0 ] || exit 77
fi
exit $failed
