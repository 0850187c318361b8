#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Files of numbers that options of environments name: a run has a copy and stands alone, and says
# if the file has changed.
. "$top_srcdir/tests/cli/common.sh"
job=(--iterations 20 --batch-size 16 --hidden 8 --samples 50 --picture no --quiet)

# Columns whose names need care: a comma, a quote, a blank at the end.
{
    printf '"a, b"\t"say ""c"""\t"d "\te\n'
    for i in 1 2 3 4 5 6 7 8 9; do echo "$i	$((i * i % 7)).25	-$((i * 3 % 5))e-1	$((i * 5 % 8))"; done
} >data.csv
printf '0,1,-0.5\n1,0,0.75\n-0.5,0.75,0\n' >couplings.csv
printf '%s\n' 0.3 -0.7 1.2 0.1 -0.4 >energies.csv
printf '0,1.3,0.7\n1.1,0,2.4\n0.9,2.2,0\n' >cost.csv
cat >families <<'END_F'
data dag --score bge
couplings ising
energies set --choose 2
cost permutation
END_F

# The numbers as evaluations see them.
eval_text() { sed '/^checkpoint/d' out; }

while read -r option env rest; do
    read -ra options <<<"--env $env $rest --$option $option.csv"
    passes "${options[@]}" "${job[@]}" --out "$option"
    [ -s "$option/input-$option.npy" ] || bad "$option: no copy"
    passes "${options[@]}" "${job[@]}" --iterations 30 --out "$option-whole"
    passes "${options[@]}" "${job[@]}" --seeds 0 --out "$option-sweep"
    passes eval "$option" --samples 50 && eval_text >"$option.eval"
    passes sample "$option" --samples 20 && mv out "$option.sample"
    cp "$option.csv" kept.csv

    # The file has another value of the last row.
    sed -E '$s/([0-9])$/\19/' kept.csv >"$option.csv"
    notice="^$option: .*/$option.csv has changed since the run began: its CRC-32 was ........ and is ........; the run has a copy\$"
    passes eval "$option" --samples 50
    grep -qE "$notice" err || bad "eval, changed $option: $(cat err)"
    eval_text | cmp - "$option.eval" || bad "eval, changed $option: $(cat out)"
    passes sample "$option" --samples 20
    grep -qE "$notice" err || bad "sample, changed $option: $(cat err)"
    cmp out "$option.sample" || bad "sample, changed $option: other samples"
    cp -r "$option" "$option-again"
    passes --resume "$option-again" --iterations 25
    grep -qE "$notice" err || bad "--resume, changed $option: $(cat err)"
    passes --resume "$option-again" --iterations 30
    grep -qE "$notice" err || bad "a second --resume, changed $option: $(cat err)"
    others="^gfn-dist: $option: expected the numbers that the run began with, found others in other.csv \(hint: leave it out, the run has a copy\)$"
    mv "$option.csv" other.csv
    refused 2 "${others/other.csv/.*other.csv}" eval "$option" "--$option" other.csv
    refused 2 "${others/other.csv/.*other.csv}" sample "$option" "--$option" other.csv
    refused 2 "${others/other.csv/.*other.csv}" --resume "$option" "--$option" other.csv
    refused 2 "${others/other.csv/.*other.csv}" --resume "$option-sweep" --seeds 0-1 "--$option" other.csv

    # The file is gone, or moved.
    passes eval "$option" --samples 50
    [ ! -s err ] || bad "eval without $option: $(cat err)"
    eval_text | cmp - "$option.eval" || bad "eval without $option: $(cat out)"
    ! "$GFN_DIST" --version | grep -q '^pictures: yes' || passes plot "$option"
    passes eval "$option" "--$option" kept.csv --samples 50
    [ ! -s err ] || bad "eval with moved $option: $(cat err)"
    passes --resume "$option" --iterations 30
    bits "$option" | grep params_crc | cmp - <(bits "$option-whole" | grep params_crc) ||
        bad "resumed without $option: other bits"
    passes --resume "$option-sweep" --seeds 0-1
    rm "$option-sweep/seed-0/checkpoint"* && passes --resume "$option-sweep/seed-0"

    # A damaged copy.
    cp -r "$option" damaged
    printf '\1' | dd of="damaged/input-$option.npy" bs=1 seek=130 conv=notrunc status=none
    refused 1 "^gfn-dist: damaged/checkpoint.safetensors: $option: expected the numbers with the checksum .*, found .* in input-$option.npy \(hint" eval damaged
    refused 1 "$option: expected the numbers with the checksum" --resume damaged
    rm "damaged/input-$option.npy"
    refused 1 "^gfn-dist: $option: expected the file .*/$option.csv, found nothing there \(hint: --$option PATH" eval damaged
    passes eval damaged "--$option" kept.csv
    rm -rf damaged "$option-again" "$option-whole"
    mv kept.csv "$option.csv"
done <families
grep -qx '"d "' data/input-data-names.csv || bad "names: $(cat data/input-data-names.csv)"

# So have runs with values of objects from a file, or terminal states.
for a in 0 1; do for b in 0 1; do for c in 0 1; do echo "$a$b$c,1.$a$c"; done; done; done >table.csv
printf '%s\n' 000 110 >modes.txt
printf '%s\n' 010 111 >states.txt
strings=(--env sequence --letters 01 --length 3)
for kind in table modes terminal-states; do
    case $kind in
    table) file=table.csv other=(--table table.csv) ;;
    modes) file=modes.txt other=(--modes modes.txt) ;;
    *) file=states.txt other=(--modes modes.txt --terminal-states states.txt) ;;
    esac
    passes "${strings[@]}" "${other[@]}" "${job[@]}" --out "with-$kind"
    passes eval "with-$kind" && eval_text >eval.txt
    cp $file kept && echo >>$file
    notice="^$kind: .*/$file has changed since the run began: its CRC-32 was ........ and is ........"
    passes eval "with-$kind"
    eval_text | cmp - eval.txt || bad "eval, changed $kind: $(cat out)"
    grep -qE "$notice" err || bad "eval, changed $kind: $(cat err)"
    for iterations in 25 30; do
        passes --resume "with-$kind" --iterations $iterations
        grep -qE "$notice" err || bad "--resume, changed $kind: $(cat err)"
    done
    cp kept $file && passes --resume "with-$kind" --iterations 31
    grep -q CRC err && bad "--resume, $kind as before: $(cat err)"
    rm $file && passes --resume "with-$kind" --iterations 32
    mv kept $file
done

# Numbers from a pipe are in the copy, and no checksum of a file is compared.
passes --env ising --couplings <(cat couplings.csv) "${job[@]}" --out pipe
passes eval pipe
[ ! -s err ] || bad "eval of numbers from a pipe: $(cat err)"

# The numbers of columns that some programs write above the others are a row like them.
{ echo 0,1,2 && printf '%s\n' 0.5,1,0.3 -1,0.2,0.7 0.1,0.4,-0.9 1.5,-0.2,0.6; } >columns.csv
passes --env dag --data columns.csv "${job[@]}" --out columns
grep -qE '^data: the first row, 0 ... 2, counts as numbers \(hint: ' err ||
    bad "numbers of columns: $(cat err)"
passes eval columns --samples 10
[ ! -s err ] || bad "eval, numbers of columns: $(cat err)"

# Rank 0 alone needs the file.
if [ "$MPI_NAME" != none ]; then
    cat >launch <<'END'
cd "rank-$((${OMPI_COMM_WORLD_RANK-${PMI_RANK-0}} == 1))" && exec "$GFN_DIST" "$@"
END
    mkdir rank-0 rank-1 && cp couplings.csv rank-0
    "$NP_RUN" --ranks 2 -- bash launch --env ising --couplings /proc/self/cwd/couplings.csv \
        "${job[@]}" --out "$PWD/ranks" >log 2>&1 || bad "no file on rank 1: $(cat log)"
    "$NP_RUN" --ranks 2 -- "$GFN_DIST" eval ranks --samples 10 >log 2>&1 ||
        bad "eval on 2 ranks: $(cat log)"
fi
exit $failed
