#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Every public header compiles alone, twice in one file, as C11 with and without extensions and as
# C++17; none but gfn/mpi.h includes <mpi.h>; every one is installed; and every function that stores
# a pointer for its caller is in the test of results after errors.
set -u

top_srcdir=${top_srcdir:-.} top_builddir=${top_builddir:-build}
work=$(mktemp -d "${TMPDIR:-/tmp}/headers.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT

failed=0
bad() {
    echo "$*"
    failed=1
}

paths=(-I"$top_srcdir/include" -I"$top_builddir/include")
warnings=(-Wall -Wextra -Wshadow -Wpointer-arith -Werror -fsyntax-only)

# compiles HEADER COMPILER FLAG...
compiles() {
    local header=$1
    shift
    # The compiler's name and MPI's flags may be several words.
    # shellcheck disable=SC2086
    set -- "$@" "${warnings[@]}" "${paths[@]}" $mpi_flags
    "$@" "$work/twice.$kind" >"$work/messages" 2>&1 && return
    bad "<gfn/$header>: fails: $*"
    cat "$work/messages"
}

check_header() {
    local header=$1 mpi_flags='' kind
    [ "$header" != mpi.h ] || mpi_flags=$MPI_CFLAGS
    for kind in c cc; do
        printf '#include <gfn/%s>\n#include <gfn/%s>\n' "$header" "$header" >"$work/twice.$kind"
    done
    kind=c
    # shellcheck disable=SC2086
    {
        compiles "$header" ${CC:-cc} -std=gnu11 -Wstrict-prototypes
        compiles "$header" ${CC:-cc} -std=c11 -pedantic -Wstrict-prototypes
        kind=cc
        # MPI's own header is not always clean C++.
        [ -z "${CXX:-}" ] || [ "$header" = mpi.h ] ||
            compiles "$header" $CXX -std=c++17 -pedantic
    }
}

for path in "$top_srcdir"/include/gfn/*.h "$top_builddir"/include/gfn/version.h; do
    header=${path##*/}
    grep -qE "include/gfn/${header%.h}\.h( |\$)" "$top_srcdir/Makefile.am" ||
        bad "<gfn/$header>: is not in the list of public headers in Makefile.am"
    if [ "$header" = mpi.h ]; then
        [ "${MPI_NAME:-none}" != none ] || continue
    elif grep -nE '#[ 	]*include[ 	]*<mpi\.h>' "$path"; then
        bad "<gfn/$header>: includes <mpi.h>"
    fi
    check_header "$header"
done

# gfn_comm_open_mpi() is tested in tests/ranks/comm_open.c.
results=$top_srcdir/tests/unit/train/unchanged.c
for name in $(cat "$top_srcdir"/include/gfn/*.h | tr -s ' \n' ' ' |
    grep -oE 'GFN_API gfn_status gfn_[a-z0-9_]+\([^;]*[a-z_ ]\*\*[a-z_]+\);' |
    sed -E 's/^GFN_API gfn_status ([a-z0-9_]+).*/\1/'); do
    [ "$name" = gfn_comm_open_mpi ] || grep -q "$name(" "$results" ||
        bad "$name(): ${results##*/} lacks it"
done
exit $failed
