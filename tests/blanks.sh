#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Paths with a blank. Refused at once, with what to do: sources and installations there. Working:
# a build folder, a copy of what was installed, plug-ins, files and run directories.
. "$top_srcdir/tests/cli/common.sh"

# says PATTERN COMMAND...: it fails, with one such message.
says() {
    local pattern=$1
    shift
    ! "$@" >log 2>&1 || bad "$*: it succeeds"
    [ "$(grep -cE "$pattern" log)" -eq 1 ] || bad "$*: expected $pattern, found $(tail -n 3 log)"
}

# ---- sources and builds

mkdir 'a build' && ln -s "$top_srcdir" 'some sources'
cd 'a build' || exit 1
says "^configure: error: expected sources in a path .*hint: .*\.\./configure" '../some sources/configure'
case $top_srcdir in
*[[:blank:]]*) echo "the sources are in such a path themselves" ;;
*)
    says "found --prefix='/a b' \(hint: " "$top_srcdir/configure" --prefix='/a b'
    says "found --libdir='/a	b' \(hint: " "$top_srcdir/configure" --libdir='/a	b'
    if ! "$top_srcdir/configure" --with-mpi=no --with-cairo=no --disable-shared CFLAGS=-O0 >log 2>&1 ||
        ! "$MAKE" libbase.la libio.la gfn.pc >log 2>&1; then
        bad "a build folder with a blank: $(tail -n 5 log)"
    fi
    ;;
esac
cd ..

# ---- what was installed

says "^make install: expected paths without blanks, found '$TMPDIR/a root.*hint: " \
    "$MAKE" -C "$top_builddir" install DESTDIR="$TMPDIR/a root" MAKEFLAGS=
[ ! -e 'a root' ] || bad "the refused installation has made $(find 'a root' | head)"
"$MAKE" -C "$top_builddir" install DESTDIR="$TMPDIR/root" MAKEFLAGS= >log 2>&1 || bad "$(tail log)"
pc=$(find root -name gfn.pc)
prefix=$(PKG_CONFIG_PATH=${pc%/*} "$PKG_CONFIG" --variable=prefix gfn)
mv "root$prefix" 'a copy' || exit 1
GFN_DIST=$(find "$PWD/a copy" -path '*bin/*gfn-dist' -type f)
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(dirname "$(find "$PWD/a copy" -name 'libgfn.*' | head -n 1)")
passes --version

# copied WORD...: what pkg-config prints of the copy, with the quotes of a shell.
copied() {
    PKG_CONFIG_PATH=$(dirname "$(find "$PWD/a copy" -name gfn.pc)") \
        "$PKG_CONFIG" --define-variable=prefix="$PWD/a copy" "$@" gfn
}
mkdir 'my worlds'
examples=$(find "$PWD/a copy" -name examples -type d)
eval "flags=($(copied --cflags))"
# shellcheck disable=SC2086  # flags are lists
$CC $CPPFLAGS $CFLAGS -std=gnu11 -shared -fPIC "$examples/knapsack.c" -o 'my worlds/knap sack.so' \
    "${flags[@]}" $LDFLAGS || bad "no plug-in by ${flags[*]}"
eval "flags=($(copied --cflags --libs))"
# shellcheck disable=SC2086
$CC $CPPFLAGS $CFLAGS -std=gnu11 "$examples/train.c" -o 'a trainer' "${flags[@]}" $LDFLAGS ||
    bad "no program by ${flags[*]}"
'./a trainer' >out || bad "the program of a user: $(cat out)"

# ---- runs

job=(--env './my worlds/knap sack.so' --items 5 --iterations 20 --samples 50 --schedule constant --quiet)
passes "${job[@]}" --out 'my runs/the first'
passes --resume 'my runs/the first' --iterations 30
passes eval 'my runs/the first'
passes sample 'my runs/the first' --out 'my runs/objects of it.npy' --trajectories 'my runs/all of it'
passes --config 'my runs/the first/config.ini' --terminal-states 'my runs/objects of it.npy' \
    --out 'my runs/the second'
passes "${job[@]}" --seeds 0-1 --out 'my runs/a sweep'
passes --resume 'my runs/a sweep' --iterations 30
passes check-env './my worlds/knap sack.so'
if [ "$MPI_NAME" != none ]; then
    "$NP_RUN" --show --ranks 2 -- "$GFN_DIST" "${job[@]}" --out 'my runs/on ranks' >log 2>&1 ||
        bad "on 2 ranks: $(cat log)"
    grep -qF 'my\ runs/on\ ranks' log || bad "--show: $(head -n 1 log)"
    passes "${job[@]}" --out 'my runs/alone'
    cmp 'my runs/on ranks/checkpoint.safetensors' 'my runs/alone/checkpoint.safetensors' ||
        bad "on 2 ranks: other bits"
fi
cd 'my runs' || exit 1
passes --size 4 --iterations 3 --quiet
passes eval runs/latest
exit $failed
