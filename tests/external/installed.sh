#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What `make installcheck` does: programs of users are built from what is installed, as pkg-config
# says, and nothing else; they and the installed gfn-dist run. EXAMPLES_TO: where to leave them.
set -u
root=$DESTDIR
export LD_LIBRARY_PATH=$root$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
to=${EXAMPLES_TO:-$TMPDIR}
failed=0

bad() {
    echo "installed: $*"
    failed=1
}

pc() {
    PKG_CONFIG_PATH=$root$pkgconfigdir${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH} "$PKG_CONFIG" "$@" gfn ||
        bad "pkg-config $*"
}

# build NAME PROGRAM LIBRARY...
build() {
    local name=$1 program=$2
    shift 2
    # shellcheck disable=SC2046,SC2086  # flags are lists
    $CC $CPPFLAGS $CFLAGS -std=gnu11 -Wall -Wextra -Wno-unused-parameter \
        $(PKG_CONFIG_SYSROOT_DIR=$root pc --cflags) \
        -o "$program" "$root$examplesdir/$name.c" $LDFLAGS "$@"
}

# run PROGRAM: it must succeed and print one line.
run() {
    if "$1" >"$TMPDIR/out" && [ "$(wc -l <"$TMPDIR/out")" -eq 1 ]; then
        echo "ok ${1##*/}: $(cat "$TMPDIR/out")"
    else
        bad "$1 printed: $(cat "$TMPDIR/out")"
    fi
}

# ---- programs of users

pc --validate
# Headers are found on a machine that has no other package of pkg-config.
PKG_CONFIG_LIBDIR=$root$pkgconfigdir PKG_CONFIG_PATH='' "$PKG_CONFIG" --cflags gfn ||
    bad "pkg-config --cflags gfn needs other packages"
for name in train score own_loss own_world; do
    # shellcheck disable=SC2046
    build $name "$to/$name" $(PKG_CONFIG_SYSROOT_DIR=$root pc --libs) && run "$to/$name" ||
        bad "$name cannot be built"
done

# The world of own_world as a plug-in, linked with the library or not, and as seen by a program.
# plugin NAME FLAG...
plugin() {
    local name=$1
    shift
    # shellcheck disable=SC2046,SC2086
    $CC $CPPFLAGS $CFLAGS -shared -fPIC $(PKG_CONFIG_SYSROOT_DIR=$root pc --cflags) \
        "$root$examplesdir/knapsack.c" -o "$to/$name.so" $LDFLAGS "$@" &&
        "$to/own_world" "$to/$name.so" >"$TMPDIR/out" &&
        "$to/own_world" | cmp - "$TMPDIR/out" &&
        "$root$installed" check-env "$to/$name.so" >"$TMPDIR/out" ||
        bad "plug-in $name: $(cat "$TMPDIR/out")"
}
plugin bare
# shellcheck disable=SC2046
plugin linked $(PKG_CONFIG_SYSROOT_DIR=$root pc --libs)
plugin hidden -fvisibility=hidden

# The static library by its name: -lgfn would find the shared one beside it.
archive=$root$libdir/libgfn.a
if [ -e "$archive" ]; then
    libs=$(pc --static --libs) || exit 1
    # shellcheck disable=SC2086
    build score "$to/score-static" ${libs/-lgfn/$archive} && run "$to/score-static" ||
        bad "nothing links with libgfn.a and: $libs"
fi

# ---- the program

gfn_dist=$root$installed
[ "$("$gfn_dist" --version | head -n 1)" = "gfn-dist $(pc --modversion)" ] ||
    bad "gfn-dist --version: $("$gfn_dist" --version), gfn.pc has $(pc --modversion)"
"$gfn_dist" --size 4 --iterations 20 --threads 1 --quiet --out "$TMPDIR/run" ||
    bad "gfn-dist does not train"
"$gfn_dist" eval "$TMPDIR/run" --quiet || bad "gfn-dist eval"

# ---- what belongs to it; nothing where the build has none

for kind in man_page:man completion:bash; do
    file=${kind%:*}
    file=${!file}
    [ -z "$file" ] || "$gfn_dist" --generate "${kind#*:}" | cmp - "$root$file" ||
        bad "$file is not what gfn-dist --generate ${kind#*:} prints"
done
exit $failed
