#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Instructions of one iteration, counted by valgrind: free of the machine's noise, so that a loop
# that somebody makes slower is noticed. Two runs that differ in their number of iterations only;
# what starts and ends a run drops out. Bounds lie some 10 % above what gcc 12 gives with this
# library's default flags; whoever makes a job dearer for a reason raises its bound.
. "$top_srcdir/tests/cli/common.sh"

skip() {
    echo "not counted: $*"
    exit 77
}
command -v valgrind >/dev/null || skip "there is no valgrind"
case " $CFLAGS " in
*-fsanitize*) skip "sanitizers add instructions" ;;
*" -O3 "*) ;;
*) skip "bounds are those of -O3, and CFLAGS are '$CFLAGS'" ;;
esac
grep -q '\<avx2\>.*\<fma\>\|\<fma\>.*\<avx2\>' /proc/cpuinfo || skip "the processor has no AVX2"
! "$CC" --version | grep -qi clang || skip "bounds are those of gcc, and CC is $CC"

# count ITERATIONS OPTION...: instructions of a whole run.
count() {
    local n=$1
    shift
    rm -rf run
    GFN_KERNELS=avx2 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$GFN_DIST" "$@" \
        --iterations "$n" --schedule constant --eval-every 0 --log-every 0 --samples 0 --threads 1 \
        --quiet --out run 2>err || { cat err >&2 && return 1; }
    sed -nE 's/^.*Collected : ([0-9]+)$/\1/p' err
}

# job NAME BOUND FEW MANY OPTION...: the bound in thousands.
job() {
    local name=$1 bound=$2 few=$3 many=$4 a b each
    shift 4
    a=$(count "$few" "$@") && b=$(count "$many" "$@") || { failed=1 && return; }
    each=$(((b - a) / (many - few) / 1000))
    echo "$name: $each thousand instructions an iteration, at most $bound"
    [ "$each" -gt 0 ] && [ "$each" -le "$bound" ] || failed=1
}

job default 525 50 100
job waves 2110 4 12 --size 9 --ndim 4 --hidden 64,64 --batch-size 64
exit $failed
