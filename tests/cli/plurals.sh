#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# One of a thing is not "1 things", and what it does not give, as a standard error, is not printed as
# nan: reports, tables, notices, captions and messages with counts of 1.
. "$top_srcdir/tests/cli/common.sh"

# checked [STATUS]: no line of `out` and `err` has a 1 before a plural, or a number that is none, and
# what is printed is kept.
checked() {
    grep -hE '(^|[^0-9.,])1 ([a-z0-9]+ )?[a-z]*[a-rt-z]s( |$|,|:|;|\.|\))' out err |
        grep -vE '1 (is|of|has|does|was) ' >wrong
    grep -hE '(^|[^A-Za-z])nan([^A-Za-z]|$)' out err >>wrong
    [ ! -s wrong ] || bad "$*: $(cat wrong)"
    cat out err >>all
}
ends() {
    local status=$1 found
    shift
    timeout 60 "$GFN_DIST" "$@" >out 2>err </dev/null
    found=$?
    [ $found -eq "$status" ] || bad "gfn-dist $*: exit $found, expected $status: $(cat err)"
    checked "$@"
}
expect() { grep -qE -- "$1" all || bad "nothing was printed like $1"; }

plugin knapsack "$top_srcdir/tests/external/knapsack.c"
one=(--size 2 --ndim 1 --encoding onehot --r1 0 --r2 0 --iterations 1 --batch-size 1 --samples 1 --threads 1)
ends 0 "${one[@]}" --out one
ends 0 --resume one
ends 0 eval one --samples 1
ends 0 eval one --samples 1 --json
ends 0 eval one --samples 40
ends 0 --size 2 --iterations 1 --samples 1000 --out two
ends 0 eval two --samples 5
ends 0 "${one[@]}" --seeds 0 --out sweep
ends 0 --resume sweep
ends 3 "${one[@]}" --iterations 1000000000 --seeds 3 --time-limit 0.05 --out stopped
ends 0 check-env knapsack.so --items 1 --room 1
ends 0 check-env hypergrid --size 2 --ndim 1
ends 0 --env ./knapsack.so --items 1 --room 3 --iterations 1 --batch-size 1 --samples 1 --out sack
ends 0 eval sack --samples 1
ends 0 --env ./knapsack.so --items 1 --room 3 --iterations 1 --seeds 0-1 --out sacks
expect '^done after 1 of 1 iteration, 1 trajectory$'
expect '^the only iteration is done '
expect '^the only seed is done '
expect ' chi-square [0-9.]+ on 1 degree of freedom against the policy$'
expect ' chi-square [0-9.]+ on [2-9] degrees of freedom against the policy$'
expect '^  bounds     ELBO -?[0-9.]+  EUBO -?[0-9.]+$'
expect '^  bounds     ELBO -?[0-9.]+ \+- [-0-9.e]+  EUBO -?[0-9.]+ \+- [-0-9.e]+$'
expect '^stopped with 0 of 1 seed done; '
expect '^  There is 1 mode; '
expect '^  state +1 int32 word$'

# Files that are cut or of another kind.
printf x >cut.safetensors
mkdir broken && cp one/config.ini broken/ && cp cut.safetensors broken/checkpoint.safetensors
ends 1 eval broken
expect 'expected a safetensors file, found 1 byte$'
exit $failed
