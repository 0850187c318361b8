#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What `make install` installs serves users as it is (tests/external/installed.sh), alone and on
# several ranks; and `make uninstall` leaves nothing.
. "$top_srcdir/tests/cli/common.sh"
root=$TMPDIR/root

# in_root TARGET: what make makes, with its output only where it fails.
in_root() {
    "$MAKE" -C "$top_builddir" "$1" DESTDIR="$root" MAKEFLAGS= >"$TMPDIR/$1.log" 2>&1 && return
    tail -n 20 "$TMPDIR/$1.log"
    bad "make $1 failed"
}

in_root install
[ $failed -eq 0 ] || exit 1
export EXAMPLES_TO=$TMPDIR
in_root installcheck
grep '^ok ' "$TMPDIR/installcheck.log" || bad "installcheck ran no program of users"

if [ -n "$MPIEXEC" ]; then
    libdir=$(dirname "$(find "$root" -name pkgconfig)")
    alone=$(LD_LIBRARY_PATH=$libdir "$TMPDIR/train") || failed=1
    together=$(LD_LIBRARY_PATH=$libdir "$NP_RUN" --ranks 3 -- "$TMPDIR/train") || failed=1
    [ -n "$alone" ] && [ "$alone" = "$together" ] ||
        bad "train on 3 ranks printed \"$together\", alone \"$alone\""
fi

# Folders that others use too may stay.
in_root uninstall
left=$(find "$root" ! -type d -o -path '*/include/gfn' -o -path '*/doc/gfn-dist*')
[ -z "$left" ] || bad "make uninstall leaves: $left"
exit $failed
