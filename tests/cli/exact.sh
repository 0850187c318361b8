#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What is said of exact evaluations: how much memory they take, where that is much, and where they
# are not possible, which does not keep a run from being judged by its samples. `make check-long`
# (GFN_LONG=yes) evaluates spaces of tens of millions of states, to the same bits on every split.
. "$top_srcdir/tests/cli/common.sh"
wrong() { bad "$*: $(cat out err)"; }
job=(--iterations 20 --batch-size 16 --hidden 8 --samples 200 --threads 1 --progress never)

# Of 8^8 states, before the first step: three times 128 MiB.
timeout -s KILL 20 "$GFN_DIST" --size 8 --ndim 8 --iterations 100000000 --out large \
    >out 2>err &
for _ in $(seq 100); do
    grep -q 'exact' err && break
    sleep 0.1
done
kill -s KILL $! && wait $! 2>/dev/null
grep -qx 'exact evaluation of 16777216 states: 0.4 GiB on rank 0 (hint: --exact no does without)' err || wrong "its memory"

# Small ones are not talked about.
"$GFN_DIST" "${job[@]}" --size 20 --ndim 4 --out small >out 2>err || wrong "small"
! grep -q 'exact evaluation of' err || wrong "too much is said"
grep -q '^  exact      L1' out || wrong "it is exact"
grep -qE '^  modes      [0-9]+ of 256 found in training, in [0-9]+ of 16 regions$' out ||
    wrong "regions"
grep -q '"n_mode_regions": 16' small/summary.json || wrong "regions in summary.json"
tail -n 1 small/metrics.jsonl | grep -qE '"modes":[0-9]+,"mode_regions":[0-9]+' ||
    wrong "regions in metrics.jsonl"

# judged DIRECTORY: by samples alone.
judged() {
    grep -q '"exact": false' "$1/summary.json" || wrong "$1: exact"
    grep -qE '"l1": [0-9]' "$1/summary.json" || wrong "$1: no L1 of samples"
    grep -qE '"l1_noise_floor": [0-9]' "$1/summary.json" || wrong "$1: no noise floor"
    grep -qE '^  samples +200: L1 [0-9.]+, a perfect sampler scores about [0-9.]+' out ||
        wrong "$1: what is said of samples"
    ! grep -q '"tv"' "$1/metrics.jsonl" || wrong "$1: tv"
    [ ! -e "$1/histogram.npy" ] || wrong "$1: a histogram"
}

# On request, no state is visited; training has the same bits, and the sum over all objects that the
# environment knows remains.
"$GFN_DIST" "${job[@]}" --size 20 --ndim 4 --exact no --out without >out 2>err || wrong "--exact no"
grep -q '^  exact      left out: --exact no; but the exact log Z is known$' out || wrong "--exact no: why"
judged without
cmp <(grep params_crc small/summary.json) <(grep params_crc without/summary.json) ||
    wrong "--exact no: other bits"
"$GFN_DIST" eval without --samples 200 >out 2>err || wrong "eval of --exact no"
grep -q '^  exact      left out' out || wrong "eval of --exact no: why"
"$GFN_DIST" eval without --samples 200 --exact auto >out 2>err || wrong "eval --exact auto"
grep -q '^  exact      L1' out || wrong "eval --exact auto"
"$GFN_DIST" eval small --samples 200 --exact no >out 2>err || wrong "eval --exact no"
grep -q '^  exact      left out' out || wrong "eval --exact no: why"
"$GFN_DIST" --resume without --iterations 30 --exact auto >out 2>err || wrong "--resume --exact auto"
grep -q '^  exact      L1' out || wrong "--resume --exact auto: why"
grep -q '^exact = auto' without/config.ini || wrong "config.ini after --resume"
"$GFN_DIST" "${job[@]}" --size 20 --ndim 4 --exact no --seeds 0-1 --out both >out 2>err ||
    wrong "a sweep"
grep -q '"exact": false' both/seed-1/summary.json || wrong "a sweep: exact"
! grep -q '"tv"' both/seed-1/metrics.jsonl || wrong "a sweep: tv"
refused 2 '^gfn-dist: exact: expected one of auto.no, found "maybe"' --exact maybe
refused 2 '^gfn-dist: exact: expected an option of sample' sample small --exact no

# More states than are evaluated.
"$GFN_DIST" "${job[@]}" --size 32 --ndim 6 --out vast >out 2>err || wrong "vast"
grep -q '^  exact      not possible: 1073741824 states, at most 67108864 are evaluated$' out ||
    wrong "why"
judged vast

# Less memory than they take: said before training, also where everything else is quiet, and again
# when the run is measured. Sanitizers take more than can be limited.
limited() { (ulimit -v 1500000 && exec "$GFN_DIST" "$@"); }
if limited --version >/dev/null 2>&1; then
    limited "${job[@]}" --size 90 --ndim 4 --out little >out 2>err || wrong "little memory"
    grep -qE '^exact evaluation of 65610000 states needs 1.5 GiB on rank 0, where [0-9.]+ GiB are left: metrics will be of samples alone \(hint: ' err ||
        wrong "the notice"
    grep -q '^  exact      not possible: no memory for 65610000 states$' out || wrong "why"
    judged little
    limited eval little --samples 200 --quiet >out 2>err || wrong "eval"
    grep -q 'metrics will be of samples alone' err || wrong "the notice of eval"
fi

# same NAME OPTION...: one rank alone has 1.5 GB for all that it does.
same() {
    local name=$1 split run
    shift
    for split in 1x1 1x2 2x1 3x2; do
        [ "$MPI_NAME" != none ] || [ "${split%x*}" -eq 1 ] || continue
        run=$name-$split
        (
            [ "${split%x*}" -gt 1 ] || ! limited --version >/dev/null 2>&1 || ulimit -v 1500000
            "$NP_RUN" --timeout 0 --ranks "${split%x*}" -- "$GFN_DIST" "$@" \
                --threads "${split#*x}" --quiet --out "$run"
        ) >out 2>err || wrong "$run"
        grep -q '"exact": true' "$run/summary.json" || wrong "$run: not exact"
        cmp <(bits "$name-1x1") <(bits "$run") >out 2>err || wrong "$run: other bits"
    done
}
if [ "${GFN_LONG-}" = yes ]; then
    small=(--hidden 32 --iterations 50 --batch-size 16)
    same 8x8 "${small[@]}" --size 8 --ndim 8
    same 32x5 "${small[@]}" --size 32 --ndim 5
    grep -q '"log_z_true": 12.2113' 8x8-1x1/summary.json || wrong "log Z of 8^8"
    grep -q '"n_mode_regions": 256' 8x8-1x1/summary.json || wrong "regions of 8^8"
fi
exit $failed
