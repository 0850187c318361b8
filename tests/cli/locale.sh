#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A plug-in that calls setlocale() in a locale with a decimal comma: every file and all output
# look as in the locale C, and runs that were saved in either resume in either. Names that are not
# UTF-8. Options in other encodings.
. "$top_srcdir/tests/cli/common.sh"

printf '%s\n' LC_NUMERIC 'decimal_point ","' 'thousands_sep "."' 'grouping 3;3' 'END LC_NUMERIC' >comma
localedef -c -i comma ./comma_XX >out 2>&1
[ -d comma_XX ] || bad "localedef makes no locale: $(cat out)"
export LOCPATH=$PWD
cat - "$top_srcdir/tests/external/knapsack.c" >world.c <<'END'
#include <locale.h>
#include <stdlib.h>
#include <string.h>
__attribute__((constructor)) static void use_locale(void)
{
    const char *wanted = getenv("LC_ALL"), *found = setlocale(LC_ALL, "");
    if (wanted == NULL || found == NULL || strcmp(wanted, found) != 0)
        abort(); /* nothing would be tested */
}
END
plugin world world.c

train() { "$GFN_DIST" "$@" --threads 1 2>&1 || bad "it fails: $*"; }
# A clock measured some of the numbers. Numbers with a point become N; one with a comma becomes N,N.
numberless() {
    grep -v '^Fontconfig warning' "$@" | sed -E 's/-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?/N/g; s/ +/ /g'
}

job=(--env ./world.so --items 6 --room 13 --iterations 60 --log-every 7 --eval-every 20
    --checkpoint-every 30 --lr 0.0125 --samples 500)
for locale in C comma_XX; do
    export LC_ALL=$locale
    mkdir runs && cd runs || exit 1
    cp ../world.so .
    train "${job[@]}" --out whole >said.txt
    train "${job[@]}" --iterations 30 --schedule constant --out part >/dev/null
    train "${job[@]}" --seeds 0-1 --out sweep >table.txt
    "$GFN_DIST" eval whole --threads 1 >eval.txt
    "$GFN_DIST" eval whole --threads 1 --json >eval.json || bad "$locale: no JSON"
    "$GFN_DIST" sample whole --samples 20 --out samples.npy >sample.txt || bad "$locale: no samples"
    "$GFN_DIST" --env ./world.so --help >help.txt
    "$GFN_DIST" check-env ./world.so >check.txt
    "$GFN_DIST" plot whole part --out plot.png >plot.txt 2>&1
    cd .. && mv runs "$locale.runs"
done
export LC_ALL=C

# compare FILE: both runs wrote the same.
compare() {
    case $1 in
    *.json | *.jsonl | *.txt) diff <(numberless "C.runs/$1") <(numberless "comma_XX.runs/$1") ;;
    *) cmp "C.runs/$1" "comma_XX.runs/$1" ;;
    esac >out || bad "$1: $(cut -c 1-300 out | head -n 8)"
}
find C.runs -type f ! -name '*.so' | sort | sed 's|^C.runs/||' >files
for file in part/checkpoint.safetensors sweep/sweep.json plot.png said.txt; do
    grep -qx $file files || bad "there is no $file: $(cat files)"
done
while read -r file; do compare "$file"; done <files

# Runs that were saved in either locale are resumed in either.
for locale in C comma_XX; do
    for runs in C.runs comma_XX.runs; do
        rm -rf runs && cp -r "$runs" runs
        (cd runs && LC_ALL=$locale train --resume part --iterations 60 >/dev/null)
        cp runs/part/checkpoint.safetensors "$locale-$runs"
        cmp "$locale-$runs" C-C.runs || bad "$runs, resumed in $locale, has another checkpoint"
    done
done

# A name that is not UTF-8 cannot be stored in a checkpoint: refused before the first iteration.
bad_name=$'r\xe9'
mkdir $bad_name && cp world.so $bad_name/
"$GFN_DIST" --size 4 --iterations 3 --quiet --out cells &&
    "$GFN_DIST" sample cells --samples 20 --out $bad_name/cells.npy >out || bad "no cells"
utf8='expected a name in UTF-8, found .*\(hint: '
refused 2 "^gfn-dist: reward-file: $utf8" --size 4 --reward file --reward-file $bad_name/r.npy
refused 2 "^gfn-dist: terminal-states: $utf8" --size 4 --terminal-states $bad_name/cells.npy
refused 2 "^gfn-dist: env: $utf8" --env $bad_name/world.so
refused 2 "^gfn-dist: env: $utf8" --env $bad_name/world.so --seeds 0-1
# Only names that are stored: a run may be in such a folder.
passes --size 4 --iterations 3 --quiet --out $bad_name/run
passes --resume $bad_name/run --iterations 6 --quiet
passes --seeds 0-1 --size 4 --iterations 3 --out $bad_name/sweep
passes eval $bad_name/run

# Options in the encodings that other systems write: UTF-8 with a byte order mark is read; of UTF-16
# and UTF-32 the message has the command that makes UTF-8 of it.
printf '%s\r\n' 'size = 4' $'# Gr\xc3\xb6\xc3\x9fe' 'iterations = 3' 'env = "hypergrid"' >plain.ini
for encoding in UTF-16 UTF-16LE UTF-16BE UTF-32 UTF-32BE; do
    iconv -f UTF-8 -t $encoding plain.ini >OLD || bad "iconv does not write $encoding"
    refused 1 "^gfn-dist: OLD: expected text in UTF-8, found ${encoding} \\(hint: iconv " \
        --config OLD --print-config
    hint=$(sed -E 's/.*\(hint: (.*)\)$/\1/' err)
    rm -f NEW
    eval "$hint" && cmp plain.ini NEW || bad "$encoding: $hint is no cure"
    { printf '\xef\xbb\xbf' && cat NEW; } >marked.ini
    shows '^size = 4 +; marked.ini:1$' --config marked.ini --print-config
    passes --config marked.ini --quiet --out $encoding
done
exit $failed
