#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Every family of environments is learned, as far as its exact distribution, its exact log Z and its
# exact expectations say. `make check-long` (GFN_LONG=yes) trains three seeds of all worlds to the
# bounds below; otherwise one seed of the small ones. src/doc/results.md has what was reached.
. "$top_srcdir/tests/cli/common.sh"

# ---- data

# Places in the unit square, from a formula, and the distances between them.
distances() {
    awk -v n="$1" 'BEGIN {
        for (i = 1; i <= n; i++) { x[i] = (i * 0.754877666) % 1; y[i] = (i * 0.569840291) % 1 }
        for (i = 1; i <= n; i++) {
            line = ""
            for (j = 1; j <= n; j++)
                line = line (j > 1 ? "," : "") \
                    sprintf("%.6f", 4 * sqrt((x[i] - x[j]) ^ 2 + (y[i] - y[j]) ^ 2))
            print line
        }
    }'
}
distances 8 >tour-8.csv
distances 10 >tour-10.csv
awk 'BEGIN { for (i = 1; i <= 30; i++) printf "%.6f\n", 1.5 * sin(12.9898 * i) }' >energies-30.csv
awk 'BEGIN { for (i = 1; i <= 80; i++) printf "%.6f\n", 1.5 * sin(78.233 * i) }' >energies-80.csv
# 100 samples of variables with normal noise: A -> B -> C <- D, C -> E, and with 6, D -> F.
samples() {
    awk -v n="$1" -v sd="$2" '
        function uniform() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
        function noise() { return sd * sqrt(-2 * log(uniform())) * cos(6.283185307 * uniform()) }
        BEGIN {
            seed = 2385
            print substr("A,B,C,D,E,F", 1, 2 * n - 1)
            for (i = 1; i <= 100; i++) {
                x[1] = noise(); x[4] = noise(); x[2] = 0.5 * x[1] + noise()
                x[3] = -0.4 * x[2] + 0.3 * x[4] + noise(); x[5] = 0.4 * x[3] + noise()
                if (n > 5) x[6] = 0.8 * x[4] + noise()
                line = sprintf("%.5f", x[1])
                for (j = 2; j <= n; j++) line = line sprintf(",%.5f", x[j])
                print line
            }
        }'
}
samples 5 1 >five.csv
samples 6 0.3 >six.csv

# ---- training

# value RUN NAME: the absolute value of a metric.
value() { summary "$1" "$2" | sed 's,^-,,'; }

# reaches NAME SEEDS 'METRIC BOUND ...' OPTION...: train, and require of every seed that each metric
# is at most its bound.
reaches() {
    local name=$1 seeds=$2 bounds metric bound found run
    read -ra bounds <<<"$3"
    shift 3
    "$GFN_DIST" --seeds "$seeds" --out "$name" --eval-every 0 "$@" >table 2>log ||
        bad "$name fails: $(cat log)"
    for run in "$name"/seed-*; do
        set -- "${bounds[@]}"
        while [ $# -gt 0 ]; do
            metric=$1 bound=$2
            shift 2
            found=$(value "$run" "$metric")
            echo "$run: $metric $found, at most $bound"
            awk -v found="${found:-none}" -v bound="$bound" \
                'BEGIN { exit !(found != "none" && found + 0 <= bound + 0) }' ||
                bad "$run: $metric is $found, expected at most $bound"
        done
    done
}

seeds=0
[ "${GFN_LONG-}" != yes ] || seeds=0-2
reaches bits $seeds 'tv 0.012 log_z_error 0.005' --preset bitseq-small
reaches tour-8 $seeds 'tv 0.02 log_z_error 0.01' --env permutation --cost tour-8.csv \
    --hidden 128,128 --batch-size 64 --iterations 8000 --lr 0.002
if [ "${GFN_LONG-}" = yes ]; then
    reaches spins $seeds 'log_z_error 0.02' --env ising --side 3 --sigma 0.3 --hidden 128,128 \
        --batch-size 64 --iterations 4000 --lr 0.002
    # Without exploration, one sign of the magnetization is lost.
    while read -r sigma iterations; do
        reaches "torus-$sigma" $seeds 'tv 0.02' --env ising --side 4 --sigma "$sigma" \
            --hidden 128,128 --batch-size 64 --iterations "$iterations" --lr 0.002 \
            --epsilon 1 --explore-schedule linear --explore-until 0.5
    done <<<$'0.1 8000\n0.2 18000\n0.3 8000'
    reaches items-30 $seeds 'log_z_error 0.01 marginals_error 0.005' --preset set-30-20 \
        --energies energies-30.csv --iterations 5000 --samples 200000
    reaches items-80 $seeds 'log_z_error 0.01 marginals_error 0.005' --preset set-80-60 \
        --energies energies-80.csv --iterations 3000 --samples 200000
    reaches five $seeds 'jsd 0.001 marginals_error 0.005' --preset dag-5 --data five.csv
    reaches six $seeds 'jsd 0.001 marginals_error 0.005' --preset dag-5 --data six.csv \
        --iterations 20000 --lr 0.002
    reaches tour-10 $seeds 'log_z_error 0.02' --preset tsp-10 --cost tour-10.csv --iterations 10000
fi
exit $failed
