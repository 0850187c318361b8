#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# No room has a circle of files: by calls, as the objects of this build show them, or by includes of
# headers.
. "$top_srcdir/tests/cli/common.sh"
export LC_ALL=C

# references FOLDER: lines "FILE FILE NAME": the first file uses the NAME that the second defines.
# An object is named after its source, perhaps with a prefix that ends with a dash.
references() {
    (cd "$1" && find . -name '*.o' -exec nm -A -g {} +) | awk '
        {
            sub(/:.*/, "", $1)
            sub(/.*[\/-]/, "", $1)
            sub(/\.o$/, "", $1)
            if ($(NF - 1) ~ /^[Uw]$/)
                uses[$1 " " $NF]
            else
                owner[$NF] = $1
        }
        END {
            for (use in uses) {
                split(use, word, " ")
                if (word[2] in owner && owner[word[2]] != word[1])
                    print word[1], owner[word[2]], word[2]
            }
        }' | sort
}

# includes FILE...: lines "FILE FILE": the first includes the second. Names are as in includes.
includes() {
    grep -HoE '^#[ 	]*include[ 	]*("[a-z]+/|<gfn/)[^">]*' "$@" |
        sed -E 's/^.*(src|include)\/([^:]*):[^"<]*["<]/\2 /'
}

# circle LINES: prints the lines of LINES that make a circle; 1: there is none.
circle() {
    cut -d ' ' -f 1-2 "$1" | tsort >/dev/null 2>loop && return 1
    sed -n 's/^tsort: \([^ ]*\)$/\1/p' loop >members
    awk 'NR == FNR { is_member[$1]; next } $1 in is_member && $2 in is_member' members "$1"
}

# The test proves itself first.
mkdir -p src/bad src/good
echo 'int b(void); int a(void); int a(void) { return b(); }' >a.c
echo 'int a(void); int b(void); int b(void) { return a(); }' >b.c
echo 'int a(void); int b(void); int b(void) { return 1; }' >c.c
# The compiler's name may be several words.
# shellcheck disable=SC2086
$CC -c a.c -o src/bad/x-a.o && $CC -c b.c -o src/bad/x-b.o &&
    cp src/bad/x-a.o src/good && $CC -c c.c -o src/good/x-b.o || bad "$CC: cannot compile"
references src/good >good
references src/bad >bad
[ "$(xargs <bad)" = "a b b b a a" ] || bad "the test reads of two objects: $(cat bad)"
! circle good || bad "this is no circle"
circle bad >/dev/null || bad "the test does not see a circle of calls"
echo '#include "good/y.h"' >src/bad/x.h
echo '#include "bad/x.h" /* comment */' >src/good/y.h
includes src/*/*.h >bad
circle bad >/dev/null || bad "the test does not see a circle of includes: $(cat bad)"

cd "$top_srcdir" && includes include/gfn/*.h src/*/*.h >"$TMPDIR/includes"
cd "$TMPDIR" || exit 1
! circle includes || bad "a circle of headers"

n=0
for folder in "$top_srcdir"/src/*/; do
    room=$(basename "$folder")
    [ -e "$folder/local.mk" ] || continue
    # Objects of sources that are no more do not count.
    references "$top_builddir/src/$room" |
        while read -r from to name; do
            [ -e "$folder$from.c" ] && [ -e "$folder$to.c" ] && echo "$from $to $name"
        done >references
    n=$((n + $(wc -l <references)))
    ! circle references || bad "src/$room: a circle of files; each line is FILE FILE NAME"
done
[ $n -gt 200 ] || bad "the objects of this build show only $n references inside rooms"
exit $failed
