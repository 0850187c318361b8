#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# No code treats an objective or an optimizer by its name: "NAME" is a text of its own file alone,
# and gfn_objective_NAME, gfn_optimizer_NAME are in that file and in one line of the table. Only
# the option of that name has one as its default.
set -u
cd "${top_srcdir:-.}" || exit 99
failed=0

# expect FILES... : standard input, "file:line:text", is of these files, one line each.
expect() {
    local found
    found=$(sed 's/:.*//' | sort)
    [ "$found" = "$(printf '%s\n' "$@" | sort)" ] || {
        echo "$kind $name: expected it in $*, found it in ${found//$'\n'/ }"
        failed=1
    }
}

# check KIND DIRECTORY TABLE: all names that the files of a directory define.
check() {
    local kind=$1 directory=$2 table=$3 file name symbol n=0
    while IFS=: read -r file symbol; do
        symbol=${symbol#const gfn_"$kind" } symbol=${symbol% = \{}
        name=$(sed -n '/^const gfn_'"$kind"' /,/^}/s/.*\.name = "\(.*\)",/\1/p' "$file")
        grep -rnw "$symbol" src include --include='*.[ch]' | expect "$file" "$table"
        grep -rnF "\"$name\"" src include --include='*.[ch]' | grep -v "{\"$kind\", GFN_OPTION_WORD" |
            grep -vE '^include/[^:]*:[0-9]+:.*/\*' | expect "$file"
        n=$((n + 1))
    done < <(grep -rE "^const gfn_$kind [a-z_0-9]+ = \{" "$directory")
    [[ $n -gt 0 && $n -eq $(grep -cE '^ +ROW\(' "$table") ]] || {
        echo "$n files define $kind objects, and $table has $(grep -cE '^ +ROW\(' "$table")"
        failed=1
    }
}

check objective src/objective src/objective/objectives.h
check optimizer src/optim src/optim/optimizers.h
exit $failed
