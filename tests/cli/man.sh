#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The man page: sections, what each option may be, no word that roff takes for its own; the same
# page every time; and what checks man pages finds nothing wrong, where it is there.
. "$top_srcdir/tests/cli/common.sh"
export LC_ALL=C

has() { grep -qxF -- "$1" "$2" || bad "$2 has no line: $1"; }

"$GFN_DIST" --generate man >page || bad "gfn-dist --generate man: exit $?"
sleep 1
TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$GFN_DIST" --generate=man | cmp - page ||
    bad 'the page changes'

for section in NAME SYNOPSIS DESCRIPTION COMMANDS OPTIONS OBJECTIVES OPTIMIZERS PRESETS FILES ENVIRONMENT \
    METRICS 'EXIT STATUS' 'PLUG\-INS' EXAMPLES 'SEE ALSO'; do
    has ".SH $section" page
done
has '\fB\-\-size\fR \fIN\fR' page
has 'cells per side (default 16; 2 to 2147483647)' page
has '\fB\-\-picture\fR \fByes\fR|\fBno\fR' page
has '\fB\-\-quiet\fR' page
has '\fBfl\-subtb\fR' page
has '\fBtb\-8x4\-r0.1\fR' page
has '\fBOMP_NUM_THREADS\fR' page
"$GFN_DIST" list >list
for name in $(sed -nE '/^Objectives|^Optim|^Presets/,/^$/s/^  ([a-z][^ ]*).*/\1/p' list); do
    has "\\fB${name//-/\\-}\\fR" page
done

# Nothing but requests of our own, and no bare hyphen or quote in what is printed.
odd=$(grep -nE "^[.']" page | grep -vE '^[0-9]+:\.(\\"|TH|SH|SS|TP|PP|RS|RE|EX|EE|br|nh|ad l|B|BR)( |$)')
[ -z "$odd" ] || bad "not a request of this page: $odd"
odd=$(grep -nE "(^|[^\\])-|['\"]" page | grep -vE '^[0-9]+:\.(\\"|TH|ad|nh)')
[ -z "$odd" ] || bad "not escaped: $odd"
grep -nE ' $' page && bad 'a blank at the end of a line'

# The page names the files of a run directory.
"$GFN_DIST" --size 4 --iterations 3 --checkpoint-every 1 --quiet --out run || bad 'no run'
for file in run/*; do
    has "\\fB${file##*/}\\fR" page
done

if command -v mandoc >/dev/null; then
    mandoc -Tlint -Wwarning page || bad 'mandoc -Tlint'
    mandoc -Tascii -Owidth=80 page | sed 's/.\x08//g' >text
    for words in '--size N' '--picture yes|no' 'mpirun -np 8 gfn-dist --size 16'; do
        grep -qF -- "$words" text || bad "rendered, the page has no $words"
    done
    grep -nE '.{81}' text && bad 'wider than 80 columns'
fi
if command -v groff >/dev/null; then
    groff -man -ww -z page >messages 2>&1 && [ ! -s messages ] || bad "groff: $(cat messages)"
fi
exit $failed
