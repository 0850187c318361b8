#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Every family of environments from outside: it keeps every rule, trains to the same bits on any
# number of ranks and threads, resumes to the bit, and leaves its files. Objects are read as they
# are written, and settings that make no sense are refused by name.
. "$top_srcdir/tests/cli/common.sh"

# ---- data

# A cost from each of 5 places to each, and times and weights of 4 jobs.
cat >cost.csv <<'END'
0,1.3,0.7,2.1,1.9
1.1,0,2.4,0.6,1.5
0.9,2.2,0,1.7,0.8
2.5,0.4,1.6,0,1.2
1.8,1.4,0.5,1.0,0
END
printf 'time,weight\n1.5,2\n0.7,1\n2.2,3\n1.1,0.5\n' >jobs.csv
printf '0,1,-0.5,0.25\n1,0,0.75,0\n-0.5,0.75,0,0.3\n0.25,0,0.3,0\n' >couplings.csv
printf '%s\n' 0.3 -0.7 1.2 0.1 -0.4 0.9 >energies.csv
# Samples of a chain, A -> B -> C, that a formula makes.
awk 'BEGIN {
    print "A,B,C"
    for (i = 1; i <= 40; i++) {
        a = sin(12.9898 * i) * 1.7; b = 0.9 * a + 0.5 * sin(78.233 * i)
        printf "%.6f,%.6f,%.6f\n", a, b, -1.1 * b + 0.4 * sin(37.719 * i)
    }
}' >data.csv
# A value of each string of 3 of 3 letters, and of each cell of a grid.
for a in A B C; do for b in A B C; do for c in A B C; do echo "$a$b$c"; done; done; done |
    awk '{ print $1 "," 0.1 + (NR * 7 % 11) / 4 }' >strings.csv
printf '%s\n' 00001111 11110000 00111100 >modes.txt

# NAME: environment and its options. The file of expectations is named after the colon.
families='
    append-table:letters sequence --letters ABC --length 3 --table strings.csv --beta 2
    both-table:letters sequence --letters ABC --length 3 --order both --table strings.csv
    any-table:letters sequence --letters ABC --length 3 --order any --table strings.csv
    words-modes:letters sequence --letters 00,01,10,11 --length 4 --modes modes.txt
    variable-modes:letters sequence --letters 01 --length 5 --min-length 2 --modes short.txt
    torus:observables ising --side 3 --sigma 0.2 --beta 1.5
    couplings:observables ising --couplings couplings.csv
    tour:order permutation --items 5 --cost cost.csv --reward tour
    path:order permutation --cost cost.csv --reward path --beta 2
    jobs:order permutation --cost jobs.csv --reward completion-time
    items:items set --items 6 --choose 3 --energies energies.csv
    network:edges dag --data data.csv --score bge
    gaussian:edges dag --data data.csv --score linear-gaussian --prior er --prior-edges 0.5
'
printf '00000\n111\n' >short.txt
job=(--iterations 60 --batch-size 32 --hidden 16 --samples 500 --eval-every 20 --seed 3 --quiet)

list() { sed 's/^ *//; /^$/d' <<<"$families"; }

# The files whose bytes do not depend on the machine.
all_bits() {
    bits "$1"
    cksum "$1"/*.csv | sed 's| .*/| |'
}

while read -r name rest; do
    quantities=${name#*:} name=${name%:*}
    read -ra options <<<"--env $rest"
    passes "${options[@]}" "${job[@]}" --threads 1 --out "$name"
    all_bits "$name" >"$name.bits"
    [ -s "$name/$quantities.csv" ] || bad "$name: no $quantities.csv"
    [ "$(wc -l <"$name/top.csv")" -gt 2 ] || bad "$name: no top.csv"
    [ "$(summary "$name" exact)" = true ] || bad "$name: no exact evaluation"
    for split in '1 2' '2 1' '3 2'; do
        read -r ranks threads <<<"$split"
        [ "$ranks" -eq 1 ] || [ "$MPI_NAME" != none ] || continue
        "$NP_RUN" --ranks "$ranks" -- "$GFN_DIST" "${options[@]}" "${job[@]}" \
            --threads "$threads" --out "$name-$ranks" 2>err || bad "$name, $split: $(cat err)"
        all_bits "$name-$ranks" | cmp - "$name.bits" || bad "$name, $split: other bits"
        rm -rf "$name-$ranks"
    done

    # A shorter run that is resumed and goes on has the bits of the longer one.
    passes "${options[@]}" "${job[@]}" --checkpoint-every 17 --schedule constant --threads 1 \
        --out "$name-whole"
    passes "${options[@]}" "${job[@]}" --checkpoint-every 17 --schedule constant --threads 1 \
        --iterations 30 --out "$name-part"
    passes --resume "$name-part" --iterations 60 --threads 2 --quiet
    cmp <(tail -n +2 "$name-whole/top.csv") <(tail -n +2 "$name-part/top.csv") ||
        bad "$name: the best objects are others after a resume"
    [ "$(summary "$name-part" params_crc)" = "$(summary "$name-whole" params_crc)" ] ||
        bad "$name: resumed to other bits"

    # Objects are read as they are written.
    passes sample "$name" --samples 20 --out objects.csv
    passes "${options[@]}" "${job[@]}" --iterations 5 --terminal-states objects.csv --out none-"$name"
    passes sample "$name" --samples 20 --out objects.txt
    cmp <(tail -n +2 objects.csv | sed -E 's/,[^,]*$//; s/^"//; s/"$//') objects.txt ||
        bad "$name: .csv and .txt have other objects"
    passes "${options[@]}" "${job[@]}" --iterations 5 --terminal-states objects.txt --out more-"$name"
    [ "$(summary "none-$name" params_crc)" = "$(summary "more-$name" params_crc)" ] ||
        bad "$name: other objects are read"
    rm -rf "$name"-* "none-$name" "more-$name"
done < <(list)

# Every rule holds. (Rewards of sequences are made up.)
shows 'keeps every rule' check-env sequence --letters ABC --length 3 --order any
while read -r name rest; do
    case $rest in
    sequence*) ;;
    *)
        read -ra options < <(sed -E 's/ --beta [0-9.]+//' <<<"$rest")
        shows 'keeps every rule' check-env "${options[@]}"
        ;;
    esac
done < <(list)
exit $failed
