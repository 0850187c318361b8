#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# An objective, an optimizer and a metric are one file and one line each: they are added to a copy
# of the sources, which is then compiled without the build system, and the program shows them
# wherever it shows those that it has.
. "$top_srcdir/tests/cli/common.sh"

cp -r "$top_srcdir/src" "$top_srcdir/include" . && chmod -R u+w src include || exit 99

# add FILE LINE PATTERN: put a line before the first that matches; the table has a new row.
add() {
    awk -v line="$2" -v pattern="$3" '!done && $0 ~ pattern { print line; done = 1 } { print }
        END { exit !done }' "$1" >changed && mv changed "$1" || bad "$1 has no line $3"
}

cat >src/objective/mirror.c <<'C'
/* Trajectory balance by another name. */
#include "objective/objectives.h"

static double loss(const gfn_terms *t, gfn_derivatives *d)
{
    const double delta = t->log_z + t->sum_log_pf - t->log_reward - t->sum_log_pb;
    d->is_uniform = true;
    d->log_pf[0] = d->log_z = 2 * delta;
    d->log_pb[0] = -2 * delta;
    return delta * delta;
}

const gfn_objective gfn_objective_mirror = {
    .size = sizeof(gfn_objective), .name = "mirror", .summary = "tb", .source = "none", .loss = loss};
C
add src/objective/objectives.h '    ROW(gfn_objective_mirror) \' 'ROW\(gfn_objective_tb\)'

cat >src/optim/sign.c <<'C'
/* Steps of one length against the sign of the gradient. */
#include "optim/optimizers.h"

static void step(int64_t t, double rate, size_t n, gfn_real *x, const gfn_real *g,
                 gfn_real *const moment[GFN_MAX_MOMENTS])
{
    (void)t, (void)moment;
    for (size_t i = 0; i < n; i++)
        x[i] -= (gfn_real)rate * (gfn_real)((g[i] > 0) - (g[i] < 0));
}

const gfn_optimizer gfn_optimizer_sign = {
    .name = "sign", .summary = "signs of gradients", .source = "none", .step = step};
C
add src/optim/optimizers.h '    ROW(gfn_optimizer_sign) \' 'ROW\(gfn_optimizer_adam\)'

cat >src/eval/overlap.c <<'C'
#include <stddef.h>

double gfn_overlap(size_t n, const double *p, const double *q);
double gfn_overlap(size_t n, const double *p, const double *q)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += p[i] < q[i] ? p[i] : q[i];
    return sum;
}
C
add src/run/metric_table.c '    {.name = "overlap", .field = "metrics.overlap", .heading = "overlap", .help = "sum min(p, q), 1 - TV", .shown = EXACT, .digits = 3, .more_is_better = true, .distance = gfn_overlap},' '[.]name = "tv"'
add src/run/metric_table.c 'double gfn_overlap(size_t n, const double *p, const double *q);' '^static const gfn_metric metrics'

# One rank, plain kernels and no pictures: additions need none of these.
sed '/HAVE_X86_KERNELS/d' "$top_builddir/config.h" >config.h
sources=$(find src -name '*.c' ! -name comm_mpi.c ! -name mpi_messages.c ! -name hosts.c ! -path 'src/plot/*')
# The compiler and its flags may be several words.
# shellcheck disable=SC2086
$CC -O0 -w -std=gnu11 -I. -Isrc -I"$top_builddir/src" -Iinclude -I"$top_builddir/include" $CPPFLAGS \
    $sources src/plot/viridis.c src/plot/text.c src/plot/picture_none.c -o program -rdynamic \
    -ljansson -linih -lz -lm -lpthread -ldl $LDFLAGS >messages 2>&1 || {
    bad "the copy does not compile: $(grep -E 'error|undefined' messages | head -n 20)"
    exit 1
}

GFN_DIST=$PWD/program
shows '--optimizer adam\|sgd\|sign|--optimizer sign' --help
shows '^  overlap +sum min' --help
shows '^  mirror ' list
passes --objective mirror --optimizer sign --lr 1e-3 --size 4 --iterations 20 --eval-every 10 --out run
grep -qE '^  exact .* overlap 0\.[0-9]+' out || bad "the report has no overlap: $(cat out)"
grep -q '"overlap":' run/metrics.jsonl || bad "metrics.jsonl: $(cat run/metrics.jsonl)"
grep -q '"overlap":' run/summary.json || bad "summary.json: $(cat run/summary.json)"
passes --objective mirror --optimizer sign --size 4 --iterations 3 --seeds 0-1 --out sweep
grep -q '"overlap"' sweep/sweep.json || bad "sweep.json has no overlap"
passes --resume run --iterations 30
# The objective is tb, bit for bit.
crc() { sed -n 's/.*"params_crc": "\(.*\)".*/\1/p' "$1/summary.json"; }
passes --objective mirror --size 4 --iterations 20 --out mirror
passes --objective tb --size 4 --iterations 20 --out tb
[ -n "$(crc mirror)" ] && [ "$(crc mirror)" = "$(crc tb)" ] || bad "mirror: $(crc mirror), tb: $(crc tb)"
exit $failed
