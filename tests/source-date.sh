#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Which time the files of an archive bear: SOURCE_DATE_EPOCH, else the last commit of this clone,
# else configure.ac.
. "$top_srcdir/tests/cli/common.sh"
unset SOURCE_DATE_EPOCH

# is WANTED WHAT [ASSIGNMENT...]
is() {
    local found
    found=$(env "${@:3}" sources/scripts/source-date)
    [ "$found" = "$1" ] || bad "$2: $found, expected $1"
}

mkdir -p sources/scripts
cp "$top_srcdir/scripts/source-date" sources/scripts || exit 1
touch -d @1234567890 sources/configure.ac
is 1234567890 'a tarball'
is 77 'SOURCE_DATE_EPOCH' SOURCE_DATE_EPOCH=77

# commit FOLDER: the first of a clone.
commit() {
    git init -q "$1" && git -C "$1" -c user.name=test -c user.email=test -c commit.gpgsign=false \
        commit -q --allow-empty -m test
}
if command -v git >/dev/null; then
    export GIT_COMMITTER_DATE='1300000000 +0000' GIT_AUTHOR_DATE='1200000000 +0000'
    commit . || exit 1
    is 1234567890 'a tarball in a clone of something else'
    commit sources || exit 1
    is 1300000000 'a clone'
    is 77 'SOURCE_DATE_EPOCH in a clone' SOURCE_DATE_EPOCH=77
fi
exit $failed
