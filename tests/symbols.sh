#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The library exports what the public headers declare with GFN_API, each with its version; and
# src/libgfn.map is the sorted list of it.
. "$top_srcdir/tests/cli/common.sh"
export LC_ALL=C
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
    diff "$2" "$3" >difference || bad "$1 (<, >): $(grep '^[<>]' difference)"
}

# The test proves itself first.
cat >header.h <<'END'
#define GFN_API __attribute__((visibility("default")))
/* GFN_API int not_me(void); **/
GFN_API const char *pointer(void);
GFN_API gfn_status over_lines(const char *a,
                              int (*function)(int x));
extern GFN_API const double data[3];
void not_public(void);
END
[ "$(declared header.h | xargs)" = "data over_lines pointer" ] ||
    bad "the test reads of a header: $(declared header.h | xargs)"

listed >listed
[ "$(wc -l <listed)" -gt 100 ] || bad "$map lists $(wc -l <listed) symbols"
sort -c listed || bad "$map is not sorted"
declared "$top_srcdir"/include/gfn/*.h "$top_builddir/include/gfn/version.h" |
    without_plugin >declared
same 'headers and src/libgfn.map differ' declared listed

library=$top_builddir/.libs/libgfn.so
if [ -e "$library" ]; then
    cp listed wanted
    # What only a build with MPI can have.
    [ "$MPI_NAME" != none ] ||
        comm -23 listed <(declared "$top_srcdir/include/gfn/mpi.h") >wanted
    nm -D --defined-only "$library" | awk '$2 != "A" { print $NF }' | sort >exported
    if grep -q '@' exported; then
        grep -v '@@GFN_[0-9.]*$' exported && bad "$library: exported without a version"
        sed -i 's/@.*//' exported
        same "$library and src/libgfn.map differ" exported wanted
    else
        # Without versions the compiler's variants of a function may be seen.
        comm -13 exported wanted | grep . && bad "$library: not exported"
    fi
    ! grep -q -- --version-script "$top_builddir/Makefile" || grep -q . exported ||
        bad "$library exports nothing"
fi

# What authors of plug-ins call is in the program, and nothing of the library that is not public.
# (Functions that are there once a kind of processor, `i`, some compilers export in any case.)
headers=()
for header in env options random status; do
    headers+=("$top_srcdir/include/gfn/$header.h")
done
declared "${headers[@]}" | without_plugin >needed
[ "$(wc -l <needed)" -ge 40 ] || bad "authors need $(wc -l <needed) functions"
nm -D --defined-only "$GFN_DIST" >program
awk '$NF ~ /^gfn_/ { print $NF }' program | sort >there
awk '$NF ~ /^gfn_/ && $NF !~ /\.resolver$/ && $(NF - 1) != "i" { print $NF }' program |
    sort >plain
! comm -23 needed there | grep . || bad "they are not in the program"
! comm -13 declared plain | grep . || bad "they are not public, but in the program"
exit $failed
