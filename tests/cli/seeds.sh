#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The default job learns its target on every seed: exact L1 <= 1e-3, |log Z error| <= 1e-4, all four
# modes, and 10,000 samples that a chi-square test (mean + 5 standard deviations) accepts.
. "$top_srcdir/tests/cli/common.sh"

# good DIRECTORY: the thresholds.
good() {
    awk -v l1="$(summary "$1" l1)" -v error="$(summary "$1" log_z_error)" \
        -v modes="$(summary "$1" modes)" -v chi="$(summary "$1" chi_square)" \
        -v df="$(summary "$1" chi_square_df)" 'BEGIN {
        print "L1 " l1 ", log Z error " error ", modes " modes ", chi-square " chi " on " df
        exit !(l1 ~ /[0-9]/ && l1 <= 1e-3 && error ~ /[0-9]/ && error <= 1e-4 && error >= -1e-4 &&
               modes == 4 && df > 50 && chi < df + 5 * sqrt(2 * df))
    }'
}

for seed in 0 1 2 3 4 5 6 7 8 9; do
    ranks=1
    [ $seed -ne 0 ] || [ "$MPI_NAME" = none ] || ranks=8
    "$NP_RUN" --ranks $ranks -- "$GFN_DIST" --size 16 --seed $seed --threads 1 --quiet \
        --out "seed-$seed" || failed=1
    line=$(good "seed-$seed") || bad "seed $seed: $line"
done
"$GFN_DIST" --size 16 --iterations 100 --quiet --out short
if good short >/dev/null; then
    bad "a run of 100 iterations passes: nothing was tested"
fi
exit $failed
