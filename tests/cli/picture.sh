#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Pictures: every run ends with one, `plot` draws the same again whoever draws, compares runs and
# sweeps, and can be used while a run goes on. A build without Cairo says what is missing.
. "$top_srcdir/tests/cli/jobs.sh"

small=(--size 8 --iterations 200 --batch-size 32 --quiet)

# Where there is no Cairo: one line that says so, and nothing else is lost.
if "$GFN_DIST" --version | grep -q 'pictures: no'; then
    "$GFN_DIST" --size 4 --iterations 3 --out run >out 2>err || bad "it fails without Cairo"
    grep -q 'no histogram.png: .*libcairo2-dev' out || bad "nothing says what is missing"
    [ -s run/histogram.npy ] && [ ! -e run/histogram.png ] || bad "what is there without Cairo"
    "$GFN_DIST" --size 4 --iterations 3 --out other --picture no | grep -q Cairo &&
        bad "it is missed where nobody asked"
    "$GFN_DIST" plot run 2>err
    [ $? -eq 1 ] && grep -q '^gfn-dist: .*libcairo2-dev' err || bad "plot: $(cat err)"
    exit $failed
fi

# is_png FILE: begins and ends as one.
is_png() {
    [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] &&
        [ "$(tail -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 49454e44ae426082 ] ||
        bad "$1 is no whole PNG"
}

# Every run ends with one: a grid of one, two, more dimensions, and one that cannot be enumerated.
"$GFN_DIST" "${small[@]}" --out run || bad "it does not train"
is_png run/histogram.png
"$GFN_DIST" "${small[@]}" --ndim 1 --out line || bad "line: it does not train"
is_png line/histogram.png
"$GFN_DIST" "${small[@]}" --ndim 3 --out cube || bad "cube: it does not train"
is_png cube/histogram.png
"$GFN_DIST" "${small[@]}" --size 300 --ndim 5 --iterations 3 --out vast || bad "vast: it does not train"
is_png vast/histogram.png
"$GFN_DIST" "${small[@]}" --samples 0 --out none || bad "none: it does not train"
is_png none/histogram.png
"$GFN_DIST" "${small[@]}" --picture no --out without || bad "--picture no fails"
[ ! -e without/histogram.png ] || bad "--picture no draws"
cmp run/histogram.npy without/histogram.npy || bad "--picture no changes the run"

# The same bytes again, whoever draws.
for run in run line cube vast; do
    [ "$("$GFN_DIST" plot $run --out again.png)" = again.png ] || bad "plot does not say where"
    cmp again.png $run/histogram.png || bad "$run is drawn in another way"
done
if [ "$MPI_NAME" != none ]; then
    "$NP_RUN" --ranks 3 -- "$GFN_DIST" "${small[@]}" --out "three" || bad "3 ranks: it fails"
    cmp three/histogram.png run/histogram.png || bad "3 ranks: another picture"
    "$NP_RUN" --ranks 2 -- "$GFN_DIST" plot vast --out two.png || bad "plot on 2 ranks"
    cmp two.png vast/histogram.png || bad "plot on 2 ranks: another picture"
fi
"$GFN_DIST" plot without --quiet >out || bad "plot of a run without"
[ ! -s out ] && cmp without/histogram.png run/histogram.png || bad "plot of a run without"

# Worlds without a grid show what they say of their marginals: maps, profiles, histograms, samples.
# `plot` and other ranks draw the same; sweeps and comparisons of different worlds are drawn.
cat >data.csv <<'END'
dose,"blood pressure",age
0.0,0.61,-0.52
-0.72,-0.16,-0.77
1.67,1.81,-0.74
-1.3,-0.74,0.53
-0.1,0.61,-0.56
END
printf '0,1,2,0.4\n0.5,0,1,2\n2,0.3,0,1\n1,2,0.7,0\n' >cost.csv
awk 'BEGIN { for (i = 0; i < 40; i++) print i / 40 }' >energies.csv
short=(--iterations 20 --batch-size 16 --samples 300 --hidden 8 --quiet)
letters=(--env sequence --letters bits:1 --length 8 --modes bitseq:2)
world_of() {
    case $1 in
    letters) world=("${letters[@]}") ;;
    spins) world=(--env ising --side 3) ;;
    torus) world=(--env ising --side 5) ;;
    graphs) world=(--env dag --data data.csv) ;;
    items) world=(--env set --energies energies.csv --choose 20) ;;
    order) world=(--env permutation --cost cost.csv --reward path) ;;
    esac
}
for name in letters spins torus graphs items order; do
    world_of $name
    "$GFN_DIST" "${world[@]}" "${short[@]}" --out $name || bad "$name: it does not train"
    is_png $name/histogram.png
    "$GFN_DIST" plot $name --out again.png --quiet && cmp again.png $name/histogram.png ||
        bad "$name is drawn in another way"
    for width in 320px 640px; do
        "$GFN_DIST" plot $name --picture-width $width --out narrow.png --quiet && is_png narrow.png ||
            bad "$name is not drawn $width wide"
    done
done
if [ "$MPI_NAME" != none ]; then
    world_of torus
    "$NP_RUN" --ranks 3 -- "$GFN_DIST" "${world[@]}" "${short[@]}" --out torus3 ||
        bad "torus: 3 ranks: it fails"
    cmp torus3/histogram.png torus/histogram.png || bad "torus: 3 ranks: another picture"
    "$NP_RUN" --ranks 2 -- "$GFN_DIST" plot graphs --out two.png --quiet || bad "graphs: plot on 2 ranks"
    cmp two.png graphs/histogram.png || bad "graphs: plot on 2 ranks: another picture"
fi
"$GFN_DIST" "${letters[@]}" "${short[@]}" --samples 0 --out policy || bad "policy: it does not train"
is_png policy/histogram.png
cmp -s policy/histogram.png letters/histogram.png && bad "policy: the picture of samples"
world_of spins
"$GFN_DIST" "${world[@]}" "${short[@]}" --seeds 0-2 --out spins3 && "$GFN_DIST" plot spins3 >out ||
    bad "spins: no sweep"
is_png spins3/comparison.png
"$GFN_DIST" plot letters spins torus graphs items order run policy --out all.png --quiet ||
    bad "plot of different worlds"
is_png all.png

# For papers: lines and letters instead of pixels, without a date.
"$GFN_DIST" plot run --out paper.pdf >out || bad "no PDF"
[ "$(head -c 5 paper.pdf)$(tail -n 1 paper.pdf)" = '%PDF-%%EOF' ] || bad "paper.pdf is no whole PDF"
sleep 1.1
"$GFN_DIST" plot run --out again.PDF >out && cmp paper.pdf again.PDF || bad "PDFs differ"

(ulimit -f 8 && "$GFN_DIST" plot run --out large.pdf 2>err)
[ $? -eq 1 ] && grep -q 'large.pdf.*: cannot write: .*hint' err || bad "no room for a PDF: $(cat err)"

# Comparisons.
"$GFN_DIST" plot run cube line vast none >out || bad "plot of several"
[ "$(tail -n 1 out)" = comparison.png ] || bad "plot of several does not say where: $(cat out)"
is_png comparison.png
"$GFN_DIST" "${small[@]}" --seeds 0-2 --out sweep || bad "no sweep"
is_png sweep/seed-1/histogram.png
"$GFN_DIST" plot sweep/ >out || bad "plot of a sweep"
is_png sweep/comparison.png

# Runs of other targets are not shown as if they had the same one.
"$GFN_DIST" "${small[@]}" --ndim 1 --reward cosine --out waves && "$GFN_DIST" plot line waves \
    --out both.png --quiet || bad "plot of two targets"
"$GFN_DIST" plot line --out one.png --quiet
! cmp -s one.png both.png && is_png both.png || bad "plot of two targets"

# A picture that cannot be drawn is said, and all else is there; a device is never replaced.
mkdir -p blocked && "$GFN_DIST" "${small[@]}" --seeds 0-1 --out blocked/sweep --time-limit 0.0001 2>err
rm -f blocked/sweep/seed-0/histogram.png && mkdir -p blocked/sweep/seed-0/histogram.png
"$GFN_DIST" --resume blocked/sweep --quiet 2>err || bad "a sweep fails where a picture has: $(cat err)"
grep -q '^gfn-dist: no picture: .*seed-0/histogram.png: expected a file' err || bad "not said: $(cat err)"
[ -s blocked/sweep/seed-0/summary.json ] && is_png blocked/sweep/seed-1/histogram.png
mkfifo pipe.png && "$GFN_DIST" plot run --out pipe.png 2>err
[ $? -eq 1 ] && [ -p pipe.png ] && grep -q 'pipe.png: expected a file' err || bad "a pipe: $(cat err)"

# What is refused.
refused 2 'plot: expected a run directory, found none' plot
refused 1 'nowhere: expected a run directory, found nothing' plot nowhere
refused 1 'nowhere' plot run nowhere
refused 1 'away/x.png: cannot' plot run --out away/x.png
for name in paper.jpg paper; do
    refused 2 "$name: expected a name that ends in \.png.*, found .* \(hint: paper\." plot run --out $name
done
refused 2 'size: expected an option of plot, found one of other commands .*hint' plot run --size 8
refused 2 'picture: expected one of yes.no' --picture maybe
mkdir mine && echo precious >mine/histogram.png
refused 2 'mine: expected a folder without a run, found histogram.png' --size 4 --iterations 3 --out mine

# While a run goes on: before its first checkpoint there are curves alone.
start 0 --size 8 --iterations 100000000 --log-every 50 --checkpoint-every 0 --out busy
until_trained busy
"$GFN_DIST" plot busy --quiet || bad "plot of a running job"
is_png busy/histogram.png
is_running || bad "plot disturbs the job"
tail -n 1 busy/metrics.jsonl | grep -q '"iteration"' || bad "metrics do not come while it runs"
send TERM 0
ends 3 60
exit $failed
