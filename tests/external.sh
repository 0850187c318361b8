#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Programs of users: built from what `make install` installs and nothing else, then run.
set -eu
root=$TMPDIR/root
"$MAKE" -C "$top_builddir" install DESTDIR="$root" MAKEFLAGS= >"$TMPDIR/install.log" 2>&1 || {
    tail -n 20 "$TMPDIR/install.log"
    exit 1
}
pc=$(find "$root" -name gfn.pc)
prefix=$root$(sed -n 's/^prefix=//p' "$pc")
libdir=$(dirname "$(dirname "$pc")")
failed=0

# build NAME [FLAGS]: compile tests/external/NAME.c with the installed headers and library.
build() {
    # shellcheck disable=SC2086  # flags are lists
    $CC $CPPFLAGS $CFLAGS -std=gnu11 -Wall -Wextra -I"$prefix/include" \
        -o "$TMPDIR/$1" "$top_srcdir/tests/external/$1.c" $LDFLAGS -L"$libdir" -lgfn
}

# run NAME: it must succeed and print one line.
run() {
    if build "$1" && LD_LIBRARY_PATH=$libdir "$TMPDIR/$1" >"$TMPDIR/$1.out"; then
        echo "ok $1: $(cat "$TMPDIR/$1.out")"
    else
        echo "failed $1"
        failed=1
    fi
}

run train
run score
run own_loss
if [ -n "$MPIEXEC" ]; then
    alone=$(cat "$TMPDIR/train.out")
    together=$(LD_LIBRARY_PATH=$libdir "$NP_RUN" --ranks 3 -- "$TMPDIR/train") || failed=1
    if [ "$alone" != "$together" ]; then
        echo "train on 3 ranks printed \"$together\", alone \"$alone\""
        failed=1
    fi
fi
exit $failed
