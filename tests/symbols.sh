#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The library exports what the public headers declare with GFN_API, each with its version; and
# src/libgfn.map is the sorted list of it.
. "$top_srcdir/tests/cli/common.sh"
export LC_ALL=C
work=$(mktemp -d "${TMPDIR:-/tmp}/symbols.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
map=$top_srcdir/src/libgfn.map

# declared HEADER...: the names that follow GFN_API, up to a bracket or the end.
declared() {
    cat "$@" | grep -v '^#' | tr '\n' ' ' | sed 's|/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/||g' |
        grep -oE 'GFN_API[^;]*;' | sed -E 's/[[(;].*//; s/ *$//; s/.*[ *]//' | sort
}

# Authors of plug-ins define it, not the library.
without_plugin() { grep -vx gfn_env_plugin; }

listed() { sed -nE 's/^ +([a-z0-9_]+);$/\1/p' "$map"; }

# same WHAT FILE FILE: names in only one of them.
same() {
    diff "$2" "$3" >"$work/difference" || bad "$1 (<, >): $(grep '^[<>]' "$work/difference")"
}

# The test proves itself first.
cat >"$work/header.h" <<'END'
#define GFN_API __attribute__((visibility("default")))
/* GFN_API int not_me(void); **/
GFN_API const char *pointer(void);
GFN_API gfn_status over_lines(const char *a,
                              int (*function)(int x));
extern GFN_API const double data[3];
void not_public(void);
END
[ "$(declared "$work/header.h" | xargs)" = "data over_lines pointer" ] ||
    bad "the test reads of a header: $(declared "$work/header.h" | xargs)"

listed >"$work/listed"
[ "$(wc -l <"$work/listed")" -gt 100 ] || bad "$map lists $(wc -l <"$work/listed") symbols"
sort -c "$work/listed" || bad "$map is not sorted"
declared "$top_srcdir"/include/gfn/*.h "$top_builddir/include/gfn/version.h" |
    without_plugin >"$work/declared"
same 'headers and src/libgfn.map differ' "$work/declared" "$work/listed"

library=$top_builddir/.libs/libgfn.so
if [ -e "$library" ]; then
    cp "$work/listed" "$work/wanted"
    # What only a build with MPI can have.
    [ "$MPI_NAME" != none ] ||
        comm -23 "$work/listed" <(declared "$top_srcdir/include/gfn/mpi.h") >"$work/wanted"
    nm -D --defined-only "$library" | awk '$2 != "A" { print $NF }' | sort >"$work/exported"
    if grep -q '@' "$work/exported"; then
        grep -v '@@GFN_[0-9.]*$' "$work/exported" && bad "$library: exported without a version"
        sed -i 's/@.*//' "$work/exported"
        same "$library and src/libgfn.map differ" "$work/exported" "$work/wanted"
    else
        # Without versions the compiler's variants of a function may be seen.
        comm -13 "$work/exported" "$work/wanted" | grep . && bad "$library: not exported"
    fi
    ! grep -q -- --version-script "$top_builddir/Makefile" || grep -q . "$work/exported" ||
        bad "$library exports nothing"
fi

# What authors of plug-ins call is in the program, and nothing of the library that is not public.
# (Functions that are there once a kind of processor, `i`, some compilers export in any case.)
headers=()
for header in env options random status; do
    headers+=("$top_srcdir/include/gfn/$header.h")
done
declared "${headers[@]}" | without_plugin >"$work/needed"
[ "$(wc -l <"$work/needed")" -ge 40 ] || bad "authors need $(wc -l <"$work/needed") functions"
nm -D --defined-only "$GFN_DIST" >"$work/program"
awk '$NF ~ /^gfn_/ { print $NF }' "$work/program" | sort >"$work/there"
awk '$NF ~ /^gfn_/ && $NF !~ /\.resolver$/ && $(NF - 1) != "i" { print $NF }' "$work/program" |
    sort >"$work/plain"
! comm -23 "$work/needed" "$work/there" | grep . || bad "they are not in the program"
! comm -13 "$work/declared" "$work/plain" | grep . || bad "they are not public, but in the program"
exit $failed
