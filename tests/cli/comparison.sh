#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Comparisons: runs that differ only in the seed are one group; its figures are printed as a table or
# as JSON, and are those of sweep.json. The ending of the name gives the format of the picture; the
# user names groups and chooses the width. What is wrong is said before any run is loaded.
. "$top_srcdir/tests/cli/common.sh"

if "$GFN_DIST" --version | grep -q 'pictures: no'; then
    refused 1 'libcairo2-dev' plot nowhere nowhere --picture-labels A --picture-width 7in
    exit $failed
fi

small=(--size 6 --iterations 60 --batch-size 16 --quiet --samples 500 --picture no)
for lr in 0.01 0.03; do
    passes "${small[@]}" --lr $lr --seeds 0-2 --out "lr-$lr"
done
passes "${small[@]}" --lr 0.02 --out alone
passes "${small[@]}" --lr 0.01 --seeds 3 --iterations 40 --out shorter

# rows FILE: the table without its heading, note and picture.
rows() { sed -nE '2,/^  \+-|^[^ ]/{/^  \+-|^[^ ]/!p}' "$1"; }

# ---- the table

passes plot lr-0.01 lr-0.03 alone --out c.png
[ "$(rows out | awk '{print $1, $2, $3}')" = $'lr=0.01 3 960\nlr=0.03 3 960\nlr=0.02 1 960' ] ||
    bad "the table: $(cat out)"
for heading in seeds trajectories L1 TV '\|log Z error\|' loss 'time \[s\]' modes; do
    head -n 1 out | grep -qE " $heading( |\$)" || bad "no column $heading: $(head -n 1 out)"
done
[ "$(tail -n 1 out)" = c.png ] || bad "the last line is not the picture: $(cat out)"
rows out | awk 'length != w && NR > 1 {exit 1} {w = length}' || bad "rows of other lengths: $(cat out)"
[ "$(rows out | grep -c -- '+-')" -eq 2 ] || bad "errors of groups: $(cat out)"

# One group has a row for each seed. Other threads and cadences are no other group, another number of
# iterations is.
passes plot lr-0.01 --out c.png
[ "$(rows out | sed -E 's/^  (seed [0-9]|mean).*/\1/' | xargs)" = 'mean seed 0 seed 1 seed 2' ] ||
    bad "rows of seeds: $(cat out)"
passes "${small[@]}" --lr 0.01 --seed 7 --threads 2 --log-every 7 --eval-every 20 --out other
passes plot lr-0.01 other --out c.png
rows out | grep -qE '^  mean +4 ' || bad "other cadences: $(cat out)"
passes plot lr-0.01 shorter --out c.png
[ "$(rows out | awk '{print $1}' | xargs)" = 'iterations=60 iterations=40' ] || bad "shorter: $(cat out)"

# What is not known is "-"; here of a run without checkpoint.
cp -r alone begun && rm begun/*.safetensors && sed -i 's/^lr = .*/lr = 0.5/' begun/config.ini
passes plot alone begun --out c.png
rows out | grep -qE '^  lr=0\.5 +1 +960 +- +- +- +[0-9]' || bad "without checkpoint: $(cat out)"

# A single run has no table; --quiet prints nothing.
passes plot alone --out c.png
[ "$(cat out)" = c.png ] || bad "a single run: $(cat out)"
passes plot alone lr-0.01 --out c.png --quiet
[ ! -s out ] || bad "--quiet prints $(cat out)"

# ---- JSON: the figures of sweep.json

passes plot lr-0.01 alone --out c.png --json
[ "$(wc -l <out)" -eq 1 ] || bad "not one line: $(cat out)"
# number FILE NAME...: the number of the last name that follows the others.
number() {
    local text name
    text=$(tr -d ' \n' <"$1")
    shift
    for name; do text=${text#*\"$name\":}; done
    sed -E 's/^([-+.0-9e]*).*/\1/' <<<"$text"
}
for metric in l1 tv abs_log_z_error; do
    for statistic in mean standard_error min max; do
        of_plot=$(number out groups 1 $metric $statistic)
        [ -n "$of_plot" ] && [ "$of_plot" = "$(number lr-0.01/sweep.json statistics $metric $statistic)" ] ||
            bad "$metric $statistic: $of_plot, sweep.json $(grep -A 9 "\"$metric\"" lr-0.01/sweep.json)"
    done
done
[ "$(number out groups 2 seeds)" = 1 ] && grep -q '"directory":"alone","seed":0,' out &&
    grep -q '^{"picture":"c.png",' out || bad "JSON: $(cat out)"

# ---- labels

passes plot lr-0.01 lr-0.03 --picture-labels 'slow\, steady,fast' --out named.png
[ "$(rows out | sed -E 's/  +[0-9].*//;s/^ *//')" = $'slow, steady\nfast' ] || bad "picture-labels: $(cat out)"
passes plot lr-0.01 lr-0.03 --out unnamed.png
cmp -s named.png unnamed.png && bad 'labels are not in the picture'
# Copies of a run have the ends of their paths, never the whole.
mkdir -p deep/a deep/b && cp -r alone deep/a/run && cp -r alone deep/b/run && cp -r alone deep/a/this
passes plot "$PWD/deep/a/run" "$PWD/deep/b/run/" "$PWD/deep/a/this" --out c.png
[ "$(rows out | awk '{print $1}' | xargs)" = 'a/run b/run this' ] || bad "paths: $(cat out)"
(cd lr-0.01 && "$GFN_DIST" plot . ../alone --picture-labels x,y --out ../c.png >../out) || bad "plot ."
(cd deep/a/run && "$GFN_DIST" plot . ../this --out ../c.png >"$TMPDIR/out") || bad "plot ."
[ "$(rows out | awk '{print $1}' | xargs)" = 'run this' ] || bad "plot .: $(cat out)"

# ---- formats and widths

# begins FILE PATTERN: its first line.
begins() { head -n 1 "$1" | grep -qaE "$2" || bad "$1 begins with $(head -c 80 "$1")"; }
passes plot lr-0.01 lr-0.03 --out c.pdf && begins c.pdf '^%PDF-'
formats=$("$GFN_DIST" plot alone --out x.x 2>&1)
for format in svg:'^<\?xml' eps:'^%!PS-Adobe-3\.0 EPSF' ps:'^%!PS-Adobe'; do
    name=c.${format%%:*}
    [[ $formats == *.${format%%:*}* ]] || continue # not every Cairo has all
    passes plot lr-0.01 lr-0.03 --out "$name" && begins "$name" "${format#*:}"
    cp "$name" again && nap 1.1
    passes plot lr-0.01 lr-0.03 --out "$name" --threads 1
    cmp "$name" again || bad "$name: other bytes"
done
# The width of a PNG is bytes 16 to 19 of the file.
png_width() { od -An -tu1 -j 16 -N 4 "$1" | awk '{print (($1 * 256 + $2) * 256 + $3) * 256 + $4}'; }
[ "$(png_width unnamed.png)" -eq 1040 ] || bad "unset: $(png_width unnamed.png)"
for width in 320 700px 1501px 2080; do
    passes plot lr-0.01 lr-0.03 --picture-width $width --out wide.png
    [ "$(png_width wide.png)" -eq "${width%px}" ] || bad "--picture-width $width: $(png_width wide.png)"
done
if [[ $formats == *.svg* ]]; then
    passes plot lr-0.01 lr-0.03 --picture-width 100mm --out wide.svg
    head -n 2 wide.svg | grep -q 'width="283\.46' || bad "100 mm: $(head -n 2 wide.svg)"
fi

# ---- what is refused, before the damage of a run is found

cp -r alone damaged && printf x >damaged/checkpoint.safetensors && rm -f damaged/*.prev*
sed -i 's/^lr = .*/lr = 0.7/' damaged/config.ini
refused 1 'damaged/checkpoint' plot alone damaged --out d.png
refused 2 'd\.jpg: expected a name that ends in \.png.*, found "\.jpg" \(hint: d\.' plot alone damaged \
    --out d.jpg
refused 2 'picture-labels: expected 2, one per group of runs, found 3 in "A,B,C" \(hint: .*lr=0\.02; lr=0\.7' \
    plot alone damaged --picture-labels A,B,C --out d.png
refused 2 "picture-labels: $everything" plot alone damaged --picture-labels A, --out d.png
refused 2 'picture-labels: expected different names, found "A" twice' plot alone damaged --picture-labels A,A
refused 2 'picture-width: expected 320px to 6000px for \.png, found "7in" \(hint: ' plot alone damaged --picture-width 7in
refused 2 'picture-width: expected 80mm to 600mm.*, found "1200px" \(hint: ' plot alone damaged --picture-width 1200px \
    --out d.pdf
refused 2 'picture-labels: expected an option of train' --picture-labels A
refused 2 'picture-width: expected an option of eval' eval alone --picture-width 7in
if [ "$MPI_NAME" != none ]; then
    "$NP_RUN" --ranks 2 -- "$GFN_DIST" plot alone damaged --picture-labels A,B,C --out d.png 2>err
    [ $? -eq 2 ] && grep -q 'picture-labels: expected 2' err || bad "2 ranks: $(cat err)"
    "$NP_RUN" --ranks 2 -- "$GFN_DIST" plot lr-0.01 lr-0.03 --out two.png >two.out || bad '2 ranks'
    cmp two.png unnamed.png || bad '2 ranks: another picture'
fi
echo "$cases refusals"
exit $failed
