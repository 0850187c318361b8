#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Short runs with the default rates learn: 250 iterations of 128 trajectories, with the networks of
# the tests of torchgfn, three seeds each. The bounds are 1.2 to 1.5 times the worst L1 that was
# measured; rates that decay from the first iteration miss all of them. And log Z that is still on
# its way at the end is reported.
. "$top_srcdir/tests/cli/common.sh"

# learns BOUND OPTION...: exact L1 of every seed.
learns() {
    local bound=$1 seed l1
    shift
    for seed in 0 1 2; do
        rm -rf run
        "$GFN_DIST" "$@" --r0 0.1 --hidden 256,256 --lr 1e-3 --batch-size 128 --iterations 250 \
            --seed $seed --threads 1 --samples 0 --eval-every 0 --picture no --quiet --out run ||
            bad "it fails: $*"
        l1=$(summary run l1)
        echo "L1 $l1, at most $bound: seed $seed $*"
        awk -v l1="$l1" -v bound="$bound" 'BEGIN { exit !(l1 ~ /^[0-9]/ && l1 + 0 <= bound) }' ||
            failed=1
    done
}

learns 0.008 --size 8 --encoding khot --backward learned
learns 0.09 --size 16 --encoding khot --backward learned
learns 0.025 --size 16 --backward learned
learns 0.39 --size 8 --ndim 4 --backward learned
learns 0.06 --size 8 --objective fm

# ---- log Z

moves='still moving at the end \(hint: more --iterations, a larger --lr-logz,$'
shows "$moves" --size 8 --iterations 100 --log-z-init -50 --samples 0 --out far
shows '^  log Z ' --size 8 --iterations 400 --samples 0 --out near
! grep -E "$moves" out || bad "log Z has arrived, but is said to move"
shows '^log-z-init = auto ' --print-config
refused 2 "^gfn-dist: log-z-init: $everything" --log-z-init automatic
exit $failed
