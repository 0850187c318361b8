#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Help, man page and completion name the same options; help fits a terminal of 80 columns; each
# command explains itself; a name that is none is answered with the nearest.
. "$top_srcdir/tests/cli/common.sh"
export LC_ALL=C

is_same() { cmp -s "$1" "$2" || bad "$3 (<, >): $(diff "$1" "$2" | grep '^[<>]' | xargs)"; }

# ---- the same options everywhere

# options FILE: of lines such as "  --size N". Two environments may have options of one name.
options() { sed -nE 's/^  (--[a-z0-9-]+)( .*)?$/\1/p' "$1" | sort -u; }
# twice FILE: options that stand twice under one heading.
twice() { awk '/^[A-Z]/ { heading = $0 } /^  --/ && seen[heading, $1]++ { print $1 }' "$1"; }

"$GFN_DIST" --help >help || bad "gfn-dist --help: exit $?"
"$GFN_DIST" --generate man >page || bad "gfn-dist --generate man: exit $?"
"$GFN_DIST" --generate bash >completion || bad "gfn-dist --generate bash: exit $?"
options help >in-help
[ "$(wc -l <in-help)" -gt 40 ] && [ -z "$(twice help)" ] ||
    bad "--help: $(xargs <in-help), twice: $(twice help)"
sed 's/\\-/-/g' page | sed -nE '/^\.SH OPTIONS/,/^\.SH OBJ/s/^\\fB(--[a-z0-9-]+)\\fR.*/\1/p' |
    sort -u >in-page
sed -n '/^_gfn_dist_options/,/^}/p' completion >offers
grep -oE -- '--[a-z0-9-]+' offers | sort -u >in-completion
is_same in-help in-page 'help and man page differ'
is_same in-help in-completion 'help and completion differ'
# What can be set is what a run keeps, and options of the program.
"$GFN_DIST" --size 4 --iterations 1 --quiet --out run || bad 'no run'
sed -nE 's/^([a-z0-9-]+) *=.*/--\1/p' run/config.ini | sort >in-file
[ -z "$(comm -23 in-file in-help)" ] || bad "not in --help: $(comm -23 in-file in-help | xargs)"

# ---- how it looks

headings() { grep -vE '^ |^$|:$' "$1" | sort; }
[ -z "$(headings help | uniq -d)" ] || bad "--help: twice: $(headings help | uniq -d)"
"$GFN_DIST" list >list || bad "gfn-dist list: exit $?"
wide=$(grep -nE '.{81}| $' help list)
[ -z "$wide" ] || bad "wider than 80 columns, or a blank at the end: $wide"

# ---- one command

# A value that the option may have: the first of its choices, yes where it has none, or 2.
value() {
    local shown
    shown=$(sed -nE "s/^  $1( ([^ ]+))?( .*)?\$/\2/p" help)
    case $shown in
    *\|*) echo "${shown%%|*}" ;;
    '') echo yes ;;
    *) echo 2 ;;
    esac
}

commands=$(sed -nE '/^Commands/,/^$/s/^  gfn-dist \[?([a-z-]+)\]? .*/\1/p' help)
wanted=$(sed -nE "s/^_gfn_dist_commands='(.*)'\$/\1/p" completion)
[ -n "$wanted" ] && [ "$(xargs <<<"$commands")" = "$wanted" ] ||
    bad "--help: commands $commands, completion has $wanted"
for command in $commands; do
    "$GFN_DIST" "$command" --help >help-$command || bad "gfn-dist $command --help: exit $?"
    "$GFN_DIST" --help "$command" | cmp -s - "help-$command" || bad "--help $command differs"
    "$GFN_DIST" help "$command" | cmp -s - "help-$command" || bad "help $command differs"
    grep -qE '.{81}| $' "help-$command" && bad "$command --help: wider than 80 columns"
    sed -n 2p "help-$command" | grep -qE "^  gfn-dist \[?$command\]?( |\$)" ||
        bad "$command --help: no usage: $(head -n 3 "help-$command")"
    grep -A 1 '^Example' "help-$command" | grep -q "^  gfn-dist $command" ||
        bad "$command --help: no example"
    # Exactly what it shows is accepted.
    options "help-$command" >mine
    sed -n "/^ *$command)/,/;;/p" offers | grep -oE -- '--[a-z0-9-]+' | sort -u >offered
    is_same mine offered "$command: help and completion differ"
    words=("$command")
    ! sed -n 2p "help-$command" | grep -q ' RUN' || words+=(nowhere)
    ! sed -n 2p "help-$command" | grep -q ' ENV' || words+=(hypergrid)
    for option in $(comm -23 in-help mine); do
        refused 2 "expected an option of ($command|hypergrid, --seed or --enumerate-limit), " "${words[@]}" \
            "$option=$(value "$option")"
    done
done
"$GFN_DIST" help | cmp -s - help || bad 'help differs from --help'
options help-train | cmp -s - <(grep -vxE -e '--(trajectories|json|picture-labels|picture-width)' in-help) ||
    bad 'train --help has not all options'
grep -qx -- '--samples' mine && bad 'list --help shows --samples'
for option in $(options help-eval); do
    "$GFN_DIST" eval nowhere "$option=1" 2>&1 | grep 'expected an option' && bad "eval $option"
done

# ---- the nearest name

refused 2 'command: expected one of train\|sample\|eval\|plot\|check-env\|list.*found "trian" \(hint: train\)' trian
refused 2 '\(hint: sample\)' smaple runs/latest
refused 2 '\(hint: subtb\)' --objective subbt
refused 2 '\(hint: fl-db\)' --objective fl_db
refused 2 '\(hint: gfnx-20x4\)' --preset gfnx
refused 2 '\(hint: learned\)' --backward lerned
refused 2 '\(hint: tanh\)' --activation tahn
refused 2 '\(hint: cosine\)' --schedule cosin
refused 2 '\(hint: size\)' --sise 3
refused 2 '\(hint: bash\)' --generate bsh
# One that is far from all is no help.
refused 2 'found "frobnicate" \(hint: gfn-dist --help\)' frobnicate
refused 2 'found "xyzzy" \(hint: gfn-dist --help\)' --xyzzy 8
refused 2 'found "xyzzy" \(hint: gfn-dist --help\)' --backward xyzzy
refused 2 'found "xyzzy" \(hint: gfn-dist list\)' --objective xyzzy
refused 2 'found "frobnicate" \(hint: gfn-dist --help\)' help frobnicate
exit $failed
