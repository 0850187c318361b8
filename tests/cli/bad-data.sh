#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Files of users: numbers, values of objects and objects that are wrong are refused with the file,
# the place, what was expected and what was found; what other programs write well is read.
. "$top_srcdir/tests/cli/common.sh"
job=(--iterations 2 --batch-size 4 --hidden 4 --samples 0 --picture no --quiet)

# text LINE...: a file's text. npy SHAPE: float64 .npy of the bytes on standard input.
text() { printf '%s\n' "$@"; }
npy() { printf '\x93NUMPY\x01\0\x76\0%-117s\n' "{'descr': '<f8', 'fortran_order': False, 'shape': ($1), }" && cat; }

# wrong PATTERN OPTION...: refused; the file that standard input has written is `file`.
wrong() {
    local pattern=$1
    shift
    refused 2 "$pattern" "$@" "${job[@]}"
}
# good OPTION...: read.
runs=0
good() { passes "$@" "${job[@]}" --out "run-$((runs++))"; }

# ---- files of numbers

ising=(--env ising --couplings x.csv)
data=(--env dag --data x.csv)
energies=(--env set --choose 1 --energies x.csv)
cost=(--env permutation --cost x.csv)
separated='expected numbers with commas or tabs between them, found'
# Files that other programs divide in other ways.
for option in data couplings energies cost; do
    case $option in
    data) world=("${data[@]}") ;;
    couplings) world=("${ising[@]}") ;;
    energies) world=("${energies[@]}") ;;
    *) world=("${cost[@]}") ;;
    esac
    for separator in ';:semicolons' ' :blanks'; do
        text 0,1,2 1,0,3 2,3,0 | tr , "${separator%:*}" >x.csv
        wrong "^gfn-dist: $option: .*/x.csv: line 2: $separated ${separator#*:} \\(hint: save it with commas or tabs" "${world[@]}"
        sed -n 2p x.csv >y.csv && mv y.csv x.csv
        wrong "^gfn-dist: $option: .*/x.csv: line 1: $separated ${separator#*:}" "${world[@]}"
    done
    text '0;1,5' '1,5;0' >x.csv
    wrong "^gfn-dist: $option: .*/x.csv: line 1: $separated semicolons .* points in numbers\\)" "${world[@]}"
    : >x.csv
    wrong "^gfn-dist: $option: .*/x.csv: expected lines of numbers, found none" "${world[@]}"
    text a,b >x.csv
    wrong "^gfn-dist: $option: .*/x.csv: expected lines of numbers, found none" "${world[@]}"
    text 0,1 1,0,2 >x.csv
    wrong "^gfn-dist: $option: .*/x.csv: line 2: expected 2 values as in the first line, found 3" "${world[@]}"
    for bad in x '' NA nan inf -Inf 1e999 0x1 1,5; do
        text a,b 0,1 "\"$bad\",0" >x.csv
        found=${bad:+\"$bad\"}
        wrong "^gfn-dist: $option: .*/x.csv: line 3, column \"a\": expected a number, found ${found:-nothing} \\(hint" "${world[@]}"
    done
    text ,a,b 0,1,2 1,3,1 >x.csv
    wrong "^gfn-dist: $option: .*/x.csv: line 1: expected numbers, or a name of each column, found none of column 1 \\(hint: .*index=False" "${world[@]}"
    printf 'h\xe9,b\n1,2\n2,1\n' >x.csv
    wrong "^gfn-dist: $option: .*/x.csv: line 1: expected names in UTF-8, found that of column 1" "${world[@]}"
    printf '1\0,2\n' >x.csv
    wrong "^gfn-dist: $option: .*/x.csv: line 1: expected text, found a byte 0" "${world[@]}"
    text '"a,b' 1,2 >x.csv
    wrong "^gfn-dist: $option: .*/x.csv: line 1: expected a second quote, found the end of the file" "${world[@]}"
    text 0,1 1,0 | gzip | head -c 15 >x.csv
    wrong "^gfn-dist: $option: .*/x.csv: expected a whole gzip file, found it damaged or cut" "${world[@]}"
    rm x.csv && mkdir x.csv
    refused 1 "^gfn-dist: $option: .*/x.csv: cannot read the file: .* \\(hint: it is a folder" "${world[@]}"
    rmdir x.csv
    refused 1 "^gfn-dist: $option: .*/x.csv: cannot open the file: .* \\(hint: check the path" "${world[@]}"
    printf '\0\0\0\0\0\0\xf8\x7f%.0s' 1 2 3 4 | npy '2, 2' >x.npy
    wrong "^gfn-dist: $option: .*/x.npy: expected finite numbers, found nan in row 0, column 0, counted from 0 \\(hint" \
        "${world[@]/x.csv/x.npy}"
    npy '0, 3' </dev/null >x.npy
    wrong "^gfn-dist: $option: .*/x.npy: expected numbers along one axis or two, found F64 \\[0, 3\\]" \
        "${world[@]/x.csv/x.npy}"
done

# What worlds say of their numbers names the file.
text 0,1,2 1,0,3 2,4,0 >x.csv
wrong '^gfn-dist: .*/x.csv: ising: couplings: expected a symmetric matrix, found 4 in row 2, column 1.*but 3 ' "${ising[@]}"
wrong '^gfn-dist: .*/x.csv: set: energies: expected a symmetric matrix, found 4 in row 2' "${energies[@]}"
text 0,1,2 1,0,3 >x.csv
wrong '^gfn-dist: .*/x.csv: ising: couplings: expected a square matrix .*, found 2 x 3' "${ising[@]}"
wrong '^gfn-dist: .*/x.csv: set: energies: expected .* square matrix, found 2 x 3' "${energies[@]}"
wrong '^gfn-dist: .*/x.csv: permutation: cost: expected a square matrix .*, found 2 x 3' "${cost[@]}"
text 0,1e200 1e200,0 >x.csv
wrong '^gfn-dist: .*/x.csv: ising: couplings: expected numbers within' "${ising[@]}"
wrong '^gfn-dist: .*/x.csv: permutation: cost: expected numbers within' "${cost[@]}"
wrong '^gfn-dist: .*/x.csv: dag: data: expected values whose squares can be added' "${data[@]}"
text a,b 1,2 2,2 >x.csv
wrong '^gfn-dist: .*/x.csv: dag: data: expected columns with different values, found that b is 2 in all 2 rows' "${data[@]}"
text a,b,a 1,2,3 2,1,5 >x.csv
wrong '^gfn-dist: .*/x.csv: dag: data: expected different names of columns, found that 1 and 3 are both a' "${data[@]}"
refused 2 '^gfn-dist: .*/x.csv: dag: data: expected different names' check-env dag --data x.csv
text a,b 1,2 >x.csv
wrong '^gfn-dist: .*/x.csv: dag: data: expected at least 2 rows' "${data[@]}"
text 1 2 3 >x.csv
wrong '^gfn-dist: set: choose: expected at most as many as there are items, 3, found 4' \
    --env set --choose 4 --energies x.csv
wrong '^gfn-dist: .*/x.csv: set: energies: expected those of --items 5, found 3' "${energies[@]}" --items 5
text a,b 1e4,2e4 -3e4,1e3 2e4,-2e4 5e3,7e4 -1e4,1e4 9e4,-8e4 4e4,3e4 -7e4,-2e4 >x.csv
refused_late='expected a finite loss, .*\(hint: --standardize yes, fewer rows of data, or a smaller --beta\)'
"$GFN_DIST" "${data[@]}" --score linear-gaussian "${job[@]}" --out large >out 2>err </dev/null &&
    bad "it trains on a huge log R"
grep -qE "$refused_late" err || bad "a huge log R: $(cat err)"

# These are read: line ends, byte order marks, quoted names with commas, tabs, fewer rows than
# columns, a column that others determine.
printf '\xef\xbb\xbf"a, x",b,c\r\n1,2,3.5\r\n2,1,5\r\n' >x.csv
good "${data[@]}"
text 'a	b' '1	2' '2	4' '3	6' | gzip >x.csv
good "${data[@]}"
text '# a comment' '' 0,1 '' 1,0 >x.csv
good "${ising[@]}"
good "${cost[@]}"
good "${energies[@]}"

# ---- values of objects, and objects

strings=(--env sequence --letters 01 --length 3)
table=("${strings[@]}" --table x.csv)
whole() { for a in 0 1; do for b in 0 1; do for c in 0 1; do echo "$a$b$c,1.$a$c"; done; done; done; }
at='^gfn-dist: .*/x.csv: line'
whole | tr , ';' >x.csv
wrong "$at 1: expected an object and a value with a comma or a tab between them, found semicolons \\(hint" "${table[@]}"
whole | tr , ' ' >x.csv
wrong "$at 1: expected an object and a value with a comma or a tab between them, found blanks \\(hint" "${table[@]}"
for bad in nan inf '' 1e400; do
    whole | sed "1s/,.*/,$bad/" >x.csv
    wrong "$at 1: expected a finite number as the value of 000, found \"$bad\"" "${table[@]}"
    whole | sed "4s/,.*/,$bad/" >x.csv
    wrong "$at 4: expected a finite number as the value of 011, found \"$bad\"" "${table[@]}"
done
whole | sed 3s/010/012/ >x.csv
wrong "$at 3: expected letters of \"01\", found \"2\"" "${table[@]}"
whole | sed 3s/010/0100/ >x.csv
wrong "$at 3: expected 3 letters, found 4" "${table[@]}"
whole | sed 3d >x.csv
wrong '^gfn-dist: .*/x.csv: expected a value of each of 8 objects, found 7 values, and none of 010' "${table[@]}"
{ whole && echo 000,3; } >x.csv
wrong "$at 9: expected each object once, found 000 as in line 1" "${table[@]}"
{ whole && echo 000,3,2; } >x.csv
wrong "$at 9: expected an object and a value, found 3 fields" "${table[@]}"
: >x.csv
wrong '^gfn-dist: .*/x.csv: expected lines of object and value, found none' "${table[@]}"
whole | gzip | head -c 40 >x.csv
wrong '^gfn-dist: .*/x.csv: expected a whole gzip file' "${table[@]}"
printf '\0%.0s' {1..32} | npy '2, 2' >x.npy
wrong '^gfn-dist: .*/x.npy: sequence: expected 2 x 2 x 2 values, one per object, found 2 x 2' "${strings[@]}" --table x.npy
{ printf '\xef\xbb\xbfobject,value\r\n' && whole | sed 's/$/\r/; s/^/"/; s/,/",/'; } >x.csv
good "${table[@]}"

text 000 111 >modes.txt
for option in modes terminal-states; do
    world=("${strings[@]}" "--$option" x.txt)
    [ $option = modes ] || world+=(--modes modes.txt)
    text 000 012 >x.txt
    wrong "^gfn-dist: .*/x.txt: line 2: expected letters of \"01\", found \"2\"" "${world[@]}"
    : >x.txt
    wrong "^gfn-dist: .*/x.txt: expected lines .*found none" "${world[@]}"
    text 000 111 | gzip | head -c 15 >x.txt
    wrong "^gfn-dist: .*/x.txt: expected a whole gzip file" "${world[@]}"
    printf '\xef\xbb\xbf000\r\n111\r\n' >x.txt
    good "${world[@]}"
done
text '000;1' '111;2' >x.csv
wrong "^gfn-dist: terminal-states: .*/x.csv: line 1: expected an object, .* found semicolons \\(hint" \
    "${strings[@]}" --modes modes.txt --terminal-states x.csv

# ---- options of other environments

whose='expected an option of sequence or of training, found one of'
wrong "^gfn-dist: items: $whose set, permutation \\(hint: --env set, or leave it out\\)$" "${strings[@]}" --items 5
wrong "^gfn-dist: couplings: expected an option of hypergrid .* found one of ising \\(hint: --env ising" --couplings x.csv
passes "${strings[@]}" --modes modes.txt "${job[@]}" --out letters
wrong '^gfn-dist: letters/config.ini:[0-9]+: letters: expected an option of ising .* found one of sequence' \
    --config letters/config.ini --env ising
refused 2 "^gfn-dist: sigma: $whose ising" --resume letters --sigma 2
refused 2 "^gfn-dist: data: $whose dag" eval letters --data x.csv
refused 2 '^gfn-dist: letters: expected an option of ising .* found one of sequence' check-env ising --letters AC

# Too many states to number: a larger limit would not help.
long=(--env sequence --letters ACGT --length 40 --modes long.txt)
printf 'A%.0s' {1..40} >long.txt
passes "${long[@]}" "${job[@]}" --out long
grep -q '^no exact evaluation: sequence: .*--enumerate-limit, if there are at most 67108864)' err || bad "notice: $(cat err)"
passes eval long --samples 10
grep -q '^  exact      not possible: too many states$' out || bad "eval of many states: $(cat out)"
echo "$cases refusals, $runs files read"
exit $failed
